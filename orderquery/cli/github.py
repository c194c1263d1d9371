"""Reports as workflow commands, which GitHub Actions shows beside the source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .output import relative_path

if TYPE_CHECKING:
    from ..compiler.report import Report
    from ..diagnostics.diagnostic import Diagnostic


def workflow_commands(report: Report[Any], name: str | None) -> list[str]:
    """Return a line for each diagnostic; ``name`` is the file, if there is one."""
    return [_command(diagnostic, name) for diagnostic in report.diagnostics]


def _command(diagnostic: Diagnostic, name: str | None) -> str:
    from ..compiler.render import printable

    properties: dict[str, Any] = {
        "file": None if name is None else relative_path(name),
        "line": diagnostic.line,
        "endLine": diagnostic.end_line,
        "col": diagnostic.column,
        # A range of columns is shown on one line alone.
        "endColumn": diagnostic.end_column if diagnostic.line == diagnostic.end_line else None,
        "title": diagnostic.code,
    }
    shown = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value is not None)
    message = "\n".join(printable(line) for line in (diagnostic.message, *diagnostic.help.splitlines()))
    return f"::{diagnostic.severity} {shown}::{_data(message)}"


def _data(text: str) -> str:
    """Escape the message of a command: a line break would end it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
