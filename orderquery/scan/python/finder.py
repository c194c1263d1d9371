"""Find the searches that Python code sends."""

from __future__ import annotations

from ..found import Language, SearchCall
from .calls import CallFinder
from .source import PythonSource
from .surroundings import mistakes_around


def find_calls(text: str, language: Language = "python") -> list[SearchCall]:
    """Return the calls of a Python file that send a search, in their order.

    Raises:
        MissingExtra: the extra ``scan`` is not installed.

    """
    source = PythonSource(text)
    finder = CallFinder(source)
    return [
        SearchCall(source.span(call.node), call.sends, call.search, language, mistakes_around(source, call))
        for call in finder.calls()
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
