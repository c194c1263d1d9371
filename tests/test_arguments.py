"""Arguments of a wrong type: every public function and method raises an error of the package."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

import orderquery as oq

WRONG: list[Any] = [None, 7, "x", b"x", 2.5, object(), ["a"], {"a": 1}]
PLAN = oq.compile("everything")
Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
NO_CALLS = {
    "CODES", "Code", "Completion", "ConvertedOrder", "Diagnostic", "DocumentError", "Field", "FilterExpression", "Hover",
    "LayoutError", "LoadResult", "MissingExtra", "OrderQueryError", "OwnTables", "Page", "AsyncPage", "AsyncStore", "Plan",
    "QueryError", "QuickFix", "Refused", "Report", "ScannedCall", "ScannedSource", "Schema", "SchemaError",
    "SearchExpression", "Statement", "Store", "StoreError", "StoreTimeout", "SyncError", "SyncResult", "TableComparison",
    "Token", "Translation", "UsageError", "__version__", "f", "sqlalchemy",
}  # fmt: skip
"""What a caller receives, or has methods that are called below."""

FUNCTIONS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "check": (({},), {}),
    "compile": (({},), {}),
    "translate": (("everything",), {}),
    "compare_tables": (("ecom-orders", "ecom-orders"), {}),
    "complete": (("status", 3), {}),
    "convert": (("everything", "json"), {}),
    "convert_order": (({},), {}),
    "format": (("everything",), {}),
    "highlight": (("everything",), {}),
    "hover": (("status = APPROVED", 2), {}),
    "fixes": (("everything",), {}),
    "render": ((oq.check({}),), {}),
    "fields_of": (("ecom-orders",), {}),
    "search": ((oq.f.status == "APPROVED",), {}),
    "Clock": ((), {}),
    "load_schema": ((), {}),
    "sample": ((1,), {}),
    "scan_source": (("x", "python"), {}),
    "json_layout": ((), {}),
    "load_layout": (("none.toml",), {}),
    "open_store": ((":memory:",), {}),
    "aopen_store": ((":memory:",), {}),
    "upgrade_store": (("none.db",), {}),
    "CursorKeys": ((["k" * 40],), {}),
    "Credentials": (("k",), {}),
}
PLAN_METHODS = {"matches": ({},), "why": ({},), "filter": ([],), "search": ([],), "sql": ("postgres",)}
STORE_METHODS: dict[str, tuple[Any, ...]] = {
    "search": ("everything",), "count": ("everything",), "pages": ("everything",), "histogram": ("everything",),
    "explain": ("everything",), "iterate_documents": ("everything",), "iterate_records": (), "get": ("a",),
    "get_document": ("a",), "get_transactions": ("a",), "load": ({"id": "1"},), "load_records": ([],), "delete": (["q"],),
    "at_site": ("a",), "at_table": (oq.load_schema(),),
}  # fmt: skip
ASYNC_METHODS: dict[str, tuple[Any, ...]] = {
    "load": ({"id": "1"},), "delete": (["q"],), "search": ("everything",), "pages": ("everything",),
    "iterate": ("everything",), "count": ("everything",), "get": ("a",), "get_document": ("a",),
    "get_transactions": ("a",), "at_site": ("a",), "histogram": ("everything",), "explain": ("everything",),
}  # fmt: skip
EMULATOR_METHODS: dict[str, tuple[Any, ...]] = {
    "advance": (1,), "advance_to": (10**15,), "restore": (b"x",), "put_back": (None,), "at_site": ("b",),
    "site_of_instance": ("x",), "envelope": (None,), "iterate_events": (), "list_deliveries": (), "resend": ("x",),
    "create_order": ({},), "get_order": ("a",), "search_orders": ("everything",), "update_order": ("a", {}),
    "bulk_update_orders": ([],), "cancel_order": ("a",), "load_plans": ([],), "add_payments": ("a", []),
    "update_payment_status": ("a", "p", "VOIDED"), "bulk_update_payment_statuses": ([], "VOIDED"),
    "list_transactions_for_single_order": ("a",), "list_transactions_for_multiple_orders": ([],),
}  # fmt: skip
NO_ARGUMENTS = {"sites", "close", "drain", "prepare", "save", "take_snapshot"}
INTERNAL = {"call"}


def answer_without_orders(_: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, stream=httpx2.ByteStream(b'{"orders":[],"metadata":{"count":0,"hasNext":false}}'))


NO_ORDERS = httpx2.MockTransport(answer_without_orders)


@pytest.fixture
def store() -> Iterator[oq.Store]:
    with oq.open_store(":memory:", keys=["k" * 40]) as opened:
        yield opened


def try_wrong(name: str, call: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Call with each argument replaced by each wrong value; only errors of the package may come."""
    parameters = [row for row in inspect.signature(call).parameters.values() if row.kind is not row.VAR_POSITIONAL]
    positional = [row.name for row in parameters if row.kind is not row.KEYWORD_ONLY]
    for parameter in parameters:
        for wrong in WRONG:
            arguments, keywords = list(given), dict(named)
            if parameter.name in positional[: len(given)]:
                arguments[positional.index(parameter.name)] = wrong
            else:
                keywords[parameter.name] = wrong
            try:
                consume(call(*arguments, **keywords))
            except oq.OrderQueryError as problem:
                assert str(problem), (name, parameter.name, wrong)
            except Exception as problem:
                raise AssertionError(f"{name}({parameter.name}={wrong!r}): {problem!r}") from problem


def consume(result: Any) -> None:
    if isinstance(result, oq.Store):
        result.close()
    elif isinstance(result, Iterator):
        for _ in result:
            pass


