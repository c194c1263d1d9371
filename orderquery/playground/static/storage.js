// What the browser keeps: drafts, history, named searches, columns. Never the API key.

import { say } from "./dom.js";

const PREFIX = "orderquery.";
const MAX_HISTORY = 200, MAX_DRAFTS = 50;
const memory = {};
let hasWarned = false;

// A browser may refuse its storage altogether.
function may(run) {
	try { return run(); } catch { return null; }
}

export const recall = (name, fallback) => may(() => JSON.parse(memory[name] ?? localStorage.getItem(PREFIX + name))) ?? fallback;

export function keep(name, value) {
	try {
		localStorage.setItem(PREFIX + name, JSON.stringify(value));
		delete memory[name];
	} catch {
		memory[name] = JSON.stringify(value);
		if (!hasWarned) say("This browser keeps nothing for this page: drafts and history end with the tab", true);
		hasWarned = true;
	}
}

export function forget(name) {
	delete memory[name];
	may(() => localStorage.removeItem(PREFIX + name));
}

// The kept searches of a list, read again before each change: another tab may have changed it.
export const list = (name) => [recall(name, [])].flat().filter((one) => typeof one?.text === "string");

export const addToHistory = (search) => keep("history",
	[search, ...list("history").filter((one) => one.text !== search.text || one.form !== search.form)].slice(0, MAX_HISTORY));

export const removeNamed = (name) => keep("named", list("named").filter((one) => one.name !== name));
export const addNamed = (name, search) => { removeNamed(name); keep("named", [...list("named"), { ...search, name }]); };

// Each tab has a draft of its own, held by a lock.
let draft = "";

const hold = (id) => new Promise((done) => {
	if (!navigator.locks) done(true);
	else navigator.locks.request(PREFIX + id, { ifAvailable: true }, (lock) => { done(lock !== null); return lock && new Promise(() => {}); });
});

function own(id) {
	draft = `draft.${id}`;
	may(() => sessionStorage.setItem(PREFIX, id));
}

export function startDraft() {
	const id = crypto.getRandomValues(new Uint32Array(2)).join("-");
	hold(id);
	own(id);
}

// A copy of a tab begins with its text.
export async function openDraft() {
	const id = may(() => sessionStorage.getItem(PREFIX));
	if (id && (await hold(id))) own(id); else startDraft();
	return recall(`draft.${id}`, null);
}

export function keepDraft(form, texts) {
	if (Object.values(texts).some((text) => text.trim())) keep(draft, { form, texts, at: Date.now() });
	else forget(draft);
}

export function otherDrafts() {
	const names = may(() => Object.keys(localStorage)) ?? [];
	const found = names.map((name) => name.slice(PREFIX.length)).filter((name) => name.startsWith("draft.") && name !== draft)
		.map((name) => ({ key: name, ...recall(name, {}) })).map((one) => ({ ...one, text: one.texts?.[one.form] }))
		.filter((one) => typeof one.text === "string").sort((one, other) => other.at - one.at);
	for (const old of found.slice(MAX_DRAFTS)) forget(old.key);
	return found.slice(0, MAX_DRAFTS);
}
