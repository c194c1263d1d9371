"""The table of operations: its rows agree with each other."""

from __future__ import annotations

import inspect
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest

import orderquery as oq
from orderquery import dicts
from orderquery.compiler import requested
from orderquery.compiler.page import Page
from orderquery.emulator.operation import Operation
from orderquery.emulator.operations import BY_NAME, OPERATIONS, STATUS_OF
from orderquery.emulator.wire.base import BulkResult, WireResponse
from orderquery.emulator.wire.order_requests import OrderSettings


def test_names_and_routes_are_unique() -> None:
    assert len(BY_NAME) == len(OPERATIONS)
    assert len({(row.method, row.path) for row in OPERATIONS}) == len(OPERATIONS)


@pytest.mark.parametrize("row", [row for row in OPERATIONS if not row.is_supported], ids=lambda row: row.name)
def test_an_unsupported_operation_names_the_nearest_and_describes_no_answer(row: Operation) -> None:
    assert BY_NAME[row.nearest].is_supported
    assert row.sdk
    assert (row.service, row.request, row.response, row.codes, row.note) == ("", None, None, (), "")


@pytest.mark.parametrize("row", [row for row in OPERATIONS if row.is_supported], ids=lambda row: row.name)
def test_a_supported_operation_has_a_service(row: Operation) -> None:
    assert row.service
    assert row.sdk or row.evidence == "documents", "an operation that the SDK lacks is known from documents"
    assert not row.nearest
    assert set(row.codes) <= set(STATUS_OF)


@pytest.mark.parametrize("row", [row for row in OPERATIONS if row.is_supported], ids=lambda row: row.name)
def test_a_supported_operation_is_a_typed_method_of_the_emulator(row: Operation) -> None:
    method = getattr(oq.Emulator, row.name, None)
    assert method is not None, f"write the typed method {row.name} in order_methods.py or plan_methods.py"
    assert inspect.getdoc(method)
    names = {**vars(dicts), "Page": Page, "SearchSource": requested.SearchSource}
    assert get_type_hints(method, localns=names)["return"] is (row.response or Page)


@pytest.mark.parametrize("row", [row for row in OPERATIONS if row.method == "GET"], ids=lambda row: row.name)
def test_an_operation_reads_the_keys_of_its_query(row: Operation) -> None:
    elsewhere = {*row.path_keys, *(key for _, key in row.headers)}
    keys = set() if row.request is None else {field.alias for field in row.request.model_fields.values()} - elsewhere
    assert row.parameters is not None or not keys, (
        f"{sorted(map(str, keys))} are keys of the query, which nothing reads: "
        f"write parameters= in the row of {row.name}, a function such as item_parameters"
    )


def is_json(kind: Any) -> bool:
    """Return whether an answer can have a value of a type."""
    parts = [part for part in get_args(kind) if part is not type(None)]
    if get_origin(kind) in (list, Union, UnionType):
        return all(map(is_json, parts))
    if get_origin(kind) is Annotated:
        return is_json(parts[0])
    if isinstance(kind, type) and issubclass(kind, WireResponse):
        return all(is_json(field.annotation) for field in kind.model_fields.values())
    return (get_origin(kind) or kind) in (str, int, bool, dict)


@pytest.mark.parametrize("row", [row for row in OPERATIONS if row.response is not None], ids=lambda row: row.name)
def test_a_response_holds_json_values_and_other_responses(row: Operation) -> None:
    assert row.response is not None
    for name, field in row.response.model_fields.items():
        assert is_json(field.annotation), (
            f"{row.response.__name__}.{name}: an answer cannot have a part of type {field.annotation}; "
            "write JsonObject for an object, or a class of WireResponse"
        )


def test_a_part_of_a_request_is_no_part_of_a_response() -> None:
    assert is_json(list[BulkResult] | None)
    assert not is_json(OrderSettings)
    assert not is_json(list[OrderSettings] | None)


@pytest.mark.parametrize(
    ("name", "words"),
    [("add_payments", "Adds payments"), ("list_transactions_for_single_order", "Payments and refunds of one order")],
)
def test_a_note_is_about_its_own_operation(name: str, words: str) -> None:
    assert BY_NAME[name].note.startswith(words)
