"""The options of ``serve`` for tests.

A clock, repeatable ids, and the routes by which a test controls the server.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from ..emulator.clock import Clock

_OPTIONS = (
    click.option(
        "--control", is_flag=True,
        help="Add the routes with which tests reset, save and restore the store, set the clock and make requests fail.",
    ),
    click.option(
        "--clock", "start", metavar="DATE-TIME",
        help='Freeze the clock at this date-time, such as "2026-01-01T00:00:00Z".',
    ),
    click.option("--seed", metavar="TEXT", help="Make the same ids in every run with this seed."),
    click.option("--read-only", is_flag=True, help="Refuse every write with 403."),
    click.option(
        "--allow-origin", "origins", metavar="ORIGIN", multiple=True,
        help='Let web pages of this origin call the API, such as "http://localhost:3000". Repeat it for several.',
    ),
)  # fmt: skip


class ControlOptions(NamedTuple):
    """What the options say.

    ``start`` is where the clock is frozen, in microseconds, or ``None``.
    """

    control: bool = False
    start: int | None = None
    seed: str | None = None
    read_only: bool = False
    origins: tuple[str, ...] = ()

    def clock(self) -> Clock:
        """Return the clock of the emulator."""
        from ..emulator.clock import Clock

        return Clock(self.start, frozen=self.start is not None)


def control_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options, which reach the command as one ``tests``."""

    @wraps(command)
    def with_options(
        control: bool, start: str | None, seed: str | None, read_only: bool, origins: tuple[str, ...], **others: Any
    ) -> Any:
        return command(tests=ControlOptions(control, _read_start(start), seed, read_only, origins), **others)

    found: Callable[..., Any] = with_options
    for option in reversed(_OPTIONS):
        found = option(found)
    return found


def _read_start(text: str | None) -> int | None:
    """Return the instant of ``--clock``. Raises ``UsageError``."""
    from ..diagnostics.errors import UsageError
    from ..diagnostics.quoting import quoted
    from ..language.datetimes import read_instant

    if text is None:
        return None
    instant = read_instant(text)
    if instant is None or instant < 0:
        raise UsageError(f'{quoted(text)} is not a date-time from 1970 on; write: --clock "2026-01-01T00:00:00Z"')
    return instant
