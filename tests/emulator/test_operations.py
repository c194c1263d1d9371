"""The table of operations: its rows agree with each other."""

from __future__ import annotations

import inspect
from typing import get_type_hints

import pytest

import orderquery as oq
from orderquery import dicts
from orderquery.compiler import requested
from orderquery.compiler.page import Page
from orderquery.emulator.operation import Operation
from orderquery.emulator.operations import BY_NAME, OPERATIONS, STATUS_OF


def test_names_and_routes_are_unique() -> None:
    assert len(BY_NAME) == len(OPERATIONS)
    assert len({(row.method, row.path) for row in OPERATIONS}) == len(OPERATIONS)


@pytest.mark.parametrize("row", [row for row in OPERATIONS if not row.is_supported], ids=lambda row: row.name)
def test_an_unsupported_operation_names_the_nearest_and_describes_no_answer(row: Operation) -> None:
    assert BY_NAME[row.nearest].is_supported
    assert (row.service, row.request, row.response, row.codes, row.note) == ("", None, None, (), "")


@pytest.mark.parametrize("row", [row for row in OPERATIONS if row.is_supported], ids=lambda row: row.name)
def test_a_supported_operation_has_a_service(row: Operation) -> None:
    assert row.service
    assert row.sdk
    assert not row.nearest
    assert set(row.codes) <= set(STATUS_OF)


@pytest.mark.parametrize("row", [row for row in OPERATIONS if row.is_supported], ids=lambda row: row.name)
def test_a_supported_operation_is_a_typed_method_of_the_emulator(row: Operation) -> None:
    method = getattr(oq.Emulator, row.name)
    assert inspect.getdoc(method)
    names = {**vars(dicts), "Page": Page, "SearchSource": requested.SearchSource}
    assert get_type_hints(method, localns=names)["return"] is (row.response or Page)


@pytest.mark.parametrize(
    ("name", "words"),
    [("add_payments", "Adds payments"), ("list_transactions_for_single_order", "Payments and refunds of one order")],
)
def test_a_note_is_about_its_own_operation(name: str, words: str) -> None:
    assert BY_NAME[name].note.startswith(words)
