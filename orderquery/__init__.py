"""One query language for commerce orders.

A search is checked before it is sent, and every backend gives the same answer.

::

    import orderquery as oq

    report = oq.check(request)            # every mistake at once, in place, with the fix
    plan = oq.compile(search)             # raises oq.QueryError, which holds every diagnostic
    plan.matches(order, transactions)
    with oq.open_store("orders.db") as store:
        store.load(documents)
        page = store.search(search)
        shop = oq.Emulator(store)         # the service over this store, a method for each operation
        shop.create_order(order)          # raises oq.Refused where the service answers with an error
"""

from __future__ import annotations

from .version import __version__

TYPE_CHECKING = False  # what typing calls so is all that is needed of it, and it takes long to import
if TYPE_CHECKING:
    from typing import Any

    from . import orm as sqlalchemy
    from .api import Plan, check, compare_tables, translate
    from .api import compile_search as compile  # noqa: A004 - oq.compile is the word for it
    from .builder.ecom_fields import f
    from .builder.entry import fields_of, search
    from .builder.expressions import FilterExpression, SearchExpression
    from .compiler.completion import Completion, complete
    from .compiler.conversion import convert
    from .compiler.cursor_keys import CursorKeys
    from .compiler.formatting import format_search as format  # noqa: A004 - oq.format is the word for it
    from .compiler.highlighting import Token, highlight
    from .compiler.hover import Hover, hover
    from .compiler.page import Page
    from .compiler.quick_fixes import QuickFix, fixes
    from .compiler.report import QueryError, Report
    from .compiler.report import render_report as render
    from .diagnostics.codes import CODES, Code
    from .diagnostics.diagnostic import Diagnostic
    from .diagnostics.errors import (
        DocumentError,
        LayoutError,
        MissingExtra,
        OrderQueryError,
        SchemaError,
        StoreError,
        StoreTimeout,
        SyncError,
        UsageError,
    )
    from .dicts import (
        AddPaymentsRequestDict,
        CreateOrderRequestDict,
        FilterDict,
        NewOrderDict,
        NewPaymentDict,
        OrderDict,
        OrderTransactionsDict,
        PaymentDict,
        SearchDict,
        SearchRequestDict,
        SearchResponseDict,
        UpdateOrderRequestDict,
    )
    from .emulator.app import create_app
    from .emulator.clock import Clock
    from .emulator.emulator import Emulator
    from .emulator.errors import Refused
    from .language.fields import Field
    from .language.schema import Schema, load_schema
    from .migration.compare import TableComparison
    from .migration.convert import convert_order
    from .migration.converted import ConvertedOrder
    from .migration.translate import Translation
    from .samples.generator import sample
    from .scan.scanned import ScannedCall, ScannedSource, scan_source
    from .sql.mapped.layout import OwnTables
    from .sql.mapped.layout_loader import json_layout, load_layout
    from .sql.statement import Statement
    from .stores.asynchronous import AsyncPage, AsyncStore, aopen_store
    from .stores.base import LoadResult, Store
    from .stores.engines import open_store, upgrade_store
    from .sync.credentials import Credentials
    from .sync.result import SyncResult
    from .sync.run import sync

