"""Candidates for arguments and options that are more than a file or a choice."""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import CompletionItem


def query_items(incomplete: str, table: str | None) -> list[CompletionItem[str]]:
    """Return the queries that begin with an incomplete one."""
    from ..compiler.completion import complete
    from ..diagnostics.errors import OrderQueryError

    try:
        found = complete(incomplete, len(incomplete), table=table)
    except OrderQueryError:
        return []
    items: dict[str, CompletionItem[str]] = {}
    for offer in found:
        whole = incomplete[: offer.start] + offer.text + incomplete[offer.end :]
        if whole.startswith(incomplete) and whole != incomplete:
            item = CompletionItem(whole, "query", offer.doc, label=offer.label, table=table)
            items.setdefault(whole, item)
    return list(items.values())


def complete_parameter(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]] | None:
    """Return the candidates for an argument or option with a finder; else ``None``."""
    finder = _FINDERS.get(param.name or "")
    return None if finder is None else finder(ctx, incomplete)


def _complete_query(ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
    return query_items(incomplete, ctx.params.get("table"))


def _complete_store(ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
    """Complete a query where STORE is left out, if it has a default."""
    from ..diagnostics.errors import OrderQueryError
    from .defaults import default_of

    if not any(param.name == "query" for param in ctx.command.params):
        return []
    try:
        has_default = default_of("store") is not None
    except OrderQueryError:
        return []
    return _complete_query(ctx, incomplete) if has_default else []


def _complete_names(ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
    """Complete the last name of a list of fields with commas."""
    before, comma, last = incomplete.rpartition(",")
    chosen = before.split(",")
    names = (name for name in _fields(ctx) if name.startswith(last) and name not in chosen)
    return [CompletionItem(f"{before}{comma}{name}") for name in names]


def _complete_field(ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
    return [CompletionItem(name) for name in _fields(ctx) if name.startswith(incomplete)]


def _fields(ctx: click.Context) -> list[str]:
    from ..diagnostics.errors import OrderQueryError
    from ..language.schema import load_schema

    try:
        return [row.name for row in load_schema(ctx.params.get("table")).fields]
    except OrderQueryError:
        return []


def _complete_code(ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
    """Complete the words of ``explain``: a code, or ``event`` and its name."""
    from ..diagnostics.codes import CODES

    names = [*CODES, "event"]
    if "event" in (ctx.params.get("words") or ()):
        from ..migration.webhooks import known_names

        names = list(known_names())
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _complete_table(ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
    from ..language.grammar_files import table_names

    return [CompletionItem(name) for name in table_names() if name.startswith(incomplete)]


def _complete_dialect(ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
    from ..sql.dialects import DIALECTS

    return [CompletionItem(name) for name in DIALECTS if name.startswith(incomplete)]


def _complete_cursor(ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
    from .cursor_file import LAST

    return [CompletionItem(LAST)] if LAST.startswith(incomplete) else []


_FINDERS: dict[str, Any] = {
    "by": _complete_field,
    "columns": _complete_names,
    "cursor": _complete_cursor,
    "dialect": _complete_dialect,
    "pattern": _complete_field,
    "query": _complete_query,
    "store": _complete_store,
    "table": _complete_table,
    "words": _complete_code,
}
"""What completes a parameter, by its name."""
