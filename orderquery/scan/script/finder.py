"""Find the calls of a script that send a search."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from tree_sitter import Node

from ..around import wrong_reads
from ..documents import unknown_parts
from ..found import AroundCall, FoundCalls, Language, SearchCall, Sends
from ..languages import SourceLanguage
from ..nodes import ObjectLiteral, Scalar, SourceValue, Span, Unknown
from ..syntax_errors import error_nodes, hiding_error
from .answers import Answer, AnswerKind
from .builders import Builders
from .callers import ScriptCallers
from .choices import Choices, explore
from .conditions import fixed_at
from .http_calls import HttpCall, HttpCalls
from .json_text import value_of_text
from .loops import Loop, SentSearches
from .markup import Script, comments_of, scripts_in
from .members import Members
from .origins import Origins
from .reached_uses import ReachedUses
from .reading import Inlines
from .scopes import Scopes
from .sdk_calls import SdkCall, sdk_call
from .sdk_options import read_options
from .tree import FUNCTIONS, ScriptTree, arguments
from .values import Budget, ValueReader, read_value

_NEEDLES = re.compile(r"searchOrders|orders/search|orders/query|ecom/v1")
_MAX_CHARS = 2 << 20
"""Of a script that is parsed."""
_BUNDLE_CHARS = 20_000
_BUNDLE_LINE_CHARS = 500
"""A longer script with lines that are longer on average is a bundle: the code of packages."""
_MAX_CALLS = 300
"""Of a script whose surroundings are judged; a longer list of calls is no code of people."""
_MAX_FUNCTIONS = 3
"""Around a call, whose callers are looked for."""
_MAX_CALLERS = 8
_MAX_WAYS_OF_CALLER = 4
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
    """Finds the calls of one script."""

    def __init__(self, tree: ScriptTree, language: Language, *, takes_options: bool) -> None:
        self._tree = tree
        self._takes_options = takes_options
        self._language = language
        self._scopes = Scopes(tree)
        self._budget = Budget()
        self._calls_left = _MAX_CALLS
        self._origins = Origins(tree, self._scopes)
        self._callers = ScriptCallers(tree, self._scopes)
        self._reached = ReachedUses(tree)
        self._members = Members(tree, self._scopes)
        self._builders = Builders(self._origins)

    def calls(self) -> Iterator[SearchCall]:
        for call in self._tree.nodes["call_expression"]:
            given = arguments(call)
            found = sdk_call(self._tree, self._origins, call, given)
            if found is not None:
                yield self._sdk(found)
                continue
            http = HttpCalls(self._reader(call), self._origins, self._callers).find(call, given)
            if http is not None:
                yield self._http(http)

    def _reader(self, call: Node, choices: Choices | None = None, *, inlines: Inlines = "never") -> ValueReader:
        ways = Choices({}, {}) if choices is None else choices
        return ValueReader(
            self._tree, self._scopes, call, ways, self._budget, self._builders, self._callers, inlines=inlines
        )

    def _sdk(self, found: SdkCall) -> SearchCall:
        call, argument = found.call, found.argument
        span = self._tree.span(call)
        value = None if argument is None else self._value(argument, call)
        if value is None:
            value = ObjectLiteral((), span if argument is None else self._tree.span(argument))
        given = self._given(argument, call, value, "never")
        sends: Sends = "sdk"
        if self._takes_options and found.is_npm:
            sends, (value, *others) = read_options([value, *(each for _, each in given)])
            given = [(caller, other) for (caller, _), other in zip(given, others, strict=True)]
        return self._found(call, SentSearches(sends, value, given), "answer", is_sdk=True)

    def _given(
        self, node: Node | None, call: Node, value: SourceValue, inlines: Inlines
    ) -> list[tuple[Node, SourceValue]]:
        """Return what callers in the file let a call send, if it does not tell all."""
        if node is None or next(unknown_parts(value), None) is None:
            return []
        return list(self._of_callers(node, call, value, inlines=inlines))

    def _http(self, found: HttpCall) -> SearchCall:
        span = self._tree.span(found.call)
        inlines: Inlines = "everywhere" if found.sends == "stores" else "outside"
        value = None if found.body is None else self._value(found.body, found.call, inlines=inlines)
        if value is None:
            value = ObjectLiteral((), span)
        elif isinstance(value, Scalar):
            value = value_of_text(self._tree, value)
        given = self._given(found.body, found.call, value, inlines)
        given = [(caller, value_of_text(self._tree, v) if isinstance(v, Scalar) else v) for caller, v in given]
        return self._found(found.call, SentSearches(found.sends, value, given), found.answers)

    def _found(self, call: Node, sent: SentSearches, kind: AnswerKind, *, is_sdk: bool = False) -> SearchCall:
        sends, search = sent.sends, sent.all(self._tree.span(call))
        answer = Answer(self._tree, self._scopes, self._callers, self._reached, call, kind)
        around: list[AroundCall] = []
        self._calls_left -= 1
        if sends != "stores" and self._calls_left >= 0:
            around += wrong_reads(answer.judged(is_sdk=is_sdk), answer.is_added, is_sdk=is_sdk)
            loop = Loop(self._tree, self._scopes, self._callers, self._reached, call, kind, sent)
            around += loop.mistakes()
            around += self._members.mistakes(call, sends, search)
        unique = {(mistake.code, mistake.span): mistake for mistake in around}
        in_order = sorted(unique.values(), key=lambda mistake: mistake.span)
        return SearchCall(self._tree.span(call), sends, search, self._language, tuple(in_order))

    def _value(self, node: Node, call: Node, *, inlines: Inlines = "never") -> SourceValue | None:
        if node.type == "spread_element":
            return self._reader(call).unknown(node)
        return read_value(
            lambda choices: self._reader(call, choices, inlines=inlines), node, fixed_at(self._tree, call)
        )

    def _of_callers(
        self, node: Node, call: Node, own: SourceValue, *, inlines: Inlines
    ) -> Iterator[tuple[Node, SourceValue]]:
        """Yield each caller of the function around a call, with what that sends then."""
        function, callers = self._called_around(call)
        for caller in callers:
            given = arguments(caller)
            if any(part.type == "spread_element" for part in given):
                continue

            def values(choices: Choices, caller: Node = caller) -> list[SourceValue | None]:
                reader = self._reader(caller, choices)
                return [reader.value(part) for part in arguments(caller)]

            ways = explore(values, fixed_at(self._tree, caller).truths)
            is_whole = len(ways) <= _MAX_WAYS_OF_CALLER
            for way in ways[:_MAX_WAYS_OF_CALLER]:
                if all(value is None or isinstance(value, Unknown) for value in way):
                    is_whole = False
                    continue

                def reader(choices: Choices, way: list[SourceValue | None] = way) -> ValueReader:
                    made = self._reader(call, choices, inlines=inlines)
                    made.give(function, way)
                    return made

                if not any(explore(lambda choices: reader(choices).conditions.may_come_to(call, function), {})):
                    continue
                value = read_value(reader, node, fixed_at(self._tree, call))
                if value is not None:
                    yield caller, value
            if not is_whole:
                yield caller, own

    def _called_around(self, call: Node) -> tuple[Node, list[Node]]:
        """Return the innermost function around a call that the file calls, and its calls."""
        functions = [above for above in self._tree.ancestors(call) if above.type in FUNCTIONS]
        for function in functions[:_MAX_FUNCTIONS]:
            outside = [
                caller
                for caller in self._callers.of(function)
                if not function.start_byte <= caller.start_byte < function.end_byte
            ]
            if outside:
                return function, outside[:_MAX_CALLERS]
        return self._tree.root, []
