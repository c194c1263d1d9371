"""``check --fix``, ``--diff`` and ``--write``: the source with its certain fixes."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from typing import Any, Literal, NamedTuple

from ..compiler.corrections import EndlessFixes, Only
from ..compiler.render import render_line
from ..compiler.report import Report
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import UsageError
from .inputs import QueryArgument
from .output import stdout_bytes, write_message
from .program import EXIT_OK, EXIT_PROBLEMS, EXIT_USAGE

Mode = Literal["fix", "diff", "write"]
_BOM = "\ufeff"


class FixedSource(NamedTuple):
    """A source before and after, and the diagnostics that are left in it."""

    before: str
    after: str
    left: tuple[Diagnostic, ...]


def fix_all(
    found: list[tuple[QueryArgument, Report[Any]]], mode: Mode, *, limited: bool, several: bool, strict: bool
) -> int:
    """Print, show or write the fixes of each search; return the exit status.

    A file that cannot be written does not keep the others from being fixed.
    """
    if mode == "write" and not all(argument.is_file for argument, _ in found):
        raise UsageError("--write needs a file; use --fix to print the corrected search")
    status = EXIT_OK
    for argument, report in found:
        if several and mode == "fix":
            stdout_bytes().write(f"==> {argument.name} <==\n".encode("utf-8", "surrogateescape"))
        try:
            left = _fix_one(argument, report, mode, "same-answer" if limited else None)
        except UsageError as problem:
            write_message(f"orderquery: {problem}")
            status = EXIT_USAGE
            continue
        except EndlessFixes as problem:
            write_message(f"{argument.name}: {problem}")
            status, left = max(status, EXIT_PROBLEMS), report.diagnostics
        shown = [diagnostic for diagnostic in left if strict or diagnostic.severity == "error"]
        for diagnostic in shown:
            write_message(render_line(diagnostic, argument.name))
        status = max(status, EXIT_PROBLEMS if shown else EXIT_OK)
    return status


def _fix_one(argument: QueryArgument, report: Report[Any], mode: Mode, only: Only) -> tuple[Diagnostic, ...]:
    """Fix one search; return the diagnostics that are left."""
    fixed = fix_source(argument.source, report, only)
    if mode == "diff":
        stdout_bytes().write(diff_of(fixed, argument.name).encode("utf-8", "surrogateescape"))
    elif mode == "fix":
        stdout_bytes().write(_encoded(fixed.after if fixed.after.endswith("\n") else fixed.after + "\n"))
    elif fixed.after != fixed.before:
        write_fixed(argument.name, fixed)
        write_message(f"fixed {argument.name}")
    return fixed.left


def fix_source(raw: str | bytes, report: Report[Any], only: Only = None) -> FixedSource:
    """Return a source with its certain fixes made, or those of one class.

    Everything else stays byte for byte. A source that does not parse stays as it is.

    Raises:
        EndlessFixes: the fixes do not end.

    """
    before = raw if isinstance(raw, str) else raw.decode("utf-8", "surrogateescape")
    made = report.correct(only)
    if made is None:
        return FixedSource(before, before, report.diagnostics)
    from ..compiler.rewrite import rewrite

    mark = _BOM if before.startswith(_BOM) else ""
    is_text = isinstance(made.value, str)
    after = made.value.removeprefix(_BOM) if is_text else rewrite(before.removeprefix(_BOM), made.value)
    return FixedSource(before, mark + after, made.remaining)


def diff_of(fixed: FixedSource, name: str, change: str = "fixed") -> str:
    """Return the unified diff of a changed source; empty if nothing changed."""
    from difflib import unified_diff

    before, after = (text.splitlines(keepends=True) for text in (fixed.before, fixed.after))
    lines = unified_diff(before, after, name, f"{name} ({change})")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def write_fixed(path: str, fixed: FixedSource) -> None:
    """Replace a file with its fixed source: all or nothing, with the same mode.

    Raises:
        UsageError: the file is a link or behind one, changed since it was read, or cannot be written.

    """
    if os.path.islink(path):
        raise UsageError(f'"{path}" is a symbolic link; pass the file that it links to')
    if _leaves_folder(path):
        raise UsageError(f'"{path}" leaves this folder through a symbolic link; pass "{os.path.realpath(path)}"')
    if not os.access(path, os.W_OK):
        raise UsageError(f'cannot write "{path}": {os.strerror(errno.EACCES)}')
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


def _leaves_folder(path: str) -> bool:
    """Return whether a path in the working directory leads to a file outside."""
    here = os.getcwd()
    inside = _is_inside(os.path.abspath(path), here)
    return inside and not _is_inside(os.path.realpath(path), os.path.realpath(here))


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
