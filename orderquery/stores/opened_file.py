"""The file of an open store, which has to stay at its path."""

from __future__ import annotations

import os

from ..diagnostics.errors import StoreError
from .locations import MEMORY


class OpenedFile:
    """The file at a path when a store was opened; in memory, there is none.

    The engine keeps a file open that was removed or replaced. Its reads would be of the past, and its writes lost.
    """

    def __init__(self, path: str) -> None:
        self._shown = path
        self.path = path if path == MEMORY else os.path.abspath(path)
        self._identity = self._identify()

    def _identify(self) -> tuple[int, int] | None:
        if self.path == MEMORY:
            return None
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def check(self) -> None:
        """Raise ``StoreError`` if the file is not at its path any more."""
        if self._identify() != self._identity:
            raise StoreError(
                f"{self._shown}: the file was removed or replaced while the store was open; open the store again"
            )
