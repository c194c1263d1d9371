"""Matching of blocks of JSON texts against a search.

It is used in the process of ``match`` and in its workers.
"""

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
from .output import join_lines

JSON = Any
SPACE = b" \t\r\n"

OnProblem = Callable[[Diagnostic], None]


class BlockMatcher:
    """A matcher of the orders in blocks.

    ``transactions`` maps an order id to the part of its transactions that the search reads.
    """

    def __init__(self, schema: Schema, plan: Plan, transactions: Mapping[str, JSON], *, verbose: bool) -> None:
        self._schema, self._matches, self._transactions, self._verbose = schema, plan.matches, transactions, verbose
        # A partial decoder does not see values that do not fit their field.
        self._decode_partially = None if verbose else partial_decoder(schema, plan.condition)

    def match(self, block: Block, on_problem: OnProblem) -> list[bytes]:
        """Return the matching orders of a block as lines.

        Calls ``on_problem`` with the diagnostic of each unusable text; it has a line, but no source name yet.
        """
        orders = itertools.repeat(None) if self._decode_partially is None else self._decode_partially(block.texts)
        return list(self._match(block, orders, on_problem))

    def _match(self, block: Block, orders: Iterable[JSON], on_problem: OnProblem) -> Iterator[bytes]:
        """Yield the matching lines.

        ``orders`` has None for each text that must be decoded in full.
        """
        matches, transactions = self._matches, self._transactions
        for offset, (text, order) in enumerate(zip(block.texts, orders, strict=False)):
            if order is not None:
                if matches(order, transactions.get(order_id(self._schema, order) or "") if transactions else None):
                    yield _to_line(text)
            elif text.strip():
                for record in from_bytes(self._schema, text, report_unfit=self._verbose, open_tokens=True):
                    if isinstance(record, Diagnostic):
                        on_problem(replace(record, line=block.number + offset + (record.line or 1) - 1))
                    elif record.kind == "order" and matches(record.decoded, transactions.get(record.id)):
                        yield _to_line(record.document)


def compile_matcher(table: str | None, search: JSON, *, verbose: bool) -> BlockMatcher:
    """Compile a bare search, in a spawned worker: a matcher cannot be pickled."""
    schema = load_schema(table)
    return BlockMatcher(schema, compile_search(search, shape="search", schema=schema), {}, verbose=verbose)


def _to_line(document: bytes) -> bytes:
    is_line = document.startswith(b"{") and document.endswith(b"}\n") and b"\r" not in document
    if is_line and document.index(b"\n") == len(document) - 1:
        return document
    return join_lines(document.strip(SPACE)) + b"\n"
