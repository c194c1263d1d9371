"""The QUERY arguments of ``check``: one search, or several files."""

from __future__ import annotations

import os
import re
import sys
from typing import NamedTuple

from .argument_errors import QUOTES_HELP
from .inputs import STDIN
from .output import is_terminal

_MAX_PATTERN_CHARS = 4_096
"""Of a path on Linux; a longer argument is a search."""
_PATTERN = re.compile(r"[*?]|\[[^\]]+\]")
_ONE_WORD = re.compile(r"[^\s=<>!(){}\"'`]+")
"""No search with an operator matches it."""


class QueryNames(NamedTuple):
    """The searches to check, as arguments of :func:`~.inputs.read_query`.

    ``several`` is set for more than one argument, or a pattern: the output then has a list.
    """

    names: tuple[str, ...]
    several: bool


def find_queries(arguments: tuple[str, ...]) -> QueryNames:
    """Return the searches that the arguments name, each once.

    Patterns such as ``queries/*.json`` become their files. Without an argument it is standard input, unless that is a
    terminal.

    Raises:
        UsageError: there is no argument, a pattern has no file, or one of several arguments is no file.

    """
    from ..diagnostics.errors import UsageError

    if not arguments:
        if is_terminal(sys.stdin):
            raise UsageError('missing QUERY; pass a file, JSON, the text form, or "-" for standard input')
        return QueryNames((STDIN,), several=False)
    found = [_files_of(argument) for argument in arguments]
    several = len(arguments) > 1 or found[0] is not None
    names = [name for argument, files in zip(arguments, found, strict=True) for name in files or (argument,)]
    if several:
        _check_names(names)
    if names.count(STDIN) > 1:
        raise UsageError("standard input is used twice; pass it once")
    return QueryNames(tuple(dict.fromkeys(names)), several)


def _files_of(argument: str) -> list[str] | None:
    """Return the files of a pattern; ``None`` for any other argument."""
    from ..compiler.compile import is_json
    from ..diagnostics.errors import UsageError

    if len(argument) > _MAX_PATTERN_CHARS or not _PATTERN.search(argument) or "\0" in argument:
        return None
    looks_like_json = is_json(argument) and not _ONE_WORD.fullmatch(argument)
    if looks_like_json or os.path.exists(argument):
        return None
    from glob import glob

    files = sorted(name for name in glob(argument, recursive=True) if os.path.isfile(name))
    if files:
        return files
    if _ONE_WORD.fullmatch(argument) and not argument.startswith("["):
        raise UsageError(f'no file matches "{argument}"')
    return None


def _check_names(names: list[str]) -> None:
    """Raise ``UsageError`` if one of several arguments is not a file."""
    from ..diagnostics.errors import UsageError

    for name in names:
        if name == STDIN:
            continue
        if os.path.isdir(name):
            raise UsageError(f'"{name}" is a directory; pass a pattern such as "{os.path.join(name, "*.json")}"')
        if not os.path.exists(name):
            raise UsageError(f"file not found: {name}; {QUOTES_HELP}")
