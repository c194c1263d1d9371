"""The backends that every conformance case and every differential run goes through: one line each in ``BACKENDS``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Protocol

import engines
import histogram_oracle

import orderquery as oq

JSON = Any
KEYS = oq.CursorKeys(["one key for all backends of a test run"])


class Backend(Protocol):
    """Holds orders and transactions, and answers searches."""

    def load(self, documents: Iterable[JSON]) -> None: ...
    def delete(self, order_ids: list[str]) -> None: ...
    def search(self, search: JSON) -> oq.Page: ...
    def get(self, order_id: str) -> JSON: ...
    def histogram(self, search: JSON, by: str, unit: str) -> JSON: ...
    def close(self) -> None: ...


class Memory:
    """Plain lists, and ``plan.search`` over them."""

    def __init__(self) -> None:
        self.orders: list[JSON] = []
        self.transactions: dict[str, JSON] = {}

    def load(self, documents: Iterable[JSON]) -> None:
        for document in documents:
            if isinstance(document, dict) and "orderTransactions" in document:
                record = document["orderTransactions"]
                self.transactions[record["orderId"]] = record
            else:
                self.orders.append(document)

    def delete(self, order_ids: list[str]) -> None:
        self.orders = [order for order in self.orders if order.get("id", order.get("_id")) not in order_ids]
        for order_id in order_ids:
            self.transactions.pop(order_id, None)

    def search(self, search: JSON) -> oq.Page:
        return oq.compile(search).search(self.orders, self.transactions.values(), keys=KEYS)

    def get(self, order_id: str) -> JSON:
        return next((order for order in self.orders if order.get("id", order.get("_id")) == order_id), None)

    def histogram(self, search: JSON, by: str, unit: str) -> JSON:
        return histogram_oracle.histogram(self.orders, list(self.transactions.values()), search, by, unit)

    def close(self) -> None:
        """Nothing to close."""


class InStore:
    """A store of some engine."""

    def __init__(self, location: str) -> None:
        self.store = oq.open_store(location, keys=KEYS)

    def load(self, documents: Iterable[JSON]) -> None:
        self.store.load(documents)

    def delete(self, order_ids: list[str]) -> None:
        self.store.delete(order_ids)

    def search(self, search: JSON) -> oq.Page:
        return self.store.search(search)

    def get(self, order_id: str) -> JSON:
        return self.store.get(order_id)

    def histogram(self, search: JSON, by: str, unit: str) -> JSON:
        return histogram_oracle.plain(self.store.histogram(search, by, unit).to_json())

    def close(self) -> None:
        self.store.close()


class Reused(InStore):
    """A store emptied and used again: making its tables takes longer than most cases."""

    _idle: ClassVar[dict[str, list[oq.Store]]] = {}

    def __init__(self, engine: str, location: Callable[[], str]) -> None:
        self._idle_stores = self._idle.setdefault(engine, [])
        self.store = self._idle_stores.pop() if self._idle_stores else oq.open_store(location(), keys=KEYS)

    def close(self) -> None:
        self._idle_stores.append(engines.emptied(self.store))


BACKENDS: dict[str, Callable[[], Backend]] = {
    "memory": Memory,
    "sqlite": lambda: InStore(":memory:"),
    "postgresql": lambda: Reused("postgresql", engines.fresh_url),
    "duckdb": lambda: Reused("duckdb", lambda: "duckdb:///:memory:"),
}
