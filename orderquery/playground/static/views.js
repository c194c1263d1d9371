// The problems of the search, and the tabs beside the results.

import { ask } from "./api.js";
import { button, copy, cut, download, gap, hear, link, make, options } from "./dom.js";
import { editor, search } from "./session.js";

const MAX_CHARS = 300_000;

// SQL, the request, the raw answer, or what Wix reads: a list of texts to copy.
customElements.define("block-view", class extends HTMLElement {
	choice = make("select", { "aria-label": "For", hidden: true, change: () => this.refresh() });
	body = make("div", { class: "body" });

	connectedCallback() {
		this.append(this.choice, this.body);
		hear("checked form", () => this.refresh());
	}

	async refresh() {
		if (this.hidden) return;
		const request = (this.request = {});
		const answer = await ask(this.id, { ...search(), choice: this.choice.value, url: location.origin + location.pathname });
		if (request !== this.request || !answer) return;
		this.choice.hidden = !answer.choices;
		if (answer.choices && !this.choice.length) this.choice.append(...options(answer.choices));
		if (answer.choices) this.choice.value = answer.choice;
		this.body.replaceChildren(...(answer.blocks ?? answer.problems.map((one) => ({ note: one.message }))).map(block));
	}
});

const block = ({ label, text, note, file }) => make("section", {},
	make("div", { class: "bar" }, make("h2", {}, label), make("span", {}, note), gap(),
		text == null ? null : button("Copy", () => copy(text), { "aria-label": `Copy ${label}` }),
		file ? button("Save as file", () => download(file, text)) : null),
	text == null ? null : make("pre", { tabindex: "0", role: "region", "aria-label": label }, cut(text, MAX_CHARS)));

customElements.define("problem-list", class extends HTMLElement {
	count = make("p", { "aria-live": "polite" });
	list = make("ul");

	connectedCallback() {
		this.append(this.count, this.list);
		hear("checked", (found) => this.show(found));
		hear("form", () => this.show(editor()));
	}

	show({ problems, more = 0 }) {
		const count = problems.length + more;
		const text = problems.length ? `${count} problem${count === 1 ? "" : "s"}` : "";
		if (this.count.textContent !== text) this.count.textContent = text;
		this.list.replaceChildren(...problems.map((one) => make("li", { class: one.severity },
			make("b", {}, one.severity), link(one.message, () => editor().select(one.start, one.end), "Go to the place"),
			make("span", { class: "help" }, one.help),
			(one.fixes ?? []).map((fix) => button(fix.title, () => editor().apply(fix.edits), { class: "fix" })))));
	}
});
