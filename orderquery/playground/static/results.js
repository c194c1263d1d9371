// The results: count, histogram, table, and pages by cursor.

import { call } from "./api.js";
import { button, float, hear, link, make, say, tell } from "./dom.js";
import { Histogram } from "./histogram.js";
import { openOrder, showWhy } from "./order.js";
import { about, addValue, canFilter, fieldNamed, learn, refine, search, use } from "./session.js";
import { addToHistory, keep, recall } from "./storage.js";

const MAX_CHARS = 1000;

customElements.define("results-view", class extends HTMLElement {
	asked = {};
	count = make("strong");
	note = make("small");
	prev = button("Previous", () => this.load(this.ran, this.page.prev));
	next = button("Next", () => this.load(this.ran, this.page.next));
	columns = make("details", { class: "menu" }, make("summary", {}, "Columns"));
	histogram = new Histogram();
	empty = make("div", { class: "empty" }, "Write a search and press Ctrl-Enter, or begin with one of these:");

	connectedCallback() {
		this.table = make("div", { class: "scroll", role: "region", "aria-label": "Orders", tabindex: "0", keydown: (event) => walk(event) },
			this.empty);
		const number = make("input", { "aria-label": "Number or id of an order", placeholder: "number", size: 9, required: true });
		this.append(make("div", { class: "bar" }, this.count, this.note,
			make("form", { class: "bar", submit: (event) => { event.preventDefault(); showWhy(number.value); } }, "Why is", number, make("button", {}, "here, or not?")),
			this.columns, this.prev, this.next), this.histogram.element, this.table);
		this.turn({});
		hear("run", (options) => this.run({ ...search(), ...options }));
		hear("edited", () => this.compare());
		hear("about", () => {
			this.fillColumns();
			this.empty.replaceChildren(this.empty.firstChild, ...about.examples.map((one) => link(one.title, () => use(one))));
		});
	}

	chosen() {
		const names = recall(`columns.${about.schema}`, []);
		const found = about.columns.filter((column) => names.includes(column.title));
		return found.length ? found : about.columns.filter((column) => column.isUsual);
	}

	fillColumns() {
		const chosen = this.chosen().map((column) => column.title);
		const list = make("fieldset", { class: "float list" }, make("legend", { class: "unseen" }, "Columns"), about.columns.map(({ title }) => make("label", {},
			make("input", { type: "checkbox", value: title, checked: chosen.includes(title) }), ` ${title}`)));
		list.addEventListener("change", () => {
			keep(`columns.${about.schema}`, [...list.querySelectorAll(":checked")].map((box) => box.value));
			if (this.ran) this.load(this.ran, this.cursor);
		});
		this.columns.replaceChildren(this.columns.firstChild, list);
		this.columns.ontoggle = () => float(list, this.columns.getBoundingClientRect());
	}

	async run(wanted) {
		if (!(await this.load(wanted))) return;
		addToHistory({ form: wanted.form, text: wanted.text });
		this.count.textContent = "…";
		this.histogram.load(wanted);
		await this.ask("count", wanted, ({ count, ms }) => {
			this.count.textContent = `${count.toLocaleString("en")} order${count === 1 ? "" : "s"}`;
			this.time += `, counted in ${ms} ms`;
			this.compare();
			say(`${this.count.textContent} found`);
		});
	}

	async load(wanted, cursor = "") {
		if (!about.columns.length && !(await learn())) return false;
		const columns = this.chosen();
		return this.ask("search", { ...wanted, cursor, columns }, (page) => {
			Object.assign(this, { ran: wanted, cursor, page, time: `${page.rows.length} in ${page.ms} ms` });
			this.turn(page);
			this.show(page, columns);
			this.compare();
		});
	}

	turn({ prev, next }) {
		this.prev.disabled = !prev;
		this.next.disabled = !next;
	}

	async ask(name, wanted, show) {
		const request = (this.asked[name] = {});
		this.setAttribute("aria-busy", "true");
		const answer = await call(name, wanted).catch((problem) => ({ problems: [problem] }));
		if (request !== this.asked[name]) return false;
		this.removeAttribute("aria-busy");
		if (!answer.problems) { show(answer); return true; }
		this.ran = null;
		this.count.textContent = this.note.textContent = "";
		this.turn({});
		this.histogram.element.hidden = true;
		this.table.replaceChildren(make("div", { class: "empty" }, make("p", {}, "This search does not run:"),
			make("ul", {}, answer.problems.map((one) => make("li", {}, one.message))),
			answer.asWix ? button("Run what Wix reads of it", () => tell("run", { asWix: true })) : null));
		say("The search does not run", true);
		return false;
	}

	compare() {
		if (!this.ran) return;
		const { form, text } = search();
		const isOld = this.ran.text !== text || this.ran.form !== form;
		this.note.textContent = [this.time, this.ran.asWix && "as Wix reads it", isOld && "of an earlier text"].filter(Boolean).join(" · ");
	}

	show(page, columns) {
		if (!page.rows.length) { this.table.replaceChildren(make("p", { class: "empty" }, "No orders match.")); return; }
		const open = ({ id }) => make("td", {}, button("›", () => openOrder(id), { class: "open", "aria-label": `Open order ${id}`, tabindex: "-1" }));
		this.table.replaceChildren(make("table", {},
			make("caption", { class: "unseen" }, "Orders. Arrows move between values; Enter adds the condition for a value."),
			make("thead", {}, make("tr", {}, make("th", { scope: "col" }, make("span", { class: "unseen" }, "Open")), columns.map((column) => heading(column, page)))),
			make("tbody", {}, page.rows.map((row) => make("tr", {}, open(row), row.cells.map((cell, at) => data(cell, columns[at])))))));
		this.table.querySelector("td button").tabIndex = 0;
	}
});

function heading({ title, fields: [name], isNumber }, { sorted, sort: [key] }) {
	const isSorted = sorted && key.field === name;
	const properties = { scope: "col", class: isNumber && "number", "aria-sort": isSorted && (key.descending ? "descending" : "ascending") };
	if (!fieldNamed(name).sortable) return make("th", properties, title);
	const next = isSorted && key.descending ? [] : [{ field: name, descending: isSorted }];
	return make("th", properties, link(title + (isSorted ? (key.descending ? " ↓" : " ↑") : ""), () => refine({ sort: next }), "Sort"));
}

function data(cell, { isNumber }) {
	const shown = cell && make("bdi", { dir: "auto" }, cell.shown);
	const canAdd = cell && canFilter(cell.field) && cell.values.length === 1 && cell.values[0].length <= MAX_CHARS;
	const content = canAdd ? link(shown, () => addValue(cell.field, cell.values[0]), `Add a condition for ${cell.field}`) : shown;
	if (canAdd) content.tabIndex = -1;
	return make("td", { class: isNumber && "number" }, content);
}

// Arrows move between the values; the table is one stop for Tab.
function walk(event) {
	const cell = event.target.closest("td");
	const down = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 0, ArrowLeft: 0 }[event.key];
	if (!cell || down === undefined) return;
	event.preventDefault();
	const row = down > 0 ? cell.parentElement.nextSibling : down < 0 ? cell.parentElement.previousSibling : cell.parentElement;
	const all = [...(row?.querySelectorAll("button") ?? [])];
	const next = down ? (row?.cells[cell.cellIndex].querySelector("button") ?? all[0]) : all[all.indexOf(event.target) + (event.key === "ArrowRight" ? 1 : -1)];
	if (!next) return;
	event.target.tabIndex = -1;
	next.tabIndex = 0;
	next.focus();
}
