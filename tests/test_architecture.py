"""The floors of the house: a module imports only from floors below its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import orderquery

ROOT = Path(orderquery.__file__).parent

FLOORS = (
    ("record",),
    ("version", "resources", "catalogue", "instants", "predicate", "samples_vocabulary"),
    ("diagnostics", "values", "samples_shop", "wire"),
    ("operators", "syntax", "source", "json_keys", "samples", "render"),
    ("schema", "json_form", "strict_json"),
    ("documents", "parsing", "text_help", "advice", "plan"),
    ("projection",),
    ("records", "literal_form", "text_form", "checker", "keyset", "evaluation", "plain_leaves"),
    ("files", "partial", "page", "cursor", "sql", "text_print", "rest_names", "generated", "plain_shapes"),
    ("plain",),
    ("paging", "forms", "reference"),
    ("memory",),
    ("stores",),
    ("endpoint",),
    ("cli",),
    ("__init__", "__main__"),
)
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}

# The plan is the face that people hold: its methods hand themselves to the floors that run them, when they are called.
DELEGATES = {("plan", "memory"), ("plan", "sql"), ("plan", "text_print")}

ONLY_IMPORTER = {
    "lark": {"literal_form", "text_form"},
    "sqlglot": {"sql"},
    "pydantic": {"wire"},
    "sqlite3": {"stores"},
    "cryptography": {"cursor"},
    "click": {"cli"},
    "starlette": {"endpoint"},
    "uvicorn": {"endpoint"},
    "jwt": {"endpoint"},
    "chdb": {"stores"},
    "duckdb": {"stores"},
    "psycopg": {"stores"},
    "psycopg_pool": {"stores"},
    "pyarrow": {"stores"},
    "pyspark": {"stores"},
}


def modules() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        yield from imports(child)


def rooms_imported(path: Path) -> Iterator[str]:
    depth = len(path.relative_to(ROOT).parts)
    for node in imports(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif node.level == 0:
            yield (node.module or "").split(".")[0]
        elif node.level == depth:
            yield from [node.module.split(".")[0]] if node.module else [alias.name for alias in node.names]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    here = room(path)
    assert here in LEVEL, "a new room needs a floor"
    for there in rooms_imported(path):
        if there in LEVEL and there != here:
            assert LEVEL[there] < LEVEL[here] or (here, there) in DELEGATES, f"{here} imports {there}"
        owners = ONLY_IMPORTER.get(there)
        assert owners is None or here in owners, f"{here} imports {there}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 410


def test_fields_are_known_only_through_their_table() -> None:
    names = {field.name for field in orderquery.load_schema().fields if "." in field.name}
    exempt = {"samples", "samples_shop", "samples_vocabulary", "catalogue", "cli", "wire"}
    for path in modules():
        if room(path) not in exempt:
            text = path.read_text("utf-8")
            assert not [name for name in names if name in text], path
