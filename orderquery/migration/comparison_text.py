"""A comparison of two tables as text, and as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ..compiler.render import printable, render_line
from ..language.schema import Schema
from .comparison import ComparedQuery, TableDifference

_OUTCOMES = {"breaks": "breaks", "changes": "changes", "wrong": "was wrong before", "same": "stays the same"}
_PLURALS = {"breaks": "break", "changes": "change", "wrong": "were wrong before", "same": "stay the same"}


def text_of(
    first: Schema, second: Schema, differences: Iterable[TableDifference], queries: Iterable[ComparedQuery]
) -> str:
    """Return a comparison as text."""
    found, compared = list(differences), list(queries)
    lines = [*map(_heading, (first, second)), ""]
    for title, rows in _sections(first.name, second.name, found):
        width = max(len(row[0]) for row in rows)
        lines += [f"{title}:", *(f"  {row[0]:<{width}}  {'; '.join(filter(None, row[1:]))}" for row in rows), ""]
    if not found:
        lines += ["no differences", ""]
    if compared:
        lines += ["queries:", *(line for query in compared for line in _query_lines(query)), ""]
        lines.append(_summary(compared))
    return "\n".join(lines).rstrip()


def markdown_of(
    first: Schema, second: Schema, differences: Iterable[TableDifference], queries: Iterable[ComparedQuery]
) -> str:
    """Return a comparison as Markdown."""
    found, compared = list(differences), list(queries)
    lines = [f"# {first.name} and {second.name}", "", *(f"- {_heading(table)}" for table in (first, second)), ""]
    for title, rows in _sections(first.name, second.name, found):
        lines += [f"## {title[0].upper()}{title[1:]}", "", *_table(("field", "difference"), _joined(rows)), ""]
    if not found:
        lines += ["No differences.", ""]
    if compared:
        rows = [(query.name, _OUTCOMES[query.outcome], "<br>".join(_reasons(query))) for query in compared]
        lines += [
            "## Queries",
            "",
            *_table(("query", "outcome", "why"), rows),
            "",
            f"{_summary(compared)}.",
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _heading(table: Schema) -> str:
    return f"{table.name}: {table.title}, {len(table.fields)} fields, read {table.read}"


def _sections(first: str, second: str, found: list[TableDifference]) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Yield the headings, each with its rows; the first cell of a row is a field."""
    only_first = [(d.field, " ".join(d.first)) for d in found if d.aspect == "field" and not d.second and d.first]
    only_second = [(d.field, " ".join(d.second)) for d in found if d.aspect == "field" and d.second]
    rows: dict[str, list[str]] = {}
    for difference in found:
        if difference.aspect != "field" and difference.field:
            rows.setdefault(difference.field, []).append(_difference(difference, first, second))
    whole = [(d.aspect, _difference(d, first, second, named=False)) for d in found if not d.field]
    sections: tuple[tuple[str, list[tuple[str, ...]]], ...] = (
        (f"fields of {first} only", list(only_first)),
        (f"fields of {second} only", list(only_second)),
        ("fields that differ", [(name, *parts) for name, parts in rows.items()]),
        ("every search", list(whole)),
    )
    yield from ((title, cells) for title, cells in sections if cells)


def _difference(difference: TableDifference, first: str, second: str, *, named: bool = True) -> str:
    aspect = f"{difference.aspect} " if named else ""
    if difference.aspect in ("operators", "values", "name", "hidden", "limits"):
        parts = [f"only {table}: {_listed(names)}" for table, names in
                 ((first, difference.first), (second, difference.second)) if names]  # fmt: skip
        return aspect + ", ".join(parts)
    return f"{aspect}{' '.join(difference.first)} / {' '.join(difference.second)}"


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    return (", " if any(" " in name for name in found) else " ").join(found)


def _query_lines(query: ComparedQuery) -> Iterator[str]:
    yield f"  {printable(query.name)}: {_OUTCOMES[query.outcome]}"
    yield from (f"    {reason}" for reason in _reasons(query))


def _reasons(query: ComparedQuery) -> Iterator[str]:
    yield from (render_line(diagnostic) for diagnostic in query.diagnostics)
    yield from query.changes


def _summary(queries: Iterable[ComparedQuery]) -> str:
    counts = Counter[str](query.outcome for query in queries)
    total = sum(counts.values())
    parts = [f"{n} {(_OUTCOMES if n == 1 else _PLURALS)[key]}" for key in _OUTCOMES if (n := counts[key])]
    return f"{total} {'query' if total == 1 else 'queries'}: {', '.join(parts)}"


def _joined(rows: Iterable[tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(f"`{row[0]}`", "; ".join(filter(None, row[1:]))) for row in rows]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for cells in (head, ("---",) * len(head), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
