"""The conformance corpus and random orders as exports, searched by the engines over the published columnar layout.

Making tables takes those engines longer than answering, so everything is exported at once, each file of cases, each case
that changes its orders and each batch of random orders as a site of its own. An export cannot change: a case that
changes its orders between pages goes on in the next of several exports, which hold what it has by then.

An engine whose packages are missing fails, for a check that is skipped is none; ``ORDERQUERY_WITHOUT`` names engines
that are to be left out (``spark,clickhouse``).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import histogram_oracle
from backends import KEYS
from test_conformance import FILES

import orderquery as oq
from orderquery.stores.parquet.export import export

JSON = Any
ENGINES = ("clickhouse", "spark")
WITHOUT = {name for name in os.environ.get("ORDERQUERY_WITHOUT", "").replace(",", " ").split() if name}


def site_of(name: str, file: JSON, case: JSON) -> str:
    """The site of a case: that of its file, unless it changes what the file holds."""
    return f"{name}:{case['name']}" if "between" in case else name


class Exports:
    """Exports in a folder, each opened once by every engine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0
        self._stores: dict[tuple[str, str], oq.Store] = {}
        self._answers: dict[str, Answers] = {}

    def make(self, store: oq.Store, name: str) -> None:
        """Export a store under a name."""
        export(store, self._folder / name)

    def corpus(self) -> None:
        """Export the corpus, in as many states as its cases have."""
        with oq.open_store(self._folder / "corpus.db", keys=KEYS) as store:
            changes: list[tuple[str, list[JSON]]] = []
            for name, file in FILES.items():
                for case in file["cases"]:
                    site = site_of(name, file, case)
                    if site == name and case is not file["cases"][0]:
                        continue
                    at = store.at_site(site)
                    at.load(file.get("orders", []))
                    at.load({"orderTransactions": record} for record in file.get("transactions", []))
                    if "between" in case:
                        changes.append((site, sorted(case["between"], key=lambda step: step["after_page"])))
                if file["cases"] and site_of(name, file, file["cases"][0]) != name:
                    at = store.at_site(name)
                    at.load(file.get("orders", []))
                    at.load({"orderTransactions": record} for record in file.get("transactions", []))
            self.make(store, "corpus-0")
            for state in range(max(len(steps) for _, steps in changes)):
                for site, steps in changes:
                    for step in steps[state : state + 1]:
                        store.at_site(site).delete(step.get("delete", []))
                        store.at_site(site).load(step.get("upsert", []))
                self.make(store, f"corpus-{state + 1}")

    def opened(self, engine: str, name: str, schema: oq.Schema | None = None) -> oq.Store:
        """An export, opened by an engine."""
        if (engine, name) not in self._stores:
            store = oq.open_store(f"{engine}:///{self._folder / name}", keys=KEYS, schema=schema)
            answers = self._answers.setdefault(engine, Answers())
            store._engine = _Remembering(store._engine, name, answers)
            self._stores[engine, name] = store
        return self._stores[engine, name]

    def counts(self, engine: str) -> tuple[int, int]:
        """How many statements an engine was asked, and how many of them it ran: the others it had answered before."""
        answers = self._answers.get(engine, Answers())
        return answers.asked, len(answers.known)

    def close(self) -> None:
        for store in self._stores.values():
            store.close()


class Answers:
    """The answers of an engine so far."""

    def __init__(self) -> None:
        self.known: dict[Any, Any] = {}
        self.asked = 0


class _Remembering:
    """An engine that answers a statement it has answered before without running it again: the files never change."""

    def __init__(self, engine: Any, name: str, answers: Answers) -> None:
        self._engine, self._name, self._answers = engine, name, answers

    def rows(self, text: str, parameters: dict[str, Any], deadline: Any = None) -> Any:
        key = (self._name, text, repr(parameters))
        self._answers.asked += 1
        if key not in self._answers.known:
            self._answers.known[key] = self._engine.rows(text, parameters, deadline)
        return self._answers.known[key]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


class Exported:
    """A backend whose site of an export holds already what a case loads, and in the next one what it changes."""

    def __init__(self, exports: Exports, engine: str, name: str, site: str) -> None:
        self._exports, self._engine, self._name, self._site = exports, engine, name, site
        self._state = 0

    @property
    def store(self) -> oq.Store:
        name = f"{self._name}-{self._state}"
        return self._exports.opened(self._engine, name).at_site(self._site)

    def load(self, documents: Iterable[JSON]) -> None:
        """It is there."""

    def delete(self, order_ids: list[str]) -> None:
        self._state += 1

    def search(self, search: JSON) -> oq.Page:
        return self.store.search(search)

    def get(self, order_id: str) -> JSON:
        return self.store.get(order_id)

    def histogram(self, search: JSON, by: str, unit: str) -> JSON:
        return histogram_oracle.plain(self.store.histogram(search, by, unit).to_json())

    def close(self) -> None:
        """The exports are closed together."""
