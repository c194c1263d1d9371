"""A search in any form, with parameters, limit and cursor apart from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..diagnostics.errors import UsageError
from ..language.schema import Schema
from .compile import compile_search
from .query import Query

if TYPE_CHECKING:
    from ..dicts import SearchDict, SearchRequestDict
    from ..syntax.built_search import BuiltSearch

    SearchSource = str | bytes | bytearray | SearchRequestDict | SearchDict | Mapping[str, Any] | BuiltSearch | Query
    """A search: the text form, JSON as text or decoded, one made of ``oq.f``, or a plan."""
else:
    SearchSource = Any


def requested(
    search: SearchSource,
    schema: Schema,
    *,
    params: Mapping[str, Any] | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Query:
    """Return the query of a search whose limit and cursor may come apart from it.

    With a ``cursor`` the search may be absent, which is the empty text.

    Raises:
        QueryError: the search, ``limit`` or ``cursor`` cannot be used.
        UsageError: two cursors, or parameters for a plan.

    """
    if limit is None and cursor is None:
        return _compiled(search, schema, params)
    paging = {name: part for name, part in (("limit", limit), ("cursor", cursor)) if part is not None}
    page = compile_search({"cursorPaging": paging}, shape="search", schema=schema)
    if cursor is not None and params is None and isinstance(search, str) and not search:
        return page
    query = _compiled(search, schema, params)
    if cursor is None:
        page = replace(page, cursor=query.cursor)
    elif query.cursor not in (None, cursor):
        raise UsageError("the search has a cursor of its own; pass one of them")
    if limit is None:
        page = replace(page, limit=query.limit, limit_sent=query.limit_sent)
    tree = replace(query.tree, paging=replace(query.tree.paging, limit=limit or query.tree.paging.limit))
    return replace(query, tree=tree, limit=page.limit, limit_sent=page.limit_sent, cursor=page.cursor)


def _compiled(search: SearchSource, schema: Schema, params: Mapping[str, Any] | None) -> Query:
    if isinstance(search, Query) and params is None:
        return search
    return compile_search(search, schema=schema, params=params)
