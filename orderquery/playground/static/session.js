// The search that is being written, and what is done with it.

import { ask, call } from "./api.js";
import { byId, say, tell } from "./dom.js";
import { startDraft } from "./storage.js";

export const FORMS = [["text", "Text"], ["json", "JSON"], ["sdk", "SDK"]];
export const FIX_FIRST = "Fix the problems of the search first";
// Texts of the forms that are one search.
let same = {};
let active = "text";

export const about = { fields: [], columns: [], examples: [] };

// Ask for the fields, columns and examples.
export async function learn() {
	try {
		byId("shop").textContent = Object.assign(about, await call("about")).title;
		tell("about");
		return true;
	} catch (problem) {
		if ([400, 401].includes(problem.status)) tell("denied");
		say(problem.message, true);
		return false;
	}
}

export const fieldNamed = (name) => about.fields.find((row) => row.name === name);
export const canFilter = (name) => fieldNamed(name)?.operators.length > 0;

export const editor = (form = active) => byId(form);
export const search = () => ({ form: active, text: editor().value });
export const texts = () => Object.fromEntries(FORMS.map(([form]) => [form, byId(form).value]));

export function useForm(form) {
	active = form in texts() ? form : "text";
	tell("form", active);
	editor().paint();
	editor().check();
}

export function restore(form, kept) {
	for (const [one] of FORMS) byId(one).value = typeof kept?.[one] === "string" ? kept[one] : "";
	same = {};
	useForm(form);
	tell("edited");
}

// Open a search as a new draft: what was written stays under "Other drafts".
export function use({ form, text }) {
	startDraft();
	restore(form, { [form]: text });
	tell("run");
}

// Go to another form. Its text stays if it is the same search, or if this one has problems.
export async function switchTo(form) {
	const from = search(), to = byId(form);
	if (form === active) return;
	const isKept = [form, active].every((one) => same[one] === byId(one).value);
	const answer = isKept ? null : await ask("convert", { ...from, to: form });
	useForm(form);
	to.area.focus();
	if (answer?.problems) say("Not converted, because of its problems. Each form keeps its own text.", true);
	if (answer?.text === undefined) return;
	to.change(answer.text);
	same = { ...(same[from.form] === from.text && same), [from.form]: from.text, [form]: answer.text };
}

export async function refine(change) {
	const { form, text } = search();
	const answer = await ask("refine", { form, text, ...change });
	if (answer?.problems) say(FIX_FIRST, true);
	if (answer?.text === undefined) return;
	byId(form).change(answer.text);
	tell("run");
}

// Add the condition for a value; for a date, those of its day (UTC).
export function addValue(field, value) {
	const day = fieldNamed(field).type === "instant" ? Date.parse(value?.slice(0, 10)) : NaN;
	refine({ conditions: Number.isNaN(day) ? [{ field, value }] : between(field, new Date(day), new Date(day + 86_400_000)) });
}

export const between = (field, start, end) => [{ field, operator: "$gte", value: start }, { field, operator: "$lt", value: end }];
