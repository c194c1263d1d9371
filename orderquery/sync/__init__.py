"""Orders from the service into a store: windows, marks, verification."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _SyncModule(ModuleType):
    """The package, which can be called as :func:`orderquery.sync.run.sync`.

    The function and the package have one name, and Python sets the attribute of the parent to the package.
    """

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Copy the orders of the service into a store."""
        from .run import sync

        return sync(*args, **options)


sys.modules[__name__].__class__ = _SyncModule
