"""Several sites in one run, from a TOML file; and durations in words.

The file cannot set a base URL, a key or a command: it may come with a project that someone else wrote.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import quoted
from ..language.small_files import read_small_file
from .credentials import KEY_VARIABLE

_EXAMPLE = 'write: [[sites]] with site = "berlin" and site-id = "GUID"'
_SETTINGS_FILE = "orderquery.toml"
_KEYS = {"site": "name", "site-id": "site_id", "query": "query", "since": "since", "key-variable": "key_variable"}
_VARIABLE = re.compile(rf"{KEY_VARIABLE}(_[A-Z0-9_]{{1,40}})?")
_DURATION = re.compile(r"([0-9]{1,6})(s|m|h)", re.ASCII)
_UNITS_S = {"s": 1, "m": 60, "h": 3_600}


class SiteToSync(NamedTuple):
    """A site: its name in the store, what is copied, and how the service knows it.

    ``key_variable`` is the environment variable with its API key.
    """

    name: str = ""
    query: str | None = None
    since: str | None = None
    site_id: str = ""
    key_variable: str = KEY_VARIABLE


def read_sites(path: str) -> list[SiteToSync]:
    """Return the sites of a TOML file.

    Raises:
        UsageError: the file cannot be read, or names no site, or one twice, or an unknown key.

    """
    try:
        document = tomllib.loads(read_small_file(path).decode("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"file not found: {path}") from None
    except OSError as problem:
        raise UsageError(f"cannot read {quoted(path)}: {problem.strerror or problem}") from None
    except (ValueError, RecursionError) as problem:
        raise UsageError(f"cannot read the sites of {quoted(path)}: {problem}") from None
    listed = document.get("sites")
    # The other keys of that file are defaults of the command line, which checks them.
    unknown = [key for key in document if key != "sites" and Path(path).name != _SETTINGS_FILE]
    if unknown:
        raise UsageError(f"unknown key {quoted(unknown[0])} in {quoted(path)}; {_EXAMPLE}")
    if not isinstance(listed, list) or not listed:
        raise UsageError(f"{quoted(path)} has no sites; {_EXAMPLE}")
    sites = [_read_site(path, number, row) for number, row in enumerate(listed, 1)]
    names = [site.name for site in sites]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"site {quoted(twice)} occurs twice in {quoted(path)}; give each its own name in the store")
    return sites


def _read_site(path: str, number: int, row: Any) -> SiteToSync:
    where = f"site {number} of {quoted(path)}"
    if not isinstance(row, dict):
        raise UsageError(f"{where} is not a table; {_EXAMPLE}")
    for key, value in row.items():
        if key not in _KEYS:
            raise UsageError(f"unknown key {quoted(key)} in {where}; keys: {', '.join(_KEYS)}")
        if not isinstance(value, str) or not value:
            raise UsageError(f"{key} of {where} is not a text; {_EXAMPLE}")
    missing = next((key for key in ("site", "site-id") if key not in row), None)
    if missing is not None:
        raise UsageError(f"{missing} is missing in {where}; {_EXAMPLE}")
    site = SiteToSync(**{_KEYS[key]: value for key, value in row.items()})
    if not _VARIABLE.fullmatch(site.key_variable):
        raise UsageError(
            f"key-variable {quoted(site.key_variable)} of {where} is not the variable of an API key; "
            f"use a name such as {KEY_VARIABLE}_BERLIN"
        )
    return site


def read_duration(text: str) -> float:
    """Return the seconds of a duration such as ``60s``, ``5m`` or ``1h``.

    Raises:
        UsageError: it is not one.

    """
    found = _DURATION.fullmatch(text.strip())
    seconds = int(found[1]) * _UNITS_S[found[2]] if found else 0
    if seconds < 1:
        raise UsageError(f"{quoted(text)} is not a time; write: 60s, 5m or 1h")
    return float(seconds)
