"""Explain chains of calls that build a query, such as ``queryOrders().eq(...)``.

A chain is not read as a search. The help shows the search if every call has a certain meaning.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ..diagnostics.quoting import quoted
from ..language.schema import Schema
from .code_tokens import CodeToken
from .json_printer import joined
from .literal_parser import read_literal
from .source_text import ReadError, Span

JSON = Any
_STARTS = ("queryOrders", "query", "search", "searchOrders")
# Methods of other interfaces, each with the operator it certainly means; a new operator needs no row.
_OPERATORS = {
    "eq": "$eq", "ne": "$ne", "gt": "$gt", "ge": "$gte", "gte": "$gte", "lt": "$lt", "le": "$lte", "lte": "$lte",
    "in": "$in", "nin": "$nin", "hasSome": "$hasSome", "hasAll": "$hasAll", "startsWith": "$startsWith",
    "exists": "$exists",
}  # fmt: skip
_SORTS = {"ascending": "ASC", "descending": "DESC"}
_ENDS = ("find", "first", "build", "run")
_OTHERS = (
    "filter",
    "sort",
    "and",
    "or",
    "not",
    "contains",
    "isEmpty",
    "isNotEmpty",
    "between",
    "skip",
    "skipTo",
    "fields",
)
_METHODS = frozenset((*_OPERATORS, *_SORTS, *_ENDS, *_OTHERS, "limit"))
_MAX_CALLS = 50
"""Of a chain that a help translates."""
_EXAMPLE = '{"filter": {"paymentStatus": "PAID"}}'


class _Call(NamedTuple):
    method: str
    arguments: Span
    """The place between its parentheses."""


def chain_error(
    text: str, tokens: list[CodeToken], closings: dict[int, int], schema: Schema | None
) -> ReadError | None:
    """Return the error for a chain in code, if there is one."""
    for index, token in enumerate(tokens):
        if token.text in _STARTS and token.kind == "name":
            calls, end = _calls(tokens, closings, index)
            if len(calls) > 1 and calls[1].method in _METHODS:
                return _error(text, calls, (token.span[0], end), schema)
    return None


def _error(text: str, calls: list[_Call], span: Span, schema: Schema | None) -> ReadError:
    search = _search(text, calls[1:], schema) if len(calls) < _MAX_CALLS else None
    chain = "".join(f".{call.method}(...)" for call in calls[:3])
    message = f"a chain of calls cannot be read: {quoted(chain)}"
    if search is None:
        help_ = f"write the object that searchOrders takes, such as searchOrders({_EXAMPLE})"
    else:
        help_ = f"write: searchOrders({json.dumps(search, ensure_ascii=False, default=str)})"
    return ReadError("json-syntax", message, help_, span)


def _calls(tokens: list[CodeToken], closings: dict[int, int], index: int) -> tuple[list[_Call], int]:
    """Return the first calls of a chain, and where they end."""
    calls: list[_Call] = []
    end = tokens[index].span[1]
    while len(calls) < _MAX_CALLS and index + 1 < len(tokens) and tokens[index].kind == "name":
        last = closings.get(index + 1) if tokens[index + 1].text == "(" else None
        if last is None:
            break
        end = tokens[last].span[1]
        calls.append(_Call(tokens[index].text, (tokens[index + 1].span[1], tokens[last].span[0])))
        if last + 2 >= len(tokens) or tokens[last + 1].text not in (".", "?."):
            break
        index = last + 2
    return calls, end


def _search(text: str, calls: list[_Call], schema: Schema | None) -> JSON:
    """Return the search that a chain builds; ``None`` if a call is not certain."""
    filters: list[dict[str, JSON]] = []
    sort: list[JSON] = []
    limit = None
    for method, inside in calls:
        read = read_literal(f"[{text[slice(*inside)]}]")
        arguments = read.value
        if read.diagnostics:
            return None
        if method in _OPERATORS and len(arguments) == 2 and isinstance(arguments[0], str):
            filters.append(_condition(method, arguments[0], arguments[1], schema))
        elif method in _SORTS and arguments and all(isinstance(name, str) for name in arguments):
            sort += [{"fieldName": name, "order": _SORTS[method]} for name in arguments]
        elif method == "limit" and len(arguments) == 1 and isinstance(arguments[0], int):
            limit = arguments[0]
        elif method not in _ENDS or arguments:
            return None
    parts = {"filter": joined(filters), "sort": sort, "cursorPaging": None if limit is None else {"limit": limit}}
    return {name: part for name, part in parts.items() if part}


def _condition(method: str, name: str, operand: JSON, schema: Schema | None) -> dict[str, JSON]:
    operator = _OPERATORS[method]
    row = None if schema is None else schema.find(schema.from_sdk(name))
    if operator == "$hasSome" and row is not None and operator not in row.operators:
        operator = "$in"
    return (
        {name: operand} if operator == "$eq" and not isinstance(operand, list | dict) else {name: {operator: operand}}
    )
