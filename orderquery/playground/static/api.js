// The calls of the server. The API key lives here alone, in memory.

import { attempt } from "./dom.js";

const BASE = new URL("../", import.meta.url);
let access = {};

export const setAccess = (key, site) => {
	access = { ...(key && { authorization: key }), ...(site && { "wix-site-id": site }) };
};

async function send(name, body, signal) {
	const headers = { "content-type": "application/json", ...access };
	const response = await fetch(new URL(name, BASE), { method: "POST", headers, body: JSON.stringify(body), signal })
		.catch((problem) => { throw signal?.aborted ? problem : new Error("The server does not answer. Is it still running?"); });
	if (response.ok) return response;
	const { message } = await response.json().catch(() => ({}));
	throw Object.assign(new Error(message || `The server answered ${response.status}.`), { status: response.status });
}

export const call = async (name, body = {}) => (await send(name, body)).json();
export const ask = (name, body) => attempt(() => call(name, body));

export async function* lines(name, body, signal) {
	const stream = (await send(name, body, signal)).body.pipeThrough(new TextDecoderStream()).getReader();
	for (let rest = ""; ;) {
		const { done, value } = await stream.read();
		if (done) return;
		const parts = (rest + value).split("\n");
		rest = parts.pop();
		for (const part of parts) if (part) yield JSON.parse(part);
	}
}
