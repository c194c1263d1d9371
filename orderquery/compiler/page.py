"""Pages: the page around a position, the same on every backend."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import UsageError
from .cursor import encode
from .cursor_keys import CursorKeys
from .pagination import Position
from .query import Query

if TYPE_CHECKING:
    from ..dicts import OrderDict

JSON = Any
Row = TypeVar("Row")
Fetch = Callable[[Position | None, int], list[Row]]
"""Reads at most so many rows beyond a position (without one, from the start), nearest first."""
ReadValues = Callable[[Row], tuple[Any, ...]]
"""Returns the sort values of a row; called for few rows."""
ExistsBeyond = Callable[[Position], bool]
"""Returns whether an order exists beyond a position."""


def page_of(
    query: Query,
    position: Position | None,
    limit: int,
    fetch: Fetch[Row],
    values: ReadValues[Row],
    exists: ExistsBeyond,
    site: str,
    keys: CursorKeys,
) -> tuple[list[Row], str | None, str | None]:
    """Return the rows of a page, and the tokens of the next and previous page.

    A token is there exactly if the page it leads to has an order.
    """
    found, is_after_order = _fetch_beyond(position, limit + 1, fetch, values)
    more, rows = len(found) > limit, found[:limit]
    backward = position is not None and position.backward
    ahead = Position(values(rows[-1]), backward) if more else None
    behind = None
    if position is not None:
        behind = Position(values(rows[0]), not backward) if rows else position.flipped()
        behind = behind if is_after_order or exists(behind) else None
    if backward:
        rows = rows[::-1]
    tokens = [None if place is None else encode(query, place, limit, site, keys) for place in (ahead, behind)]
    following, preceding = reversed(tokens) if backward else tokens
    return rows, following, preceding


def _fetch_beyond(
    position: Position | None, count: int, fetch: Fetch[Row], values: ReadValues[Row]
) -> tuple[list[Row], bool]:
    """Return the rows beyond a position, and whether an order is at it.

    The previous page ended with that order. Reading it with the rows saves a question for the previous page.
    """
    if position is None or position.inclusive:
        return fetch(position, count), False
    found = fetch(Position(position.values, position.backward, inclusive=True), count + 1)
    if found and values(found[0]) == position.values:
        return found[1:], True
    return found, False


class LazyOrders(Sequence[Any]):
    """Documents that are decoded on first access."""

    def __init__(self, documents: Sequence[bytes], decode: Callable[[bytes], JSON] = json.loads) -> None:
        self._documents = documents
        self._decode = decode
        self._decoded: dict[int, JSON] = {}

    def __len__(self) -> int:
        return len(self._documents)

    @overload
    def __getitem__(self, index: int) -> JSON: ...
    @overload
    def __getitem__(self, index: slice) -> list[JSON]: ...
    def __getitem__(self, index: int | slice) -> JSON:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        position = range(len(self))[index]
        if position not in self._decoded:
            self._decoded[position] = self._decode(self._documents[position])
        return self._decoded[position]


@dataclass(frozen=True, eq=False, repr=False)
class PageOfOrders(Sequence["OrderDict"]):
    """One page of orders, in the order of the search; a sequence of them.

    An index or a slice decodes the orders that it returns.
    ``next`` and ``prev`` are the cursors of the pages beside it, ``None`` if those have no order; ``limit`` is the
    requested page size.
    """

    ids: tuple[str, ...]
    limit: int
    next: str | None
    prev: str | None
    _orders: Sequence[OrderDict]
    _documents: Sequence[bytes] | None = None
    problems: tuple[Diagnostic, ...] = ()
    """The orders that are left out: of a search in memory with their index, of a store those that are not JSON."""

    def __repr__(self) -> str:
        beside = [name for name in ("next", "prev") if getattr(self, name) is not None]
        shown = "".join(f", has {name}" for name in beside)
        return f"<{type(self).__name__}: {len(self.ids)} orders, limit {self.limit}{shown}>"

    def __iter__(self) -> Iterator[OrderDict]:
        return iter(self._orders)

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> OrderDict: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[OrderDict]: ...
    def __getitem__(self, index: int | slice) -> OrderDict | Sequence[OrderDict]:
        return self._orders[index]

    @property
    def has_next(self) -> bool:
        """Whether a next page exists."""
        return self.next is not None

    @property
    def orders(self) -> Sequence[OrderDict]:
        """The documents, decoded on first access.

        Of a search in memory: the objects passed in.
        """
        return self._orders

    @cached_property
    def documents(self) -> list[bytes]:
        """The documents as stored; of a search in memory, as compact UTF-8 JSON."""
        if self._documents is not None:
            return list(self._documents)
        from ..syntax.json_printer import encode_json

        return [encode_json(order) for order in self._orders]

    def metadata(self) -> dict[str, JSON]:
        """Return ``count``, ``cursors`` and ``hasNext`` as the service does."""
        cursors = {name: token for name, token in (("next", self.next), ("prev", self.prev)) if token is not None}
        return {"count": len(self.ids), "cursors": cursors, "hasNext": self.has_next}

    def to_bytes(self, answered: Callable[[bytes], bytes] | None = None) -> bytes:
        """Return the response of Search Orders with the stored documents.

        ``answered`` changes each document.
        """
        metadata = json.dumps(self.metadata(), separators=(",", ":")).encode()
        documents = list(self.documents if answered is None else map(answered, self.documents))
        if not documents:
            return b'{"orders":[],"metadata":' + metadata + b"}"
        # Joined once: a page can have hundreds of kilobytes.
        documents[0] = b'{"orders":[' + documents[0]
        documents[-1] += b'],"metadata":' + metadata + b"}"
        return b",".join(documents)


def _no_turning(token: str) -> Page:
    raise UsageError("this page cannot be turned; search with its cursor")


@dataclass(frozen=True, eq=False, repr=False)
class Page(PageOfOrders):
    """One page of orders, and the way to the pages beside it."""

    _turn: Callable[[str], Page] = _no_turning
    """Searches with a cursor and the limit of this page."""

    def next_page(self) -> Page | None:
        """Return the next page, or ``None`` if it has no order."""
        return None if self.next is None else self._turn(self.next)

    def prev_page(self) -> Page | None:
        """Return the previous page, or ``None`` if it has no order."""
        return None if self.prev is None else self._turn(self.prev)
