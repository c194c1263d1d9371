"""The version of the npm package @wix/ecom that a project has installed.

Its ``searchOrders`` took ``{ search: { filter, … } }`` until 1.0.1172, and takes the search itself since 1.0.1186
(read in the packages of npm).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache

from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import quoted

_LAST_WITH_OPTIONS = (1, 0, 1172)
_PACKAGE = r"@wix/ecom"
_VERSION = r"(\d+\.\d+\.\d+)"
_FILES: dict[str, re.Pattern[str]] = {
    os.path.join("node_modules", "@wix", "ecom", "package.json"): re.compile(rf'"version"\s*:\s*"{_VERSION}'),
    "package-lock.json": re.compile(rf'"(?:node_modules/)?{_PACKAGE}"\s*:\s*\{{\s*"version"\s*:\s*"{_VERSION}'),
    "npm-shrinkwrap.json": re.compile(rf'"(?:node_modules/)?{_PACKAGE}"\s*:\s*\{{\s*"version"\s*:\s*"{_VERSION}'),
    "pnpm-lock.yaml": re.compile(rf"^\s+['\"]?/?{_PACKAGE}[@/]{_VERSION}", re.MULTILINE),
    "yarn.lock": re.compile(rf'^"?{_PACKAGE}@[^\n]*:\n\s+version:?\s+"?{_VERSION}', re.MULTILINE),
    "bun.lock": re.compile(rf'"{_PACKAGE}"\s*:\s*\["{_PACKAGE}@{_VERSION}'),
    # A range such as ^1.0.700 installs the newest version.
    "package.json": re.compile(rf'"{_PACKAGE}"\s*:\s*"={{0,1}}{_VERSION}"'),
}
"""What tells the version, the surest first: by file of a folder, a pattern with the version as its group."""
_MAX_BYTES = 32 << 20
_MAX_FOLDERS = 64


def installed_ecom(path: str) -> str | None:
    """Return the version that is installed for a file of source code.

    It is that of the nearest folder above that tells one. ``None`` if none does, or if a lock file has several.
    """
    for folder in _folders_above(os.path.abspath(path)):
        found = _version_in(folder)
        if found is not None:
            return found or None
    return None


def takes_options(version: str | None) -> bool:
    """Return whether ``searchOrders`` of a version takes ``{ search: … }``.

    Raises:
        UsageError: this is no version.

    """
    if version is None:
        return False
    found = re.match(_VERSION, version)
    if found is None:
        raise UsageError(f"ecom_version takes a version such as 1.0.727, not {quoted(version)}")
    return tuple(map(int, found[1].split("."))) <= _LAST_WITH_OPTIONS


def _folders_above(path: str) -> Iterator[str]:
    folder = os.path.dirname(path)
    for _ in range(_MAX_FOLDERS):
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return
        folder = parent


@lru_cache(maxsize=1024)
def _version_in(folder: str) -> str | None:
    """Return the version that a folder tells, "" for several, and ``None`` for none."""
    for name, pattern in _FILES.items():
        found = set(pattern.findall(_text_of(os.path.join(folder, name))))
        if found:
            return found.pop() if len({takes_options(version) for version in found}) == 1 else ""
    return None


def _text_of(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_MAX_BYTES)
    except OSError:
        return ""
