"""Where the files of ``grammar/`` are: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def _folder() -> Path:
    here = Path(__file__).resolve().parent
    packed = here / "grammar"
    return packed if packed.is_dir() else here.parent / "grammar"


def grammar_file(name: str) -> Path:
    """The path of a file of ``grammar/``."""
    return _folder() / name


def grammar_names(suffix: str) -> tuple[str, ...]:
    """The names, without suffix, of the files of ``grammar/`` that have it."""
    return tuple(sorted(path.name.removesuffix(suffix) for path in _folder().glob(f"*{suffix}")))


def table_names() -> tuple[str, ...]:
    """The names of the tables of fields that ship with the package."""
    return tuple(name for name in grammar_names(".toml") if name != "decisions")
