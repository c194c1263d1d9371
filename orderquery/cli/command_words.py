"""The words of a command line, kept for the errors about it."""

from __future__ import annotations

from collections.abc import Sequence

import click

_WORDS = "orderquery.words"


def keep_words(ctx: click.Context, words: Sequence[str]) -> None:
    """Keep the words of a command line behind the command."""
    ctx.meta[_WORDS] = tuple(words)


def words_of(ctx: click.Context) -> tuple[str, ...]:
    """Return the words of a command line behind the command."""
    return tuple(ctx.meta.get(_WORDS, ()))
