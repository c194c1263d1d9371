"""Documents of the JavaScript SDK's shape, in the REST names that the service answers."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any

from ..language.schema import Schema
from ..syntax.json_decoder import decode_json
from ..syntax.json_printer import encode_json

JSON = Any
_LISTS_OF_RECORDS = ("payments", "refunds")
"""Where a transactions record, which has no id of its own, shows its names."""


def in_rest_names(schema: Schema, document: bytes) -> bytes:
    """A stored document as it is, but one of the SDK's shape with its keys renamed at every depth."""
    # In JSON the bytes "_id" with their quotes are a whole string, never a part of one: most documents have none.
    if not _marks(schema).search(document):
        return document
    decoded = decode_json(document, Decimal)
    if not is_sdk_shaped(schema, decoded):
        return document
    return encode_json(_renamed(schema.rest_names, decoded))


@cache
def _marks(schema: Schema) -> re.Pattern[bytes]:
    names = "|".join(map(re.escape, schema.rest_names)) or "(?!)"
    return re.compile(f'"(?:{names})"'.encode())


def is_sdk_shaped(schema: Schema, document: JSON) -> bool:
    """Whether a decoded document has names of the SDK where it should have those of REST."""
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
    # Where both names stand, both stay: the REST name counts.
    return {
        (names[key] if key in names and names[key] not in part else key): _renamed(names, value)
        for key, value in part.items()
    }
