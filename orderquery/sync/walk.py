"""The walk through a window: every page a search from the last position (D113).

A window is half-open: from its begin to before its end. The position is the instant and number of the last order, so a
walk needs no cursor that could expire. Where the position does not advance (a page of equal keys, an empty page, orders
that changed meanwhile), the walk follows the service's cursor until it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ..diagnostics.errors import SyncError
from ..language.datetimes import floor_ms, write_instant
from .answers import NUMBER, OrderKey, SearchAnswer
from .failures import CursorRefused

if TYPE_CHECKING:
    from .client import ServiceClient

JSON = Any

MAX_PAGES_WITHOUT_ADVANCE = 1_000
MAX_CURSOR_RESTARTS = 2
"""At one position."""


class Window(NamedTuple):
    """Orders whose ``field`` is from ``begin`` to before ``end``, in microseconds.

    Without an end, they are the orders without a usable value of the field. ``narrowed`` is a filter that they match.
    """

    field: str
    begin: int
    end: int | None
    narrowed: JSON = None

    @property
    def sort(self) -> tuple[tuple[str, str], ...]:
        """The order of the walk."""
        return ((NUMBER, "ASC"),) if self.end is None else ((self.field, "ASC"), (NUMBER, "ASC"))

    def filter(self, position: OrderKey | None = None) -> JSON:
        """Return the filter for the orders from a position on, that position included."""
        if self.end is None:
            return _all_of([{self.field: {"$eq": None}}, self.narrowed])
        instant = self.begin if position is None or position.instant is None else position.instant
        parts: list[JSON] = [
            {self.field: {"$gte": write_instant(instant)}},
            {self.field: {"$lt": write_instant(self.end)}},
        ]
        if position is not None and position.number is not None:
            beyond = {self.field: {"$gt": write_instant(instant)}}
            parts.append({"$or": [beyond, {NUMBER: {"$gte": position.number}}]})
        return _all_of([*parts, self.narrowed])


def _all_of(parts: list[JSON]) -> JSON:
    return {"$and": [part for part in parts if part is not None]}


@dataclass(frozen=True)
class WalkPage:
    """A page of a walk.

    ``complete_before``: every order of the window before this instant has been read; ``None`` where that is unknown.
    """

    answer: SearchAnswer
    complete_before: int | None


def walk(client: ServiceClient, window: Window, limit: int) -> Iterator[WalkPage]:
    """Yield the pages of a window; the window is drained when this ends.

    Pages overlap by at least one order.

    Raises:
        SyncError: the service ignores the filter, repeats a cursor, or says there is more without a way to it.

    """
    position: OrderKey | None = None
    in_order, restarts = True, 0
    cursor: str | None = None
    cursors = set[str]()
    while True:
        try:
            if cursor is None:
                answer = client.search(window.filter(position), window.sort, window.field, limit)
            else:
                answer = client.follow(cursor, window.field, limit)
        except CursorRefused as problem:
            restarts += 1
            if restarts > MAX_CURSOR_RESTARTS:
                raise SyncError(
                    f"the service refuses its own cursor {restarts} times at one place: {problem}"
                ) from None
            cursor, cursors = None, set()
            continue
        last, sorted_page = _last_key(window, position, answer)
        in_order = in_order and sorted_page
        advances = in_order and last is not None and last != position
        if advances:
            position = last
        yield WalkPage(answer, floor_ms(position.instant) if in_order and position and position.instant else None)
        if not answer.has_next:
            return
        if advances:
            cursor, cursors, restarts = None, set(), 0
            continue
        cursor = _next_cursor(answer, cursors)


def _next_cursor(answer: SearchAnswer, cursors: set[str]) -> str:
    cursor = answer.next_cursor
    if cursor is None:
        raise SyncError(
            'the service says there are more orders ("hasNext"), but sends no cursor to them; nothing is lost'
        )
    if cursor in cursors:
        raise SyncError("the service repeats a cursor, so its pages never end; nothing of this window was stored")
    if len(cursors) >= MAX_PAGES_WITHOUT_ADVANCE:
        raise SyncError(
            f"the service sent {len(cursors):,} pages without a new order; nothing of this window was stored"
        )
    cursors.add(cursor)
    return cursor


def _last_key(window: Window, position: OrderKey | None, answer: SearchAnswer) -> tuple[OrderKey | None, bool]:
    """Return the last key within the window, and whether the page is in order.

    An order that changed after the service's index was written can have any later instant.
    """
    if window.end is None:
        return None, True
    last = position.instant if position is not None and position.instant is not None else window.begin
    found: OrderKey | None = None
    in_order = True
    for key in answer.keys:
        if key.instant is None or key.instant >= window.end:
            continue
        if key.instant < window.begin:
            raise SyncError(
                f"the service returned an order whose {window.field} is {write_instant(key.instant)}, before "
                f"{write_instant(window.begin)}: it ignores the filter. Check --base-url"
            )
        in_order = in_order and key.instant >= last
        last, found = key.instant, key
    return found, in_order
