"""Cursors: a position in a search, as an opaque and encrypted token.

A token is ``base64url(format, nonce, AES-256-GCM(search, limit, position))``, without padding. The format version, the
table's name and version and the site are authenticated too, so a token works nowhere else. Every invalid token gets
the same ``bad-cursor``.
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

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Place
from ..language.fields import Field
from ..language.limits import MAX_CURSOR_CHARS, MAX_ID_CHARS, MAX_SORTABLE_CHARS
from ..language.schema import Schema
from ..syntax.json_reader import Reader
from .checker import check_search
from .cursor_keys import CursorKeys
from .pagination import Position
from .query import Query, SortField, max_packed_bytes, same_condition
from .report import QueryError

if TYPE_CHECKING:
    import msgspec.msgpack


_FORMAT = 1
_NONCE_BYTES = 12
_TAG_BYTES = 16
_MAX_FRAME_BYTES = 64
"""What msgpack adds to the parts of a token, at most."""
_MAX_PAYLOAD_BYTES = MAX_CURSOR_CHARS * 3 // 4 - 1 - _NONCE_BYTES - _TAG_BYTES - _MAX_FRAME_BYTES
_MAX_UTF8_BYTES = 4
"""Of one character."""
_BACKWARD, _INCLUSIVE = 1, 2


def query_too_long(query: Query) -> Diagnostic | None:
    """Return ``query-too-long`` if some position of this query might not fit a token."""
    room = packed_room_bytes(query.sort)
    # Packing takes as long as half a check, and the bound of nearly every query fits.
    if max_packed_bytes(query) <= room or len(query.packed) <= room:
        return None
    message = f"the search takes {len(query.packed):,} bytes of a cursor; the limit is {room:,}"
    help_ = "use fewer or shorter operands, or sort by fewer text fields"
    place = query.tree.filter_place
    return Diagnostic("query-too-long", message, help_, place, span=place.span)


def packed_room_bytes(sort: Iterable[SortField]) -> int:
    """Return how many bytes of a packed search fit a token in this order."""
    return _MAX_PAYLOAD_BYTES - sum([_max_value_bytes(key.field) for key in sort])


def _max_value_bytes(field: Field) -> int:
    if not field.type.textual:
        return 256
    return MAX_ID_CHARS * _MAX_UTF8_BYTES + 8 if field.required else MAX_SORTABLE_CHARS * _MAX_UTF8_BYTES + 16


def encode(query: Query, position: Position, limit: int, site: str, keys: CursorKeys) -> str:
    """Return the token of a position."""
    stored = [
        None if value is None else key.field.type.encode(value)
        for key, value in zip(query.sort, position.values, strict=True)
    ]
    flags = position.backward * _BACKWARD | position.inclusive * _INCLUSIVE
    payload = _packer().encode([query.packed, limit, flags, stored])
    nonce = os.urandom(_NONCE_BYTES)
    sealed = keys.ciphers[0].encrypt(nonce, payload, _authenticated(query.schema, site))
    return base64.urlsafe_b64encode(bytes([_FORMAT]) + nonce + sealed).decode().rstrip("=")


def resume(query: Query, site: str, keys: CursorKeys) -> tuple[Query, Position, int]:
    """Open the query's cursor: return its query, position and page size.

    Raises:
        QueryError: ``bad-cursor``, or ``cursor-mismatch`` where a filter or sort was sent that differs.

    """
    assert query.cursor is not None
    opened = _open(query.cursor, query.schema, site, keys)
    if opened is None:
        limits = query.tree.paging.place
        path = None if limits.path is None else (*limits.path[:-1], "cursor")
        help_ = "search without a cursor to start at page 1"
        raise QueryError([Diagnostic("bad-cursor", "this cursor is not valid here", help_, Place(path))])
    carried, position, limit = opened
    differing = []
    if query.filter_sent and not same_condition(query.condition, carried.condition):
        differing.append(("filter", query.tree.filter_place))
    if query.sort_sent and query.sort != carried.sort:
        differing.append(("sort", query.tree.sort_place))
    if differing:
        raise QueryError([_mismatch(name, place) for name, place in differing])
    return carried, position, query.limit if query.limit_sent else limit


def _mismatch(name: str, place: Place) -> Diagnostic:
    help_ = "send the cursor alone, or the new search without the cursor"
    return Diagnostic("cursor-mismatch", f"{name} differs from the {name} in the cursor", help_, place)


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
        query = _unpacked(schema, packed)
        values = tuple([_value(key.field, value) for key, value in zip(query.sort, stored, strict=True)])
    except (msgspec.MsgspecError, zlib.error, ValueError, ArithmeticError, LookupError, RecursionError):
        return None
    if not 1 <= limit <= schema.max_limit:
        return None
    return query, Position(values, bool(flags & _BACKWARD), bool(flags & _INCLUSIVE)), limit


def _value(field: Field, stored: Any) -> Any:
    """Decode a value of a position.

    Raises:
        ValueError: a table of this name had other types.

    """
    if stored is None:
        return None
    kind = field.type
    value = kind.decode(stored) if type(stored) is (str if kind.column == "text" else int) else None
    if value is None or kind.encode(value) != stored:
        raise ValueError(f"not a stored {kind.name}")
    return value


def _canonical_bytes(token: str) -> bytes | None:
    """Return the bytes of a token in its one valid spelling, else ``None``."""
    if len(token) > MAX_CURSOR_CHARS or not token.isascii():
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    same = base64.urlsafe_b64encode(raw).decode().rstrip("=") == token
    return raw if same and len(raw) > 1 + _NONCE_BYTES + _TAG_BYTES else None


def _unsealed(raw: bytes, schema: Schema, site: str, keys: CursorKeys) -> bytes | None:
    from cryptography.exceptions import InvalidTag

    authenticated = _authenticated(schema, site)
    for cipher in keys.ciphers:
        try:
            return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], authenticated)
        except InvalidTag:
            continue
    return None


@lru_cache(maxsize=1024)
def _authenticated(schema: Schema, site: str) -> bytes:
    return json.dumps([_FORMAT, schema.name, schema.version, site]).encode()


@lru_cache(maxsize=256)
def _unpacked(schema: Schema, packed: bytes) -> Query:
    document = json.loads(zlib.decompress(packed))
    _, query = check_search(Reader(document, "search", {}).search, schema)
    if query is None:
        raise ValueError("a search that the table no longer allows")
    query.__dict__["packed"] = packed  # the cached property: the next cursor needs no packing
    return query
