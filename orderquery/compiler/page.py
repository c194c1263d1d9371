"""One page of a search's answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

from ..diagnostics.diagnostic import Diagnostic

JSON = Any


class LazyOrders(Sequence[Any]):
    """Decoded documents, each decoded when it is first looked at."""

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


@dataclass(frozen=True, eq=False)
class Page:
    """Orders in the search's order, and the cursors to the pages beside it.

    ``ids`` are theirs; ``next`` and ``prev`` are tokens, or ``None`` where no matching order stands there; ``limit``
    is the page size that was asked for.
    """

    ids: tuple[str, ...]
    limit: int
    next: str | None
    prev: str | None
    _orders: Sequence[Any]
    _documents: Sequence[bytes] | None = None
    problems: tuple[Diagnostic, ...] = ()
    """Of an in-memory search: the orders that could not be used, each with its index."""

    @property
    def has_next(self) -> bool:
        """Whether a matching order stands after the page."""
        return self.next is not None

    @property
    def orders(self) -> Sequence[Any]:
        """The documents, decoded when looked at; of an in-memory search, the objects that were handed over."""
        return self._orders

    @cached_property
    def documents(self) -> list[bytes]:
        """The documents as stored; of an in-memory search, as compact UTF-8 JSON."""
        if self._documents is not None:
            return list(self._documents)
        from ..syntax.json_printer import encode_json

        return [encode_json(order) for order in self._orders]

    def metadata(self) -> dict[str, JSON]:
        """``count``, ``cursors`` (only those there are) and ``hasNext``, as the service answers them."""
        cursors = {name: token for name, token in (("next", self.next), ("prev", self.prev)) if token is not None}
        return {"count": len(self.ids), "cursors": cursors, "hasNext": self.has_next}

    def to_bytes(self, answered: Callable[[bytes], bytes] | None = None) -> bytes:
        """The response object of Search Orders, the documents spliced in as they are, or as ``answered`` makes them."""
        metadata = json.dumps(self.metadata(), separators=(",", ":")).encode()
        documents = list(self.documents if answered is None else map(answered, self.documents))
        if not documents:
            return b'{"orders":[],"metadata":' + metadata + b"}"
        # Put together once: a page may have hundreds of kilobytes.
        documents[0] = b'{"orders":[' + documents[0]
        documents[-1] += b'],"metadata":' + metadata + b"}"
        return b",".join(documents)
