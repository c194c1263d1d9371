"""The list of direct dependencies: complete, with makers, and everything in it is imported somewhere."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from orderquery.tools.audit import PROJECT, Dependency, audit_table, direct_dependencies

ROOT = PROJECT.parent
COMMANDS = {"mypy", "pyright", "ruff", "pytest-xdist", "httptools"}
"""Programs, and plugins that others import."""


@pytest.fixture(scope="module")
def found() -> list[Dependency]:
    return direct_dependencies(tomllib.loads(PROJECT.read_text("utf-8")))


def test_every_dependency_is_listed_with_its_makers(found: list[Dependency]) -> None:
    names = [each.name for each in found]
    assert len(set(names)) == len(names)
    assert {"click", "pydantic", "duckdb", "pytest"} <= set(names)
    assert not {"orderquery", "build"} & set(names)
    by_name = {each.name: each for each in found}
    assert by_name["click"].needed_by == ("always",)
    assert by_name["pyarrow"].needed_by == ("duckdb", "export")
    assert by_name["starlette"].is_runtime
    assert not by_name["hypothesis"].is_runtime
    for each in found:
        assert each.version == "not installed" or each.makers, each.name
    table = audit_table(found)
    assert table.count("\n") == len(found) + 1
    assert "@" not in table


def test_every_dependency_is_imported_somewhere(found: list[Dependency]) -> None:
    """A dependency that is not imported is removed from the project file."""
    modules: dict[str, list[str]] = {}
    for module, packages in packages_distributions().items():
        for package in packages:
            modules.setdefault(re.sub(r"[-_.]+", "-", package).lower(), []).append(module)
    sources = {folder: _text_of(ROOT / folder) for folder in ("orderquery", "tests")}
    unused = []
    for each in found:
        if each.name in COMMANDS or each.version == "not installed":
            continue
        text = sources["orderquery"] + ("" if each.is_runtime else sources["tests"])
        named = [each.name.replace("-", "_"), *modules.get(each.name, [])]
        if not any(
            re.search(rf"\b(import|from|find_spec\(.|importorskip\(.) ?{re.escape(name)}\b", text) for name in named
        ):
            unused.append(each.name)
    assert unused == []


def test_the_lock_has_every_package_with_its_hash(found: list[Dependency]) -> None:
    """``.ci/run`` installs these files; regenerate them as their first lines say."""
    folder = ROOT / ".ci"
    if not folder.exists():
        pytest.skip("only in a checkout")
    pinned = {line for line in (folder / "constraints.txt").read_text().splitlines() if line and line[0] != "#"}
    locked = {}
    for name in ("lock.txt", "lock-test.txt", "lock-demo.txt"):
        lines = [line for line in (folder / name).read_text().splitlines() if line[0] != "#"]
        assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[^ ]+ --hash=sha256:[0-9a-f]{64}", line)] == []
        locked[name] = dict(line.split(" --hash=") for line in lines)
        assert locked[name].keys() <= pinned
    assert locked["lock-demo.txt"].items() <= locked["lock-test.txt"].items() <= locked["lock.txt"].items()
    names = {pin.partition("==")[0] for pin in locked["lock.txt"]}
    assert {each.name for each in found} - names == set()


def _text_of(folder: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
