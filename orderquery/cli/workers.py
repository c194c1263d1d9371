"""A file of JSON lines judged by several processes, each of which reads ranges of it by itself.

What comes back is in the order of the file. No more ranges are under way than keep every process busy, and none that
could fill the memory: that does not grow with the file.
"""

from __future__ import annotations

import contextlib
import mmap
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import OrderQueryError
from ..documents.json_lines import Range, read_range
from .match_lines import Judge

START = "fork" if sys.platform == "linux" else "spawn"
"""How processes begin. To fork is fastest, but elsewhere the system's libraries do not bear it."""

RANGE = 1 << 20
"""Bytes that are judged at a time."""

_LONGEST = 8
"""Ranges: one that a line makes longer is left to who asked, so that only one such line is in memory."""

_MOST_PROBLEMS = 1_000
"""Of one range; with more, too, it is left to who asked, who says them as they are found."""

_AHEAD = 2
"""Ranges that a process has at a time: with the next one at hand it never waits."""

_WINDOW = 3
"""Ranges for each process, from the first one that has not been handed on."""

_Pipe = Connection


class WorkerEnded(OrderQueryError):
    """A process has ended before it had judged its part of a file."""


class Part(NamedTuple):
    """What a range came to: how many orders match, their lines, and problems with lines counted from 1 in the range.

    ``lines`` is how many the range has, or ``None`` if it could not be read to its end. ``kept`` holds until the next
    part is asked for.
    """

    matched: int
    kept: bytes | memoryview
    problems: list[Diagnostic]
    lines: int | None


def possible(with_transactions: bool) -> bool:
    """Whether processes can be started here, and can read a file that this one has opened."""
    # What is not forked would have to be sent all transactions.
    apart = threading.active_count() == 1 if START == "fork" else not with_transactions
    return apart and hasattr(os, "pread") and not multiprocessing.current_process().daemon


@contextmanager
def started(count: int, descriptor: int, make: Callable[[], Judge], *, keep: bool) -> Iterator[Workers | None]:
    """So many processes for as long, or ``None`` if the system has none to give.

    Each makes its judge with ``make``, which is pickled unless they are forked. Without ``keep`` no lines come back.
    """
    # Through memory that they share, lines come back in half the time that a pipe takes.
    shared = mmap.mmap(-1, count * _WINDOW * RANGE) if keep and START == "fork" else None
    pool = Workers(_Job(_Descriptor(descriptor), make, keep, shared))
    try:
        try:
            with _no_interrupts():
                for _ in range(count):
                    pool.start()
        except OSError:
            pool.end()
            yield None
        else:
            yield pool
    finally:
        pool.end()


