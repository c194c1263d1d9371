"""Pages of your own models, by cursors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from sqlalchemy import Connection, Select
from sqlalchemy.orm import Session

from ..compiler.cursor import resume
from ..compiler.cursor_keys import CursorKeys, chosen_keys, process_keys
from ..compiler.page import page_of
from ..compiler.pagination import Position
from ..compiler.requested import SearchSource, requested
from ..diagnostics.errors import StoreError
from ..language.schema import Schema, load_schema
from .columns import Columns
from .filters import Models, beyond, sort_elements, value_elements


@dataclass(frozen=True, eq=False, repr=False)
class ModelPage(Sequence[Any]):
    """One page of models, in the order of the search; a sequence of them.

    ``next`` and ``prev`` are the cursors of the pages beside it, ``None`` if those have no row.
    """

    rows: list[Any]
    limit: int
    next: str | None
    prev: str | None
    _turn: Callable[[str], ModelPage]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self.rows)} rows, limit {self.limit}>"

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return self.rows[index]

    def next_page(self) -> ModelPage | None:
        """Return the next page, or ``None`` if it has no row."""
        return None if self.next is None else self._turn(self.next)

    def prev_page(self) -> ModelPage | None:
        """Return the previous page, or ``None`` if it has no row."""
        return None if self.prev is None else self._turn(self.prev)


def page(
    session: Session | Connection,
    statement: Select[Any],
    search: SearchSource,
    columns: Columns,
    *,
    params: Mapping[str, Any] | None = None,
    limit: int | None = None,
    cursor: str | None = None,
    site: str = "",
    keys: CursorKeys | Iterable[str | bytes] | None = None,
    schema: Schema | str | None = None,
) -> ModelPage:
    """Return one page of a search over your own models.

    Pages are by keyset: any page costs what the first costs.

    ``statement`` is a ``select`` of what a row holds, with any conditions of your own; its order is replaced. Its rows
    are one entity, or tuples. ``columns`` maps the fields of the search and of its order, the id among them. Without
    ``keys``, cursors are valid in this process only. ``site`` binds them to a site.

    In an ``AsyncSession``: ``await session.run_sync(lambda sync: oq.sqlalchemy.page(sync, ...))``.

    Raises:
        QueryError: the search or cursor cannot be used, or reads a field that is not mapped.
        StoreError: a stored value does not have the form of its column.

    """
    table = schema if isinstance(schema, Schema) else load_schema(schema)
    query = requested(search, table, params=params, limit=limit, cursor=cursor)
    used = chosen_keys(keys) or process_keys()
    carried, position, size = (query, None, query.limit) if query.cursor is None else resume(query, site, used)
    models = Models(query.schema, columns)
    models.check(carried, sorts=True)
    dialect = session.dialect if isinstance(session, Connection) else session.get_bind().dialect
    fields = models.embedded(dialect)
    forms = [fields.format_of(key.field) for key in carried.sort]
    count_of_values = len(carried.sort)

    def fetch(start: Position | None, count: int) -> list[Any]:
        built = (
            statement.where(beyond(models, carried, start))
            .add_columns(*value_elements(models, carried))
            .order_by(None)
            .order_by(*sort_elements(models, carried, backward=start is not None and start.backward))
            .limit(count)
        )
        return list(session.execute(built).all())

    def values(row: Any) -> tuple[Any, ...]:
        found: list[Any] = []
        for key, form, shown in zip(carried.sort, forms, row[-count_of_values:], strict=True):
            value = None if shown is None else form.read(shown)
            if value is None and shown is not None:
                # Treated as missing, it would end paging early.
                raise StoreError(
                    f"{key.field.name} is {shown!r}, but its column has {form.description}; correct either"
                )
            found.append(value)
        return tuple(found)

    def turn(token: str) -> ModelPage:
        return page(
            session, statement, "", columns, limit=size, cursor=token, site=site, keys=used, schema=table
        )  # fmt: skip

    def exists(start: Position) -> bool:
        return bool(fetch(start, 1))

    rows, following, preceding = page_of(carried, position, size, fetch, values, exists, site, used)
    entities = [row[0] if len(row) == count_of_values + 1 else tuple(row[:-count_of_values]) for row in rows]
    return ModelPage(entities, size, following, preceding, turn)
