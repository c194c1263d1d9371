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


def strings(nodes: list[ast.AST]) -> list[tuple[int, str]]:
    return [(n.lineno, n.value) for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def comments(source: str) -> list[tuple[int, str]]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def texts(path: Path) -> list[tuple[int, str]]:
    """Return the strings and comments of a module, each with its line."""
    source = path.read_text("utf-8")
    return strings(list(ast.walk(ast.parse(source)))) + comments(source)


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_modules_are_plain(path: Path) -> None:
    source = path.read_text("utf-8")
    nodes = list(ast.walk(ast.parse(source)))
    # Names of cities and products of the sample orders are data.
    if path.name != "vocabulary.py":
        # A comment is a piece of the source: tokens are slow, and needed only if the source has such a word.
        written = strings(nodes) + (comments(source) if BANNED.search(source) else [])
        assert not [(line, text) for line, text in written if BANNED.search(text)]
    assert not {name for name in map(name_of, nodes) if OLD_NAMES.search(name)}
    documented = [n for n in nodes if isinstance(n, ast.Module | ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)]
    first_lines = [text.splitlines()[0] for node in documented if (text := ast.get_docstring(node))]
    assert not [line for line in first_lines if len(line) > MAX_DOCSTRING_CHARS]


def name_of(node: ast.AST) -> str:
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        return node.name
    return node.arg if isinstance(node, ast.arg) else node.id if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize("path", DOCUMENTS, ids=shown)
def test_documents_are_plain(path: Path) -> None:
    lines = enumerate(path.read_text("utf-8").splitlines(), 1)
    assert not [(number, line) for number, line in lines if BANNED.search(line)]


def test_messages_that_need_work_are_still_there() -> None:
    listed: list[str] = json.loads((TESTS / "bad_messages.json").read_text("utf-8"))
    everything = [text for path in SOURCES if listed for _, text in texts(path)]
    assert [message for message in listed if not any(message in text for text in everything)] == []
