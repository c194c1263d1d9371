// Counts the calls of the page that have no answer yet, and may delay each of them.
// An answer counts until the code that waited for it has run.
{
	const send = window.fetch;
	window.callsInFlight = 0;
	const ended = () => setTimeout(() => { window.callsInFlight -= 1; });
	window.fetch = async (...request) => {
		window.callsInFlight += 1;
		if (MAX_DELAY_MS) await new Promise((done) => setTimeout(done, Math.random() * MAX_DELAY_MS));
		try {
			const response = await send(...request);
			// The list of requests stays open, and is no call that ends.
			if (response.ok && String(request[0]).endsWith("/requests")) { ended(); return response; }
			const read = response.json.bind(response);
			response.json = () => read().finally(ended);
			return response;
		} catch (problem) {
			ended();
			throw problem;
		}
	};
}
