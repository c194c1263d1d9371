// Elements from data. Text only ever becomes a text node.

// Functions in `properties` are listeners, the rest are attributes.
export function make(name, properties = {}, ...children) {
	const element = document.createElement(name);
	for (const [key, value] of Object.entries(properties)) {
		if (typeof value === "function") element.addEventListener(key, value);
		else if (value !== false && value != null) element.setAttribute(key, value === true ? "" : value);
	}
	element.append(...children.flat(3).filter((child) => child != null));
	return element;
}

export const button = (label, click, properties = {}) => make("button", { type: "button", click, ...properties }, label);
export const link = (label, click, title) => button(label, click, { class: "plain", title });
export const options = (names) => names.map((name) => make("option", {}, name));
export const gap = () => make("span", { class: "grow" });
export const byId = (id) => document.getElementById(id);
export const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
export const hear = (names, run) => names.split(" ").forEach((name) => document.addEventListener(name, (event) => run(event.detail)));
export const cut = (text, most = 1000) => (text.length > most ? `${text.slice(0, most)}…` : text);

export function say(text, isError = false) {
	byId("status").textContent = text;
	byId("status").classList.toggle("error", isError);
}

export async function attempt(run) {
	try {
		return await run();
	} catch (problem) {
		say(problem.message, true);
		return null;
	}
}

// Fill a list of tabs from pairs of id and label. Return a function that marks one.
export function tabs(list, pairs, select) {
	const all = pairs.map(([id, label]) => {
		byId(id).role = "tabpanel";
		byId(id).setAttribute("aria-labelledby", `tab-${id}`);
		return button(label, () => select(id), { role: "tab", id: `tab-${id}`, "aria-controls": id });
	});
	list.append(...all);
	list.addEventListener("keydown", ({ key }) => {
		const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
		const next = step && all.at((all.indexOf(document.activeElement) + step) % all.length);
		next?.click();
		next?.focus();
	});
	return (wanted) => pairs.forEach(([id], at) => {
		all[at].setAttribute("aria-selected", id === wanted);
		all[at].tabIndex = id === wanted ? 0 : -1;
		byId(id).hidden = id !== wanted;
	});
}

export function float(box, place) {
	box.hidden = false;
	const { width, height } = box.getBoundingClientRect();
	const isAbove = place.bottom + height + 4 > innerHeight && place.top > height;
	box.style.left = `${Math.max(4, Math.min(place.left, innerWidth - width - 8))}px`;
	box.style.top = `${isAbove ? place.top - height - 4 : place.bottom + 4}px`;
}

// Open a dialog. The browser keeps the focus in it, closes it on Escape and puts the focus back.
export function openDialog(title, content) {
	const heading = make("h2", { id: "dialog", dir: "auto", tabindex: "-1" }, cut(title, 100));
	const dialog = make("dialog", { "aria-labelledby": "dialog" },
		make("header", {}, heading, button("Close", () => dialog.close())),
		make("div", { class: "content", tabindex: "0", role: "region", "aria-label": "Content" }, content));
	dialog.addEventListener("close", () => dialog.remove());
	document.querySelector("dialog")?.close();
	document.body.append(dialog);
	dialog.showModal();
	heading.focus();
	return dialog;
}

export async function copy(text) {
	await attempt(() => navigator.clipboard.writeText(text));
	say("Copied");
}

export function download(name, text) {
	const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
	make("a", { href: url, download: name }).click();
	setTimeout(() => URL.revokeObjectURL(url), 1000);
}
