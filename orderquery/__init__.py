"""One query language for commerce orders: checked before it is sent, and answered the same everywhere.

::

    import orderquery as oq

    report = oq.check(request)            # every mistake at once, in place, with the fix
    plan = oq.compile(search)             # raises oq.QueryError, which holds every diagnostic
    plan.matches(order, transactions)
    with oq.open_store("orders.db") as store:
        store.load(documents)
        page = store.search(search)
"""

from __future__ import annotations

from .version import __version__

TYPE_CHECKING = False  # what typing calls so is all that is needed of it, and it takes long to import
if TYPE_CHECKING:
    from typing import Any

    from .catalogue import CODES, Code
    from .cursor import CursorKeys
    from .diagnostics import (
        Diagnostic,
        DocumentError,
        LayoutError,
        MissingExtra,
        OrderQueryError,
        QueryError,
        Report,
        SchemaError,
        StoreError,
        StoreTimeout,
        UsageError,
    )
    from .endpoint import create_app
    from .forms import check
    from .forms import compile_search as compile  # noqa: A004 - oq.compile is the word for it
    from .page import Page
    from .plan import Plan
    from .samples import sample
    from .schema import Field, Schema, load_schema
    from .sql import Statement
    from .sql.own import OwnTables, json_layout, load_layout
    from .stores import LoadResult, Store, open_store, upgrade_store

# Imported when first asked for, so that "import orderquery" and --help cost nothing.
_HOME = {
    "CODES": "catalogue",
    "Code": "catalogue",
    "CursorKeys": "cursor",
    "Diagnostic": "diagnostics",
    "DocumentError": "diagnostics",
    "Field": "schema",
    "LayoutError": "diagnostics",
    "LoadResult": "stores",
    "MissingExtra": "diagnostics",
    "OrderQueryError": "diagnostics",
    "OwnTables": "sql.own",
    "Page": "page",
    "Plan": "plan",
    "QueryError": "diagnostics",
    "Report": "diagnostics",
    "Schema": "schema",
    "SchemaError": "diagnostics",
    "Statement": "sql",
    "Store": "stores",
    "StoreError": "diagnostics",
    "StoreTimeout": "diagnostics",
    "UsageError": "diagnostics",
    "check": "forms",
    "create_app": "endpoint",
    "json_layout": "sql.own",
    "load_layout": "sql.own",
    "load_schema": "schema",
    "open_store": "stores",
    "sample": "samples",
    "upgrade_store": "stores",
}
_RENAMED = {"compile": ("forms", "compile_search")}

__all__ = [
    "CODES",
    "Code",
    "CursorKeys",
    "Diagnostic",
    "DocumentError",
    "Field",
    "LayoutError",
    "LoadResult",
    "MissingExtra",
    "OrderQueryError",
    "OwnTables",
    "Page",
    "Plan",
    "QueryError",
    "Report",
    "Schema",
    "SchemaError",
    "Statement",
    "Store",
    "StoreError",
    "StoreTimeout",
    "UsageError",
    "__version__",
    "check",
    "compile",
    "create_app",
    "json_layout",
    "load_layout",
    "load_schema",
    "open_store",
    "sample",
    "upgrade_store",
]


def __getattr__(name: str) -> Any:
    home, attribute = _RENAMED.get(name) or (_HOME.get(name, ""), name)
    if not home:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{home}", __name__), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
