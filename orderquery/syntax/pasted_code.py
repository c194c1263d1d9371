"""Find the search in pasted code: a call, an assignment or a ``curl`` command."""

from __future__ import annotations

import re
from dataclasses import replace

from ..diagnostics.quoting import quoted
from ..language.schema import Schema
from .builder_chain import chain_error
from .code_tokens import CodeToken, closings, code_tokens
from .curl_command import curl_body
from .excerpt import Excerpt, json_words
from .json_reader import Shape
from .source_text import SCAN_CODE, ReadError, Span

_DECLARATIONS = ("const", "let", "var")
_PREFIXES = ("await", "return", "void", "export", "default")
_STORES_PATH = re.compile(r"/stores/v[12]/orders/query\b")
_QUERY_KEY = re.compile(r"""["']?\bquery["']?\s*:""")
_SEARCH_KEY = re.compile(r"""["']?\bsearch["']?\s*:""")
_OLD_PART = re.compile(r"""\b(?:filter|sort)["']?\s*:\s*((?:JSON\s*\.\s*stringify|json\.dumps)\s*\()""")
_MAX_TYPE_TOKENS = 20
"""Of a declaration, from its name to ``=``."""
_OBJECT = '{"filter": {"paymentStatus": "PAID"}}'
_BODY = f'{{"search": {_OBJECT}}}'


def find_literal(text: str, schema: Schema | None = None) -> Excerpt | None:
    """Return the search in pasted code; ``None`` if the text is not such code.

    With the table of fields, the text form can be distinguished from an assignment.

    Raises:
        ReadError: it is such code, and a part of it must be picked or replaced.

    """
    found = curl_body(text)
    if found is not None:
        return found
    plain = _without_inner_calls(text)
    try:
        found = _Code(plain, schema).search()
    except ReadError as problem:
        problem.in_code = True
        raise
    if found is None or plain is text:
        return found
    found = replace(found, source=text)
    return found if "json.dumps" not in text or found.is_python else _Code._python(found)


def _without_inner_calls(text: str) -> str:
    """Return the body of an old Stores query with its filter and sort as values.

    Programs write ``filter: JSON.stringify({...})`` in it. The text keeps its length.
    """
    if not _has_inner_calls(text):
        return text
    tokens = code_tokens(text)
    ends = {tokens[opening].span[0]: tokens[end].span for opening, end in closings(tokens).items()}
    for found in _OLD_PART.finditer(text):
        end = ends.get(found.end() - 1)
        if end is not None:
            text = _blanked(_blanked(text, end), found.span(1))
    return text


def _has_inner_calls(text: str) -> bool:
    return bool(_OLD_PART.search(text) and _QUERY_KEY.search(text)) and _SEARCH_KEY.search(text) is None


def names_stores_query(text: str) -> bool:
    """Return whether code sends a query to the older Stores API (D90)."""
    return _STORES_PATH.search(text) is not None or _has_inner_calls(text)


def _blanked(text: str, span: Span) -> str:
    return text[: span[0]] + " " * (span[1] - span[0]) + text[span[1] :]


