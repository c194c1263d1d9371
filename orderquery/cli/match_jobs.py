"""Matching of the ranges of a file in several processes.

The results are in the order of the file.

Memory does not grow with the file: only a window of ranges is submitted at a time.
"""

from __future__ import annotations

import itertools
import mmap
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.reduction import DupFd
from typing import Any, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import OrderQueryError
from ..documents.json_lines import Range, read_range
from .match_lines import BlockMatcher
from .worker_processes import prepare_worker

RANGE_BYTES = 1 << 20

_MAX_RANGES = 8
"""A range that a long line makes longer than this many is matched by the caller: one such line in memory at a time."""

_MAX_PROBLEMS = 1_000
"""A range with more is matched by the caller, which writes each problem at once."""

_WINDOW_PER_JOB = 3


class WorkerDied(OrderQueryError):
    """A worker process ended before its work was done."""


class RangeResult(NamedTuple):
    """The result of one range; ``lines`` is valid until the next result is requested.

    The lines of ``problems`` count from 1 in the range. ``line_count`` is None if the range could not be read to its
    end.
    """

    matched: int
    lines: bytes | memoryview
    problems: list[Diagnostic]
    line_count: int | None


@contextmanager
def start_workers(
    jobs: int, method: str, descriptor: int, make_matcher: Callable[[], BlockMatcher], ranges: Iterator[Range],
    *, keep: bool,
) -> Iterator[Iterator[RangeResult | Range] | None]:  # fmt: skip
    """Start ``jobs`` workers on the ranges of a file, and end them on exit.

    Gives the results in the order of the ranges, a range itself where the caller should match it, or None if the
    system has no process to give. ``make_matcher`` is pickled for spawned workers. Without ``keep``, the results have
    no lines.

    Raises:
        WorkerDied: a worker was killed.

    """
    window = jobs * _WINDOW_PER_JOB
    # Shared memory saves the copy of every line through the pipe of the executor.
    shared = mmap.mmap(-1, window * RANGE_BYTES) if keep and method == "fork" else None
    job = _Job(_Descriptor(descriptor), make_matcher, keep, shared)
    before = set(multiprocessing.active_children())
    executor = ProcessPoolExecutor(jobs, multiprocessing.get_context(method), _start_worker, (job,))
    submitted: deque[_Submitted] = deque()
    slots = itertools.cycle(range(window))

    def submit_next() -> bool:
        part, slot = next(ranges, None), next(slots)
        if part is None:
            return False
        is_long = part.end - part.begin > _MAX_RANGES * RANGE_BYTES
        # A worker inherits the block: Ctrl-C reaches the whole process group, and only this process handles it.
        with _blocked_interrupts():
            submitted.append(_Submitted(part, slot, None if is_long else executor.submit(_match_range, slot, part)))
        return True

    def results() -> Iterator[RangeResult | Range]:
        while submitted:
            part, slot, future = submitted.popleft()
            yield part if future is None else _receive(future, job, slot) or part
            # Only now: the caller is done with the slot.
            submit_next()

    try:
        try:
            for _ in range(window):
                if not submit_next():
                    break
        except OSError:
            yield None
        else:
            yield results()
    except BrokenProcessPool:
        raise WorkerDied(
            "a worker process was killed, so the output is incomplete; run again, with --jobs 1 if memory is short"
        ) from None
    finally:
        executor.shutdown(cancel_futures=True)
        # After a failed start the executor leaves workers behind.
        for process in set(multiprocessing.active_children()) - before:
            process.terminate()
            process.join()


def _receive(future: Future[_Answer], job: _Job, slot: int) -> RangeResult | None:
    answer = future.result()
    if answer is None:
        return None
    result, shared_bytes = answer
    return result._replace(lines=job.slot(slot)[:shared_bytes]) if shared_bytes else result


@contextmanager
def _blocked_interrupts() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Submitted(NamedTuple):
    part: Range
    slot: int
    future: Future[_Answer] | None


# -- in a worker ------------------------------------------------------------------------------------------------

_Answer = tuple[RangeResult, int] | None
"""A result and the size of its lines in shared memory; None for a range with too many problems."""


class _Descriptor:
    """A file descriptor that is valid in a spawned worker, too."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return _detach, (DupFd(self.number),)


def _detach(duplicate: Any) -> _Descriptor:
    return _Descriptor(duplicate.detach())


class _TooManyProblems(Exception):
    pass


class _Job(NamedTuple):
    """The values that a worker gets when it starts.

    They are the file, the function that makes the matcher, and the destination of the lines.
    """

    descriptor: _Descriptor
    make_matcher: Callable[[], BlockMatcher]
    keep: bool
    shared: mmap.mmap | None

    def slot(self, number: int) -> memoryview:
        """Return the shared memory of one range of the window."""
        assert self.shared is not None
        return memoryview(self.shared)[number * RANGE_BYTES : (number + 1) * RANGE_BYTES]


class _Worker:
    """The state of a worker process."""

    job: _Job
    matcher: BlockMatcher | None = None


def _start_worker(job: _Job) -> None:
    prepare_worker()
    _Worker.job = job


def _match_range(slot: int, part: Range) -> _Answer:
    job = _Worker.job
    _Worker.matcher = matcher = _Worker.matcher or job.make_matcher()
    lines: list[bytes] = []
    try:
        result = _match_blocks(matcher, job.descriptor.number, part, lines)
    except _TooManyProblems:
        return None
    if not job.keep:
        return result, 0
    size = sum(map(len, lines))
    if job.shared is None or size > RANGE_BYTES:
        return result._replace(lines=b"".join(lines)), 0
    view, at = job.slot(slot), 0
    for line in lines:
        view[at : (at := at + len(line))] = line
    return result, size


def _match_blocks(matcher: BlockMatcher, descriptor: int, part: Range, lines: list[bytes]) -> RangeResult:
    """Return the result of a range without its lines, which are added to ``lines``."""
    problems: list[Diagnostic] = []

    def on_problem(problem: Diagnostic) -> None:
        if len(problems) == _MAX_PROBLEMS:
            raise _TooManyProblems
        problems.append(problem)

    line_count: int | None = 0
    for block in read_range(descriptor, part):
        if isinstance(block, Diagnostic):
            problems.append(block)
            line_count = None
        else:
            assert line_count is not None
            line_count += len(block.texts)
            lines += matcher.match(block, on_problem)
    return RangeResult(len(lines), b"", problems, line_count)
