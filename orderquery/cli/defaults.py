"""Defaults of arguments and options (D126).

They come from environment variables and from the file ``orderquery.toml``.

What the command line has counts first, then the environment, then the file. The file is the nearest one in the current
folder or above it. It may come with a project that someone else wrote, so it cannot set where orders are sent: no
server, base URL, key or command.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import click

from .command_words import words_of

if TYPE_CHECKING:
    from click.core import ParameterSource

FILE_NAME = "orderquery.toml"
SITES_KEY = "sites"
"""The table that the command sync reads."""
SEARCH_FORMATS = ("table", "json", "jsonl", "ids", "csv")

_MAX_FILE_BYTES = 1 << 20
_STORE_SUFFIXES = (".db", ".sqlite", ".sqlite3", ".duckdb")
_FORBIDDEN = {
    "base-url": "pass --base-url on the command line",
    "api-key": "set WIX_API_KEY, or pass --api-key-file",
    "api-key-file": "pass it on the command line",
    "account-id": "set WIX_ACCOUNT_ID",
    "cursor-keys": "set ORDERQUERY_CURSOR_KEYS",
    "pager": "set PAGER",
}
"""What the file must not set, and how to set it instead."""


class Setting(NamedTuple):
    """A key of the file: how it is read, and the variable that overrides it.

    ``read`` returns the value, and raises ``ValueError`` with what the value must be.
    """

    read: Callable[[Any, Path], Any]
    variable: str = ""


def _read_text(value: Any, folder: Path) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a text")
    return value


def _read_store(value: Any, folder: Path) -> str:
    """Return the location of a store; a path counts from the folder of the file."""
    text = _read_text(value, folder)
    scheme, found, rest = text.partition("://")
    if found:
        from ..stores.locations import ENGINES

        if scheme not in ENGINES or not ENGINES[scheme].in_file:
            raise ValueError("a file; for a server set ORDERQUERY_STORE, or pass STORE")
        return f"{scheme}:///{os.path.join(quote(str(folder)), rest.removeprefix('/'))}"
    return os.path.join(folder, os.path.expanduser(text))


def _read_table(value: Any, folder: Path) -> str:
    """Return a table of fields: a name, or a path from the folder of the file."""
    text = _read_text(value, folder)
    return os.path.join(folder, os.path.expanduser(text)) if text.endswith(".toml") else text


def _read_format(value: Any, folder: Path) -> str:
    if value not in SEARCH_FORMATS:
        raise ValueError(f"one of {', '.join(SEARCH_FORMATS)}")
    return str(value)


def _read_columns(value: Any, folder: Path) -> str:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name for name in names):
        raise ValueError('a list of names, such as ["number", "createdDate"]')
    return ",".join(names)


def _read_limit(value: Any, folder: Path) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("a number of orders, 1 or more")
    return value


SETTINGS = {
    "store": Setting(_read_store, "ORDERQUERY_STORE"),
    "site": Setting(_read_text, "ORDERQUERY_SITE"),
    "table": Setting(_read_table),
    "format": Setting(_read_format),
    "columns": Setting(_read_columns),
    "limit": Setting(_read_limit),
}


class SettingsFile(NamedTuple):
    """The settings of a file, checked."""

    path: Path
    values: dict[str, Any]


def find_file(folder: Path) -> Path | None:
    """Return the nearest settings file in a folder or above it."""
    return next((path for above in (folder, *folder.parents) if (path := above / FILE_NAME).is_file()), None)


def read_file(path: Path) -> SettingsFile:
    """Read a settings file.

    Raises:
        UsageError: the file is not TOML, or has an unknown key or a wrong value.

    """
    import tomllib

    from ..diagnostics.errors import UsageError

    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_FILE_BYTES + 1)
        if len(raw) > _MAX_FILE_BYTES:
            raise UsageError(f"{path} has more than {_MAX_FILE_BYTES} bytes")
        document = tomllib.loads(raw.decode("utf-8-sig"))
    except OSError as problem:
        raise UsageError(f"cannot read {path}: {problem.strerror or problem}") from None
    except (ValueError, RecursionError) as problem:
        raise UsageError(f"{path} is not TOML: {problem}") from None
    values = {}
    for key, value in document.items():
        if key == SITES_KEY:
            continue
        if key not in SETTINGS:
            raise UsageError(_unknown_key(path, key))
        try:
            values[key] = SETTINGS[key].read(value, path.parent)
        except ValueError as problem:
            raise UsageError(f"{path}: {key} must be {problem}") from None
    return SettingsFile(path, values)


def _unknown_key(path: Path, key: str) -> str:
    from difflib import get_close_matches

    from ..diagnostics.quoting import quoted

    plain = key.casefold().replace("_", "-")
    if plain in _FORBIDDEN:
        return f"{path} cannot set {quoted(key)}; {_FORBIDDEN[plain]}"
    close = get_close_matches(plain, [*SETTINGS, SITES_KEY], 1, 0.6)
    fix = f"did you mean {quoted(close[0])}?" if close else f"keys: {', '.join(SETTINGS)}"
    return f"{path}: unknown key {quoted(key)}; {fix}"


def default_of(name: str) -> Any:
    """Return the default of a setting, or ``None``.

    The environment counts first, then the file.

    Raises:
        UsageError: the file cannot be used.

    """
    setting = SETTINGS[name]
    found = os.environ.get(setting.variable) if setting.variable else None
    if found:
        return found
    try:
        path = find_file(Path.cwd())
    except OSError:
        # The current folder is gone.
        return None
    return None if path is None else read_file(path).values.get(name)


def fill_in(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Return the callback of an option that has a setting for a default."""

    def callback(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
        if ctx.resilient_parsing or not _is_default(ctx.get_parameter_source(param.name or "")):
            return value
        found = default_of(name)
        return value if found is None else found

    return callback


def is_given(name: str) -> bool:
    """Return whether the command line has an option."""
    context = click.get_current_context(silent=True)
    return context is not None and not _is_default(context.get_parameter_source(name))


def _is_default(source: ParameterSource | None) -> bool:
    return source is None or source.name in ("DEFAULT", "DEFAULT_MAP")


def with_store(store: str | None, rest: tuple[str, ...], *, takes_rest: bool = True) -> tuple[str, tuple[str, ...]]:
    """Return the store and the arguments that follow it, where STORE may be left out.

    With a default for STORE, the first argument is a store if it looks like one: a database, a URL of an engine, or a
    name that ends in .db, .sqlite or .duckdb.

    Raises:
        UsageError: STORE is missing and has no default.

    """
    if store is not None and (looks_like_store(store) or (rest and not takes_rest)):
        return store, rest
    default = default_of("store")
    if default is None:
        if store is None:
            raise click.UsageError("Missing argument 'STORE': pass it, set ORDERQUERY_STORE, or write orderquery.toml")
        if not takes_rest and not rest and _looks_like_query(store):
            context = click.get_current_context()
            written = f"{context.command_path} STORE {shlex.join(words_of(context))}"
            raise click.UsageError(f"missing STORE; write: {written}, or set ORDERQUERY_STORE")
        return store, rest
    return default, rest if store is None else (store, *rest)


def _looks_like_query(argument: str) -> bool:
    """Return whether an argument is a search, or a file of one, and no store."""
    if argument.endswith((".json", ".jsonl", ".txt")) or argument == "everything":
        return True
    return re.search(r"[\s=<>{]", argument) is not None and not os.path.exists(argument)


def looks_like_store(argument: str) -> bool:
    """Return whether an argument can only be a store."""
    from ..documents.file_kinds import database_kind
    from ..stores.locations import ENGINES, MEMORY

    scheme, found, _ = argument.partition("://")
    if found and scheme in ENGINES:
        return True
    is_name = argument == MEMORY or (argument.endswith(_STORE_SUFFIXES) and not any(map(str.isspace, argument)))
    return is_name or database_kind(argument) is not None
