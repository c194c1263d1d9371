"""The cursor ``@last`` (D129).

A file of the user keeps the next page of the searches of a store.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from ..diagnostics.errors import UsageError

LAST = "@last"
"""The value of ``--cursor`` that stands for the kept one."""

_FOLDER_MODE = 0o700
_MAX_SEARCHES = 20
"""Searches of a store whose cursors are kept; then the oldest is forgotten."""
_MAX_FILES = 200
"""Stores whose cursors are kept."""
_MAX_FILE_BYTES = 1 << 20


class KeptCursor(NamedTuple):
    """The next page of a search.

    ``search`` identifies the search, or is empty if it is not known. ``cursor`` is ``None`` after the last page.
    """

    search: str
    cursor: str | None


def state_folder() -> Path | None:
    """Return the folder for what this user's commands keep.

    XDG names it. Without a home it is ``None``.
    """
    named = os.environ.get("XDG_STATE_HOME", "")
    if os.path.isabs(named):
        return Path(named, "orderquery")
    home = os.path.expanduser("~")
    return Path(home, ".local", "state", "orderquery") if os.path.isabs(home) else None


def search_key(source: str | bytes) -> str:
    """Return what identifies a search: a digest of its source."""
    raw = source if isinstance(source, bytes) else source.encode("utf-8", "surrogateescape")
    return hashlib.sha256(raw).hexdigest()


class CursorFile:
    """The kept cursors of one store, site, table of fields and layout.

    The file can be read by the user alone. Cursors are encrypted, as everywhere.
    """

    def __init__(self, location: str, site: str, table: str | None, layout: str | None) -> None:
        self._shown = location
        # Not the real path: another name of a store has a key of its own.
        where = location if "://" in location else os.path.abspath(location)
        identity = [where, site, table or "", os.path.abspath(layout) if layout else ""]
        name = hashlib.sha256("\0".join(identity).encode("utf-8", "surrogateescape")).hexdigest()[:32]
        folder = state_folder()
        self._path = None if folder is None else folder / "cursors" / f"{name}.json"

    def find(self, search: str | None) -> KeptCursor:
        """Return the cursor of a search, or of the last one for ``None``.

        Raises:
            UsageError: none is kept, or the last page was printed.

        """
        found = next((kept for kept in self._read() if search in (None, kept.search)), None)
        if found is None:
            of = "" if search is None else "this search of "
            raise UsageError(f"no cursor is kept for {of}{self._shown}; run the search without --cursor first")
        if found.cursor is None:
            raise UsageError("the last page was printed; run the search again without --cursor")
        return found

    def keep(self, search: str, cursor: str | None) -> bool:
        """Keep the cursor of a search as the last one; return whether that is possible.

        After the last page, only a search that has a cursor here is changed.
        """
        if self._path is None:
            return False
        kept = self._read()
        if cursor is None and not any(known.search == search for known in kept):
            return False
        others = [known for known in kept if known.search != search]
        entries = [KeptCursor(search, cursor), *others][:_MAX_SEARCHES]
        try:
            self._write(self._path, json.dumps({"cursors": [entry._asdict() for entry in entries]}))
        except OSError:
            return False
        return True

    def _read(self) -> list[KeptCursor]:
        """Return the kept cursors, the last one first.

        A file that is not readable has none.
        """
        if self._path is None:
            return []
        try:
            with self._path.open("rb") as file:
                listed = json.loads(file.read(_MAX_FILE_BYTES))["cursors"]
            return [entry for item in listed if (entry := _entry(item)) is not None]
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return []

    def _write(self, path: Path, text: str) -> None:
        path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        # A temporary file has the mode 0600.
        descriptor, draft = tempfile.mkstemp(prefix=".", dir=path.parent)
        try:
            with open(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(draft, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(draft)
            raise
        self._forget_oldest(path.parent)

    def _forget_oldest(self, folder: Path) -> None:
        files = list(folder.glob("*.json"))
        if len(files) > _MAX_FILES:
            with contextlib.suppress(OSError):
                min(files, key=lambda file: file.stat().st_mtime).unlink()


def _entry(item: Any) -> KeptCursor | None:
    if not isinstance(item, dict):
        return None
    search, cursor = item.get("search"), item.get("cursor")
    if not isinstance(search, str) or not (cursor is None or isinstance(cursor, str)):
        return None
    return KeptCursor(search, cursor)
