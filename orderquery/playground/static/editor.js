// The editor of one form: a native textarea over a layer with the same text. Colours and underlines are CSS highlights
// over ranges of that, so they cannot move a character. Tokens and problems come from the server.

import { ask } from "./api.js";
import { Suggestions, Tip } from "./assist.js";
import { make, tell } from "./dom.js";

class QueryEditor extends HTMLElement {
	problems = [];
	tokens = [];
	drawn = "";
	ink = document.createTextNode(" ");

	connectedCallback() {
		this.area = make("textarea", {
			spellcheck: "false", autocapitalize: "off", autocomplete: "off", dir: "ltr", rows: 1, "aria-autocomplete": "list",
			"aria-label": `Search as ${this.id}`, "aria-describedby": "problems",
		});
		this.layers = make("div", { class: "layers" }, make("pre", { "aria-hidden": "true" }, this.ink), this.area);
		this.append(this.layers);
		this.suggestions = new Suggestions(this);
		this.tip = new Tip(this);
		this.area.addEventListener("input", (event) => this.edited(event));
		this.area.addEventListener("compositionend", () => this.check());
		this.area.addEventListener("keydown", (event) => this.pressed(event));
	}

	get value() { return this.area.value; }

	// Show another text, without a step to undo.
	set value(text) {
		this.area.value = text;
		this.draw();
	}

	// Replace a range in one step to undo.
	replace(start, end, text) {
		this.select(start, end);
		document.execCommand(text ? "insertText" : "delete", false, text);
	}

	// Change the text to another, in one step, and only where the two differ.
	change(text) {
		const old = this.value;
		if (old === text) return;
		const start = sameStart(old, text);
		let end = old.length, newEnd = text.length;
		while (end > start && newEnd > start && old[end - 1] === text[newEnd - 1]) { end -= 1; newEnd -= 1; }
		this.replace(start, end, text.slice(start, newEnd));
	}

	apply(edits) {
		this.change(edits.reduceRight((text, [start, end, part]) => text.slice(0, start) + part + text.slice(end), this.value));
	}

	select(start, end) {
		this.area.focus();
		this.area.setSelectionRange(start, end);
	}

	edited(event) {
		this.tip.hide();
		this.draw();
		const { top, bottom } = this.placeOf(this.area.selectionEnd), box = this.layers.getBoundingClientRect();
		this.layers.scrollTop += Math.max(0, bottom - box.bottom + 8) + Math.min(0, top - box.top - 8);
		tell("edited");
		if (event.isComposing) return;
		this.isWanted = this.suggestions.typed(event);
		this.check();
	}

	// New colours come from the server.
	draw() {
		const text = this.value, start = sameStart(text, this.drawn), by = text.length - this.drawn.length;
		const move = (one) => ({ ...one, start: one.start > start ? one.start + by : one.start, end: one.end >= start ? one.end + by : one.end });
		this.tokens = this.tokens.map(move);
		this.problems = this.problems.map(move);
		this.suggestions.items = this.suggestions.items.map(move);
		this.drawn = text;
		// The space keeps the last line, also after a line break.
		this.ink.data = `${text} `;
		this.paint();
	}

	paint() {
		if (this.hidden || !CSS.highlights) return;
		const found = {};
		const add = (name, start, end) => {
			const from = Math.max(0, start), to = Math.min(end, this.ink.length);
			if (from < to) (found[name] ??= new Highlight()).add(new StaticRange({ startContainer: this.ink, startOffset: from, endContainer: this.ink, endOffset: to }));
		};
		for (const one of this.tokens) add(one.kind, one.start, one.end);
		for (const one of this.problems) add(one.severity, one.start, Math.max(one.end, one.start + 1));
		CSS.highlights.clear();
		for (const name in found) CSS.highlights.set(name, found[name]);
	}

	// Texts between answers are skipped, and suggestions come last.
	async check() {
		this.isStale = true;
		if (this.isAsking) return;
		this.isAsking = true;
		while (this.isStale) {
			this.isStale = false;
			const text = this.value;
			const answer = await ask("check", { text, form: this.id });
			if (!answer || this.isStale) continue;
			this.tokens = answer.tokens.map(([start, end, kind]) => ({ start, end, kind }));
			this.problems = text.trim() ? answer.diagnostics : [];
			this.paint();
			if (!this.hidden) tell("checked", { problems: this.problems, more: answer.count - answer.diagnostics.length });
		}
		this.isAsking = false;
		if (this.isWanted) this.suggestions.ask();
	}

	pressed(event) {
		// The key that ends a composition belongs to it.
		if (event.isComposing || event.keyCode === 229 || this.suggestions.pressed(event)) return;
		const { ctrlKey, metaKey, shiftKey, altKey, code } = event;
		const run = {
			"Escape": () => this.tip.hide(),
			"Ctrl-Enter": () => tell("run"),
			"Ctrl-Space": () => this.suggestions.ask(true),
			"Ctrl-KeyI": () => this.tip.show(this.area.selectionStart, true),
			"Shift-Alt-KeyF": () => tell("format"),
		}[[(ctrlKey || metaKey) && "Ctrl-", shiftKey && "Shift-", altKey && "Alt-", code].filter(Boolean).join("")];
		if (!run) return;
		event.preventDefault();
		run();
	}

	placeOf(offset) {
		const range = document.createRange();
		const at = Math.min(offset, this.ink.length - 1);
		range.setStart(this.ink, at);
		range.setEnd(this.ink, at + 1);
		return range.getClientRects()[0] ?? range.getBoundingClientRect();
	}

	offsetAt(x, y) {
		this.layers.classList.add("probe");
		const { offsetNode, offset } = document.caretPositionFromPoint(x, y) ?? {};
		this.layers.classList.remove("probe");
		if (offsetNode !== this.ink) return null;
		// A point in the right half of a character is nearer to the next one.
		return [offset, offset - 1].find((at) => {
			const box = this.placeOf(Math.max(at, 0));
			return x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
		}) ?? null;
	}
}

function sameStart(one, other) {
	let at = 0;
	while (at < one.length && at < other.length && one[at] === other[at]) at += 1;
	return at;
}

customElements.define("query-editor", QueryEditor);
