"""Rewriting documents with SDK names to the REST names of the service."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from ..language.schema import Schema
from ..syntax.json_decoder import decode_decimal, decode_json
from ..syntax.json_printer import encode_json

JSON = Any
_LISTS_OF_RECORDS = ("payments", "refunds")
"""A transactions record has no id; the objects in these lists have one."""


def in_rest_names(schema: Schema, document: bytes) -> bytes:
    """Return a stored document with REST names at every depth.

    A document without SDK names is returned unchanged.
    """
    # Most documents do not contain the bytes "_id" with their quotes, so a search saves decoding them.
    if not _quoted_sdk_names(schema).search(document):
        return document
    decoded = decode_json(document, decode_decimal)
    if not is_sdk_shaped(schema, decoded):
        return document
    try:
        return encode_json(_renamed(schema.rest_names, decoded))
    except TypeError:
        # A number whose exponent no decimal can have: only its bytes say what it is.
        return document


@cache
def _quoted_sdk_names(schema: Schema) -> re.Pattern[bytes]:
    names = "|".join(map(re.escape, schema.rest_names)) or "(?!)"
    return re.compile(f'"(?:{names})"'.encode())


def is_sdk_shaped(schema: Schema, document: JSON) -> bool:
    """Return whether a decoded document has SDK names without the REST names."""
    parts = [document, *(part for name in _LISTS_OF_RECORDS for part in _list(document.get(name)))]
    return any(
        sdk in part and rest not in part
        for part in parts
        if isinstance(part, dict)
        for sdk, rest in schema.rest_names.items()
    )


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _renamed(names: dict[str, str], part: JSON) -> JSON:
    if isinstance(part, list):
        return [_renamed(names, item) for item in part]
    if not isinstance(part, dict):
        return part
    # An object with both names keeps both: the REST name counts.
    return {
        (names[key] if key in names and names[key] not in part else key): _renamed(names, value)
        for key, value in part.items()
    }
