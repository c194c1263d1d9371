"""The layers of the package, as the table in CONTRIBUTING.md lists them, held against every import of the code.

Imports in functions and under ``TYPE_CHECKING`` count like any other.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from project import ROOT, TESTS

import orderquery

PACKAGE = Path(orderquery.__file__).parent
MAX_LINES = 400

LAYERS = {
    name: int(number)
    for number, names in re.findall(
        r"^\| (\d) \| ((?:`\w+`(?:, )?)+) \|", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE
    )
    for name in re.findall(r"`(\w+)`", names)
}
PUBLIC_FACE = "__init__"
"""May import any package by name when asked; it stands above all layers."""

ONLY_IMPORTERS = {
    "chdb": {"stores"},
    "click": {"cli"},
    "cryptography": {"compiler", "emulator"},
    "duckdb": {"stores"},
    "httpx2": {"sync"},
    "jwt": {"emulator"},
    "lark": {"syntax"},
    "psycopg": {"stores"},
    "psycopg_pool": {"stores"},
    "pyarrow": {"stores"},
    "pydantic": {"documents", "emulator"},
    "pyspark": {"stores"},
    "pathspec": {"scan"},
    "sqlalchemy": {"examples", "orm"},
    "tree_sitter": {"scan"},
    "sqlglot": {"sql"},
    "sqlite3": {"stores"},
    "starlette": {"emulator", "playground"},
    "tenacity": {"sync"},
    "uvicorn": {"emulator"},
}


@cache
def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def package_of(module: str) -> str:
    # ``python -m orderquery`` is the command line.
    return module.split(".")[0].replace("__main__", "cli")


@cache
def imported_by(path: Path) -> set[str]:
    return set(_imported_by(path))


def _imported_by(path: Path) -> Iterator[str]:
    """Yield every imported module: of this package without its name, of others with their own."""
    holder = path.relative_to(PACKAGE).parent.parts
    names = set(IDS)
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.removeprefix("orderquery.")
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").removeprefix("orderquery.")
        elif isinstance(node, ast.ImportFrom):
            base = [*holder[: len(holder) - node.level + 1], *(node.module.split(".") if node.module else ())]
            for alias in node.names:
                inner = ".".join([*base, alias.name])
                yield inner if inner in names else ".".join(base)


IDS = [name_of(path) for path in modules()]


def test_every_package_has_a_layer_and_there_are_at_most_nine() -> None:
    assert {package_of(name) for name in IDS} - {PUBLIC_FACE} == set(LAYERS)
    assert sorted(set(LAYERS.values())) == list(range(len(set(LAYERS.values()))))
    assert len(set(LAYERS.values())) <= 9


@pytest.mark.parametrize("path", modules(), ids=IDS)
def test_imports_go_down(path: Path) -> None:
    here = package_of(name_of(path))
    for module in imported_by(path):
        there = package_of(module)
        owners = ONLY_IMPORTERS.get(there)
        assert owners is None or here in owners, f"only {owners} may import {there}"
        if there in LAYERS and there != here and here != PUBLIC_FACE:
            assert LAYERS[there] < LAYERS[here], f"{name_of(path)} imports {module}, which is not below it"


def test_no_circle_of_imports() -> None:
    edges: dict[str, set[str]] = defaultdict(set)
    names = set(IDS) - {PUBLIC_FACE}
    for path in modules():
        edges[name_of(path)] = {module for module in imported_by(path) if module in names} - {name_of(path)}
    # What is left when modules without imports are taken away, again and again, is in a circle or above one.
    left = dict(edges)
    while done := [name for name, below in left.items() if not below & left.keys()]:
        for name in done:
            del left[name]
    while above := [name for name in left if not any(name in below for below in left.values())]:
        for name in above:
            del left[name]
            left = {other: below - {name} for other, below in left.items()}
    assert not {name: sorted(below & left.keys()) for name, below in left.items()}


def test_no_class_name_twice() -> None:
    found = Counter(
        node.name for path in modules() for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef)
    )
    assert not {name: count for name, count in found.items() if count > 1}


@pytest.mark.parametrize("folder", [PACKAGE, TESTS], ids=["package", "tests"])
def test_files_stay_small(folder: Path) -> None:
    lines = {path.relative_to(folder): path.read_bytes().count(b"\n") for path in folder.rglob("*.py")}
    longer = [f"{path} has {count} lines" for path, count in lines.items() if count > MAX_LINES]
    advice = f"at most {MAX_LINES}: move a part that has a name of its own into a new module"
    assert not longer, f"{', '.join(longer)}, {advice}"


def test_fields_are_known_only_through_their_table() -> None:
    names = {field.name for field in orderquery.load_schema().fields if "." in field.name}
    # Sample orders, examples of mistakes and help texts for people name fields; no logic does.
    exempt = {"cli", "dicts", "examples", "samples"}
    for path in modules():
        if package_of(name_of(path)) not in exempt and name_of(path) not in (
            "diagnostics.codes",
            "diagnostics.call_codes",
            "sql.mapped.described",
        ):
            text = path.read_text("utf-8")
            assert not [name for name in names if name in text], path