# Imported when first asked for, so that "import orderquery" and --help cost nothing.
_HOME = {
    "AddPaymentsRequestDict": "dicts",
    "AsyncPage": "stores.asynchronous",
    "AsyncStore": "stores.asynchronous",
    "CODES": "diagnostics.codes",
    "Clock": "emulator.clock",
    "Code": "diagnostics.codes",
    "Completion": "compiler.completion",
    "ConvertedOrder": "migration.converted",
    "CreateOrderRequestDict": "dicts",
    "Credentials": "sync.credentials",
    "CursorKeys": "compiler.cursor_keys",
    "Diagnostic": "diagnostics.diagnostic",
    "DocumentError": "diagnostics.errors",
    "Emulator": "emulator.emulator",
    "Field": "language.fields",
    "Hover": "compiler.hover",
    "FilterDict": "dicts",
    "FilterExpression": "builder.expressions",
    "LayoutError": "diagnostics.errors",
    "LoadResult": "stores.base",
    "MissingExtra": "diagnostics.errors",
    "NewOrderDict": "dicts",
    "NewPaymentDict": "dicts",
    "OrderDict": "dicts",
    "OrderQueryError": "diagnostics.errors",
    "OrderTransactionsDict": "dicts",
    "OwnTables": "sql.mapped.layout",
    "Page": "compiler.page",
    "PaymentDict": "dicts",
    "Plan": "api",
    "QueryError": "compiler.report",
    "QuickFix": "compiler.quick_fixes",
    "Refused": "emulator.errors",
    "Report": "compiler.report",
    "Schema": "language.schema",
    "ScannedCall": "scan.scanned",
    "ScannedSource": "scan.scanned",
    "SchemaError": "diagnostics.errors",
    "SearchDict": "dicts",
    "SearchExpression": "builder.expressions",
    "SearchRequestDict": "dicts",
    "SearchResponseDict": "dicts",
    "Statement": "sql.statement",
    "Store": "stores.base",
    "StoreError": "diagnostics.errors",
    "StoreTimeout": "diagnostics.errors",
    "TableComparison": "migration.compare",
    "Token": "compiler.highlighting",
    "Translation": "migration.translate",
    "UpdateOrderRequestDict": "dicts",
    "SyncError": "diagnostics.errors",
    "SyncResult": "sync.result",
    "UsageError": "diagnostics.errors",
    "aopen_store": "stores.asynchronous",
    "check": "api",
    "compare_tables": "api",
    "complete": "compiler.completion",
    "convert": "compiler.conversion",
    "convert_order": "migration.convert",
    "create_app": "emulator.app",
    "f": "builder.ecom_fields",
    "fields_of": "builder.entry",
    "fixes": "compiler.quick_fixes",
    "highlight": "compiler.highlighting",
    "hover": "compiler.hover",
    "json_layout": "sql.mapped.layout_loader",
    "load_layout": "sql.mapped.layout_loader",
    "load_schema": "language.schema",
    "open_store": "stores.engines",
    "sample": "samples.generator",
    "scan_source": "scan.scanned",
    "translate": "api",
    "search": "builder.entry",
    "sync": "sync.run",
    "upgrade_store": "stores.engines",
}
_PACKAGES = {"sqlalchemy": "orm"}
_RENAMED = {
    "compile": ("api", "compile_search"),
    "format": ("compiler.formatting", "format_search"),
    "render": ("compiler.report", "render_report"),
}

__all__ = [
    "CODES",
    "AddPaymentsRequestDict",
    "AsyncPage",
    "AsyncStore",
    "Clock",
    "Code",
    "Completion",
    "ConvertedOrder",
    "CreateOrderRequestDict",
    "Credentials",
    "CursorKeys",
    "Diagnostic",
    "DocumentError",
    "Emulator",
    "Field",
    "FilterDict",
    "FilterExpression",
    "Hover",
    "LayoutError",
    "LoadResult",
    "MissingExtra",
    "NewOrderDict",
    "NewPaymentDict",
    "OrderDict",
    "OrderQueryError",
    "OrderTransactionsDict",
    "OwnTables",
    "Page",
    "PaymentDict",
    "Plan",
    "QueryError",
    "QuickFix",
    "Refused",
    "Report",
    "ScannedCall",
    "ScannedSource",
    "Schema",
    "SchemaError",
    "SearchDict",
    "SearchExpression",
    "SearchRequestDict",
    "SearchResponseDict",
    "Statement",
    "Store",
    "StoreError",
    "StoreTimeout",
    "SyncError",
    "SyncResult",
    "TableComparison",
    "Token",
    "Translation",
    "UpdateOrderRequestDict",
    "UsageError",
    "__version__",
    "aopen_store",
    "check",
    "compare_tables",
    "compile",
    "complete",
    "convert",
    "convert_order",
    "create_app",
    "f",
    "fields_of",
    "fixes",
    "format",
    "highlight",
    "hover",
    "json_layout",
    "load_layout",
    "load_schema",
    "open_store",
    "render",
    "sample",
    "scan_source",
    "search",
    "sqlalchemy",
    "sync",
    "translate",
    "upgrade_store",
]


def __getattr__(name: str) -> Any:
    home, attribute = _RENAMED.get(name) or (_HOME.get(name, ""), name)
    if not home and name not in _PACKAGES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module = import_module(f".{home or _PACKAGES[name]}", __name__)
    value = getattr(module, attribute) if home else module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
