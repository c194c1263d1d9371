"""Read-only stores over your own tables, as a layout describes them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from ...compiler.compile import compile_search
from ...compiler.cursor_keys import CursorKeys
from ...compiler.pagination import Position
from ...compiler.query import Query
from ...diagnostics.errors import StoreError, UsageError
from ...language.conditions import equals
from ...language.fields import Field
from ...language.types import Value
from ...sql.column_format import ColumnFormat
from ...sql.dialects import Dialect, dialect_named
from ...sql.statement import Statement, Wanted, statement
from ...syntax.json_printer import encode_json
from ..base import Row
from ..histogram import Group
from ..merge import RecordKind
from ..read_only import ReadOnlyStore

if TYPE_CHECKING:
    from ...sql.mapped.layout import OwnTables

JSON = Any


class MappedStore(ReadOnlyStore):
    """Orders in your own tables, as a layout describes them; read-only.

    Without keys, cursors are encrypted with those of this process: nothing is stored beside the tables.
    """

    how_to_change = "orderquery never writes to your own tables"
    how_to_export = "orderquery searches your own tables, but cannot read all their records"

    def __init__(self, location: str, layout: OwnTables, *, site: str = "", keys: CursorKeys | None = None) -> None:
        self.layout = layout
        layout.engine(self._dialect)
        super().__init__(location, layout.schema, site=self._check_layout_site(site), keys=keys)

    @property
    def _dialect(self) -> Dialect:
        return dialect_named(self.dialect)

    def _check_layout_site(self, site: str) -> str:
        if site and not self.layout.sites:
            raise UsageError(f'the layout "{self.layout.name}" has no site; add site to the layout, or pass no site')
        return site

    def at_site(self, site: str) -> Self:
        """Return the same tables for another site.

        Raises ``UsageError`` if the layout has no sites.
        """
        return super().at_site(self._check_layout_site(site))

    # -- depends on the engine ---------------------------------------------------------------------------------

    @abstractmethod
    def _run(self, text: str, parameters: Mapping[str, Any]) -> list[Sequence[Any]]:
        """Run a statement; return its rows."""

    # -- reading -----------------------------------------------------------------------------------------------

    def _query(self, text: str, parameters: Mapping[str, Any], *, writing: bool = False) -> list[Sequence[Any]]:
        return self._run(text, parameters)

    def sites(self) -> list[str]:
        """Return the only site. Raises ``StoreError`` if the layout has sites."""
        if self.layout.sites:
            raise StoreError("orderquery does not list the sites of your own tables; query their column of sites")
        return [""]

    def _statement(
        self, query: Query, position: Position | None = None, count: int | None = None, wanted: Wanted | None = None
    ) -> Statement:
        wanted = wanted or ("count" if count is None else "page")
        return statement(
            query, self.dialect, site=self.site, position=position, limit=count, wanted=wanted, layout=self.layout
        )

    def _fetch(self, query: Query, position: Position | None, count: int) -> list[Row]:
        forms = [self.layout.column_format(key.field, self._dialect) for key in query.sort]
        found: list[Row] = []
        for row in self._rows(self._statement(query, position, count)):
            of = f" of order {row[-2]!r}"
            columns = zip(query.sort, forms, row, strict=False)
            values = [_read_value(key.field, form, shown, of) for key, form, shown in columns]
            found.append((*values, _to_bytes(row[-1])))
        return found

    @property
    def _sums(self) -> None:
        """Nothing: these tables have no currency beside the amounts."""

    def _groups(self, query: Query, wanted: Wanted) -> Iterator[Group]:
        field, rows = query.sort[0].field, self._rows(self._statement(query, wanted=wanted))
        form = self.layout.column_format(field, self._dialect)
        for shown, count in rows:
            yield Group(_read_value(field, form, shown), int(count))

    def _sort_values(self, query: Query, row: Row) -> tuple[Any, ...]:
        return tuple(row[:-1])

    def _ids(self, rows: list[Row]) -> tuple[str, ...]:
        return tuple([row[-2] for row in rows])

    def _get(self, kind: RecordKind, order_id: str) -> bytes | None:
        return self._get_order(order_id) if kind == "order" else self._get_transactions(order_id)

    def _get_order(self, order_id: str) -> bytes | None:
        everything = compile_search({}, schema=self.schema)
        key = tuple(sort for sort in everything.sort if sort.field is self.schema.key)
        rows = self._fetch(replace(everything, condition=equals(self.schema.key, order_id), sort=key), None, 1)
        return rows[0][-1] if rows else None

    def _get_transactions(self, order_id: str) -> bytes | None:
        text = self.layout.transactions_of(self._dialect)
        form = self.layout.column_format(self.schema.key, self._dialect)
        if text is None or not form.can_hold(order_id):
            return None
        parameters = {"id": form.bind(order_id)} | ({"site": self.site} if self.layout.sites else {})
        rows = self._run(text, parameters)
        return _to_bytes(rows[0][0]) if rows and rows[0][0] is not None else None

    def holds_named_site(self) -> bool:
        """Return whether the tables have sites."""
        return self.layout.sites


def _read_value(field: Field, form: ColumnFormat, shown: Any, of: str = "") -> Value:
    """Return the value that a driver returned.

    Raises ``StoreError`` where the layout says that the column cannot have it.
    """
    value = None if shown is None else form.read(shown)
    if value is None and shown is not None:
        # Treated as missing, it would end paging early.
        raise StoreError(
            f"{field.name}{of} is {shown!r}, but the layout says {form.description}; correct the layout or the value"
        )
    return value


def _to_bytes(document: Any) -> bytes:
    """Return a document as bytes, from the text, bytes or JSON value of a driver."""
    if isinstance(document, str):
        return document.encode()
    return bytes(document) if isinstance(document, bytes | bytearray | memoryview) else encode_json(document)
