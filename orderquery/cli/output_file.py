"""The option ``--output``: a file in place of standard output (D128).

The file is written completely or not at all.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shlex
import stat
import tempfile
from collections.abc import Iterable, Iterator

from ..documents.file_kinds import database_kind
from .inputs import STDIN
from .output import count_of, redirected, write_line
from .signals import interrupted_by_sigterm

FORMATS_BY_SUFFIX = {
    ".csv": "csv", ".parquet": "parquet", ".arrow": "arrow", ".feather": "arrow", ".jsonl": "jsonl",
    ".ndjson": "jsonl", ".json": "json",
}  # fmt: skip
"""The format of a file without ``--format``."""


def format_of(path: str | None, inputs: Iterable[str] = ()) -> str | None:
    """Return the format for the ending of a file, or ``None`` for standard output.

    A pipe or a device needs no ending. ``inputs`` are the files that the command reads.

    Raises:
        UsageError: no format has the ending, or the file is one that :func:`output_to` refuses.

    """
    from ..diagnostics.errors import UsageError

    if path is None or path == STDIN:
        return None
    _check(path, inputs)
    found = FORMATS_BY_SUFFIX.get(_ending(path))
    if found is None and not _is_device(path):
        raise UsageError(f'the ending of "{path}" sets no format; use {_known_endings()}, or pass --format')
    return found


def check_ending(path: str | None, format_: str) -> None:
    """Raise ``UsageError`` for an ending that names another format."""
    from ..diagnostics.errors import UsageError

    if path is not None and FORMATS_BY_SUFFIX.get(_ending(path), format_) not in (format_, "json"):
        fix = f"{os.path.splitext(path)[0]}.{format_}"
        raise UsageError(f'this command writes JSON lines, not "{_ending(path)}"; pass --output {shlex.quote(fix)}')


def _ending(path: str) -> str:
    return os.path.splitext(path)[1].casefold()


def _known_endings() -> str:
    *others, last = FORMATS_BY_SUFFIX
    return f"{', '.join(others)} or {last}"


def _is_device(path: str) -> bool:
    return os.path.exists(path) and not os.path.isfile(path)


@contextlib.contextmanager
def output_to(path: str | None, inputs: Iterable[str] = ()) -> Iterator[None]:
    """Write standard output to a file instead; ``None`` and ``-`` leave it as it is.

    The file gets its name when everything is written; until then, and after an error, an earlier file keeps it.
    ``inputs`` are the files that the command reads.

    Raises:
        UsageError: the file is an input or a database, or cannot be written.

    """
    if path is None or path == STDIN:
        yield
        return
    _check(path, inputs)
    target = os.path.realpath(path)
    if _is_device(target):
        # A pipe or a device has no earlier content to keep.
        with open(target, "wb") as stream, redirected(stream, is_terminal=False):
            yield
        return
    with interrupted_by_sigterm():
        yield from _draft_of(target)


def _draft_of(target: str) -> Iterator[None]:
    descriptor, draft = tempfile.mkstemp(prefix=f".{os.path.basename(target)[:100]}.", dir=os.path.dirname(target))
    try:
        with open(descriptor, "wb") as stream:
            with redirected(stream, is_terminal=False):
                yield
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(draft, _mode_for(target))
        os.replace(draft, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise


def write_written(count: int, path: str | None) -> None:
    """Write how many orders are in the file of ``--output``, if there is one."""
    if path not in (None, STDIN):
        write_line(f"{count_of(count, 'order')} in {path}")


def _check(path: str, inputs: Iterable[str]) -> None:
    from ..diagnostics.errors import UsageError

    if os.path.isdir(path):
        raise UsageError(f'"{path}" is a directory; pass a file as --output')
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise UsageError(f'cannot write "{path}": {os.strerror(errno.ENOENT)}')
    if not os.access(folder, os.W_OK):
        raise UsageError(f'cannot write "{path}": {os.strerror(errno.EACCES)}')
    if (kind := database_kind(path)) is not None:
        raise UsageError(f'"{path}" is {kind}, not a file of orders; pass another file as --output')
    for name in inputs:
        if name != STDIN and os.path.isfile(name) and os.path.exists(path) and os.path.samefile(name, path):
            raise UsageError(f'"{path}" is both the output and a FILE that is read; pass another --output')


def _mode_for(target: str) -> int:
    """Return the mode of the earlier file, else that of a new one."""
    try:
        return stat.S_IMODE(os.stat(target).st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
