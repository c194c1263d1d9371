"""The tables of modules in the READMEs of the packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderquery.tools.file_tables import PACKAGE, file_table, readmes, with_file_table

BY_HAND = {"builder", "dicts", "examples", "migration", "orm", "playground", "scan", "sync"}
"""Packages whose README groups the modules, or that are still to get a table."""


@pytest.mark.parametrize("path", readmes(), ids=lambda path: path.parent.name)
def test_the_tables_are_up_to_date(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text == with_file_table(text, path.parent), f"{path} is not up to date; run: make reference"


def test_every_package_lists_its_modules() -> None:
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert packages - BY_HAND == {path.parent.name for path in readmes()}


def test_a_row_says_what_the_module_says_of_itself() -> None:
    assert "| `limits.py` | Define every limit on a search" in file_table(PACKAGE / "language")
    assert "| `sqlite/store.py` | The store in one SQLite file, or in memory |" in file_table(PACKAGE / "stores")
    assert "| `check.py` | The command `check`: " in file_table(PACKAGE / "cli")
