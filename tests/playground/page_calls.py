"""Calls of the page, sent to an application in this process."""

from __future__ import annotations

from typing import Any

from serving import Asker

import orderquery as oq

JSON = Any
PREFIX = "/_orderquery/playground/"
ORIGIN = {"origin": "http://testserver"}


class PageAsker(Asker):
    """Sends the calls that the page sends."""

    def __init__(self, orders: int = 0, documents: JSON = (), **options: Any) -> None:
        store = oq.open_store(":memory:")
        store.load(oq.sample(orders))
        store.load(list(documents))
        super().__init__(store, playground=True, **options)

    def call(self, name: str, text: str | None = None, form: str = "text", **body: JSON) -> JSON:
        """Return the answer to a call, which must be a 200."""
        sent = body if text is None else {"text": text, "form": form, **body}
        answer = self.client.post(PREFIX + name, json=sent, headers=ORIGIN)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, name: str, headers: Any = ORIGIN, **body: JSON) -> tuple[int, str]:
        """Return the status and the message of a call that fails."""
        answer = self.client.post(PREFIX + name, json=body, headers=headers)
        return answer.status_code, answer.json()["message"]
