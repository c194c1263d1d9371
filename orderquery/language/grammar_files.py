"""The files of ``grammar/``: in the installed package or in the checkout."""

from __future__ import annotations

import os
from functools import cache


@cache
def _folder() -> str:
    here = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    packed = os.path.join(here, "grammar")
    return packed if os.path.isdir(packed) else os.path.join(os.path.dirname(here), "grammar")


def grammar_text(name: str) -> str:
    """Return the text of a file of ``grammar/``."""
    with open(os.path.join(_folder(), name), encoding="utf-8") as file:
        return file.read()


@cache
def grammar_names(suffix: str) -> tuple[str, ...]:
    """Return the names, without suffix, of the files of ``grammar/`` with this suffix."""
    return tuple(sorted(name.removesuffix(suffix) for name in os.listdir(_folder()) if name.endswith(suffix)))


def table_names() -> tuple[str, ...]:
    """Return the names of the tables of fields in the package."""
    return tuple(
        name
        for name in grammar_names(".toml")
        if name not in ("decisions", "elsewhere") and not name.endswith("-to-ecom")
    )
