from __future__ import annotations

import gc
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from backends import BACKENDS, Backend
from command_line import SAMPLES, run
from hypothesis import HealthCheck, settings

from orderquery.samples.generator import sample_lines

# The suite that gates a change tries the same inputs every time; the long form tries new ones each time.
# How long an example or its making takes is no question of a test.
is_repeatable = os.environ.get("ORDERQUERY_TRUST") != "full"
settings.register_profile(
    "tests", derandomize=is_repeatable, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tests")


# Commands keep cursors in the state folder of the user, and take defaults from variables: tests have their own.
STATE = tempfile.TemporaryDirectory(prefix="orderquery-tests-")
os.environ["XDG_STATE_HOME"] = STATE.name
for variable in ("ORDERQUERY_STORE", "ORDERQUERY_SITE", "FORCE_COLOR", "NO_COLOR", "COLUMNS"):
    os.environ.pop(variable, None)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep the collected tests and imported modules out of garbage collection."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests of the whole project, which take longest: workers then end together."""
    items.sort(key=lambda item: item.path.parent != Path(__file__).parent)


def pytest_unconfigure() -> None:
    """Let modules be freed at the end: DuckDB reports what is left as leaked."""
    gc.unfreeze()
    STATE.cleanup()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    held = BACKENDS[request.param]()
    request.addfinalizer(held.close)
    return held


@pytest.fixture(scope="session")
def first_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first-shop")
    with open(folder / "orders.jsonl", "wb") as file:
        file.writelines(line + b"\n" for line in sample_lines(SAMPLES))
    loaded = run("load", folder / "shop.db", folder / "orders.jsonl")
    assert loaded.exit_code == 0, loaded.output
    assert re.fullmatch(r"2,000 orders and 1,\d\d\d transactions records loaded\n", loaded.stdout)
    assert loaded.stderr == ""
    return folder


@pytest.fixture(scope="module")
def shop(first_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with orders.jsonl and the store shop.db that holds them, for the tests of one module."""
    return shutil.copytree(first_shop, tmp_path_factory.mktemp("shop"), dirs_exist_ok=True)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many searches the differential runs compared, over which backends, and from which seed."""
    reports = [report for found in ("passed", "failed") for report in terminalreporter.stats.get(found, [])]
    counts = [dict(report.user_properties) for report in reports if getattr(report, "when", "") == "call"]
    runs: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for properties in counts:
        if "differential" in properties:
            runs.setdefault(tuple(properties["differential-of"]["backends"]), []).append(properties)
        if "exported" in properties:
            terminalreporter.write_line(
                "{engine}: {asked:,} statements, {ran:,} of them different".format_map(properties["exported"])
            )
    for (first, *others), of_run in runs.items():
        searches = sum(properties["differential"]["searches"] for properties in of_run)
        differences = sum(properties["differential"]["differences"] for properties in of_run)
        of = of_run[0]["differential-of"]
        terminalreporter.write_line(
            f"differential: {searches:,} searches x {of['orders']} orders, {first} against {', '.join(others)} and the oracle, "
            f"seed {of['seed']}: {differences} differences"
        )
