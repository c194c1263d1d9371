"""Stores over tables that a team already has: searched, never written."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Self

from ...compiler.compile import compile_search
from ...compiler.cursor_keys import CursorKeys, process_keys
from ...compiler.pagination import Position
from ...compiler.query import Query
from ...diagnostics.errors import StoreError, UsageError
from ...language.conditions import equals
from ...language.types import has_lone_surrogate
from ...sql.dialects import dialect_named
from ...sql.statement import Statement, Wanted, statement
from ...syntax.json_printer import encode_json
from ..base import LoadResult, Row, Store, Values
from ..merge import Change, Held

if TYPE_CHECKING:
    from ...sql.mapped.layout import OwnTables

JSON = Any
_NOT_OURS = "these tables are your own: orderquery searches them and never writes there"


class OwnStore(Store):
    """Orders in tables of one's own, as a layout describes them.

    Whatever would write raises ``StoreError``. Cursors are made with the keys that are given, else with those of the
    process: none is kept beside the tables.
    """

    def __init__(self, layout: OwnTables, *, site: str = "", keys: CursorKeys | None = None) -> None:
        self.layout, self.schema = layout, layout.schema
        self.keys = keys or process_keys()
        self.site = self._known_site(site)
        layout.engine(dialect_named(self.dialect))

    def _known_site(self, site: str) -> str:
        if site and not self.layout.sites:
            raise UsageError(f"the layout {self.layout.name} does not say whose an order is: it has no site")
        return site

    def at_site(self, site: str) -> Self:
        """The same tables for another site, where the layout has one."""
        return super().at_site(self._known_site(site))

    # -- what differs from engine to engine --------------------------------------------------------------------

    @abstractmethod
    def _answers(self, text: str, parameters: Mapping[str, Any]) -> list[Sequence[Any]]:
        """The rows of a statement."""

    # -- reading -----------------------------------------------------------------------------------------------

    def _rows(self, built: Statement) -> list[Sequence[Any]]:
        return self._answers(built.text, built.parameters)

    def _statement(self, plan: Query, position: Position | None = None, count: int | None = None) -> Statement:
        wanted: Wanted = "count" if count is None else "page"
        return statement(
            plan, self.dialect, site=self.site, position=position, limit=count, wanted=wanted, layout=self.layout
        )

    def _fetch(self, plan: Query, position: Position | None, count: int) -> list[Row]:
        dialect = dialect_named(self.dialect)
        forms = [self.layout.column_format(key.field, dialect) for key in plan.sort]
        found: list[Row] = []
        for row in self._rows(self._statement(plan, position, count)):
            values: list[Any] = []
            for key, form, shown in zip(plan.sort, forms, row, strict=False):
                value = None if shown is None else form.read(shown)
                if value is None and shown is not None:
                    # Taken for missing, it would end a walk in its middle.
                    raise StoreError(
                        f"{key.field.name} of the order {row[-2]!r} is {shown!r}: the layout says {form.description}"
                    )
                values.append(value)
            found.append((*values, _as_bytes(row[-1])))
        return found

    def _sort_values(self, plan: Query, row: Row) -> tuple[Any, ...]:
        return tuple(row[:-1])

    def _ids(self, rows: list[Row]) -> tuple[str, ...]:
        return tuple([row[-2] for row in rows])

    def get_document(self, order_id: str) -> bytes | None:
        """The document of an order (hidden ones too), or ``None``."""
        if not _could_be_key(order_id):
            return None
        everything = compile_search({}, schema=self.schema)
        key = tuple(sort for sort in everything.sort if sort.field is self.schema.key)
        rows = self._fetch(replace(everything, condition=equals(self.schema.key, order_id), sort=key), None, 1)
        return rows[0][-1] if rows else None

    def get_transactions(self, order_id: str) -> bytes | None:
        """The document of an order's transactions record, or ``None``."""
        found = self.layout.transactions_of(dialect_named(self.dialect))
        if found is None or not _could_be_key(order_id):
            return None
        form = self.layout.column_format(self.schema.key, dialect_named(self.dialect))
        if not form.can_hold(order_id):
            return None
        parameters = {"id": form.bind(order_id)} | ({"site": self.site} if self.layout.sites else {})
        rows = self._answers(found, parameters)
        return _as_bytes(rows[0][0]) if rows and rows[0][0] is not None else None

    def holds_named_site(self) -> bool:
        """Whether the tables say whose an order is."""
        return self.layout.sites

    # -- what is not done here ---------------------------------------------------------------------------------

    def load_records(self, found: Any, loaded: Any = None) -> LoadResult:
        """Raise ``StoreError``: nothing is written."""
        self._refuse()

    def _writing(self) -> AbstractContextManager[Any]:
        self._refuse()

    def _held(self, order_ids: list[str]) -> dict[str, Held]:
        self._refuse()

    def _documents(self, kind: Literal["order", "transactions"], order_ids: list[str]) -> dict[str, bytes]:
        self._refuse()

    def _put(self, changes: list[tuple[Change, Values | None]]) -> None:
        self._refuse()

    def _kept(
        self, kind: Literal["order", "transactions"], site: str | None, beyond: tuple[str, str], count: int
    ) -> Any:
        raise StoreError("these tables are your own: what exports a store does not read them")

    def delete(self, order_ids: Iterable[str]) -> int:
        """Raise ``StoreError``: nothing is written."""
        self._refuse()

    def settle(self) -> None:
        """Do nothing: statistics are their owner's."""

    def _refuse(self) -> NoReturn:
        raise StoreError(_NOT_OURS)


def _could_be_key(order_id: JSON) -> bool:
    return isinstance(order_id, str) and not has_lone_surrogate(order_id)


def _as_bytes(document: Any) -> bytes:
    """A document as a driver gives it: text, bytes, or decoded already."""
    if isinstance(document, str):
        return document.encode()
    return bytes(document) if isinstance(document, bytes | bytearray | memoryview) else encode_json(document)
