"""The diagnostic codes of queries of the older Stores API and of translations."""

from __future__ import annotations

from .code import Code, violation

# fmt: off
STORES_CODES = (
    Code(
        "stores-query", "withdrawn", violation("OTHER", "STORES_QUERY"), "query of the older Stores API",
        "The request has the form of Query Orders of the Stores API, so it is checked against the table stores-v2. "
        "orderquery translate gives the request for Search Orders (D90).",
        fix="none: another endpoint takes the translated request",
    ),
    Code(
        "no-counterpart", "untranslatable", violation("OTHER", "NO_COUNTERPART"),
        "condition without a counterpart",
        "The other table has no field, operator or value for it. Without the condition more orders would match, so "
        "there is no translated request (D91).",
        fix="guess or none: another condition finds other orders",
    ),
    Code(
        "dropped-part", "differs", violation("OTHER", "DROPPED_PART"), "part that the translated request leaves out",
        "Search Orders has cursors instead: no offset, no numericId, no total, and at most 100 orders a page. The part "
        "is left out; the orders of all pages together are the same (D91).",
        fix="none: the program that sends the request has to follow the cursors",
    ),
    Code(
        "other-meaning", "differs", violation("OTHER", "OTHER_MEANING"), "value that the other table does not have",
        "The value became another value, or another field tells it: an order that is being paid (PENDING) has status "
        "INITIALIZED now, which no search returns (D93).",
        fix="none: the translated condition is the nearest one",
    ),
    Code(
        "partial-counterpart", "differs", violation("OTHER", "PARTIAL_COUNTERPART"),
        "field that only a part of the orders has after the move",
        "The old field held ids of several kinds; the new field has those of one kind, and the others cannot be "
        "searched. The translated condition finds only a part of the orders.",
        fix="none: no field has the other ids",
    ),
)
# fmt: on
