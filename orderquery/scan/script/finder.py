"""Find the calls of a script that send a search."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from tree_sitter import Node

from ..around import right_path, unknown_answer_key
from ..found import AroundCall, FoundCalls, Language, SearchCall, Sends
from ..languages import SourceLanguage
from ..nodes import ObjectLiteral, Scalar, SourceValue, Span
from ..syntax_errors import error_nodes, hiding_error
from .answers import Answer, AnswerKind
from .builders import Builders
from .choices import Choices
from .conditions import fixed_at
from .http_calls import HttpCall, HttpCalls
from .json_text import value_of_text
from .loops import Loop
from .markup import Script, comments_of, scripts_in
from .members import Members
from .origins import Origins
from .reading import Inlines
from .scopes import Scopes
from .sdk_calls import SdkCall, sdk_call
from .sdk_options import SentSearch, read_options
from .tree import ScriptTree, arguments
from .values import Budget, ValueReader, read_value

_NEEDLES = re.compile(r"searchOrders|orders/search|orders/query|ecom/v1")
_MAX_CHARS = 2 << 20
"""Of a script that is parsed."""
_BUNDLE_CHARS = 20_000
_BUNDLE_LINE_CHARS = 500
"""A longer script with lines that are longer on average is a bundle: the code of packages."""
_MAX_CALLS = 300
"""Of a script whose surroundings are judged; a longer list of calls is no code of people."""
_MARKUP = ("html", "vue", "svelte")


def find_calls(text: str, language: SourceLanguage) -> list[SearchCall]:
    """Return the calls of a source that send a search, in its order."""
    return read_calls(text, language).calls


def read_calls(text: str, language: SourceLanguage, *, takes_options: bool = False) -> FoundCalls:
    """Return the calls of a source, and the syntax error that may hide more.

    ``takes_options``: ``searchOrders`` of the SDK takes ``{ search: … }``, as in older versions.
    """
    calls, hiding = list[SearchCall](), list[Span]()
    for script in _scripts(text, language):
        if not _NEEDLES.search(script.text):
            continue
        tree = _tree(script)
        calls += _ScriptFinder(tree, script.language, takes_options=takes_options).calls()
        if tree.root.has_error:
            error = _hiding_error(script, tree)
            hiding += [] if error is None else [error]
    return FoundCalls(calls, next(iter(hiding), None))


def _hiding_error(script: Script, tree: ScriptTree) -> Span | None:
    def inside(span: Span) -> Span:
        return span[0] - script.offset, span[1] - script.offset

    errors = [inside(tree.span(node)) for node in error_nodes(tree.root)]
    error = hiding_error(script.text, errors, map(inside, tree.comments()))
    return None if error is None else (error[0] + script.offset, error[1] + script.offset)


def comments_at(text: str, language: SourceLanguage, offsets: list[int]) -> list[bool]:
    """Return for each character offset whether it is in a comment."""
    spans = comments_of(text) if language in _MARKUP else []
    spans = sorted([*spans, *(span for script in _scripts(text, language) for span in _tree(script).comments())])
    starts = [start for start, _ in spans]
    found = []
    for offset in offsets:
        index = bisect_right(starts, offset) - 1
        found.append(index >= 0 and offset < spans[index][1])
    return found


def has_errors(text: str, language: SourceLanguage) -> bool:
    """Return whether a script of a source does not parse."""
    return any(_tree(script).root.has_error for script in _scripts(text, language))


def find_javascript_calls(source: str, language: Language = "javascript") -> tuple[SearchCall, ...]:
    """Return the calls of a script that send a search, in its order."""
    return tuple(find_calls(source, language))


def _scripts(text: str, language: SourceLanguage) -> list[Script]:
    if language == "python":
        return []
    scripts = scripts_in(text) if language in _MARKUP else [Script(text, 0, language)]  # type: ignore[arg-type]
    return [script for script in scripts if not _is_bundle(script.text)]


def _is_bundle(text: str) -> bool:
    if len(text) > _MAX_CHARS:
        return True
    return len(text) > _BUNDLE_CHARS and len(text) > _BUNDLE_LINE_CHARS * (text.count("\n") + 1)


def _tree(script: Script) -> ScriptTree:
    return ScriptTree(script.text, script.language, script.offset)


class _ScriptFinder:
    def __init__(self, tree: ScriptTree, language: Language, *, takes_options: bool) -> None:
        self._tree = tree
        self._takes_options = takes_options
        self._language = language
        self._scopes = Scopes(tree)
        self._budget = Budget()
        self._calls_left = _MAX_CALLS
        self._origins = Origins(tree, self._scopes)
        self._members = Members(tree, self._scopes)
        self._builders = Builders(self._origins)

    def calls(self) -> Iterator[SearchCall]:
        for call in self._tree.nodes["call_expression"]:
            given = arguments(call)
            found = sdk_call(self._tree, self._origins, call, given)
            if found is not None:
                yield self._sdk(found)
                continue
            http = HttpCalls(self._reader(call), self._origins).find(call, given)
            if http is not None:
                yield self._http(http)

    def _reader(self, call: Node, choices: Choices | None = None, *, inlines: Inlines = "never") -> ValueReader:
        ways = Choices({}, {}) if choices is None else choices
        return ValueReader(self._tree, self._scopes, call, ways, self._budget, self._builders, inlines=inlines)

    def _sdk(self, found: SdkCall) -> SearchCall:
        call, argument = found.call, found.argument
        span = self._tree.span(call)
        value = None if argument is None else self._value(argument, call)
        if value is None:
            value = ObjectLiteral((), span if argument is None else self._tree.span(argument))
        sent = read_options(value) if self._takes_options and found.is_npm else SentSearch("sdk", value)
        return self._found(call, sent.sends, sent.search, "answer", is_sdk=True)

    def _http(self, found: HttpCall) -> SearchCall:
        span = self._tree.span(found.call)
        inlines: Inlines = "everywhere" if found.sends == "stores" else "outside"
        value = None if found.body is None else self._value(found.body, found.call, inlines=inlines)
        if value is None:
            value = ObjectLiteral((), span)
        elif isinstance(value, Scalar):
            value = value_of_text(self._tree, value)
        return self._found(found.call, found.sends, value, found.answers)

    def _found(
        self, call: Node, sends: Sends, search: SourceValue, kind: AnswerKind, *, is_sdk: bool = False
    ) -> SearchCall:
        answer = Answer(self._tree, self._scopes, call, kind)
        around: list[AroundCall] = []
        self._calls_left -= 1
        if sends != "stores" and self._calls_left >= 0:
            around += self._wrong_reads(answer, is_sdk=is_sdk)
            around += Loop(self._tree, self._scopes, call, sends, search, kind).mistakes()
            around += self._members.mistakes(call, sends, search)
        unique = {(mistake.code, mistake.span): mistake for mistake in around}
        in_order = sorted(unique.values(), key=lambda mistake: mistake.span)
        return SearchCall(self._tree.span(call), sends, search, self._language, tuple(in_order))

    def _wrong_reads(self, answer: Answer, *, is_sdk: bool) -> Iterator[AroundCall]:
        for read in answer.reads:
            mistake = unknown_answer_key(read.path, self._tree.span(read.key), is_sdk=is_sdk)
            right = right_path(read.path, is_sdk=is_sdk)
            if mistake is None or right is None or answer.is_added(read.path):
                continue
            if not answer.is_right_elsewhere(read, right):
                yield mistake

    def _value(self, node: Node, call: Node, *, inlines: Inlines = "never") -> SourceValue | None:
        if node.type == "spread_element":
            return self._reader(call).unknown(node)
        return read_value(
            lambda choices: self._reader(call, choices, inlines=inlines), node, fixed_at(self._tree, call)
        )
