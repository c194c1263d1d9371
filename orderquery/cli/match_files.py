"""Matches the orders of files against a plan, with the transactions that it reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ..api import Plan
from ..compiler.render import render_line
from ..diagnostics.diagnostic import Diagnostic
from ..documents.fields import order_id, transactions_record
from ..documents.ingest import is_skipped
from ..documents.json_lines import Block, Range, Split, read_blocks, read_range, split
from ..documents.opened_files import opened
from ..documents.versions import are_older_transactions, newest_event_time
from ..language.schema import Schema
from ..syntax.json_decoder import decode_decimal, decode_json
from .inputs import STDIN, STDIN_NAME, read_records
from .match_lines import BlockMatcher, compile_matcher
from .output import flush_stdout, stdout_bytes, write_message

if TYPE_CHECKING:
    from .data_output import RowWriter
    from .match_jobs import RangeResult

JSON = Any

MIN_PARALLEL_BYTES = 64 << 20
"""A smaller file is matched by one process: the start of others costs more than it saves."""


class InputFile(NamedTuple):
    """A file to read, and its name in messages."""

    path: str
    name: str


def input_files(names: tuple[str, ...]) -> list[InputFile]:
    """Return the files of these arguments; ``-`` is standard input."""
    return [InputFile(name, STDIN_NAME if name == STDIN else name) for name in names]


@contextmanager
def rereadable_files(names: tuple[str, ...]) -> Iterator[list[InputFile]]:
    """Yield files that can be read twice.

    Standard input and pipes are copied to temporary files, which are deleted on exit.
    """
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory(prefix="orderquery-") as folder:
        files = input_files(names)
        for index, file in enumerate(files):
            if file.path == STDIN or not os.path.isfile(file.path):
                path = os.path.join(folder, str(index))
                with open(path, "wb") as copy, opened(file.path, unpack=False) as (stream, _):
                    shutil.copyfileobj(stream, copy)
                files[index] = InputFile(path, file.name)
        yield files


class FileMatcher:
    """One run of ``match``; counts the matching orders and the unusable documents.

    Without a ``writer`` it writes the documents as they are.
    """

    def __init__(
        self,
        schema: Schema,
        plan: Plan,
        *,
        count: bool,
        verbose: bool,
        jobs: int | None,
        table: str | None,
        writer: RowWriter | None = None,
    ) -> None:
        self.schema, self.plan, self.count, self.verbose = schema, plan, count, verbose
        self.jobs, self.table, self._writer = jobs, table, writer
        self.matched = self.unusable = 0
        self._transactions: dict[str, JSON] = {}
        self._unverified: set[str] = set()
        """Names of files whose unchecked signatures are reported already."""

    def run(self, names: tuple[str, ...], transactions: str | None) -> None:
        """Write or count the matching orders.

        ``transactions`` is the file of the option ``--transactions``.
        """
        if not (self.plan.reads_transactions or self._writes_transactions):
            self._match_files(input_files(names))
        elif transactions is not None:
            self._read_transactions(input_files((transactions,)), report=True)
            self._match_files(input_files(names))
        else:
            with rereadable_files(names) as files:
                self._read_transactions(files, report=False)
                self._match_files(files)

    def _match_files(self, files: Iterable[InputFile]) -> None:
        matcher = self._make_matcher()
        for file in files:
            if not self._match_in_workers(file, matcher):
                self._match_blocks(read_blocks(file.path), matcher, file.name)

    def _make_matcher(self) -> BlockMatcher:
        return BlockMatcher(self.schema, self.plan, self._transactions, verbose=self.verbose)

    def _match_blocks(
        self, blocks: Iterable[Block | Diagnostic], matcher: BlockMatcher, name: str, lines_before: int = 0
    ) -> int | None:
        """Match blocks and return their number of lines.

        Return None if the blocks cannot be read to the end.
        """
        line_count = 0

        def on_problem(problem: Diagnostic) -> None:
            self._report(problem, name, lines_before)

        for block in blocks:
            if isinstance(block, Diagnostic):
                on_problem(block)
                return None
            line_count += len(block.texts)
            lines = matcher.match(block, on_problem)
            self._write(len(lines), b"".join(lines))
        return line_count

    def _match_in_workers(self, file: InputFile, matcher: BlockMatcher) -> bool:
        """Match a file in several processes; return False if one process should match it."""
        size = os.path.getsize(file.path) if os.path.isfile(file.path) else 0
        if self.jobs == 1 or (self.jobs is None and size < MIN_PARALLEL_BYTES):
            return False
        from . import match_jobs
        from .worker_processes import count_processors, start_method

        jobs = min(self.jobs or count_processors(), -(-size // match_jobs.RANGE_BYTES))
        method = start_method(bool(self._transactions))
        if jobs < 2 or method is None:
            return False
        with split(file.path, match_jobs.RANGE_BYTES) as parts:
            if parts is None:
                return False
            # A forked worker would write its copy of the buffer, too.
            flush_stdout()
            make, keep = self._worker_matcher(method), not self.count
            with match_jobs.start_workers(jobs, method, parts.descriptor, make, parts.ranges, keep=keep) as results:
                if results is None:
                    return False
                self._match_blocks([parts.first], matcher, file.name)
                self._write_results(results, parts, matcher, file.name)
        return True

    def _worker_matcher(self, method: str) -> Callable[[], BlockMatcher]:
        if method == "fork":
            return self._make_matcher
        return partial(compile_matcher, self.table, self.plan.to_json(), verbose=self.verbose)

    def _write_results(
        self, results: Iterable[RangeResult | Range], parts: Split, matcher: BlockMatcher, name: str
    ) -> None:
        lines_before = parts.first.number + len(parts.first.texts) - 1
        for result in results:
            if isinstance(result, Range):
                line_count = self._match_blocks(read_range(parts.descriptor, result), matcher, name, lines_before)
            else:
                for problem in result.problems:
                    self._report(problem, name, lines_before)
                self._write(result.matched, result.lines)
                line_count = result.line_count
            if line_count is None:
                return
            lines_before += line_count

    def _write(self, matched: int, lines: bytes | memoryview) -> None:
        self.matched += matched
        if not lines or self.count:
            return
        if self._writer is None:
            stdout_bytes().write(lines)
            return
        orders = [decode_json(line, decode_decimal) for line in bytes(lines).split(b"\n") if line]
        self._writer.write(
            [(order, self._transactions.get(order_id(self.schema, order) or "", {})) for order in orders]
        )

    @property
    def _writes_transactions(self) -> bool:
        return self._writer is not None and self._writer.has_transactions

    def _read_transactions(self, files: Iterable[InputFile], *, report: bool) -> None:
        on_problem, whole = self._report if report else None, self._writes_transactions
        self._transactions.update(read_transactions(self.schema, self.plan, files, on_problem, whole=whole))

    def _report(self, problem: Diagnostic, name: str, lines_before: int = 0) -> None:
        if problem.code == "unverified-event":
            if name in self._unverified:
                return
            self._unverified.add(name)
        self.unusable += is_skipped(problem)
        line = None if problem.line is None else lines_before + problem.line
        write_message(render_line(replace(problem, source_name=name, line=line)))


def read_transactions(
    schema: Schema,
    plan: Plan,
    files: Iterable[InputFile],
    on_problem: Callable[[Diagnostic, str], None] | None,
    *,
    whole: bool = False,
) -> dict[str, JSON]:
    """Return the transactions records of files, by order id.

    Only the keys that the plan reads are kept.

    With ``whole`` they have all keys. ``on_problem`` is called with each unusable document and the name of its file.
    """
    # As in a store: the last record of an order counts, or the newest of its events.
    branches = {} if whole else _read_paths(plan)
    times: dict[str, int] = {}
    found: dict[str, JSON] = {}
    for file in files:
        for record in read_records(schema, file.path, source_name=file.name, report_unfit=False):
            if isinstance(record, Diagnostic):
                if on_problem is not None:
                    on_problem(record, file.name)
            elif record.kind == "transactions":
                newest = times.get(record.id)
                if are_older_transactions(record.event_time, newest):
                    continue
                time = newest_event_time(record.event_time, newest)
                if time is not None:
                    times[record.id] = time
                found[record.id] = _prune(transactions_record(record.decoded), branches)
    return found


Branches = dict[str, "Branches"]


def _read_paths(plan: Plan) -> Branches:
    """Return the paths of transactions that the plan reads, as a tree of keys."""
    tree: Branches = {}
    for row in plan.fields:
        for source in row.sources:
            for path in source.all_paths if source.record == "transactions" else ():
                branch = tree
                for step in path:
                    branch = branch.setdefault(step, {})
    return tree


def _prune(value: JSON, branches: Branches) -> JSON:
    """Return a document without the keys that the search does not read.

    This way millions of documents fit in memory.
    """
    if not branches:
        return value
    if isinstance(value, list):
        return [_prune(item, branches) for item in value]
    if isinstance(value, Mapping):
        return {key: _prune(value[key], below) for key, below in branches.items() if key in value}
    return value
