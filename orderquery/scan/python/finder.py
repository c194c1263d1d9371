"""Find the searches that Python code sends."""

from __future__ import annotations

from ..found import FoundCalls, Language, SearchCall
from ..syntax_errors import error_nodes, hiding_error
from .callers import PythonCallers
from .calls import CallFinder
from .reached_uses import NameUses
from .source import PythonSource, nodes_inside
from .surroundings import Surroundings


def find_calls(text: str, language: Language = "python") -> list[SearchCall]:
    """Return the calls of a Python file that send a search, in their order.

    Raises:
        MissingExtra: the extra ``scan`` is not installed.

    """
    return _calls(PythonSource(text), language)


def read_calls(text: str, language: Language = "python") -> FoundCalls:
    """Return the calls of a Python file, and the syntax error that may hide more."""
    source = PythonSource(text)
    calls = _calls(source, language)
    if source.is_too_deep:
        return FoundCalls(calls, hiding_error(text, [(0, len(text))], []))
    if not source.root.has_error:
        return FoundCalls(calls)
    errors = [source.span(node) for node in error_nodes(source.root)]
    comments = [source.span(node) for node in nodes_inside(source.root) if node.type == "comment"]
    return FoundCalls(calls, hiding_error(text, errors, comments))


def _calls(source: PythonSource, language: Language) -> list[SearchCall]:
    uses = NameUses(source)
    callers = PythonCallers(source, uses)
    surroundings = Surroundings(source, uses, callers)
    return [
        SearchCall(source.span(call.node), call.sends, call.search, language, surroundings.mistakes(call))
        for call in CallFinder(source, callers).calls()
    ]


def comments_at(text: str, _: str, offsets: list[int]) -> list[bool]:
    """Return for each character offset whether it is in a comment."""
    source = PythonSource(text)
    found = []
    for offset in offsets:
        byte = len(text[:offset].encode("utf-8", "surrogatepass"))
        node = source.root.descendant_for_byte_range(byte, byte)
        found.append(node is not None and node.type == "comment")
    return found


def has_errors(text: str, _: str) -> bool:
    """Return whether a file does not parse."""
    source = PythonSource(text)
    return source.is_too_deep or source.root.has_error
