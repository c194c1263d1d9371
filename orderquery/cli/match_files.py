"""What ``match`` does: files streamed through a plan, with the transactions it needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..api import Plan
from ..compiler.render import render_line
from ..diagnostics.diagnostic import Diagnostic
from ..documents.fields import transactions_record
from ..documents.json_lines import Block, Range, Split, opened, read_blocks, read_range, split
from ..language.schema import Schema
from .inputs import STDIN, STDIN_NAME, records_of
from .match_lines import Judge, compiled_judge
from .output import flush_stdout, say, stdout

if TYPE_CHECKING:
    from .workers import Part

JSON = Any

WORTH_IT = 64 << 20
"""Bytes of a file that take one process clearly longer than several, their start included."""


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
    import shutil
    import tempfile

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

    def __init__(
        self, schema: Schema, plan: Plan, *, count: bool, verbose: bool, jobs: int | None, table: str | None
    ) -> None:
        self.schema, self.plan, self.count, self.verbose = schema, plan, count, verbose
        self.jobs, self.table = jobs, table
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
        judge = self._judge()
        for source in sources:
            if not self._run_in_parts(source, judge):
                self._read(read_blocks(source.path), judge, source.called)

    def _judge(self) -> Judge:
        return Judge(self.schema, self.plan, self._transactions, verbose=self.verbose)

    def _read(self, blocks: Iterable[Block | Diagnostic], judge: Judge, called: str, before: int = 0) -> int | None:
        """Judge blocks that so many lines stand before; how many lines they have, or ``None`` if they break off."""
        lines = 0

        def report(problem: Diagnostic) -> None:
            self._report(problem, called, before)

        for block in blocks:
            if isinstance(block, Diagnostic):
                report(block)
                return None
            lines += len(block.texts)
            kept = judge.matching(block, report)
            self._put(len(kept), b"".join(kept))
        return lines

    def _run_in_parts(self, source: _Source, judge: Judge) -> bool:
        """Judge a file in several processes, if it is worth it and can be done."""
        size = os.path.getsize(source.path) if os.path.isfile(source.path) else 0
        jobs = self.jobs if self.jobs is not None else processors() if size >= WORTH_IT else 1
        if jobs == 1:
            return False
        from . import workers

        jobs = min(jobs, -(-size // workers.RANGE))
        if jobs < 2 or not workers.possible(bool(self._transactions)):
            return False
        with split(source.path, workers.RANGE) as parts:
            if parts is None:
                return False
            # What waits to be written would be written by each process that is forked.
            flush_stdout()
            keep = not self.count
            with workers.started(jobs, parts.descriptor, self._make(workers.START), keep=keep) as pool:
                if pool is None:
                    return False
                self._read([parts.first], judge, source.called)
                self._gather(pool.judged(parts.ranges), parts, judge, source.called)
        return True

    def _make(self, start: str) -> Callable[[], Judge]:
        """How a process that starts in this way makes its judge."""
        if start == "fork":
            return self._judge
        return partial(compiled_judge, self.table, self.plan.to_json(), verbose=self.verbose)

    def _gather(self, found: Iterable[Part | Range], parts: Split, judge: Judge, called: str) -> None:
        """Write and report what processes have found; judge what they have left."""
        before = parts.first.number
        for part in found:
            if isinstance(part, Range):
                lines = self._read(read_range(parts.descriptor, part), judge, called, before)
            else:
                for problem in part.problems:
                    self._report(problem, called, before)
                self._put(part.matched, part.kept)
                lines = part.lines
            if lines is None:
                return
            before += lines

    def _put(self, matched: int, kept: bytes | memoryview) -> None:
        self.matched += matched
        if kept and not self.count:
            stdout().write(kept)

    def _read_transactions(self, sources: Iterable[_Source], *, report: bool) -> None:
        # The last ones count, of events those of the latest time, as in a store.
        kept = _branches(self.plan)
        times: dict[str, int] = {}
        for source in sources:
            for found in records_of(self.schema, source.path, called=source.called, report_unfit=False):
                if isinstance(found, Diagnostic):
                    if report:
                        self._report(found, found.source_name)
                elif found.kind == "transactions":
                    time = times.get(found.id) if found.event_time is None else found.event_time
                    if time is not None:
                        if time < times.get(found.id, time):
                            continue
                        times[found.id] = time
                    self._transactions[found.id] = _pruned(transactions_record(found.decoded), kept)

    def _report(self, problem: Diagnostic, called: str | None, before: int = 0) -> None:
        self.unusable += problem.code != "unfit-value"
        line = None if problem.line is None else before + problem.line
        say(render_line(replace(problem, source_name=called, line=line)))


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