def test_every_public_name_is_in_a_table() -> None:
    tried = {*FUNCTIONS, *NO_CALLS, "Emulator", "create_app", "sync"}
    assert {name for name in oq.__all__ if not name.endswith("Dict")} == tried


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    call = getattr(oq, name)
    if name == "aopen_store":
        call = opened_by_await
    try_wrong(name, call, *FUNCTIONS[name])


def opened_by_await(location: Any, *, site: Any = "", keys: Any = None, schema: Any = None, layout: Any = None) -> None:
    async def opened() -> None:
        async with oq.aopen_store(location, site=site, keys=keys, schema=schema, layout=layout):
            pass

    asyncio.run(opened())


@pytest.mark.parametrize("name", PLAN_METHODS)
def test_methods_of_a_plan(name: str) -> None:
    try_wrong(name, getattr(PLAN, name), PLAN_METHODS[name], {})


@pytest.mark.parametrize("name", STORE_METHODS)
def test_methods_of_a_store(name: str, store: oq.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    try_wrong(name, getattr(store, name), STORE_METHODS[name], {})


def test_every_method_of_an_asynchronous_store_is_in_the_table() -> None:
    methods = {name for name, row in vars(oq.AsyncStore).items() if not name.startswith("_") and callable(row)}
    missing = methods - NO_ARGUMENTS - set(ASYNC_METHODS)
    assert not missing, f"write right arguments of {sorted(missing)} into ASYNC_METHODS"
    assert set(ASYNC_METHODS) <= methods


@pytest.mark.parametrize("name", ASYNC_METHODS)
def test_methods_of_an_asynchronous_store(name: str, store: oq.Store) -> None:
    with asyncio.Runner() as runner:
        opened = oq.AsyncStore(store)
        method = getattr(opened, name)

        async def awaited(result: Any) -> None:
            if inspect.isawaitable(result):
                await result
            elif hasattr(result, "__aiter__"):
                async for _ in result:
                    pass

        def call(*given: Any, **named: Any) -> None:
            runner.run(awaited(method(*given, **named)))

        call.__signature__ = inspect.signature(method)  # type: ignore[attr-defined]
        try_wrong(name, call, ASYNC_METHODS[name], {})
        runner.run(opened.close())


@pytest.mark.parametrize("name", ["Emulator", "create_app", "sync"])
def test_what_takes_a_store(name: str, store: oq.Store) -> None:
    named = {"dry_run": True, "base_url": "http://127.0.0.1:1", "max_seconds": 0.01} if name == "sync" else {}
    call = getattr(oq, name)
    for wrong in ("shop.db", Path("shop.db"), None, 5):
        with pytest.raises(oq.UsageError, match=r'store takes an open store: oq.open_store\("shop.db"\), not '):
            call(wrong, **named)
    if name == "sync":
        call, named = sync_of_nothing, {}
    try_wrong(name, call, (store,), named)


def sync_of_nothing(
    store: Any, *, since: Any = None, full: Any = False, query: Any = None, verify: Any = False, dry_run: Any = False,
    max_seconds: Any = 60.0, max_deletions: Any = None, base_url: Any = "http://127.0.0.1:1", credentials: Any = None,
    api_key_file: Any = None, progress: Any = None, transport: Any = NO_ORDERS, pace: Any = None,
) -> None:  # fmt: skip
    """Sync with a service that has no orders."""
    given = {key: value for key, value in locals().items() if key != "store"}
    oq.sync(store, **given)


def plan_methods(emulator: oq.Emulator) -> dict[str, tuple[tuple[Any, ...], dict[str, Any]]]:
    """The methods that are in no table, called with texts."""
    found = {}
    for name in dir(emulator):
        if not name.startswith("_") and callable(getattr(emulator, name)) and name not in EMULATOR_METHODS:
            rows = [
                row
                for row in inspect.signature(getattr(emulator, name)).parameters.values()
                if row.default is row.empty
            ]
            found[name] = (
                tuple("x" for row in rows if row.kind is not row.KEYWORD_ONLY),
                {row.name: "x" for row in rows if row.kind is row.KEYWORD_ONLY},
            )
    return {name: row for name, row in found.items() if name not in NO_ARGUMENTS | INTERNAL}


def test_methods_of_an_emulator(store: oq.Store) -> None:
    emulator = oq.Emulator(store, clock=oq.Clock(datetime(2026, 1, 1, tzinfo=UTC), frozen=True), seed="a")
    rows: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
        name: (row, {}) for name, row in EMULATOR_METHODS.items()
    }
    for name, (given, named) in {**rows, **plan_methods(emulator)}.items():
        try_wrong(name, getattr(emulator, name), given, named)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: oq.Clock("2026-01-01T00:00:00Z"),  # type: ignore[arg-type]
         'an instant takes datetime(2026, 1, 1, tzinfo=UTC), or microseconds since 1970, not "2026-01-01T00:00:00Z"'),
        (lambda: oq.Clock().advance("31d"),  # type: ignore[arg-type]
         'a duration takes timedelta(days=31), or microseconds, not "31d"'),
        (lambda: oq.format(None), "text takes a search as text, not null"),  # type: ignore[arg-type]
        (lambda: oq.sample(True), "count takes a number of orders, not true"),
        (lambda: oq.CursorKeys("k" * 40), "cursor keys are a list of texts or bytes; pass [key]"),
    ],
)  # fmt: skip
def test_messages(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(oq.UsageError) as raised:
        call()
    assert str(raised.value) == message


def test_what_the_messages_say_to_pass(store: oq.Store) -> None:
    clock = oq.Clock(datetime(2026, 1, 1, tzinfo=UTC), frozen=True)
    emulator = oq.Emulator(store, clock=clock)
    emulator.advance(timedelta(days=31))
    assert emulator.advance_to(datetime(2026, 3, 1, tzinfo=UTC)) == 0
    assert clock.now() == int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1_000_000)
