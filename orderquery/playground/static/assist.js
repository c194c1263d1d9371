// What the editor offers: suggestions, and what is known of a place.

import { ask } from "./api.js";
import { button, float, make, say } from "./dom.js";

// What may stand at the caret. The list takes keys only while it is open; otherwise Tab leaves the editor.
export class Suggestions {
	items = [];
	active = -1;

	constructor(editor) {
		this.editor = editor;
		this.area = editor.area;
		this.doc = make("p", { class: "doc" });
		this.list = make("ul", { role: "listbox", id: `${editor.id}-list`, "aria-label": "Suggestions", tabindex: "0" });
		this.box = make("div", { class: "float suggestions", hidden: true }, this.list, this.doc);
		editor.append(this.box);
		for (const event of ["blur", "pointerdown"]) this.area.addEventListener(event, () => this.close());
		editor.layers.addEventListener("scroll", () => this.close());
		// The list must not take the focus.
		this.box.addEventListener("pointerdown", (event) => event.preventDefault());
		this.list.addEventListener("click", ({ target }) => this.take([...this.list.children].indexOf(target.closest("li"))));
	}

	// True: ask.
	typed({ inputType, data }) {
		if ((inputType === "insertText" && /^[\w.$"]$/.test(data)) || (!this.box.hidden && inputType?.startsWith("delete"))) return true;
		this.close();
	}

	// Ask for suggestions. With `isAsked`, the first one is selected, and an empty list is announced.
	async ask(isAsked = false) {
		const { value: text, selectionStart: position } = this.area;
		const request = (this.request = {});
		this.editor.isWanted = false;
		const answer = await ask("complete", { text, position, form: this.editor.id });
		if (request !== this.request || this.area.selectionStart !== position) return;
		this.items = (answer?.items ?? []).filter((item) => isAsked || text.slice(item.start, item.end) !== item.text.trimEnd());
		if (this.items.length) this.open(isAsked ? 0 : -1);
		else this.close();
		if (isAsked && !this.items.length) say("No suggestions here");
	}

	open(active) {
		this.list.replaceChildren(...this.items.map((item, at) => make("li",
			{ role: "option", id: `${this.list.id}-${at}`, "aria-selected": "false" }, make("span", {}, item.label), make("small", {}, item.kind))));
		float(this.box, this.editor.placeOf(this.items[0].start));
		this.area.setAttribute("aria-controls", this.list.id);
		this.move(active);
		if (active < 0) say(`${this.items.length} suggestions; arrow down to choose`);
	}

	move(active) {
		this.list.children[this.active]?.setAttribute("aria-selected", "false");
		this.active = active;
		this.doc.textContent = this.items[Math.max(active, 0)].doc;
		const option = this.list.children[active];
		option?.setAttribute("aria-selected", "true");
		option?.scrollIntoView({ block: "nearest" });
		if (option) this.area.setAttribute("aria-activedescendant", option.id);
		else this.area.removeAttribute("aria-activedescendant");
	}

	close() {
		this.request = null;
		this.box.hidden = true;
		this.area.removeAttribute("aria-activedescendant");
		this.area.removeAttribute("aria-controls");
	}

	take(at) {
		const item = this.items[at];
		this.close();
		if (item) this.editor.replace(item.start, item.end, item.text);
	}

	pressed(event) {
		if (this.box.hidden || event.ctrlKey || event.altKey || event.metaKey) return false;
		const { active, items: { length } } = this;
		const { key } = event;
		if (key === "ArrowDown") this.move((active + 1) % length);
		else if (key === "ArrowUp") this.move(active <= 0 ? length - 1 : active - 1);
		else if (key === "Tab" && !event.shiftKey) this.take(Math.max(active, 0));
		else if (key === "Enter" && active >= 0) this.take(active);
		else if (key === "Escape") { this.close(); say("Suggestions closed; Tab leaves the editor"); }
		else return false;
		event.preventDefault();
		return true;
	}
}

const WAIT_MS = 350;

// What is known of the place under the mouse, or of the caret on Ctrl-I: a field, an operator, a problem.
export class Tip {
	constructor(editor) {
		this.editor = editor;
		this.box = make("div", { class: "float tip", hidden: true });
		editor.append(this.box);
		const hide = () => this.wait(() => this.hide());
		editor.area.addEventListener("mousemove", ({ clientX, clientY }) => this.wait(() => this.show(editor.offsetAt(clientX, clientY))));
		editor.area.addEventListener("mouseleave", hide);
		editor.layers.addEventListener("scroll", () => this.hide());
		this.box.addEventListener("mouseenter", () => clearTimeout(this.timer));
		this.box.addEventListener("mouseleave", hide);
	}

	wait(run) {
		clearTimeout(this.timer);
		this.timer = setTimeout(run, WAIT_MS);
	}

	hide() {
		clearTimeout(this.timer);
		this.asked = null;
		this.box.hidden = true;
	}

	async show(position, isAsked = false) {
		this.hide();
		if (position === null) return;
		const { value: text, id: form } = this.editor;
		const asked = (this.asked = {});
		const answer = await ask("hover", { text, position, form });
		if (asked !== this.asked) return;
		const found = this.editor.problems.filter((one) => one.start <= position && position < Math.max(one.end, one.start + 1));
		const parts = [...found, answer?.hover].filter(Boolean);
		if (!parts.length) {
			if (isAsked) say("Nothing is known of this place");
			return;
		}
		this.box.replaceChildren(...parts.map((one) => make("div", { class: one.severity },
			make("strong", {}, one.message ?? one.name), make("small", {}, ` ${one.facts ?? ""}`), make("p", {}, one.help),
			(one.fixes ?? []).map((fix) => button(fix.title, () => this.editor.apply(fix.edits), { class: "fix" })))));
		float(this.box, this.editor.placeOf(parts[0].start));
		if (isAsked) say(this.box.innerText);
	}
}
