"""The value of a call: dicts, copies, JSON, texts, and functions of the file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...syntax.holes import Hole
from ..nodes import Scalar, Unknown
from . import texts
from .json_texts import json_value
from .protocols import ExpressionEvaluator
from .scopes import MOCKS, name_of
from .source import called_name, child, named
from .values import (
    ClientValue,
    Copier,
    JsonText,
    ListValue,
    ObjectValue,
    PythonValue,
    Template,
    choice_of,
    options_of,
    text_of,
)

if TYPE_CHECKING:
    from tree_sitter import Node


CLIENTS = frozenset({
    "Session", "session", "Client", "AsyncClient", "ClientSession", "BaseUrlSession", "PoolManager", "TestClient",
    "HTTPSConnection", "HTTPConnection", "AsyncHTTPProvider", "FuturesSession", "CachedSession",
})  # fmt: skip
_ENVIRONMENT = frozenset({"os.environ.get", "os.getenv", "environ.get", "getenv", "config", "env", "env.str"})
_MAX_DOTTED_BYTES = 200
"""Of a name that is compared; a longer one is a chain of calls."""
_COPIES = frozenset({"deepcopy", "copy"})
_TEXT_METHODS = frozenset({"strip", "rstrip", "lstrip", "lower", "upper", "removesuffix", "removeprefix"})
_JOINS = frozenset({"urljoin", "urllib.parse.urljoin", "parse.urljoin", "os.path.join", "posixpath.join"})
_SAME = frozenset({"str", "URL", "httpx.URL", "yarl.URL", "bytes", "cast", "typing.cast"})


class CallEvaluator:
    """Evaluates one call."""

    def __init__(self, evaluator: ExpressionEvaluator, node: Node) -> None:
        self._evaluator = evaluator
        self._source = evaluator.source
        self._node = node
        self._span = evaluator.source.span(node)
        self._arguments = child(node, "arguments")
        parts = named(self._arguments) if self._arguments is not None else []
        self._positional = [part for part in parts if part.type not in ("keyword_argument", "dictionary_splat")]
        self._has_splat = any(part.type in ("list_splat", "dictionary_splat") for part in parts)

    def value(self) -> PythonValue:
        """Return the value of the call; a hole if it is not known."""
        function = child(self._node, "function")
        if function is None or self._arguments is None or function.type not in ("identifier", "attribute"):
            return self._hole()
        name = called_name(self._source, function)
        dotted = self._source.text_of(function) if function.end_byte - function.start_byte < _MAX_DOTTED_BYTES else name
        if function.type == "attribute":
            found = self._method(function, name)
            if found is not None:
                return found
        return self._function(function, dotted, name)

    def _hole(self) -> Unknown:
        return self._source.unknown(self._node)

    def _first(self, index: int = 0) -> PythonValue | None:
        if self._has_splat or index >= len(self._positional):
            return None
        return self._evaluator.value(self._positional[index])

    def keyword(self, name: str) -> PythonValue | None:
        """Return the value of an argument with a name."""
        for part in named(self._arguments) if self._arguments is not None else []:
            key = child(part, "name") if part.type == "keyword_argument" else None
            if key is not None and self._source.text_of(key) == name:
                return self._evaluator.value(child(part, "value"), part)
        return None

    # -- functions -----------------------------------------------------------------------------------------------

    def _function(self, function: Node, dotted: str, name: str) -> PythonValue:
        if dotted == "dict":
            return self._dict()
        if name == "dumps":
            first = self._first()
            return self._hole() if first is None else JsonText(first, self._span, self._hole().hole.written)
        if name == "loads":
            return self._parsed()
        if name in _COPIES:
            first = self._first()
            return self._hole() if first is None else Copier().copy(first)
        if dotted in ("list", "tuple"):
            first = self._first()
            return ListValue(list(first.items), self._span) if isinstance(first, ListValue) else self._hole()
        if dotted in _ENVIRONMENT:
            first = self._first(1) or self.keyword("default")
            return self._hole() if first is None else choice_of([first, self._hole()], self._span)
        if dotted in _JOINS:
            return self._joined()
        if dotted in _SAME:
            index = 1 if name == "cast" else 0
            first = self._first(index)
            return first if first is not None and _is_text(first) else self._hole()
        if name in CLIENTS or (MOCKS.search(dotted) and name[:1].isupper()):
            mocks = MOCKS.search(dotted) is not None
            return ClientValue(self._base_url(name), self._span, self._hole().hole.written, mocks)
        found = self._evaluator.resolver.returned(self._evaluator, function, self._node)
        return self._hole() if found is None else found

    def _base_url(self, name: str) -> PythonValue | None:
        found = self.keyword("base_url")
        if found is None and name in ("BaseUrlSession", "ClientSession") and self._positional:
            found = self._first()
        return found

    def _dict(self) -> PythonValue:
        made = ObjectValue([], self._span)
        for part in named(self._arguments) if self._arguments is not None else []:
            if part.type == "keyword_argument":
                key, value = child(part, "name"), child(part, "value")
                if key is None:
                    return self._hole()
                made.put(self._source.text_of(key), self._source.span(key), self._evaluator.value(value, part))
            elif part.type == "dictionary_splat" and named(part):
                self._evaluator.merge(made, self._evaluator.value(named(part)[0]), part)
            elif part.type == "ERROR":
                return self._hole()
            else:
                self._evaluator.merge(made, self._evaluator.value(part), part)
        return made

    def _parsed(self) -> PythonValue:
        first = self._first()
        if isinstance(first, JsonText):
            return Copier().copy(first.value)
        if isinstance(first, Scalar) and isinstance(first.value, str):
            return json_value(self._source.text, first) or self._hole()
        return self._hole()

    def _joined(self) -> PythonValue:
        found = self._first()
        for index in range(1, len(self._positional)):
            part = self._first(index)
            if found is None or part is None:
                return self._hole()
            found = texts.joined_path(self._evaluator, self._node, found, part)
        return self._hole() if found is None else found

    # -- methods -------------------------------------------------------------------------------------------------

    def _method(self, function: Node, name: str) -> PythonValue | None:
        holder_node = child(function, "object")
        if holder_node is None or (holder_node.type == "identifier" and self._source.text_of(holder_node) == "self"):
            return None
        if name_of(self._source, function) in self._evaluator.names:
            return None
        if name not in ("copy", "get", "pop", "encode", "decode", "format", *_TEXT_METHODS, "_replace", "setdefault"):
            return None
        holder = self._evaluator.value(holder_node)
        if name == "copy" and isinstance(holder, ObjectValue):
            return ObjectValue([replace(entry) for entry in holder.entries], self._span)
        if name in ("get", "pop", "setdefault"):
            return self._item(holder, name)
        if name in ("encode", "decode"):
            return holder if isinstance(holder, JsonText) or _is_text(holder) else None
        if name == "format":
            return texts.braces(self._evaluator, self._node, texts.one_text(holder), self._arguments)
        return self._changed_text(holder, name) if name in _TEXT_METHODS else None

    def _item(self, holder: PythonValue, name: str) -> PythonValue | None:
        if not isinstance(holder, ObjectValue) or not self._positional or self._has_splat:
            return None
        found = self._evaluator.item(holder, self._positional[0])
        if found is not None:
            return found
        key = self._evaluator.value(self._positional[0])
        default = self._first(1)
        is_missing = isinstance(key, Scalar) and not holder.is_open
        return default if default is not None and is_missing and name != "setdefault" else self._hole()

    def _changed_text(self, holder: PythonValue, name: str) -> PythonValue | None:
        given = self._first()
        argument = given.value if isinstance(given, Scalar) else None
        plain = [
            option for option in options_of(holder) if isinstance(option, Scalar) and isinstance(option.value, str)
        ]
        if self._positional and not isinstance(argument, str):
            return None
        changed: list[PythonValue] = []
        for option in options_of(holder):
            if option in plain:
                text = getattr(option.value, name)(*([argument] if self._positional else []))
                changed.append(Scalar(text, option.span if text == option.value else self._span))
            elif isinstance(option, Template) and name in ("strip", "rstrip", "removesuffix"):
                changed.append(_stripped(option, argument or " \n\t\r"))
            else:
                changed.append(Unknown(Hole(self._hole().hole.written), self._span))
        return choice_of(changed, self._span)


def _stripped(template: Template, characters: str) -> Template:
    last = template.parts[-1]
    if last is None:
        return template
    return Template((*template.parts[:-1], last.rstrip(characters)), template.span, template.written)


def _is_text(value: PythonValue) -> bool:
    return any(text_of(option) for option in options_of(value)) or isinstance(value, JsonText)
