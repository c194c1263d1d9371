"""The form of a text in an editor, and the literal in it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ..diagnostics.arguments import require
from ..diagnostics.errors import UsageError
from ..language.elsewhere import certain_field
from ..language.operators import CONNECTIVES
from ..language.schema import Schema, load_schema
from ..syntax.literal_outline import lex_literal, string_of
from ..syntax.part_names import SEARCH_KEYS
from ..syntax.source_text import ReadError
from .compile import MAY_BE_CODE, is_json

EditorForm = Literal["auto", "text", "request", "search", "filter", "sdk"]
"""``text``, or the shape of JSON or of a JavaScript literal. ``auto`` looks at the text."""
Root = Literal["request", "search", "filter"]
FORMS: tuple[EditorForm, ...] = ("auto", "text", "request", "search", "filter", "sdk")
_BOM = "\ufeff"


class EditorText(NamedTuple):
    """A search in an editor: the text form, or a literal and what is around it.

    ``start`` is the offset of ``body``, the search itself, in the whole text. The body of a shell word is the word, and
    it has no ``body`` of its own: ``quoted`` is set.
    """

    source: str
    body: str
    start: int
    root: Root | None
    """What the literal is; ``None`` for the text form."""
    sdk: bool = False
    quoted: bool = False

    def inside(self, position: int) -> int | None:
        """Return a position of the whole text in the body; ``None`` outside."""
        found = position - self.start
        return found if 0 <= found <= len(self.body) and not self.quoted else None


def table_of(table: Schema | str | None) -> Schema:
    """Return a table of fields by its name or file.

    Raises:
        SchemaError: no such table.

    """
    return table if isinstance(table, Schema) else load_schema(table)


def editor_text(text: str, form: EditorForm, schema: Schema) -> EditorText:
    """Find the search in a text.

    Raises:
        UsageError: no such form.

    """
    require("text", text, str, "a search as text")
    if form not in FORMS:
        raise UsageError(f'unknown form "{form}"; use one of {", ".join(FORMS)}')
    start = 1 if text.startswith(_BOM) else 0
    body = text[start:]
    if form == "text" or (form == "auto" and not is_json(body) and not _is_code(body, schema)):
        return EditorText(text, body, start, None)
    if is_json(body) or not _is_code(body, schema):
        return _literal(text, body, start, form, schema)
    from ..syntax.pasted_code import find_literal

    found = find_literal(body, schema)
    assert found is not None
    shape: EditorForm = found.shape if found.shape and found.shape != "stores" else form
    if found.word is not None:
        return EditorText(text, body, start, "request", quoted=True)
    return _literal(text, found.text, start + found.start, shape, schema)


def _is_code(text: str, schema: Schema) -> bool:
    if not MAY_BE_CODE.search(text):
        return False
    from ..syntax.pasted_code import find_literal

    try:
        return find_literal(text, schema) is not None
    except ReadError:
        return False


def _literal(text: str, body: str, start: int, form: EditorForm, schema: Schema) -> EditorText:
    if form == "auto":
        return EditorText(text, body, start, _root_of(body, schema))
    roots: dict[str, Root] = {"request": "request", "filter": "filter"}
    return EditorText(text, body, start, roots.get(form, "search"), form == "sdk")


def _root_of(body: str, schema: Schema) -> Root:
    """Return what a literal is, by the first key that tells it."""
    for lexeme in lex_literal(body[:_MAX_LOOKED_AT]):
        if lexeme.terminal in ("STRING", "NAME"):
            key = string_of(body[lexeme.start : lexeme.end])
            if key == "search":
                return "request"
            if key in SEARCH_KEYS:
                return "search"
            if key in CONNECTIVES or certain_field(schema, schema.from_sdk(key)) is not None:
                return "filter"
            break
    return "request"


_MAX_LOOKED_AT = 2_000
"""Characters of a literal in which its first key is looked for."""
