"""Plain words: what a person reads holds none of the words that the style rules out.

Read are the strings, docstrings and comments of the package, and every document. ``bad_messages.json`` lists messages
that still need work; one that was rewritten must leave the list.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
from project import ROOT, TESTS

BANNED = re.compile(
    r"\b(nobody|whoever|somebody|what stands|(?:is|are) said of|of one's own|lies|holds good|for ever)\b", re.IGNORECASE
)
OLD_NAMES = re.compile(r"^_?[a-z_]*_(said|meant|held|taken|told)$|^_?(said|meant|held|taken|told)$")

SOURCES = sorted((ROOT / "orderquery").rglob("*.py"))
DOCUMENTS = sorted(
    path
    for pattern in (
        "*.md",
        "grammar/*",
        "orderquery/**/*.md",
        "benchmarks/*.md",
        "tests/**/*.md",
        "Makefile",
        ".ci/run",
    )
    for path in ROOT.glob(pattern)
    if path.is_file() and ".venv" not in path.parts
)
MAX_DOCSTRING_CHARS = 80
"""Of the first line of a docstring, quotes and indentation apart."""


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the strings and comments of a module, each with its line."""
    source = path.read_text("utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_what_people_read_is_plain(path: Path) -> None:
    # Names of cities and products of the sample orders are data.
    if path.name != "vocabulary.py":
        assert not [(line, text) for line, text in texts(path) if BANNED.search(text)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=shown)
def test_documents_are_plain(path: Path) -> None:
    lines = enumerate(path.read_text("utf-8").splitlines(), 1)
    assert not [(number, line) for number, line in lines if BANNED.search(line)]


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_names_are_plain(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    names = {
        name
        for node in ast.walk(tree)
        for name in (
            [node.name]
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
            else [node.arg]
            if isinstance(node, ast.arg)
            else [node.id]
            if isinstance(node, ast.Name)
            else []
        )
    }
    assert not {name for name in names if OLD_NAMES.search(name)}


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_docstrings_begin_with_a_short_line(path: Path) -> None:
    nodes = [ast.parse(path.read_text("utf-8"))]
    nodes += [n for n in ast.walk(nodes[0]) if isinstance(n, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)]
    first_lines = [text.splitlines()[0] for node in nodes if (text := ast.get_docstring(node))]
    assert not [line for line in first_lines if len(line) > MAX_DOCSTRING_CHARS]


def test_messages_that_need_work_are_still_there() -> None:
    listed: list[str] = json.loads((TESTS / "bad_messages.json").read_text("utf-8"))
    everything = [text for path in SOURCES if listed for _, text in texts(path)]
    assert [message for message in listed if not any(message in text for text in everything)] == []
