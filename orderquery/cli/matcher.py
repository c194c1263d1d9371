"""What ``match`` does: files streamed through a plan, with the transactions it needs."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..diagnostics import Diagnostic
from ..documents import transactions_record
from ..files import opened
from ..plan import Plan
from ..render import render_line
from ..schema import Schema
from .inputs import STDIN, STDIN_NAME, records_of
from .output import say, stdout

JSON = Any
LINE_BREAKS = b"\r\n"


@dataclass(frozen=True, slots=True)
class _Source:
    """A file to read, and what messages call it."""

    path: str
    called: str


def _sources(names: tuple[str, ...]) -> list[_Source]:
    return [_Source(name, STDIN_NAME if name == STDIN else name) for name in names]


@contextmanager
def _twice_readable(names: tuple[str, ...]) -> Iterator[list[_Source]]:
    """The files; of what can be read only once, a copy that is there for as long."""
    with tempfile.TemporaryDirectory(prefix="orderquery-") as folder:
        sources = _sources(names)
        for index, source in enumerate(sources):
            if source.path == STDIN or not os.path.isfile(source.path):
                copy = os.path.join(folder, str(index))
                with open(copy, "wb") as file, opened(source.path) as (stream, _):
                    shutil.copyfileobj(stream, file)
                sources[index] = _Source(copy, source.called)
        yield sources


class Matcher:
    """One run over files: what matched, and what could not be used."""

    def __init__(self, schema: Schema, plan: Plan, *, count: bool, verbose: bool) -> None:
        self.schema, self.plan, self.count, self.verbose = schema, plan, count, verbose
        self.matched = self.unusable = 0
        self._transactions: dict[str, JSON] = {}

    def run(self, names: tuple[str, ...], transactions: str | None) -> None:
        """Write the orders that match, or count them; ``transactions`` names the file of their transactions, if any."""
        if not self.plan.reads_transactions:
            self._run(_sources(names))
        elif transactions is not None:
            self._read_transactions(_sources((transactions,)), report=True)
            self._run(_sources(names))
        else:
            with _twice_readable(names) as sources:
                self._read_transactions(sources, report=False)
                self._run(sources)

    def _run(self, sources: Iterable[_Source]) -> None:
        matches, known, write = self.plan.matches, self._transactions, stdout().write
        for source in sources:
            for found in records_of(self.schema, source.path, called=source.called, report_unfit=self.verbose):
                if isinstance(found, Diagnostic):
                    self._report(found)
                elif found.kind == "order" and matches(found.decoded, known.get(found.id)):
                    self.matched += 1
                    if not self.count:
                        write(found.document.translate(None, LINE_BREAKS) + b"\n")

    def _read_transactions(self, sources: Iterable[_Source], *, report: bool) -> None:
        # The last ones count, of events those of the latest time, as in a store.
        kept = _branches(self.plan)
        times: dict[str, int] = {}
        for source in sources:
            for found in records_of(self.schema, source.path, called=source.called, report_unfit=False):
                if isinstance(found, Diagnostic):
                    if report:
                        self._report(found)
                elif found.kind == "transactions":
                    time = times.get(found.id) if found.event_time is None else found.event_time
                    if time is not None:
                        if time < times.get(found.id, time):
                            continue
                        times[found.id] = time
                    self._transactions[found.id] = _pruned(transactions_record(found.decoded), kept)

    def _report(self, problem: Diagnostic) -> None:
        self.unusable += problem.code != "unfit-value"
        say(render_line(problem))


Branches = dict[str, "Branches"]


def _branches(plan: Plan) -> Branches:
    """The paths of transactions that the plan reads, as a tree of keys."""
    tree: Branches = {}
    for row in plan.fields:
        for source in row.sources:
            for path in source.paths if source.record == "transactions" else ():
                at = tree
                for step in path:
                    at = at.setdefault(step, {})
    return tree


def _pruned(value: JSON, kept: Branches) -> JSON:
    """A document without what is not read, so that millions of them can be kept."""
    if not kept:
        return value
    if isinstance(value, list):
        return [_pruned(item, kept) for item in value]
    if isinstance(value, Mapping):
        return {key: _pruned(value[key], below) for key, below in kept.items() if key in value}
    return value
