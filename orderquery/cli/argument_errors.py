"""Errors of a command line: swapped arguments, missing quotes, wrong values."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from typing import Any

import click
from click.types import IntParamType

from .command_words import words_of

QUOTES_HELP = "put a search in the text form in quotes, as one argument"
_SIGNS = frozenset(("=", "!=", "==", "<", "<=", ">", ">=", "in", "not", "is", "has", "starts", "exists", "between"))
"""The words after the field of a search in the text form."""


def unquoted_search(ctx: click.Context, words: Sequence[str]) -> str | None:
    """Return the error for a search without quotes.

    ``None`` if the command takes no search.
    """
    if not any(param.name == "query" for param in ctx.command.params):
        return None
    at = next((index for index, word in enumerate(words) if word in _SIGNS), 0)
    if at == 0 or any(word.startswith("-") for word in words):
        return QUOTES_HELP
    first, end = at - 1, len(words)
    while end > at + 1 and _names_a_file(words[end - 1]):
        end -= 1
    written = [*words[:first], " ".join(words[first:end]), *words[end:]]
    return f"{QUOTES_HELP}; write: {ctx.command_path} {shlex.join(written)}"


def _names_a_file(word: str) -> bool:
    from .defaults import looks_like_store

    return looks_like_store(word) or os.path.exists(word)


def check_quoted(words: Sequence[str]) -> None:
    """Raise ``UsageError`` if words after QUERY are the rest of a search."""
    if words and words[0] in _SIGNS and not os.path.exists(words[0]):
        context = click.get_current_context()
        raise click.UsageError(f"{unquoted_search(context, words_of(context))}", context)


def store_for_query(store: str) -> str:
    """Return the message for a store in place of a search.

    It has the command line with both arguments in the right order, if there is a search in place of the store.
    """
    from ..documents.file_kinds import database_kind

    kind = database_kind(store) or "a store"
    message = f'"{store}" is {kind}, not a query'
    context = click.get_current_context(silent=True)
    if context is None:
        return message
    names = [param.name for param in context.command.params if isinstance(param, click.Argument)]
    places = [context.params.get(name) for name in names if name in ("store", "source", "query")]
    words = list(words_of(context))
    if len(places) != 2 or not all(isinstance(word, str) and words.count(word) == 1 for word in places):
        return message
    first, second = (words.index(str(word)) for word in places)
    words[first], words[second] = words[second], words[first]
    return f"{message}; write: {context.command_path} {shlex.join(words)}"


# -- values of options ------------------------------------------------------------------------------------------


class _Choice(click.Choice[Any]):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            from difflib import get_close_matches

            names = [str(choice) for choice in self.choices]
            close = get_close_matches(str(value).lower(), names, 1, 0.6)
            known = f"values: {', '.join(names)}"
            fix = f'did you mean "{close[0]}"? {known}' if close else known
            raise click.UsageError(f'unknown value "{value}" of {_name(param)}; {fix}', ctx) from None


class _Whole(click.IntRange):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            raise click.UsageError(_range_error(self, "a whole number", value, param), ctx) from None


class _AnyWhole(IntParamType):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            raise click.UsageError(f'{_name(param)} takes a whole number, not "{value}"', ctx) from None


class _Number(click.FloatRange):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            raise click.UsageError(_range_error(self, "a number", value, param), ctx) from None


def _range_error(kind: Any, what: str, value: Any, param: click.Parameter | None) -> str:
    if kind.min is not None and kind.max is not None:
        what += f" from {kind.min} to {kind.max}"
    elif kind.min is not None:
        what += f" above {kind.min}" if kind.min_open else f", {kind.min} or more"
    return f'{_name(param)} takes {what}, not "{value}"'


def _name(param: click.Parameter | None) -> str:
    if isinstance(param, click.Option):
        return param.opts[0]
    return "the argument" if param is None else param.make_metavar(click.get_current_context())


def explained_type(kind: Any) -> Any:
    """Return a type of click whose errors say what the option takes."""
    if type(kind) is click.Choice:
        return _Choice(kind.choices, kind.case_sensitive)
    if type(kind) is click.FloatRange:
        return _Number(kind.min, kind.max, kind.min_open, kind.max_open, kind.clamp)
    if type(kind) is click.IntRange:
        return _Whole(kind.min, kind.max, kind.min_open, kind.max_open, kind.clamp)
    return _AnyWhole() if kind is click.INT else kind
