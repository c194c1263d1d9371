"""Blocks of JSON texts judged by a search: what ``match`` does with what it has read."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..api import Plan, compile_search
from ..diagnostics.diagnostic import Diagnostic
from ..documents.fields import order_id
from ..documents.ingest import from_bytes
from ..documents.json_lines import Block
from ..documents.partial_decoder import partial_decoder
from ..language.schema import Schema, load_schema

JSON = Any
SPACE = b" \t\r\n"
LINE_BREAKS = b"\r\n"

Report = Callable[[Diagnostic], None]
"""Told what cannot be used."""


class Judge:
    """Judges blocks by a search. ``transactions`` are what it reads of them, by their orders' ids."""

    def __init__(self, schema: Schema, plan: Plan, transactions: Mapping[str, JSON], *, verbose: bool) -> None:
        self._schema, self._matches, self._transactions, self._verbose = schema, plan.matches, transactions, verbose
        # What does not fit is found only in what has been read whole.
        self._decoded = None if verbose else partial_decoder(schema, plan.condition)

    def matching(self, block: Block, report: Report) -> list[bytes]:
        """The orders of a block that match, each as a line.

        What cannot be used is reported as it is found, with the line on which it stands and no source yet.
        """
        orders = itertools.repeat(None) if self._decoded is None else self._decoded(block.texts)
        return list(self._matching(block, orders, report))

    def _matching(self, block: Block, orders: Iterable[JSON], report: Report) -> Iterator[bytes]:
        """The documents that match; ``orders`` has ``None`` for what must be read whole."""
        matches, known = self._matches, self._transactions
        for offset, (text, order) in enumerate(zip(block.texts, orders, strict=False)):
            if order is not None:
                if matches(order, known.get(order_id(self._schema, order) or "") if known else None):
                    yield _as_line(text)
            elif text.strip():
                for found in from_bytes(self._schema, text, report_unfit=self._verbose):
                    if isinstance(found, Diagnostic):
                        report(replace(found, line=block.number + offset))
                    elif found.kind == "order" and matches(found.decoded, known.get(found.id)):
                        yield _as_line(found.document)


def compiled_judge(table: str | None, search: JSON, *, verbose: bool) -> Judge:
    """The judge by a bare search, for a process that has been told no more than this."""
    schema = load_schema(table)
    return Judge(schema, compile_search(search, shape="search", schema=schema), {}, verbose=verbose)


def _as_line(document: bytes) -> bytes:
    plain = document.startswith(b"{") and document.endswith(b"}\n") and b"\r" not in document
    if plain and document.index(b"\n") == len(document) - 1:
        return document
    # A line break stands in a document only where space may.
    return document.strip(SPACE).translate(None, LINE_BREAKS) + b"\n"