class Workers:
    """The processes at work on one file."""

    def __init__(self, job: _Job) -> None:
        self._job = job
        self._processes: dict[_Pipe, BaseProcess] = {}

    def start(self) -> None:
        """Start one more."""
        context: Any = multiprocessing.get_context(START)
        ours, theirs = context.Pipe()
        # A process ends when nobody holds the other end of its pipe: those that are forked must not.
        held = (*self._processes, ours) if START == "fork" else ()
        process = context.Process(target=_work, args=(theirs, held, self._job), daemon=True)
        try:
            process.start()
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._processes[ours] = process

    def end(self) -> None:
        """End them all, whatever they are doing."""
        for pipe, process in self._processes.items():
            pipe.close()
            process.terminate()
        for process in self._processes.values():
            process.join()
        self._processes.clear()

    def judged(self, ranges: Iterator[Range]) -> Iterator[Part | Range]:
        """What each range came to, in their order; a range itself where who asks had better judge it.

        Raises:
            WorkerEnded: a process was killed.

        """
        at_work: dict[_Pipe, deque[tuple[int, Range]]] = {pipe: deque() for pipe in self._processes}
        found: dict[int, Part | Range] = {}
        numbered = enumerate(ranges)
        window = _WINDOW * len(at_work)
        given = shown = 0
        while True:
            for ahead in range(_AHEAD):
                for pipe, theirs in at_work.items():
                    while len(theirs) <= ahead and given - shown < window:
                        following = next(numbered, None)
                        if following is None:
                            break
                        given += 1
                        number, part = following
                        if part.end - part.begin > _LONGEST * RANGE:
                            found[number] = part
                        else:
                            theirs.append(following)
                            self._send(pipe, number % window, part)
            if shown == given:
                return
            if shown in found:
                yield found.pop(shown)
                shown += 1
                continue
            ready = wait([pipe for pipe, theirs in at_work.items() if theirs])
            for pipe, theirs in at_work.items():
                if pipe in ready:
                    number, part = theirs.popleft()
                    found[number] = self._received(pipe, number % window) or part

    def _send(self, pipe: _Pipe, slot: int, part: Range) -> None:
        try:
            pipe.send((slot, part))
        except OSError:
            raise self._ended(pipe) from None

    def _received(self, pipe: _Pipe, slot: int) -> Part | None:
        try:
            answer, size, shared = pipe.recv()
            if size:
                kept = self._job.slot(slot)[:size] if shared else pipe.recv_bytes()
                answer = answer._replace(kept=kept)
        except (EOFError, OSError):
            raise self._ended(pipe) from None
        if isinstance(answer, Exception):
            raise answer
        assert answer is None or isinstance(answer, Part)
        return answer

    def _ended(self, pipe: _Pipe) -> WorkerEnded:
        process = self._processes[pipe]
        process.join(1)
        code = process.exitcode
        how = f"was killed by signal {-code}" if code is not None and code < 0 else f"ended with status {code}"
        return WorkerEnded(
            f"a process that judged orders {how}, so the answer is not complete: run it again, if memory was short "
            "with --jobs 1"
        )


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Let an interrupt wait, for good in processes that are started: this one ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# -- what a process does ----------------------------------------------------------------------------------------


class _Descriptor:
    """A descriptor that processes share, sent to those that do not have it by birth."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[Any, ...]:
        from multiprocessing.reduction import DupFd

        return _sent, (DupFd(self.number),)


def _sent(duplicate: Any) -> _Descriptor:
    return _Descriptor(duplicate.detach())


class _TooMany(Exception):
    """More problems than a process holds."""


class _Job(NamedTuple):
    """What a process is told once: the file, how it makes its judge, and where lines go, if they are wanted."""

    descriptor: _Descriptor
    make: Callable[[], Judge]
    keep: bool
    shared: mmap.mmap | None

    def slot(self, number: int) -> memoryview:
        """The shared memory of one range that is under way."""
        assert self.shared is not None
        return memoryview(self.shared)[number * RANGE : (number + 1) * RANGE]


def _work(pipe: _Pipe, held: tuple[_Pipe, ...], job: _Job) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in held:
        other.close()
    judge: Judge | None = None
    # Who asked has gone: nobody wants to hear more.
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            slot, part = pipe.recv()
            answer: Part | Exception | None
            kept: list[bytes] = []
            try:
                judge = judge or job.make()
                answer = _judged(judge, job.descriptor.number, part, kept)
            except _TooMany:
                answer, kept = None, []
            except (MemoryError, RecursionError) as problem:
                answer, kept = problem, []
            except Exception:
                answer, kept = RuntimeError(traceback.format_exc()), []
            _answer(pipe, job, slot, answer, kept if job.keep else [])


def _answer(pipe: _Pipe, job: _Job, slot: int, answer: Part | Exception | None, kept: list[bytes]) -> None:
    size = sum(map(len, kept))
    if job.shared is None or size > RANGE:
        pipe.send((answer, size, False))
        if size:
            pipe.send_bytes(b"".join(kept))
        return
    view, at = job.slot(slot), 0
    for line in kept:
        view[at : (at := at + len(line))] = line
    pipe.send((answer, size, True))


def _judged(judge: Judge, descriptor: int, part: Range, kept: list[bytes]) -> Part:
    """What a range comes to, but for the lines, which are added to ``kept``."""
    problems: list[Diagnostic] = []

    def report(problem: Diagnostic) -> None:
        if len(problems) == _MOST_PROBLEMS:
            raise _TooMany
        problems.append(problem)

    lines: int | None = 0
    for block in read_range(descriptor, part):
        if isinstance(block, Diagnostic):
            problems.append(block)
            lines = None
        else:
            assert lines is not None
            lines += len(block.texts)
            kept += judge.matching(block, report)
    return Part(len(kept), b"", problems, lines)
