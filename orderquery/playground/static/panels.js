// The panels at the side: fields, searches, requests, settings.

import { lines, setAccess } from "./api.js";
import { button, byId, cut, download, hear, link, make, say, tell } from "./dom.js";
import { about, editor, use } from "./session.js";
import * as storage from "./storage.js";

export const PANELS = [["fields", "Fields"], ["saved", "Searches"], ["requests", "Requests"], ["settings", "Settings"]];

const MAX_REQUESTS = 200, RETRY_MS = 2000;
const firstLine = (text) => cut(text.trim().split("\n", 1)[0], 120) || "empty";

customElements.define("fields-panel", class extends HTMLElement {
	filter = make("input", { type: "search", "aria-label": "Find a field", placeholder: "Find a field", input: () => this.show() });
	list = make("ul", { class: "rows" });

	connectedCallback() {
		this.append(make("h2", {}, "Fields"), this.filter, this.list);
		hear("about", () => this.show());
	}

	show() {
		const wanted = this.filter.value.trim().toLowerCase();
		const rows = about.fields.filter((row) => `${row.name} ${row.facts} ${row.values}`.toLowerCase().includes(wanted));
		this.list.replaceChildren(...rows.map((row) => make("li", {}, link(make("code", {}, row.name), () => insert(row.name), "Insert"), make("small", {}, ` ${row.facts}`),
			make("p", {}, row.spellings || "cannot be filtered"), make("p", {}, row.values), make("p", {}, row.note))));
	}
});

// Insert a name at the caret, apart from a word before it.
function insert(name) {
	const { selectionStart: start, selectionEnd: end, value } = editor().area;
	const space = /[\w)"']$/.test(value.slice(0, start)) ? " " : "";
	editor().replace(start, end, editor().id === "text" ? space + name : JSON.stringify(name));
}

customElements.define("saved-panel", class extends HTMLElement {
	connectedCallback() {
		hear("panel saved run form", () => setTimeout(() => { if (!this.hidden) this.show(); }));
	}

	show() {
		const named = storage.list("named"), history = storage.list("history");
		const rows = (title, found, remove) => (found.length ? [make("h3", {}, title), make("ul", { class: "rows" }, found.map((one) => {
			const label = one.title ?? one.name ?? firstLine(one.text);
			return make("li", {}, link(label, () => use(one)), make("small", {}, ` ${one.form}`), one.title || one.name ? make("p", {}, firstLine(one.text)) : null,
				remove ? button("Delete", () => { remove(one); this.show(); }, { class: "small", "aria-label": `Delete ${label}` }) : null);
		}))] : []);
		this.replaceChildren(make("h2", {}, "Searches"), ...rows("Named", named, (one) => storage.removeNamed(one.name)),
			...rows("Examples", about.examples),
			...rows("Other drafts", storage.otherDrafts(), (one) => storage.forget(one.key)),
			...rows("History", history), make("div", { class: "bar" },
				button("Clear history", () => { storage.forget("history"); this.show(); }),
				button("Save as file", () => download("searches.json", JSON.stringify({ named, history }, null, 2)))));
	}
});

customElements.define("requests-panel", class extends HTMLElement {
	last = 0;
	list = make("ul", { class: "rows" });
	note = make("p", {}, "Nothing has reached the endpoint yet. What an application sends to it appears here.");

	connectedCallback() {
		this.append(make("h2", {}, "Requests"), this.note, this.list);
		hear("panel", (name) => this.follow(name === "requests"));
	}

	async follow(isOpen) {
		this.reading?.abort();
		const { signal } = (this.reading = new AbortController());
		while (isOpen && !signal.aborted) {
			try {
				for await (const request of lines("requests", { after: this.last }, signal)) this.add(request);
			} catch (problem) {
				if (signal.aborted) return;
				this.note.hidden = false;
				this.note.textContent = problem.message;
				if (problem.status) return;
				// A server that starts again counts from 1.
				this.last = 0;
				this.list.replaceChildren();
				await new Promise((done) => setTimeout(done, RETRY_MS));
			}
		}
	}

	add({ number, status, method, path, at, ms, body, canOpen, diagnostics }) {
		this.last = number;
		this.note.hidden = true;
		this.list.prepend(make("li", {}, make("span", { class: `badge ${status < 400 ? "yes" : "no"}` }, status), make("b", {}, ` ${method} `), make("bdi", {}, path),
			make("small", {}, ` ${new Date(at).toLocaleTimeString("en", { hour12: false })} · ${ms} ms`),
			make("ul", {}, diagnostics.map((one) => make("li", { class: one.severity }, make("b", {}, one.severity), ` ${one.message}`))),
			body && make("details", {}, make("summary", {}, "Body"), make("pre", { tabindex: "0" }, cut(body, 20_000))),
			canOpen ? button("Open in the editor", () => use({ form: "json", text: body })) : null));
		if (this.list.children.length > MAX_REQUESTS) this.list.lastChild.remove();
		say(`Request: ${method} ${path} ${status}`);
	}
});

customElements.define("settings-panel", class extends HTMLElement {
	connectedCallback() {
		const field = (label, input) => make("label", {}, label, input);
		const key = make("input", { type: "password", autocomplete: "off" }), site = make("input", { autocomplete: "off", spellcheck: "false" });
		this.append(make("h2", {}, "Settings"),
			make("form", { submit: (event) => { event.preventDefault(); setAccess(key.value, site.value.trim()); tell("access"); } },
				field("API key, kept until the page is reloaded", key), field("Site (wix-site-id), if the store has several", site), make("button", {}, "Use")),
			make("p", {}, "Ctrl-Enter runs, Ctrl-Space suggests, Ctrl-I explains the place of the caret, Shift-Alt-F formats."));
	}
});

export function showPanel(wanted) {
	for (const [id] of PANELS) {
		byId(id).hidden = id !== wanted;
		byId(`open-${id}`).setAttribute("aria-expanded", id === wanted);
	}
	document.querySelector("aside").hidden = !wanted;
	byId(wanted || "text").querySelector("input, button")?.focus();
	tell("panel", wanted);
}
