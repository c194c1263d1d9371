"""Completion of a command line, for the scripts of the command ``completion``.

A script passes the line up to the cursor. The answer is a line that says how to finish a word, then one candidate a
line.
"""

from __future__ import annotations

import sys

from click.shell_completion import CompletionItem, ShellComplete

from .candidates import query_items
from .program import program
from .shell_words import TypedWords, escape, split_line

VARIABLE = "_ORDERQUERY_COMPLETING"
"""Names the shell; the only argument is then the line."""

OPEN, DONE = "open", "done"
"""How a word goes on: more of it may follow, or a space."""
_MAX_CANDIDATES = 200


def print_completions(shell: str, line: str) -> int:
    """Write the candidates for the word at the end of a line."""
    typed = split_line(line)
    items = find_items(typed)
    is_query = any(item.type == "query" for item in items)
    if is_query:
        candidates = _of_query(items, typed, shell)
    else:
        candidates = [escaped for item in items if (escaped := escape(_whole(item.value, typed, shell), typed.quote))]
    answer = "\n".join([OPEN if is_query else DONE, *candidates[:_MAX_CANDIDATES]])
    sys.stdout.buffer.write(answer.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()
    return 0


def find_items(typed: TypedWords) -> list[CompletionItem[str]]:
    """Return the candidates of the program.

    There are none for the name of a file, which the shell completes.
    """
    if not typed.words:
        return []
    finder = ShellComplete(program, {}, "orderquery", VARIABLE)
    found = finder.get_completions(typed.words[1:], typed.incomplete)
    return [item for item in found if item.type in ("plain", "query") and "\n" not in item.value]


def _whole(value: str, typed: TypedWords, shell: str) -> str:
    """Return a candidate as the shell replaces it.

    Bash replaces only what follows ``=``.
    """
    option, equals, _ = typed.incomplete.partition("=")
    is_value = equals and option.startswith("--") and not value.startswith("--")
    return f"{option}={value}" if is_value and shell != "bash" else value


def _of_query(items: list[CompletionItem[str]], typed: TypedWords, shell: str) -> list[str]:
    """Return whole queries that begin with what is typed, or else what can follow it."""
    wholes = [item.value for item in items]
    if len(wholes) == 1 and typed.quote:
        # The shell would close the quote of an only candidate, so offer what follows it.
        following = [item.value for item in query_items(f"{wholes[0]} ", items[0].table)]
        wholes = following if len(following) > 1 else [wholes[0], f"{wholes[0]} "]
        items = []
    if items and shell == "bash" and _shared(wholes) == typed.incomplete and len(items) > 1:
        # Bash lists candidates, and inserts their common beginning. A space in front makes that empty.
        return [*(item.label for item in items), " "]
    return [escaped for whole in wholes if (escaped := escape(whole, typed.quote)) is not None]


def _shared(texts: list[str]) -> str:
    """Return what all texts begin with."""
    first, last = min(texts), max(texts)
    length = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
    return first[:length]
