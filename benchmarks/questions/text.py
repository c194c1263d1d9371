"""Parse the text form, against parsers of two other text languages for filters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from odata_query import ast as odata
from odata_query.grammar import ODataLexer, ODataParser
from pygeofilter import ast as geofilter
from pygeofilter.parsers.ecql import parse as parse_ecql

import orderquery as oq
from orderquery.syntax.ast import Comparison, Filter, Not
from orderquery.syntax.text_parser import parse_text

from ..harness import Duel, Growth, Size, Table, fight, within

OURS = (
    "paymentStatus = PAID and fulfillmentStatus in (NOT_FULFILLED, PARTIALLY_FULFILLED)"
    " and (priceSummary.total.amount >= 250.00 or channelInfo.type = WEB or archived = true)"
    " and createdDate >= 2024-07-01T00:00:00.000Z and not buyerInfo.email = 'ana@example.com' and number != 10042"
)
ODATA = (
    "paymentStatus eq 'PAID' and fulfillmentStatus in ('NOT_FULFILLED', 'PARTIALLY_FULFILLED')"
    " and (priceSummary/total/amount ge 250.00 or channelInfo/type eq 'WEB' or archived eq true)"
    " and createdDate ge 2024-07-01T00:00:00.000Z and not (buyerInfo/email eq 'ana@example.com') and number ne 10042"
)
ECQL = (
    "paymentStatus = 'PAID' AND fulfillmentStatus IN ('NOT_FULFILLED', 'PARTIALLY_FULFILLED')"
    ' AND ("priceSummary.total.amount" >= 250.00 OR "channelInfo.type" = \'WEB\' OR archived = TRUE)'
    " AND createdDate >= '2024-07-01T00:00:00.000Z' AND NOT \"buyerInfo.email\" = 'ana@example.com' AND number <> 10042"
)
_COMPARISONS = 8


def _ours(tree: Filter) -> int:
    if isinstance(tree, Comparison):
        return 1
    return sum(map(_ours, (tree.child,) if isinstance(tree, Not) else tree.children))


def _theirs(kinds: tuple[type, ...]) -> Callable[[Any], int]:
    """Return a function that counts the nodes of these kinds in a tree."""

    def count(node: Any) -> int:
        return 1 if isinstance(node, kinds) else sum(map(count, getattr(node, "__dict__", {}).values()))

    return count


def measure(size: Size) -> Iterator[Table | Growth]:
    """Yield the table of this question."""
    schema, now = oq.load_schema(), datetime.now(UTC)
    lexer, parser = ODataLexer(), ODataParser()

    def ours() -> Filter:
        search, diagnostics = parse_text(OURS, schema, now)
        assert search is not None
        assert not diagnostics
        return search.filter

    def parse_odata() -> Any:
        return parser.parse(lexer.tokenize(ODATA))

    rivals: tuple[tuple[str, Callable[[], Any], Callable[[Any], int]], ...] = (
        ("odata-query", parse_odata, _theirs((odata.Compare,))),
        ("pygeofilter, ECQL", lambda: parse_ecql(ECQL), _theirs((geofilter.Comparison, geofilter.In))),
    )
    figures = [
        fight(
            Duel(
                "text to AST with source positions",
                name,
                ours,
                parse,
                within(1),
                lambda tree, other, count=count: _ours(tree) == count(other) == _COMPARISONS,
            ),
            size,
        )
        for name, parse, count in rivals
    ]
    note = f"One filter of {_COMPARISONS} comparisons, written as usual in each language; no result is cached."
    yield Table("The text form", note, tuple(figures))
