"""The calls of a Python file that send a search over HTTP."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..documents import shape_of_source, unknown_parts
from ..found import Sends
from ..nodes import Alternatives, Scalar, SourceValue, Unknown
from ..urls import sends_of_url
from .callers import PythonCallers
from .expressions import Evaluator
from .json_texts import json_value
from .resolver import Resolver
from .scopes import MOCKS, names_in, root_of
from .source import PythonSource, child, named
from .values import (
    MAX_CHOICES,
    ClientValue,
    JsonText,
    ObjectValue,
    Printer,
    PythonValue,
    choice_of,
    options_of,
    text_of,
    unknown_of,
)
from .wrappers import PythonWrappers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_SENDING = re.compile(
    rb"\b\w*(?:post|request|fetch|urlopen|call|send|query|api|execute|open)\w*(?=\s*\()", re.IGNORECASE
)
_NOT_SENDING = re.compile(
    r"mock|assert|log|print|expect|register|stub|respond|route|parse|format|quote|path|append|raise|valid|callback|add_|^open$",
    re.IGNORECASE,
)
_NOT_A_CLIENT = re.compile(r"^(?:m|re|logging|logger|log)$")
_URL_NAMES = ("url", "path", "endpoint", "uri", "route")
_BODY_NAMES = ("json", "content", "data", "body", "payload", "json_data", "json_body")
_BODY_LIKE = re.compile(r"body|payload|data|json|search|query|params|request", re.IGNORECASE)
_HEADERS = frozenset({"authorization", "content-type", "accept", "wix-site-id", "wix-account-id", "user-agent"})
_PART_OF_PATH = re.compile(r"""[fr]?["']/?(?:v1/)?orders/(?:search|query)\b""")
_MAX_PATH_BYTES = 100
_METHOD = re.compile(r"[A-Za-z]{3,7}")
_READING = frozenset({"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CERTAIN_CLIENTS = frozenset({"requests", "httpx", "aiohttp", "urllib", "urllib3"})


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A call that sends a search, with the nodes from the root to it."""

    path: list[Node]
    sends: Sends
    search: SourceValue
    by_caller: tuple[tuple[list[Node], SourceValue], ...] = ()
    """What the callers of its function send: the nodes to each of their calls, and the search."""

    @property
    def node(self) -> Node:
        """Return the call."""
        return self.path[-1]


class CallFinder:
    """Finds the calls of one file."""

    def __init__(self, source: PythonSource, callers: PythonCallers) -> None:
        self._source = source
        self.resolver = Resolver(source, callers)
        self._before_path: PythonValue | None = None
        self._wrappers = PythonWrappers(source, callers, self.resolver)

    def calls(self) -> Iterator[FoundCall]:
        """Yield the calls, in their order."""
        data = self._source.data
        for found in _SENDING.finditer(data):
            name = found[0].decode("ascii", "replace")
            if _NOT_SENDING.search(name):
                continue
            node = self._source.root.descendant_for_byte_range(found.start(), found.end() - 1)
            if node is None or node.type != "identifier":
                continue
            path = self._source.call_of(node)
            is_decorator = path is not None and len(path) > 1 and path[-2].type == "decorator"
            call = None if path is None or is_decorator else self._judge(path, name)
            if call is not None:
                yield call

    def _judge(self, path: list[Node], name: str) -> FoundCall | None:
        node = path[-1]
        arguments, function = child(node, "arguments"), child(node, "function")
        if arguments is None or function is None or arguments.type != "argument_list" or not self._may_send(arguments):
            return None
        receiver = child(function, "object") if function.type == "attribute" else None
        root = root_of(self._source, receiver)
        if root is not None and (_NOT_A_CLIENT.search(root) or MOCKS.search(root)):
            return None
        wanted = names_in(self._source, arguments) | names_in(self._source, receiver)
        self._before_path = self._wrappers.base(path) if self._names_part_of_path(arguments) else None
        kinds: list[Sends] = []
        bodies: list[SourceValue] = []
        for names in self.resolver.states_at(path, wanted):
            sent = self._sent(node, name, receiver, Evaluator(self._source, names, self.resolver))
            if sent is not None:
                kinds.append(sent[0])
                bodies.append(Printer().source_value(sent[1]))
        if not bodies:
            return None
        by_caller: list[tuple[list[Node], SourceValue]] = []
        if any(True for body in bodies for _ in unknown_parts(body)):
            # A caller in the file may tell what the function does not.
            own = list(bodies)
            for caller, states, is_whole in self.resolver.states_of_callers(path, wanted):
                sent_by = [
                    self._sent(node, name, receiver, Evaluator(self._source, names, self.resolver)) for names in states
                ]
                given = [Printer().source_value(sent[1]) for sent in sent_by if sent is not None]
                if given:
                    by_caller.append((caller, self._one_of(node, given if is_whole else [*own, *given])))
                    bodies += given
        return FoundCall(path, kinds[0], self._one_of(node, bodies), tuple(by_caller))

    def _one_of(self, node: Node, bodies: list[SourceValue]) -> SourceValue:
        unique = bodies if len(bodies) == 1 else _distinct(bodies)
        return unique[0] if len(unique) == 1 else Alternatives(tuple(unique), self._source.span(node))

    def _names_part_of_path(self, arguments: Node) -> bool:
        """Return whether an argument is the end of a path that a function may complete."""
        return any(
            _PART_OF_PATH.match(self._source.text_of(value))
            for part in named(arguments)
            if (value := child(part, "value") if part.type == "keyword_argument" else part) is not None
            and value.end_byte - value.start_byte < _MAX_PATH_BYTES
        )

    def _may_send(self, arguments: Node) -> bool:
        """Return whether no argument is a plain URL of something else."""
        for part in named(arguments):
            value = child(part, "value") if part.type == "keyword_argument" else part
            if value is not None and value.type == "string":
                text = self._source.text_of(value)
                is_url = "/" in text[:200] and "{" not in text and " " not in text[:200]
                if is_url and "search" not in text and "query" not in text and "application/json" not in text:
                    return part.type == "keyword_argument"
        return True

    # -- one call ------------------------------------------------------------------------------------------------

    def _sent(
        self, node: Node, name: str, receiver: Node | None, evaluator: Evaluator
    ) -> tuple[Sends, PythonValue] | None:
        client = evaluator.value(receiver) if receiver is not None else None
        if isinstance(client, ClientValue) and client.mocks:
            return None
        arguments = _Arguments(self._source, node, evaluator)
        base = client.base_url if isinstance(client, ClientValue) else None
        found = arguments.url(base)
        if found is None and self._before_path is not None:
            found = arguments.url(self._before_path)
        if found is None or arguments.method(found[1]) in _READING or name.lower() in ("get", "put", "patch", "delete"):
            return None
        sends, index = found
        body = arguments.body(index)
        if body is None:
            root = root_of(self._source, receiver)
            certain = isinstance(client, ClientValue) or root in _CERTAIN_CLIENTS
            if not certain or name not in ("post", "request"):
                return None
            body = ObjectValue([], self._source.span(node))
        return sends, body


def _distinct(values: list[SourceValue]) -> list[SourceValue]:
    found = {shape_of_source(value): value for value in values}
    return list(found.values())[:MAX_CHOICES]


class _Arguments:
    """The arguments of a call that may send a search."""

    def __init__(self, source: PythonSource, node: Node, evaluator: Evaluator) -> None:
        self._source = source
        self._node = node
        self._evaluator = evaluator
        self._positional: list[Node] = []
        self._named: dict[str, PythonValue] = {}
        self._rest: Unknown | None = None
        arguments = child(node, "arguments")
        for part in named(arguments) if arguments is not None else []:
            self._read(part)

    def _read(self, part: Node) -> None:
        if part.type == "keyword_argument":
            key = child(part, "name")
            if key is not None:
                self._named[self._source.text_of(key)] = self._evaluator.value(child(part, "value"), part)
        elif part.type == "dictionary_splat" and named(part):
            value = self._evaluator.value(named(part)[0])
            for entry in value.entries if isinstance(value, ObjectValue) else ():
                if isinstance(entry.key, str):
                    self._named[entry.key] = entry.value
            if not isinstance(value, ObjectValue) or value.is_open:
                self._rest = self._source.unknown(part)
        elif part.type != "list_splat":
            self._positional.append(part)

    def url(self, base: PythonValue | None) -> tuple[Sends, int] | None:
        """Return what the URL asks for, and the index of its argument.

        -1 for one with a name.
        """
        for name in _URL_NAMES:
            sends = self._sends(self._named.get(name), base)
            if sends is not None:
                return sends, -1
        for index, node in enumerate(self._positional[:3]):
            sends = self._sends(self._evaluator.value(node), base)
            if sends is not None:
                return sends, index
        return None

    def _sends(self, value: PythonValue | None, base: PythonValue | None) -> Sends | None:
        for option in options_of(value) if value is not None else ():
            parts = text_of(option)
            text = "".join(part or "" for part in parts or ())
            if not text:
                continue
            sends = sends_of_url(text)
            for before in options_of(base) if sends is None and base is not None else ():
                prefix = "".join(part or "" for part in text_of(before) or ())
                sends = sends or sends_of_url(f"{prefix.rstrip('/')}/{text.lstrip('/')}")
            if sends is not None:
                return sends
        return None

    def method(self, url_index: int) -> str | None:
        """Return the method, in capitals, if the call names it."""
        value = self._named.get("method")
        if value is None and url_index > 0:
            value = self._evaluator.value(self._positional[url_index - 1])
        is_name = isinstance(value, Scalar) and isinstance(value.value, str) and _METHOD.fullmatch(value.value)
        return value.value.upper() if is_name and isinstance(value, Scalar) else None

    def body(self, url_index: int) -> PythonValue | None:
        """Return the body; ``None`` if there is none."""
        for name in _BODY_NAMES:
            found = self._body_of(self._named.get(name), is_named=True)
            if found is not None:
                return found
        for node in self._positional[url_index + 1 :]:
            value = self._evaluator.value(node)
            found = self._body_of(value, is_named=_BODY_LIKE.search(self._source.text_of(node)) is not None)
            if found is not None:
                return found
        return self._rest

    def _body_of(self, value: PythonValue | None, *, is_named: bool) -> PythonValue | None:
        if value is None or (isinstance(value, Scalar) and value.value is None):
            return None
        found = [self._decoded(option, is_named=is_named) for option in options_of(value)]
        kept = [option for option in found if option is not None]
        return choice_of(kept, value.span) if kept else None

    def _decoded(self, value: PythonValue, *, is_named: bool) -> PythonValue | None:
        if isinstance(value, JsonText):
            return value.value
        if isinstance(value, ObjectValue):
            return self._inner(value) if not is_named else value
        if isinstance(value, Scalar):
            if not isinstance(value.value, str):
                return None
            parsed = json_value(self._source.text, value)
            return unknown_of(value) if parsed is None and is_named else parsed
        return unknown_of(value) if is_named else None

    def _inner(self, value: ObjectValue) -> PythonValue | None:
        """Return the body in an object that may be headers, options or the body."""
        keys = {entry.key.lower() for entry in value.entries if isinstance(entry.key, str)}
        if keys & _HEADERS:
            return None
        for name in ("json", "body", "data"):
            entry = value.find(name)
            if entry is not None:
                return self._body_of(entry.value, is_named=True)
        return value
