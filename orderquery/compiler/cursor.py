"""Cursors: a position in a search, as an opaque, authenticated and encrypted token.

A token is ``base64url(format, nonce, AES-256-GCM(search, limit, position))``, without padding. The format version, the
table's name and version and the site are authenticated along, so a token is good for nothing else. Whatever is wrong
with a token, the answer is the same ``bad-cursor``.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import zlib
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from ..compiler.query import Query
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Place
from ..language.fields import Field
from ..language.limits import MAX_CURSOR_CHARS, MAX_ID_CHARS, MAX_SORTABLE_CHARS
from ..language.schema import Schema
from ..syntax.json_reader import Reader
from .checker import check_search
from .cursor_keys import CursorKeys
from .pagination import Position
from .query import SortField, same_condition
from .report import QueryError

if TYPE_CHECKING:
    import msgspec.msgpack


_FORMAT = 1
_NONCE = 12
_TAG = 16
_FRAME = 64
"""An upper bound, in bytes, of what msgpack adds to the parts of a token."""
_LARGEST_PAYLOAD = MAX_CURSOR_CHARS * 3 // 4 - 1 - _NONCE - _TAG - _FRAME
_WIDEST_CHARACTER = 4
_BACKWARD, _INCLUSIVE = 1, 2


def too_long(plan: Query) -> tuple[Diagnostic, ...]:
    """``query-too-long`` where some position of this search might not fit a token."""
    room = room_beside(plan.sort)
    if len(plan.packed) <= room:
        return ()
    message = f"the search takes {len(plan.packed):,} bytes of a cursor, which has room for {room:,}"
    help_ = "use fewer or shorter operands, or sort by fewer fields of text"
    place = plan.tree.filter_place
    return (Diagnostic("query-too-long", message, help_, place, span=place.span),)


def room_beside(sort: Iterable[SortField]) -> int:
    """How many bytes of a packed search a token has room for, beside any position in this order."""
    return _LARGEST_PAYLOAD - sum(_most_bytes(key.field) for key in sort)


def _most_bytes(field: Field) -> int:
    if field.required and field.type.textual:
        return MAX_ID_CHARS * _WIDEST_CHARACTER + 8
    return MAX_SORTABLE_CHARS * _WIDEST_CHARACTER + 16 if field.type.textual else 256


def encode(plan: Query, position: Position, limit: int, site: str, keys: CursorKeys) -> str:
    """The token of a position."""
    stored = [
        None if value is None else key.field.type.encode(value)
        for key, value in zip(plan.sort, position.values, strict=True)
    ]
    flags = position.backward * _BACKWARD | position.inclusive * _INCLUSIVE
    payload = _packer().encode([plan.packed, limit, flags, stored])
    nonce = os.urandom(_NONCE)
    sealed = keys.ciphers[0].encrypt(nonce, payload, _bound_to(plan.schema, site))
    return base64.urlsafe_b64encode(bytes([_FORMAT]) + nonce + sealed).decode().rstrip("=")


def resume(plan: Query, site: str, keys: CursorKeys) -> tuple[Query, Position, int]:
    """What the plan's cursor says: the search it continues, where, and how many orders a page holds.

    Raises:
        QueryError: ``bad-cursor``, or ``cursor-mismatch`` where filter or sort were sent along and differ.

    """
    assert plan.cursor is not None
    opened = _open(plan.cursor, plan.schema, site, keys)
    limits = plan.tree.paging.place
    path = None if limits.path is None else (*limits.path[:-1], "cursor")
    place = Place(path)
    if opened is None:
        help_ = "search again without a cursor to begin at page 1"
        raise QueryError([Diagnostic("bad-cursor", "this cursor cannot be used here", help_, place)])
    carried, position, limit = opened
    differing = []
    if plan.filter_sent and not same_condition(plan.condition, carried.condition):
        differing.append(("filter", plan.tree.filter_place))
    if plan.sort_sent and plan.sort != carried.sort:
        differing.append(("sort", plan.tree.sort_place))
    if differing:
        help_ = "send the cursor alone, or the new search without it"
        raise QueryError(
            [
                Diagnostic("cursor-mismatch", f"the {name} is not the one this cursor carries", help_, where)
                for name, where in differing
            ]
        )
    return carried, position, plan.limit if plan.limit_sent else limit


@cache
def _packer() -> msgspec.msgpack.Encoder:
    import msgspec.msgpack

    return msgspec.msgpack.Encoder()


@cache
def _unpacker() -> msgspec.msgpack.Decoder[tuple[bytes, int, int, list[Any]]]:
    import msgspec.msgpack

    return msgspec.msgpack.Decoder(tuple[bytes, int, int, list[Any]])


def _open(token: str, schema: Schema, site: str, keys: CursorKeys) -> tuple[Query, Position, int] | None:
    import msgspec

    raw = _canonical_bytes(token)
    if raw is None or raw[0] != _FORMAT:
        return None
    payload = _unsealed(raw[1:], schema, site, keys)
    if payload is None:
        return None
    try:
        packed, limit, flags, stored = _unpacker().decode(payload)
        plan = _unpacked(schema, packed)
        values = tuple(_value(key.field, value) for key, value in zip(plan.sort, stored, strict=True))
    except (msgspec.MsgspecError, zlib.error, ValueError, ArithmeticError, LookupError, RecursionError):
        return None
    if not 1 <= limit <= schema.max_limit:
        return None
    return plan, Position(values, bool(flags & _BACKWARD), bool(flags & _INCLUSIVE)), limit


def _value(field: Field, stored: Any) -> Any:
    """The value that stands in a position. Raises ``ValueError``: a table of this name and version had other types."""
    if stored is None:
        return None
    kind = field.type
    value = kind.decode(stored) if type(stored) is (str if kind.column == "text" else int) else None
    if value is None or kind.encode(value) != stored:
        raise ValueError(f"no {kind.name}")
    return value


def _canonical_bytes(token: str) -> bytes | None:
    """The bytes of a token that is spelled as we spell it, so that no other text means the same."""
    if len(token) > MAX_CURSOR_CHARS or not token.isascii():
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    same = base64.urlsafe_b64encode(raw).decode().rstrip("=") == token
    return raw if same and len(raw) > 1 + _NONCE + _TAG else None


def _unsealed(raw: bytes, schema: Schema, site: str, keys: CursorKeys) -> bytes | None:
    from cryptography.exceptions import InvalidTag

    bound = _bound_to(schema, site)
    for cipher in keys.ciphers:
        try:
            return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], bound)
        except InvalidTag:
            continue
    return None


@lru_cache(maxsize=1024)
def _bound_to(schema: Schema, site: str) -> bytes:
    return json.dumps([_FORMAT, schema.name, schema.version, site]).encode()


@lru_cache(maxsize=256)
def _unpacked(schema: Schema, packed: bytes) -> Query:
    document = json.loads(zlib.decompress(packed))
    _, plan = check_search(Reader(document, "search", {}).search, schema)
    if plan is None:
        raise ValueError("a search that the table no longer knows")
    return plan
