"""The answers that are texts to copy: SQL, requests, what Wix reads.

Each is a list of blocks: a label, a text, a note beside it, and the name of a file to save it under.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from ..diagnostics.diagnostic import Diagnostic
from ..sql.dialects import DIALECTS
from ..sql.statement import Statement, statement
from ..sql.statement_lines import in_lines
from ..stores.explain import Explanation
from .page_call import PageCall
from .search_answers import search_page
from .snippets import WIX_URL, snippets

JSON = Any

_CLIENTS = {
    "curl": "curl",
    "javascript": "JavaScript SDK",
    "httpx": "Python with httpx",
    "orderquery": "Python with orderquery",
}
_TO_WIX, _TO_THIS_SERVER = "to Wix", "to this server"
_THIS_STORE = " (this store)"


def answer_sql(call: PageCall) -> JSON:
    """Answer with the statement in a dialect, and how the engine of the store runs it."""
    own = getattr(call.store, "dialect", "")
    choices = [f"{name}{_THIS_STORE}" if name == own else name for name in DIALECTS]
    choices.sort(key=lambda choice: not choice.endswith(_THIS_STORE))
    choice = call.text("choice", "") or choices[0]
    dialect = choice.removesuffix(_THIS_STORE)
    plan = call.plan
    if dialect == own:
        explanation = call.store.explain(plan)
        blocks = [*_statement_blocks(explanation.statement), *_plan_blocks(explanation)]
    else:
        blocks = list(_statement_blocks(statement(plan, dialect, site=call.store.site)))
    return {"choices": choices, "choice": choice, "blocks": blocks}


def _statement_blocks(built: Statement) -> Iterator[JSON]:
    yield _block("Statement", in_lines(built.text))
    yield _block("Parameters", json.dumps(built.parameters, ensure_ascii=False, indent=2, default=str))
    for note in built.notes:
        yield {"label": "Note", "note": note}


def _plan_blocks(explanation: Explanation) -> Iterator[JSON]:
    note = "reads every order" if explanation.scans else "uses an index"
    yield _block("Plan of the engine", "\n".join(explanation.lines)) | {"note": note}
    if explanation.costs:
        yield _block("What grows with the store", "\n".join(f"{what}: {line}" for what, line in explanation.costs))


def answer_request(call: PageCall) -> JSON:
    """Answer with the request for each client."""
    choices = [_TO_WIX, _TO_THIS_SERVER]
    choice = call.text("choice", "") or _TO_WIX
    url = call.text("url", WIX_URL).rstrip("/") if choice == _TO_THIS_SERVER else WIX_URL
    made = snippets(call.plan, url)
    return {
        "choices": choices,
        "choice": choice,
        "blocks": [_block(label, made[name]) for name, label in _CLIENTS.items()],
    }


def answer_raw(call: PageCall) -> JSON:
    """Answer with the response that the endpoint gives to the search."""
    answered = search_page(call, call.plan).to_bytes()
    # It keeps every number as it is written, which a decoder of JavaScript or Python does not.
    text = msgspec.json.format(answered, indent=2).decode("utf-8", "replace")
    return {"blocks": [_block("Raw answer", text) | {"file": "orders.json"}]}


def answer_wix(call: PageCall) -> JSON:
    """Answer with what Wix ignores of the search, what it refuses, and what it reads."""
    report = call.report
    blocks = []
    for label, found in (
        ("Wix refuses", [one for one in report.diagnostics if one.effect == "refuses"]),
        ("Wix ignores", [one for one in report.diagnostics if one.effect == "ignores"]),
    ):
        blocks.append(_block(label, _in_words(found)) if found else {"label": label, "note": "nothing of this search"})
    if report.plan is not None:
        read = json.dumps({"search": report.plan.to_json()}, ensure_ascii=False, indent=2)
        blocks.append(_block("Wix reads", read))
    return {"blocks": blocks}


def _in_words(found: Iterable[Diagnostic]) -> str:
    return "\n".join("  ".join(filter(None, (one.pointer, one.message))) for one in found)


def _block(label: str, text: str) -> dict[str, JSON]:
    return {"label": label, "text": text}
