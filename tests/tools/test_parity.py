"""The table of operations in the emulator's README."""

from orderquery.emulator.operations import OPERATIONS
from orderquery.tools.parity import README, parity_table, with_table


def test_the_readme_has_the_table() -> None:
    text = README.read_text("utf-8")
    assert text == with_table(text), f"{README} is not up to date; run: make reference"


def test_every_operation_has_a_row() -> None:
    table = parity_table()
    for operation in OPERATIONS:
        assert f"| {operation.title} | `{operation.method} {operation.path}` |" in table