class _Code:
    def __init__(self, text: str, schema: Schema | None) -> None:
        self._text = text
        self._schema = schema
        self._tokens = code_tokens(text)
        self._closings = closings(self._tokens)

    def search(self) -> Excerpt | None:
        if not self._tokens:
            return None
        if self._is(0, "{", "["):
            return self._alone(0)
        chain = chain_error(self._text, self._tokens, self._closings, self._schema)
        if chain is not None:
            raise chain
        calls = self._calls("searchOrders")
        if calls:
            return self._argument("searchOrders", calls, "sdk")
        calls = [index for index in self._calls("stringify") if index > 1 and self._is(index - 2, "JSON")]
        if calls:
            return self._argument("JSON.stringify", calls, "request")
        dumps = [index for index in self._calls("dumps") if index > 1 and self._is(index - 2, "json")]
        if dumps:
            return self._python(self._argument("json.dumps", dumps, "request"))
        posted = self._posted()
        return self._assigned() if posted is None else posted

    def _is(self, index: int, *texts: str) -> bool:
        return 0 <= index < len(self._tokens) and self._tokens[index].text in texts

    # -- arguments ----------------------------------------------------------------------------------------------

    def _calls(self, name: str) -> list[int]:
        """Return the indexes of the calls of a function, its definitions apart."""
        found = []
        for index, token in enumerate(self._tokens):
            if token.text == name and self._is(index + 1, "(") and not self._is(index - 1, "function"):
                end = self._closings.get(index + 1)
                if end is None or not self._is(end + 1, "{"):
                    found.append(index)
        return found

    def _argument(self, name: str, calls: list[int], shape: Shape) -> Excerpt:
        if len(calls) > 1:
            message = f"{len(calls)} calls of {name}"
            raise ReadError("json-syntax", message, "pass one of them", self._tokens[calls[1]].span)
        at = calls[0] + 2
        while self._is(at, "("):
            at += 1
        if self._is(at, "{", "["):
            return self._cut(at, shape)
        if at >= len(self._tokens) or self._is(at, ")"):
            message = f"{name} without an argument"
            raise ReadError(
                "json-syntax",
                message,
                f"write: {name}({_OBJECT if shape == 'sdk' else _BODY})",
                self._tokens[calls[0]].span,
            )
        return self._variable(self._tokens[at], shape)

    def _posted(self) -> Excerpt | None:
        """Return the body of ``axios.post(url, BODY)`` or ``post(url, json=BODY)``."""
        found = [body for index in self._calls("post") if self._is(index - 1, ".") and (body := self._body(index + 1))]
        if len(found) != 1 or found[0] >= len(self._tokens):
            return None
        at = found[0]
        is_python = self._is(at - 1, "=")
        if self._is(at, "{"):
            excerpt = self._cut(at, "request")
        elif self._tokens[at].kind == "name" and self._is(at + 1, ",", ")"):
            excerpt = self._variable(self._tokens[at], "request")
        else:
            return None
        return self._python(excerpt) if is_python else excerpt

    def _body(self, opening: int) -> int | None:
        """Return where the second argument of a call begins, or the one named ``json``."""
        end, at, second = self._closings.get(opening, len(self._tokens)), opening + 1, None
        while at < end:
            if self._is(at, "json") and self._is(at + 1, "=") and self._is(at - 1, ",", "("):
                return at + 2
            if second is None and self._is(at, ",") and not self._is(at + 2, "=") and at + 1 < end:
                second = at + 1
            at = self._closings.get(at, at) + 1
        return second

    @staticmethod
    def _python(excerpt: Excerpt) -> Excerpt:
        return replace(excerpt, text=json_words(excerpt.text), is_python=True)

    def _variable(self, token: CodeToken, shape: Shape) -> Excerpt:
        """Return the object that is assigned to a variable in the same code."""
        values = [value for index in self._uses(token) if (value := self._value(index)) is not None]
        if token.kind == "name" and len(values) == 1:
            for index in self._uses(token):
                is_part = self._is(index - 1, ".", "?.")
                if not is_part and self._is(index + 1, ".", "[", "?.") and self._is(index + 3, "=", "]", "."):
                    message = f"{quoted(token.text)} changes after its declaration"
                    raise ReadError("json-syntax", message, "write the whole object at one place", token.span)
            return self._cut(values[0], shape)
        message = f"the search is in the variable {quoted(token.text)}"
        if token.kind != "name":
            message = f"expected an object, found {token.text if token.kind == 'string' else quoted(token.text)}"
        help_ = f"replace {token.text} by its value, such as {_example_of(shape)}"
        help_ += f"\n{SCAN_CODE}" if token.kind == "name" else ""
        raise ReadError("json-syntax", message, help_, token.span)

    def _uses(self, token: CodeToken) -> list[int]:
        return [i for i, other in enumerate(self._tokens) if other.text == token.text and other.kind == token.kind]

    def _value(self, index: int) -> int | None:
        """Return where the object begins that is assigned to the name at an index."""
        if self._is(index - 1, ".", "?."):
            return None
        at = index + 1
        if self._is(at, ":"):
            while at < index + _MAX_TYPE_TOKENS and not self._is(at, "=", ";", "(", "}"):
                at += 1
        return at + 1 if self._is(at, "=") and self._is(at + 1, "{") else None

    # -- assignments --------------------------------------------------------------------------------------------

    def _assigned(self) -> Excerpt | None:
        at = 0
        while self._is(at, *_PREFIXES):
            at += 1
        begins = at > 0 or self._is(at, "(")
        if self._is(at, *_DECLARATIONS):
            last = at + _MAX_TYPE_TOKENS
            while at < last and not self._is(at, "="):
                at += 1
            at, begins = at + 1, True
        else:
            after = self._after_name(at)
            if after is not None and self._is(after, "=") and self._is_object(after + 1):
                at, begins = after + 1, True
        while self._is(at, "(", "await"):
            at += 1
        return self._alone(at) if begins and self._is(at, "{", "[") else None

    def _is_object(self, at: int) -> bool:
        """Return whether an object begins at an index, and not a word of a text."""
        while self._is(at, "(", "await"):
            at += 1
        return self._is(at, "{") and (self._is(at + 1, "}") or self._is(at + 2, ":"))

    def _after_name(self, at: int) -> int | None:
        """Return the index after a dotted name that is not a field, else ``None``."""
        start = at
        while at < len(self._tokens) and self._tokens[at].kind == "name" and self._is(at + 1, "."):
            at += 2
        if at >= len(self._tokens) or self._tokens[at].kind != "name":
            return None
        name = self._text[self._tokens[start].span[0] : self._tokens[at].span[1]]
        is_field = self._schema is not None and self._schema.find(name) is not None
        return None if is_field else at + 1

    # -- the literal --------------------------------------------------------------------------------------------

    def _alone(self, at: int) -> Excerpt | None:
        """Return the literal at an index if only brackets, semicolons and a type follow."""
        end = self._closings.get(at)
        if end is None:
            return self._cut(at, None)
        after = end + 1
        while self._is(after, ")", ";", ","):
            after += 1
        if self._is(after, "as", "satisfies"):
            after += 2
            while self._is(after, ")", ";", ",", ".", "<", ">", "[", "]") or self._is(after - 1, ".", "<"):
                after += 1
        return self._cut(at, None) if after >= len(self._tokens) else None

    def _cut(self, at: int, shape: Shape | None) -> Excerpt:
        start, end = self._tokens[at].span[0], self._closings.get(at)
        stop = len(self._text) if end is None else self._tokens[end].span[1]
        return Excerpt(self._text, self._text[start:stop], start, shape)


def _example_of(shape: Shape) -> str:
    return _OBJECT if shape == "sdk" else _BODY
