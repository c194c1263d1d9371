"""Format a search: the same tokens and comments in a canonical layout."""

from __future__ import annotations

from ..language.schema import Schema
from ..syntax.excerpt import Excerpt
from ..syntax.literal_layout import lay_out_literal
from ..syntax.literal_parser import read_literal
from ..syntax.pasted_code import find_literal
from ..syntax.source_text import Replacement, splice
from ..syntax.text_layout import lay_out_text
from ..syntax.text_parser import parse_text
from ..syntax.text_printer import TextPrinter
from .editor_form import EditorForm, EditorText, editor_text, table_of
from .editor_report import editor_report
from .report import QueryError

_SPACE = " \t\r\n"


def format_search(text: str, form: EditorForm = "auto", table: Schema | str | None = None) -> str:
    """Return a search in the canonical layout of its form, with the same meaning.

    Keywords, quotes, spaces and line breaks change. Names, values, their order, comments, parentheses and relative
    dates stay. In pasted code only the literal changes. Formatting twice is formatting once. A text with mistakes is
    formatted, too, if it parses.

    Raises:
        QueryError: the text does not parse; it contains the diagnostics.
        UsageError: no such form.
        SchemaError: no such table.

    """
    schema = table_of(table)
    found = editor_text(text, form, schema)
    if not found.body.strip(_SPACE):
        return text
    if found.root is None:
        return _around(found, _text(found, schema))
    return _literal(found, schema)


def _text(found: EditorText, schema: Schema) -> str:
    if parse_text(found.body, schema)[0] is None:
        raise _refused(found, schema)
    return lay_out_text(found.body, TextPrinter(schema).name)


def _literal(found: EditorText, schema: Schema) -> str:
    source = found.source[1:] if found.source.startswith("\ufeff") else found.source
    mark = found.source[: len(found.source) - len(source)]
    is_whole = found.start == len(mark) and len(found.body) == len(source) and not found.quoted
    excerpt = Excerpt.whole(source) if is_whole else find_literal(source, schema) or Excerpt.whole(source)
    if any(diagnostic.code != "duplicate-key" for diagnostic in read_literal(excerpt.text).diagnostics):
        raise _refused(found, schema)
    bare_keys = found.sdk or excerpt.shape == "sdk"
    if is_whole:
        return _around(found, lay_out_literal(source, bare_keys=bare_keys))
    indent = "" if excerpt.word is not None else _indent_of(source, excerpt.start)
    changed = lay_out_literal(excerpt.text, bare_keys=bare_keys, indent=indent)
    edits = excerpt.replacements([Replacement(0, len(excerpt.text), changed)])
    return mark + splice(source, edits)


def _around(found: EditorText, formatted: str) -> str:
    """Return a formatted text with the byte order mark and the line end that it had."""
    ends = "\n" if found.source.endswith("\n") else ""
    line_end = "\r\n" if "\r\n" in found.source else "\n"
    return found.source[: found.start] + (formatted + ends).replace("\n", line_end)


def _indent_of(source: str, start: int) -> str:
    """Return the white space that the line of an offset begins with."""
    line = source[source.rfind("\n", 0, start) + 1 : start]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _refused(found: EditorText, schema: Schema) -> QueryError:
    report = editor_report(found, schema)
    return QueryError(report.diagnostics, report)
