// The matches over time. Dragging over the bars adds their dates; so do Shift with the arrows, then Enter.

import { call } from "./api.js";
import { make, options } from "./dom.js";
import { between, refine } from "./session.js";

export class Histogram {
	unit = make("select", { "aria-label": "Unit", change: () => this.load(this.search) }, options(["auto"]));
	bars = make("div", { class: "bars", role: "group", "aria-label": "Matches over time" });
	caption = make("small");
	element = make("div", { class: "histogram", hidden: true },
		this.bars, make("div", { class: "bar" }, this.caption, this.unit));

	constructor() {
		const on = (names, run) => names.split(" ").forEach((name) => this.bars.addEventListener(name, run));
		on("pointerdown", (event) => {
			if (event.button) return;
			this.bars.setPointerCapture(event.pointerId);
			this.isDragged = true;
			this.select(this.at(event), true);
		});
		on("pointermove", (event) => { if (this.isDragged) this.select(this.at(event)); });
		on("pointerup", () => { if (this.isDragged) this.add(); });
		on("pointercancel", () => { this.isDragged = false; });
		on("focusin", ({ target }) => { if (!this.range) this.select([...this.bars.children].indexOf(target), true); });
		on("focusout", () => { if (!this.isDragged) this.clear(); });
		on("keydown", (event) => this.pressed(event));
	}

	async load(search) {
		this.search = search;
		const request = (this.request = {});
		const answer = await call("histogram", { ...search, unit: this.unit.value }).catch((problem) => problem);
		if (request !== this.request) return;
		this.element.hidden = !answer.message && !answer.bars?.length;
		if (answer.bars?.length) this.show(answer);
		else this.caption.textContent = answer.message ?? "";
	}

	show({ field, unit, units, bars, total }) {
		Object.assign(this, { field, data: bars, rest: `${total} by ${unit} of ${field}; drag to select` });
		if (this.unit.length === 1) this.unit.append(...options(units.slice(1)));
		const most = Math.max(...bars.map((bar) => bar.count));
		this.bars.replaceChildren(...bars.map((bar, at) => {
			const fill = make("span");
			fill.style.height = bar.count ? `max(2px, ${(100 * bar.count) / most}%)` : "0";
			return make("button", { type: "button", tabindex: at ? "-1" : "0", "aria-label": bar.label, title: bar.label }, fill);
		}));
		this.clear();
	}

	at({ clientX }) {
		const { left, width } = this.bars.getBoundingClientRect();
		return Math.max(0, Math.min(Math.floor(((clientX - left) / width) * this.data.length), this.data.length - 1));
	}

	select(at, isNew) {
		if (isNew) this.anchor = at;
		this.range = [Math.min(this.anchor, at), Math.max(this.anchor, at) + 1];
		const picked = this.data.slice(...this.range);
		this.mark();
		this.caption.textContent = picked.length === 1 ? picked[0].label
			: `${picked[0].date} to ${picked.at(-1).date}: ${picked.reduce((sum, bar) => sum + bar.count, 0).toLocaleString("en")} orders`;
	}

	clear() {
		this.range = null;
		this.mark();
		this.caption.textContent = this.rest ?? "";
	}

	mark() {
		[...this.bars.children].forEach((bar, at) => bar.classList.toggle("selected", at >= this.range?.[0] && at < this.range[1]));
	}

	add() {
		const picked = this.data.slice(...this.range);
		this.isDragged = false;
		this.clear();
		refine({ conditions: between(this.field, picked[0].start, picked.at(-1).end) });
	}

	pressed(event) {
		const at = [...this.bars.children].indexOf(event.target);
		const step = { ArrowRight: 1, ArrowLeft: -1, Enter: 0 }[event.key];
		const next = this.bars.children[at + step];
		if (!next) return;
		event.preventDefault();
		if (!step) { this.add(); return; }
		this.select(at + step, !event.shiftKey);
		event.target.tabIndex = -1;
		next.tabIndex = 0;
		this.isDragged = true;
		next.focus();
		this.isDragged = false;
	}
}
