"""Work that time brings."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class DueWork(NamedTuple):
    """Work that time brings, such as the renewal of a plan.

    ``next_due`` returns the instant of the next, in microseconds, or ``None``; ``run_due`` does what is due now.
    """

    next_due: Callable[[], int | None]
    run_due: Callable[[], object]
