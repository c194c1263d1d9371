"""Methods of a store that load, and delete what was loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from typing import Self

from ..diagnostics.arguments import require
from ..diagnostics.diagnostic import Diagnostic
from ..documents.ingest import Found, Record
from ..documents.record_tables import PRICING_PLANS
from ..language.schema import Schema
from .documents_to_load import Loadable, converter_of, find_records, records_in
from .load_result import LoadResult
from .merge import Change, Outcome, merge
from .operations import BATCH_ROWS
from .paging import SearchingStore
from .projection import Projector
from .service_state import storable_ids


class LoadingStore(SearchingStore):
    """What every store does to load documents and to delete them."""

    _projector: Projector

    def at_table(self, schema: Schema) -> Self:
        """Return the same store for the records of another table of fields.

        They have tables of their own, which are created if they are missing. Both share their connections; closing one
        closes the other.

        Raises:
            StoreError: the store has another table of fields with the same tables, or an older version of this one.

        """
        if schema is self.schema:
            return self
        require("schema", schema, Schema, 'a table of fields: oq.load_schema("pricing-plans")')
        other = copy(self)
        other.schema, other._projector = schema, Projector(schema)
        if not self._memory.is_prepared(schema):
            other._prepare(create=True)
            self._memory.add_prepared(schema)
        return other

    def load(self, source: Loadable, *, convert: bool = False) -> LoadResult:
        """Load orders, transactions, responses and events.

        ``source`` is the path of a file (a text or a ``Path``), the bytes of a file, a decoded document, or an iterable
        of decoded documents. A file has JSON lines or other JSON texts, gzipped or not, and may have webhook tokens,
        whose signatures are not checked. A document is an order, ``{"order": …}``, a Search response, order
        transactions or a webhook event. With ``convert``, orders of the Stores API are converted, in CSV files, too;
        else they are skipped.

        Loading is idempotent. Documents that cannot be used are reported and skipped. A problem has the line of a file,
        or a pointer that begins with the index of its document.

        Raises:
            UsageError: ``source`` is none of these, or a file that cannot be read.

        """
        converter = converter_of(self.schema, convert)
        result = self.load_records(find_records(self.schema, source, converter))
        result.conversion = None if converter is None else converter.report
        return result

    def load_records(self, found: Iterable[Found], loaded: Callable[[LoadResult], None] | None = None) -> LoadResult:
        """Load parsed records; call ``loaded`` with the result after every full batch."""
        result, batches = LoadResult(), dict[Schema, list[Record]]()
        for item in records_in(found):
            if isinstance(item, Diagnostic):
                result.report(item)
                continue
            batch = batches.setdefault(item.schema or self.schema, [])
            batch.append(item)
            if len(batch) >= BATCH_ROWS:
                self.at_table(item.schema or self.schema)._load_batch(batch, result)
                batch.clear()
                if loaded is not None:
                    loaded(result)
        for schema in batches or (self.schema,):
            store = self.at_table(schema)
            store._load_batch(batches.get(schema, []), result)
            store.settle()
        return result

    def _load_batch(self, batch: list[Record], result: LoadResult) -> None:
        if not batch:
            return
        for record, outcome in zip(batch, self._write(batch), strict=True):
            if outcome == "older":
                result.older += 1
            elif record.kind == "transactions":
                result.transactions += 1
            elif record.schema is not None and record.schema.name == PRICING_PLANS:
                result.plan_orders += 1
            else:
                result.orders += 1

    def _write(self, records: list[Record]) -> list[Outcome]:
        """Store these records, all or none, and return the outcome of each."""
        with self._writing():
            stored = self._read_states(list(dict.fromkeys(record.id for record in records)))
            outcomes, changes = merge(records, stored, self._projector.read_revision)
            self._project_and_write(changes)
        return outcomes

    def _project_and_write(self, changes: list[Change]) -> None:
        orders = [change.id for change in changes if change.needs_stored_order]
        others = [change.id for change in changes if change.needs_stored_transactions]
        order_documents = self._read_documents("order", orders) if orders else {}
        other_documents = self._read_documents("transactions", others) if others else {}
        project = self._projector.project_change
        self._write_changes([(change, project(change, order_documents, other_documents)) for change in changes])

    def delete(self, order_ids: Iterable[str]) -> int:
        """Delete orders and their transactions permanently; return the number of orders.

        The rows are gone when this returns. What becomes of their bytes in files and logs depends on the engine: see
        the store's class.
        """
        ids = storable_ids(order_ids)
        with self._writing():
            deleted = self._delete_records(ids)
        self._finish_deletion()
        return deleted
