"""The result of a load."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Diagnostic
from ..documents.ingest import is_skipped

if TYPE_CHECKING:
    from ..migration.report import ConversionReport

_MAX_PROBLEMS = 10_000


@dataclass
class LoadResult:
    """Counts of what a load stored and skipped.

    ``older`` counts documents for which the store has a newer version, ``skipped`` those that could not be used,
    ``unfit`` values that do not fit their fields. ``problems`` contains the first 10,000 of ``problem_count`` problems.
    ``plan_orders`` are pricing plans orders in a load of eCommerce orders; ``plans`` are Plan objects, which only an
    emulator loads. ``conversion`` counts the orders of the Stores API that were converted, and their values.
    """

    orders: int = 0
    transactions: int = 0
    older: int = 0
    skipped: int = 0
    unfit: int = 0
    problem_count: int = 0
    problems: list[Diagnostic] = field(default_factory=list)
    plan_orders: int = 0
    plans: int = 0
    conversion: ConversionReport | None = None

    def report(self, problem: Diagnostic) -> None:
        """Add a problem."""
        self.problem_count += 1
        self.skipped += is_skipped(problem)
        self.unfit += problem.code == "unfit-value"
        if len(self.problems) < _MAX_PROBLEMS:
            self.problems.append(problem)
