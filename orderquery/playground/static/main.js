// The page as a whole: forms, tabs, panels, links and drafts.

import "./editor.js";
import "./results.js";
import "./views.js";
import { ask } from "./api.js";
import { button, byId, copy, download, hear, make, openDialog, say, tabs, tell } from "./dom.js";
import { PANELS, showPanel } from "./panels.js";
import * as session from "./session.js";
import * as storage from "./storage.js";

const VIEWS = [["results", "Results"], ["sql", "SQL"], ["request", "Request"], ["raw", "Raw answer"], ["wix", "What Wix reads"]];
const MAX_LINK_CHARS = 8000;

const markForm = tabs(byId("forms"), session.FORMS, session.switchTo);
const markView = tabs(byId("views"), VIEWS, showView);

function showView(id) {
	markView(id);
	byId(id).refresh?.();
}

const panelButtons = PANELS.map(([id, label]) => button(label, () => showPanel(byId(id).hidden ? id : ""), { id: `open-${id}`, "aria-expanded": "false" }));
document.querySelector("nav").append(...panelButtons);
document.querySelector("aside").addEventListener("keydown", ({ key }) => {
	if (key !== "Escape") return;
	const opener = panelButtons.find((one) => one.ariaExpanded === "true");
	showPanel("");
	opener.focus();
});

const keepDraft = () => storage.keepDraft(session.search().form, session.texts());
hear("form", markForm);
hear("run", () => showView("results"));
hear("format", async () => {
	const answer = await ask("format", session.search());
	if (answer?.problems) say("The text does not parse", true);
	if (answer?.text !== undefined) session.editor().change(answer.text);
});

function copyLink() {
	const { form, text } = session.search();
	const link = `${location.origin}${location.pathname}#${new URLSearchParams({ v: 1, form, q: text })}`;
	if (link.length <= MAX_LINK_CHARS) { copy(link); return; }
	download("search.json", JSON.stringify({ form, text }));
	say("The search is too long for a link; saved as a file instead", true);
}

function save() {
	const name = make("input", { required: true, maxlength: 80, autocomplete: "off" });
	const dialog = openDialog("Save the search", make("form", { submit: (event) => {
		event.preventDefault();
		storage.addNamed(name.value.trim(), session.search());
		dialog.close();
		say(`Saved as ${name.value.trim()}`);
		tell("saved");
	} }, make("label", {}, "Name", name), make("button", { class: "main" }, "Save")));
	name.focus();
}

const actions = { run: () => tell("run"), format: () => tell("format"), link: copyLink, save };
for (const id in actions) byId(id).addEventListener("click", actions[id]);

// Open the search in the fragment of the address as a new draft, and take it out of the address.
function openLink() {
	const link = new URLSearchParams(location.hash.slice(1));
	if (!link.has("q")) return;
	history.replaceState(null, "", location.pathname);
	if (link.get("v") !== "1") { say("This link is of another version of the page", true); return; }
	session.use({ form: link.get("form"), text: link.get("q") });
}

hear("denied", () => showPanel("settings"));
hear("access", async () => {
	if (!(await session.learn())) return;
	say("Connected");
	session.editor().check();
});

const draft = await storage.openDraft();
session.restore(draft?.form ?? "text", draft?.texts);
openLink();
addEventListener("hashchange", openLink);
hear("edited form", keepDraft);
keepDraft();
// A browser that keeps nothing says so now.
storage.keep("used", Date.now());
showView("results");
if (await session.learn()) session.editor().area.focus();
