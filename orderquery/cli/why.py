"""The command ``why``: why an order matches a search, or does not."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from ..documents.file_kinds import DOCUMENTS_SUFFIXES, database_kind
from .argument_errors import check_quoted
from .defaults import is_given
from .inputs import (
    STDIN,
    check_files,
    compile_query,
    layout_option,
    load_table,
    open_store,
    read_query,
    read_records,
    shape_option,
    site_option,
    strict_option,
    table_option,
)
from .output import write_line, write_message
from .program import EXIT_OK, EXIT_PROBLEMS, Command, program_name

if TYPE_CHECKING:
    from ..api import Plan
    from ..language.schema import Schema
    from ..memory.why import Verdict
    from ..stores.base import Store
    from .search_output import SearchTarget

JSON = Any

_MAX_SAME_NUMBER = 10


@click.command(
    cls=Command,
    examples=(
        "orderquery why 'paymentStatus = PAID' shop.db 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d",
        "orderquery why request.json shop.db --number 10126",
        "orderquery why 'paymentMethods has any (creditCard)' orders.jsonl --transactions payments.jsonl",
    ),
)
@click.argument("query", metavar="QUERY")
@click.argument("source", metavar="STORE|FILE")
@click.argument("order_id", metavar="[ID]", required=False)
@click.option("--id", "id_option", metavar="ID", help="Id of the order; the same as the argument ID.")
@click.option("--number", metavar="N", help="Number of the order, instead of its id.")
@click.option("--transactions", metavar="FILE", help="File of the transactions of a FILE, for paymentMethods.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="json: one object a line.",
)  # fmt: skip
@shape_option(None)
@strict_option
@layout_option
@site_option
@table_option
def why(
    query: str,
    source: str,
    order_id: str | None,
    id_option: str | None,
    number: str | None,
    transactions: str | None,
    format_: str,
    shape: str | None,
    strict: bool,
    layout: str | None,
    site: str,
    table: str | None,
) -> int:
    """Show why an order matches a search, or does not.

    Prints the conditions of QUERY as a tree, each true or false, with the order's own value. A star marks those that
    decide the answer.

    STORE is a store, and needs the ID or the number of an order; it may be one that Search hides. FILE is a file of
    orders, or "-": without ID, every order in it is explained. Uses the filter of QUERY only.

    Exits with 0 even if the order does not match, with 1 if it is not found.
    """
    from ..diagnostics.errors import UsageError
    from .search_output import SearchTarget

    check_quoted((source,))
    if sum(given is not None for given in (order_id, id_option, number)) > 1:
        raise UsageError("pass only one of ID, --id and --number")
    chosen, in_store = order_id if id_option is None else id_option, layout is not None or _is_store(source)
    others = () if transactions is None else (transactions,)
    argument = read_query(query, others if in_store else (source, *others))
    check_files(others if in_store else (source, *others))
    schema = load_table(table)
    plan = compile_query(argument, schema, shape, strict=strict)
    if plan.cursor is not None:
        raise UsageError("why does not support cursors; remove the cursor from QUERY")
    writer = _VerdictWriter(plan, format_)
    if not in_store:
        if site and is_given("site"):
            raise UsageError("--site is for a store; a file of orders has no sites")
        return _explain_file(writer, schema, source, chosen, number, transactions)
    if transactions is not None:
        raise UsageError("--transactions is for a file of orders; a store has its own transactions")
    if chosen is None and number is None:
        raise UsageError("missing ID; pass the id of an order, or --number N")
    with open_store(source, schema, site, layout=layout) as store:
        return _explain_stored(writer, store, SearchTarget(source, layout, site, table), chosen, number)


def _is_store(source: str) -> bool:
    """Return whether a source is a store.

    A file that does not exist is one, unless its name is that of a file of orders.
    """
    if source == STDIN:
        return False
    if "://" in source or database_kind(source) is not None:
        return True
    return not os.path.exists(source) and not source.endswith(DOCUMENTS_SUFFIXES)


class _VerdictWriter:
    """Writes verdicts to standard output."""

    def __init__(self, plan: Plan, format_: str) -> None:
        self.plan, self._in_json, self._count = plan, format_ == "json", 0

    def write(self, order: JSON, transactions: JSON) -> None:
        """Write the verdict on an order."""
        verdict: Verdict = self.plan.why(order, transactions)
        if self._in_json:
            write_line(json.dumps(verdict.to_json(), ensure_ascii=False, separators=(",", ":")))
        else:
            write_line(("\n" if self._count else "") + verdict.render())
        self._count += 1


# -- stores -----------------------------------------------------------------------------------------------------


def _explain_stored(
    writer: _VerdictWriter, store: Store, place: SearchTarget, order_id: str | None, number: str | None
) -> int:
    from ..diagnostics.errors import UsageError
    from ..stores.stored_documents import decode_stored

    ids = [order_id] if number is None else _ids_with_number(store, number)
    if len(ids) > 1:
        raise UsageError(f"several orders have the number {number}; pass one of their ids: {', '.join(map(str, ids))}")
    key = ids[0] if ids else None
    document = None if key is None else store.get_document(key)
    if key is None or document is None:
        write_message(f"order not found: {_fix_for_store(store, place, order_id, number)}")
        return EXIT_PROBLEMS
    transactions = store.get_transactions(key) if writer.plan.reads_transactions else None
    writer.write(decode_stored(document), None if transactions is None else decode_stored(transactions))
    return EXIT_OK


def _ids_with_number(store: Store, number: str) -> list[str]:
    """Return the ids of the orders with a number, hidden orders included."""
    from dataclasses import replace

    from ..api import compile_search
    from ..language.conditions import equals

    field, value = _number_of(store.schema, number)
    everything = compile_search({}, schema=store.schema)
    return list(store.search(replace(everything, condition=equals(field, value), limit=_MAX_SAME_NUMBER)).ids)


def _number_of(schema: Schema, number: str) -> tuple[Any, Any]:
    """Return the field of the order's number, and a number as its value."""
    from ..diagnostics.errors import UsageError
    from ..language.types import UnfitOperand

    field = schema.find("number")
    if field is None:
        raise UsageError(f'the table "{schema.name}" has no field "number"; pass an id')
    try:
        return field, field.type.operand(number)
    except UnfitOperand:
        raise UsageError(f'"{number}" is not a number of an order') from None


