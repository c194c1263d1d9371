"""The HTTP calls of a script that send a search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from ..found import Sends
from .answers import AnswerKind
from .called_values import local_function, returns_of
from .callers import ScriptCallers
from .literals import value_of_key
from .origins import Origins
from .reading import Reading
from .tree import FUNCTIONS, arguments, callee, expressions, field, inner
from .urls import joined, sends_of, url_of
from .wrappers import Wrappers

_NOT_SENDING = re.compile(
    r"^(?:console|logger?|log|expect|describe|it|test|app|router|server|nock|scope|mock\w*|rest|http(?=\.post$)|jest|vi|cy|sinon|"
    r"Error|assert\w*|fetchMock|axiosMock|page|route|fastify|msw|interceptor|new|require|import|JSON|Object|Array|"
    r"String|URL|encodeURI\w*|describe|path|debug|t)$",
    re.IGNORECASE,
)
_ROOTS_NOT_SENDING = re.compile(r"mock|nock|stub|spy|router|express|handler", re.IGNORECASE)
_NO_CLIENT_METHODS = frozenset(
    (
        "includes", "startsWith", "endsWith", "indexOf", "match", "test", "push", "log", "info", "warn", "error",
        "debug", "reply", "replace", "split", "join", "concat", "toBe", "toEqual", "toContain", "toHaveBeenCalledWith",
        "set", "has", "on", "use", "handle", "intercept", "onPost", "persist", "then", "catch", "get", "append", "all",
    )
)  # fmt: skip
_FETCHES = frozenset(
    (
        "fetch",
        "nodeFetch",
        "node_fetch",
        "wixFetch",
        "crossFetch",
        "unfetch",
        "ky",
        "fetchWithAuth",
        "fetchFn",
        "fetchImpl",
    )
)
_AXIOS = re.compile(r"axios", re.IGNORECASE)
_BODY_KEYS = ("json", "data", "body", "payload")
_URL_KEYS = ("url", "uri", "path", "endpoint")
_BASE_KEYS = ("baseURL", "baseUrl", "prefixUrl", "prefix", "base")
_MODULE_ANSWERS: dict[str, AnswerKind] = {
    "axios": "axios", "got": "got", "ky": "response", "node-fetch": "response", "undici": "response",
    "wix-fetch": "response", "cross-fetch": "response", "isomorphic-fetch": "response", "@wix/essentials": "response",
    "@wix/http-client": "response", "ofetch": "unknown",
}  # fmt: skip
_PART_OF_PATH = re.compile(r"^/?(?:v1/)?orders/(?:search|query)\b")
_MAX_CHAIN = 10
_MAKERS = ("create", "extend", "defaults")
_PLAIN = ("search", "filter", "sort", "cursorPaging", "query", "paging")


class HttpCall(NamedTuple):
    """A call that sends a search, and its body; ``None`` for a request without one."""

    call: Node
    body: Node | None
    sends: Sends
    answers: AnswerKind


class HttpCalls:
    """Finds the HTTP calls of a script."""

    def __init__(self, reader: Reading, origins: Origins, callers: ScriptCallers) -> None:
        self._reader = reader
        self._tree = reader.tree
        self._origins = origins
        self._wrappers = Wrappers(reader, callers)

    def find(self, call: Node, given: list[Node]) -> HttpCall | None:
        """Return the call that sends a search that a call is."""
        function = callee(call)
        if function is None or not given:
            return None
        function = inner(function)
        name = self._tree.name(function)
        if not name or function.type not in ("identifier", "member_expression") or not self._may_send(function):
            return None
        opened = self._opened(function)
        if opened is not None:
            url = url_of(self._reader, opened)
            api = None if url is None else sends_of(url)
            return None if api is None else HttpCall(call, given[0], api, "unknown")
        base = self._base(function)
        for index, node in enumerate(given[:3]):
            node = inner(node)
            if node.type == "object":
                url = self._option_url(node, base)
                api = None if url is None else sends_of(url)
                if api is not None:
                    return self._call(call, function, self._options_body(node), api)
                continue
            if node.type in FUNCTIONS or node.type == "number":
                continue
            inside = field(node, "arguments") if node.type == "new_expression" else None
            constructor = field(node, "constructor")
            if inside is not None and constructor is not None and self._tree.name(constructor) == "Request":
                given = expressions(inside)
                node = inner(given[0]) if given else node
                index = 0
            url = url_of(self._reader, node)
            api = None if url is None else sends_of(joined(base, url))
            if api is None and url is not None and _PART_OF_PATH.search(url):
                api = sends_of(joined(self._wrappers.base(call, index), url))
            if api is not None:
                return self._with_rest(call, function, given[index + 1 :], api)
        return None

    def _opened(self, function: Node) -> Node | None:
        """Return the URL of the XMLHttpRequest whose ``send`` a function is."""
        holder, method = field(function, "object"), field(function, "property")
        if holder is None or holder.type != "identifier" or method is None or self._tree.text(method) != "send":
            return None
        binding = self._reader.scopes.binding(holder)
        value = None if binding is None or binding.value is None else inner(binding.value)
        constructor = None if value is None or value.type != "new_expression" else field(value, "constructor")
        if binding is None or constructor is None or self._tree.name(constructor) != "XMLHttpRequest":
            return None
        opened = [call for use in binding.uses for call in self._called_on(use, "open")]
        given = arguments(opened[0]) if len(opened) == 1 else []
        is_post = len(given) > 1 and self._tree.text(given[0]).strip("'\"`").upper() == "POST"
        return given[1] if is_post else None

    def _called_on(self, use: Node, method: str) -> Iterator[Node]:
        """Yield the call of a method of a variable at its use."""
        member = self._tree.parent(use)
        call = None if member is None or member.type != "member_expression" else self._tree.parent(member)
        name = None if member is None else field(member, "property")
        if call is not None and call.type == "call_expression" and name is not None and self._tree.text(name) == method:
            yield call

    def _with_rest(self, call: Node, function: Node, rest: list[Node], api: Sends) -> HttpCall | None:
        """Return a call by its arguments after the URL."""
        name = self._tree.text(function).rsplit(".", 1)[-1]
        rest = [inner(node) for node in rest]
        if any(node.type in FUNCTIONS for node in rest):
            return None
        options = rest[0] if rest else None
        answers = self._answers(function)
        sent = self._sent_later(call)
        if sent is not None:
            return self._call(call, function, sent, api)
        if name in ("post", "put", "request") and answers in ("axios", "unknown", "answer"):
            if options is None:
                return self._call(call, function, None, api) if name == "post" else None
            if options.type == "object" and answers != "axios" and self._has_body(options):
                return self._call(call, function, self._options_body(options), api)
            return self._call(call, function, options, api)
        for node in rest:
            object_ = self._object(node)
            if object_ is None:
                if self._tree.start_of(node, 15) == "JSON.stringify(":
                    return self._call(call, function, node, api)
                continue
            written = self._written_body(node)
            if written is not None:
                return self._call(call, function, written, api)
            if self._has_body(object_) or self._is_post(object_) or name == "post":
                return self._call(call, function, self._options_body(object_), api)
            if any(value_of_key(self._tree, object_, key) is not None for key in _PLAIN):
                return self._call(call, function, node, api)
        if name == "post" and not rest:
            return self._call(call, function, None, api)
        if answers in ("unknown", "answer") and rest and self._may_be_body(rest[-1]):
            return self._call(call, function, rest[-1], api)
        return None

    def _sent_later(self, call: Node) -> Node | None:
        """Return the body that a chain sends, such as post(url).send(body)."""
        node = call
        for _ in range(_MAX_CHAIN):
            member = self._tree.parent(node)
            outer = None if member is None else self._tree.parent(member)
            method = None if member is None or member.type != "member_expression" else field(member, "property")
            if outer is None or method is None or outer.type != "call_expression":
                return None
            given = arguments(outer)
            if self._tree.name(method) in ("send", "json", "body") and given:
                return given[0]
            node = outer
        return None

    def _may_be_body(self, node: Node) -> bool:
        if node.type == "identifier":
            binding = self._reader.scopes.binding(node)
            return binding is None or (local_function(binding) is None and binding.kind in ("variable", "parameter"))
        return node.type == "call_expression"

    def _object(self, node: Node) -> Node | None:
        """Return the object that an expression is, that it names, or that a call makes."""
        node = inner(node)
        if node.type == "object":
            return node
        if node.type == "call_expression":
            return self._made(node)
        binding = self._reader.scopes.binding(node) if node.type == "identifier" else None
        value = None if binding is None or binding.value is None or binding.path else inner(binding.value)
        if value is not None and value.type == "call_expression":
            return self._made(value)
        return value if value is not None and value.type == "object" else None

    def _made(self, call: Node) -> Node | None:
        """Return the options in the arguments of a call, or in the function of the file."""
        for node in arguments(call):
            given = inner(node)
            if given.type == "object" and self._has_body(given):
                return given
        local = self._local(call)
        body = None if local is None else field(local, "body")
        if body is None:
            return None
        found = [body]
        if body.type == "statement_block":
            found = [node for each in returns_of(body) or () for node in expressions(each)]
        made = inner(found[0]) if len(found) == 1 else None
        return made if made is not None and made.type == "object" and self._has_body(made) else None

    def _local(self, call: Node) -> Node | None:
        """Return the function of the file that a call calls."""
        function = callee(call)
        binding = None
        if function is not None and function.type == "identifier":
            binding = self._reader.scopes.binding(function)
        return None if binding is None else local_function(binding)

    def _call(self, call: Node, function: Node, body: Node | None, api: Sends) -> HttpCall:
        return HttpCall(call, body, api, self._answers(function))

    # -- who sends ----------------------------------------------------------------------------------------------

    def _may_send(self, function: Node) -> bool:
        text = self._tree.text(function)
        last = text.rsplit(".", 1)[-1]
        if function.type == "member_expression" and last in _NO_CLIENT_METHODS:
            return False
        root = function
        while root.type in ("member_expression", "call_expression"):
            children = expressions(root)
            if not children:
                break
            root = inner(children[0])
        first = self._tree.start_of(root, 80)
        if function.type == "identifier":
            return not _NOT_SENDING.match(text) and not _ROOTS_NOT_SENDING.search(text)
        return not _NOT_SENDING.match(first) and not _ROOTS_NOT_SENDING.search(first)

    def _answers(self, function: Node) -> AnswerKind:
        name = self._tree.text(function)
        last = name.rsplit(".", 1)[-1]
        origin = self._origins.of(function)
        if origin is not None and origin.module in _MODULE_ANSWERS:
            return _MODULE_ANSWERS[origin.module]
        if last in _FETCHES or name in ("globalThis.fetch", "window.fetch"):
            binding = self._reader.scopes.binding(function) if function.type == "identifier" else None
            return "response" if binding is None or binding.kind != "function" else "unknown"
        call = self._tree.parent(function)
        if call is not None and call.type == "call_expression" and self._wrappers.returns_json(call):
            return "answer"
        maker = self._maker(function)
        if _AXIOS.search(name.split("(")[0]) or (maker is not None and _AXIOS.search(self._tree.start_of(maker, 80))):
            return "axios"
        if name.split(".")[0] == "got" or (maker is not None and self._tree.start_of(maker, 4) == "got."):
            return "got"
        if maker is not None and self._tree.start_of(maker, 3) == "ky.":
            return "response"
        return "unknown"

    def _maker(self, function: Node) -> Node | None:
        """Return the call that made the instance of a client, such as axios.create(...)."""
        holder = function
        if function.type == "member_expression":
            found = field(function, "object")
            if found is None:
                return None
            holder = inner(found)
        if holder.type == "member_expression":
            this, name = field(holder, "object"), field(holder, "property")
            values = [] if name is None or this is None else self._reader.scopes.fields.get(self._tree.text(name), [])
            holder = inner(values[0]) if len(values) == 1 and this is not None and this.type == "this" else holder
        binding = self._reader.scopes.binding(holder) if holder.type == "identifier" else None
        if binding is not None and binding.kind == "variable":
            settings = [write.values[0] for write in binding.writes if not write.path and write.change == "set"]
            value = settings[0] if settings and binding.value is None else binding.value
            holder = holder if value is None else inner(value)
        called = callee(holder) if holder.type == "call_expression" else None
        if called is None or self._tree.text(called).rsplit(".", 1)[-1] not in _MAKERS:
            return None
        return holder

    def _base(self, function: Node) -> str:
        maker = self._maker(function)
        given = [] if maker is None else arguments(maker)
        return self._base_in(self._object(inner(given[0]))) if given else ""

    def _base_in(self, options: Node | None) -> str:
        for key in _BASE_KEYS:
            node = None if options is None else value_of_key(self._tree, options, key)
            if node is not None:
                return url_of(self._reader, node) or ""
        return ""

    # -- options ------------------------------------------------------------------------------------------------

    def _option_url(self, options: Node, base: str) -> str | None:
        base = self._base_in(options) or base
        for key in _URL_KEYS:
            node = value_of_key(self._tree, options, key)
            if node is not None:
                url = url_of(self._reader, node)
                return None if url is None else joined(base, url)
        return None

    def _has_body(self, options: Node) -> bool:
        return any(value_of_key(self._tree, options, key) is not None for key in _BODY_KEYS)

    def _is_post(self, options: Node) -> bool:
        method = value_of_key(self._tree, options, "method")
        return method is not None and self._tree.text(method).strip("'\"`").upper() == "POST"

    def _written_body(self, node: Node) -> Node | None:
        """Return what is set as the body of options, such as OPTIONS.body = VALUE."""
        binding = self._reader.scopes.binding(node) if node.type == "identifier" else None
        for write in reversed([] if binding is None else binding.writes):
            if write.path in [(key,) for key in _BODY_KEYS] and write.change == "set":
                return write.values[0]
        return None

    def _options_body(self, options: Node) -> Node | None:
        for key in _BODY_KEYS:
            node = value_of_key(self._tree, options, key)
            if node is not None and node.type != "true":
                return node
        return None
