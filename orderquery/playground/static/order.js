// An order as a tree of its JSON, and why it is among the results.

import { ask } from "./api.js";
import { button, copy, cut, gap, link, make, openDialog, say } from "./dom.js";
import { FIX_FIRST, about, addValue, canFilter, search } from "./session.js";

const MAX_ITEMS = 200, OPEN_LEVELS = 2;

// A number stays as it is written: JavaScript would round it.
const parse = (text) => JSON.parse(text, (key, value, context) =>
	typeof value === "number" ? Object.assign(new Number(value), { source: context?.source ?? value }) : value);

export async function openOrder(id) {
	const answer = await ask("order", { id });
	if (!answer) return;
	if (!answer.order) { say("This order is gone", true); return; }
	const order = parse(answer.order);
	openDialog(`Order ${order.number?.source ?? order.number ?? id}`, [
		make("div", { class: "bar" }, make("code", { dir: "auto" }, id), gap(),
			button("Why is it here?", () => showWhy(id)), button("Copy JSON", () => copy(answer.order))),
		tree("Order", order, "order"),
		answer.transactions ? tree("Transactions", parse(answer.transactions), "transactions") : make("p", {}, "No transactions record"),
	]);
}

const tree = (title, value, record) => make("section", { class: "tree" }, make("h3", {}, title), branch(value, record, [], 0));

function branch(value, record, path, level) {
	const entries = Object.entries(value), rows = make("ul");
	const add = (from) => {
		rows.append(...entries.slice(from, from + MAX_ITEMS).map(([key, item]) =>
			make("li", {}, node(key, item, record, Array.isArray(value) ? path : [...path, key], level))));
		const left = entries.length - from - MAX_ITEMS;
		if (left > 0) rows.append(make("li", {}, button(`${left} more`, ({ target }) => { target.parentElement.remove(); add(from + MAX_ITEMS); })));
	};
	add(0);
	return rows;
}

function node(key, value, record, path, level) {
	const name = make("bdi", { class: "key" }, cut(key));
	if (value === null || typeof value !== "object" || value instanceof Number) return [name, ": ", leaf(value, record, path.join("."))];
	const count = Object.keys(value).length;
	if (!count) return [name, Array.isArray(value) ? ": []" : ": {}"];
	const details = make("details", { open: level < OPEN_LEVELS }, make("summary", {}, name, make("small", {}, ` ${count}`)));
	const fill = () => { if (details.open && !details.children[1]) details.append(branch(value, record, path, level + 1)); };
	details.addEventListener("toggle", fill);
	fill();
	return details;
}

function leaf(value, record, path) {
	const operand = value instanceof Number ? `${value.source}` : value, text = String(operand);
	const row = about.fields.find((one) => one.record === record && one.paths.includes(path));
	const shownText = cut(text);
	const shown = make("bdi", { class: value === null ? "null" : typeof value, dir: "auto" }, shownText);
	if (text !== shownText) {
		return [shown, " ", button(`all ${text.length} characters`, ({ target }) => { shown.textContent = text; target.remove(); })];
	}
	if (!row || !canFilter(row.name)) return shown;
	return link(shown, ({ target }) => { target.closest("dialog").close(); addValue(row.name, operand); }, `Add a condition for ${row.name}`);
}

export async function showWhy(number) {
	const answer = await ask("why", { ...search(), number });
	if (!answer) return;
	if (!answer.verdicts?.length) { say(answer.problems ? FIX_FIRST : `No order has the number or id ${cut(number)}`, true); return; }
	openDialog(answer.title, answer.verdicts.map(({ id, lines }) => make("section", {}, make("h3", { dir: "auto" }, id),
		make("ul", {}, lines.map(({ level, result, text, decides }) => {
			const mark = make("span", { class: result ? "yes" : "no", role: "img", "aria-label": `${result}` }, result ? "✓ " : "✗ ");
			const item = make("li", {}, mark, cut(text), " ", decides ? make("span", { class: "badge" }, "decides") : null);
			item.style.paddingLeft = `${level * 20}px`;
			return item;
		})))));
}