def _fix_for_store(store: Store, place: SearchTarget, order_id: str | None, number: str | None) -> str:
    from .other_sites import elsewhere

    def has(other: Store) -> object:
        return other.get_document(str(order_id)) if number is None else _ids_with_number(other, number)

    shown = str(order_id) if number is None else f"number {number}"
    if at := elsewhere(store, has):
        return shown + at
    location, *options = place.words()
    words = [location, "everything", *options]
    if number is not None:
        return f"{shown}; list the orders with: {program_name()} search {shlex.join(words)}"
    if shown.isdecimal() and store.schema.find("number") is not None:
        return f"{shown}; for the number of an order, write: --number {shown}"
    return f"{shown}; list the ids with: {program_name()} search {shlex.join([*words, '--format', 'ids'])}"


# -- files ------------------------------------------------------------------------------------------------------


def _explain_file(
    writer: _VerdictWriter,
    schema: Schema,
    source: str,
    order_id: str | None,
    number: str | None,
    transactions: str | None,
) -> int:
    from ..compiler.render import render_line
    from ..diagnostics.diagnostic import Diagnostic
    from ..documents.ingest import is_skipped
    from .match_files import input_files, read_transactions, rereadable_files

    unusable = 0

    def on_problem(problem: Diagnostic, _: str = "") -> None:
        nonlocal unusable
        unusable += is_skipped(problem)
        write_message(render_line(problem))

    is_chosen = _chooser(schema, order_id, number)
    plan, found = writer.plan, 0
    with rereadable_files((source,)) as files:
        records: dict[str, JSON] = {}
        if plan.reads_transactions:
            other = files if transactions is None else input_files((transactions,))
            records = read_transactions(schema, plan, other, None if transactions is None else on_problem)
        for file in files:
            for record in read_records(schema, file.path, source_name=file.name, report_unfit=False):
                if isinstance(record, Diagnostic):
                    on_problem(record)
                elif record.kind == "order" and is_chosen(record.id, record.decoded):
                    found += 1
                    writer.write(record.decoded, records.get(record.id))
    if not found and (order_id is not None or number is not None):
        wanted = f"number {number}" if order_id is None else order_id
        write_message(f"order not found: {wanted} is not in {source}; without an id, every order is explained")
        return EXIT_PROBLEMS
    return EXIT_PROBLEMS if unusable else EXIT_OK


def _chooser(schema: Schema, order_id: str | None, number: str | None) -> Callable[[str, JSON], bool]:
    from ..documents.fields import reader

    if order_id is not None:
        return lambda key, order: key == order_id
    if number is None:
        return lambda key, order: True
    field, value = _number_of(schema, number)
    read = reader(schema, field)
    return lambda key, order: read(order, None) == value
