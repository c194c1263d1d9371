"""The reference in grammar/README.md is what the tables say."""

from __future__ import annotations

import subprocess
import sys

from orderquery.diagnostics.codes import CODES
from orderquery.language.grammar_files import grammar_text
from orderquery.language.operators import OPERATORS
from orderquery.tools.reference import reference


def test_the_reference_is_up_to_date() -> None:
    assert grammar_text("README.md") == reference(), "run: make reference"


def test_it_names_every_row() -> None:
    page = reference()
    for name in (*OPERATORS, *CODES):
        assert f"`{name}`" in page


def test_it_is_printed_by_its_module() -> None:
    done = subprocess.run([sys.executable, "-m", "orderquery.tools.reference"], capture_output=True, check=True)
    assert done.stdout.decode("utf-8") == reference()
