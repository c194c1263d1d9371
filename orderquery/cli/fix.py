"""``check --fix``, ``--diff`` and ``--write``: the source with its certain fixes."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from typing import Any, NamedTuple

from ..compiler.report import Report
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import UsageError

_BOM = "\ufeff"


class FixedSource(NamedTuple):
    """A source before and after, and the errors that are left in it."""

    before: str
    after: str
    left: tuple[Diagnostic, ...]


def fix_source(raw: str | bytes, report: Report[Any]) -> FixedSource:
    """Return a source with its certain fixes made.

    Everything else stays byte for byte. A source that does not parse stays as it is.
    """
    before = raw if isinstance(raw, str) else raw.decode("utf-8", "surrogateescape")
    left = tuple(diagnostic for diagnostic in report.remaining if diagnostic.severity == "error")
    corrected = report.corrected if report.corrected is not None else report.partly_corrected
    if corrected is None:
        return FixedSource(before, before, left)
    if isinstance(corrected, str):
        ending = before[len(before.rstrip("\r\n")) :]
        return FixedSource(before, corrected + ending, left)
    from ..compiler.rewrite import rewrite

    mark = _BOM if before.startswith(_BOM) else ""
    return FixedSource(before, mark + rewrite(before.removeprefix(_BOM), corrected), left)


def diff_of(fixed: FixedSource, name: str) -> str:
    """Return the unified diff of a fixed source; empty if nothing changed."""
    from difflib import unified_diff

    before, after = (text.splitlines(keepends=True) for text in (fixed.before, fixed.after))
    lines = unified_diff(before, after, name, f"{name} (fixed)")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def write_fixed(path: str, fixed: FixedSource) -> None:
    """Replace a file with its fixed source: all or nothing, with the same mode.

    Raises:
        UsageError: the file is a link, changed since it was read, or cannot be written.

    """
    if os.path.islink(path):
        raise UsageError(f'"{path}" is a symbolic link; pass the file that it links to')
    draft = f"{path}.{secrets.token_hex(4)}"
    try:
        with open(path, "rb") as file:
            if file.read() != _encoded(fixed.before):
                raise UsageError(f'"{path}" changed while it was checked; run the command again')
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(_encoded(fixed.after))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(draft, mode)
        os.replace(draft, path)
    except OSError as problem:
        raise UsageError(f'cannot write "{path}": {problem.strerror or problem}') from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(draft)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
