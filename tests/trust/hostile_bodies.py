"""Requests nobody means well with: bodies, paths, methods and headers, at random from a seed."""

from __future__ import annotations

import gzip
import json
import random
import zlib
from collections.abc import Callable
from typing import Any

from orderquery.language.schema import load_schema

JSON = Any
FIELDS = [field.name for field in load_schema().fields]
OPERATORS = [
    "$eq",
    "$ne",
    "$in",
    "$nin",
    "$gt",
    "$lt",
    "$hasSome",
    "$hasAll",
    "$startsWith",
    "$exists",
    "$not",
    "$regex",
    "$where",
]
PROTOTYPES = [
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "__class__",
    "__init__",
    "hasOwnProperty",
    "__globals__",
    "then",
]
NUMBERS = [
    "NaN", "Infinity", "-Infinity", "1e999", "-1e999999999", "1e-999999999", "1e99999999999999999999", "9" * 5_000, "-" + "9" * 400, "0." + "0" * 900 + "1",
    "-0", "-0.0", "1E400", "0x10", "01", "+1", "1_000", ".5", "5.", "1e", "٣", "²",
]  # fmt: skip
TEXTS = [
    '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"a\0b"', '"\\', '"\\x41"', "'a'", '"\x7f\x80"', '"\u2028"', '"\ufeff"', '"\U000e0001"', '""', '"' + "\\" * 99 + '"',
    '"\\ud83d\\ude00"', '"%s%n{0}"', '"\u202eabc"',
]  # fmt: skip


def part(dice: random.Random, depth: int = 0) -> str:
    """A piece of JSON, mostly."""
    kind = dice.randrange(9 if depth < 4 else 5)
    if kind == 0:
        return dice.choice(NUMBERS)
    if kind == 1:
        return dice.choice(TEXTS)
    if kind == 2:
        return json.dumps("".join(map(chr, (dice.randrange(0x3000) for _ in range(dice.randrange(9))))))
    if kind == 3:
        return dice.choice(["null", "true", "false", "0", "1", '"APPROVED"', "[]", "{}", "undefined", "None", ""])
    if kind == 4:
        return json.dumps(dice.choice(FIELDS + PROTOTYPES))
    if kind < 7:
        return "[" + ",".join(part(dice, depth + 1) for _ in range(dice.randrange(5))) + "]"
    names = [
        dice.choice([*FIELDS, *OPERATORS, *PROTOTYPES, "$and", "$or", "search", "filter", ""])
        for _ in range(dice.randrange(5))
    ]
    return "{" + ",".join(f"{json.dumps(name)}:{part(dice, depth + 1)}" for name in names) + "}"


def filtered(inner: str) -> str:
    return '{"search":{"filter":' + inner + "}}"


def nested(dice: random.Random) -> str:
    depth = dice.choice([60, 65, 400, 990, 1_010, 20_000, 100_000])
    opening, inner, closing = dice.choice(
        [("[", "", "]"), ('{"a":', "1", "}"), ('{"$not":', "{}", "}"), ('{"$and":[', "{}", "]}"), ('{"search":', "{}", "}"), ('[{"$or":', "[]", "}]")]
    )  # fmt: skip
    text = opening * depth + inner + (closing * depth if dice.random() < 0.7 else "")
    return text if dice.random() < 0.5 else filtered(text)


def long_list(dice: random.Random) -> str:
    item = dice.choice(["0", '"x"', "[]", "null", '"2024-01-01"', "{}", "NaN", '"\\ud800"', '{"number":1}'])
    room = dice.choice([1_001, 10_000, 100_000, 1_000_000])
    items = ",".join([item] * min(room, 1_040_000 // (len(item) + 1)))
    place = dice.choice(
        [f'{{"{dice.choice(FIELDS)}":{{"{dice.choice(OPERATORS)}":[%s]}}}}', '{"$or":[%s]}', '{"$and":[%s]}', "[%s]"]
    )
    return filtered(place % items) if dice.random() < 0.8 else f'{{"orderIds":[{items}],"search":{{"sort":[]}}}}'


def long_text(dice: random.Random) -> str:
    text = dice.choice(["x", "é", "\\u0000", "\\\\", "\U0001f511", "%", "'", "ﬃ"]) * dice.choice(
        [513, 4_097, 60_000, 250_000]
    )
    return filtered(
        dice.choice(
            [
                f'{{"{dice.choice(FIELDS)}":"{text}"}}',
                f'{{"{text}":1}}',
                f'{{"{dice.choice(FIELDS)}":{{"$startsWith":"{text}"}}}}',
            ]
        )
    )


def many_keys(dice: random.Random) -> str:
    count, twice = dice.choice([100, 2_001, 30_000]), dice.random() < 0.4
    keys = ",".join(
        f'"{dice.choice(PROTOTYPES) if twice else "k"}{number if not twice else number % 7}":{number % 3}'
        for number in range(count)
    )
    return (
        dice.choice(
            [
                "{%s}",
                '{"search":{%s}}',
                '{"search":{"filter":{%s}}}',
                '{"search":{"cursorPaging":{%s}}}',
                '{"search":{"sort":[{%s}]}}',
            ]
        )
        % keys
    )


def any_search(dice: random.Random) -> str:
    parts = [
        f'"{name}":{part(dice)}'
        for name in ("filter", "sort", "cursorPaging", "paging", "query")
        if dice.random() < 0.6
    ]
    return '{"search":{' + ",".join(parts) + "}}"


def field_and_operator(dice: random.Random) -> str:
    return filtered(f'{{"{dice.choice(FIELDS)}":{{"{dice.choice(OPERATORS)}":{part(dice)}}}}}')


TEXTUAL: list[tuple[int, Callable[[random.Random], str]]] = [
    (6, field_and_operator), (6, any_search), (4, part), (2, nested), (1, long_list), (1, long_text), (1, many_keys),
]  # fmt: skip


def body(dice: random.Random) -> tuple[bytes, dict[str, str]]:
    """A body and the headers that say, truly or not, what it is."""
    (make,) = dice.choices([make for _, make in TEXTUAL], [weight for weight, _ in TEXTUAL])
    text = make(dice)
    raw, kind = text.encode("utf-8", "surrogatepass"), dice.randrange(24)
    if kind == 0:
        return text.encode("utf-16", "surrogatepass"), {"content-type": "application/json; charset=utf-16"}
    if kind == 1:
        return text.encode("latin-1", "replace"), {"content-type": "application/json; charset=latin-1"}
    if kind == 2:
        return gzip.compress(raw), {"content-encoding": "gzip"}
    if kind == 3:
        return zlib.compress(b"[" * 5_000_000, 9), {"content-encoding": "deflate"}
    if kind == 4:
        return raw[: dice.randrange(len(raw) + 1)], {}
    if kind in (5, 6, 7):
        return flipped(dice, raw), {}
    if kind == 8:
        return b"\xef\xbb\xbf" * dice.randrange(3) + raw, {"content-type": "text/plain"}
    if kind == 9:
        return raw + b" " * (dice.choice([2_000, 1 << 20]) - min(len(raw), 1_000)), {}
    if kind == 10:
        return raw + dice.choice([b"{}", b"\0", b",", b"//", b"\n\n{"]), {
            "content-type": "multipart/form-data; boundary=x"
        }
    return raw, {}


def flipped(dice: random.Random, raw: bytes) -> bytes:
    altered = bytearray(raw or b"{}")
    for _ in range(dice.randrange(1, 5)):
        altered[dice.randrange(len(altered))] = dice.randrange(256)
    return bytes(altered)


PATHS = [
    "/ecom/v1/orders/search", "/ecom/v1/orders/search", "/ecom/v1/orders/search", "/ecom/v1/payments/list-by-ids", "/_orderquery/load", "/_orderquery/load?site=%ff",
    "/ecom/v1/orders/%00", "/ecom/v1/orders/..%2f..%2fetc%2fpasswd", "/ecom/v1/payments/orders/%27%20OR%201=1--", "//ecom//v1", "/ecom/v1/orders/search/", "/", "/*",
    "/ecom/v1/orders/" + "a" * 8_000, "/openapi.json", "/healthz?x=%0d%0aset-cookie:a", "/ecom/v1/orders/%f0%9f%94%91", "/.git/config", "/ecom/v1/orders/__proto__",
]  # fmt: skip
METHODS = ["POST"] * 12 + ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"]
HEADERS = [
    {}, {}, {}, {}, {"wix-site-id": "' OR 1=1 --"}, {"wix-site-id": "x" * 8_000}, {"authorization": "\x7f" * 200}, {"cookie": "a=" + "b" * 30_000},
    {"x-wix-request-id": "mine"}, {"accept-encoding": "gzip, br"}, {"content-type": "application/xml"}, {"range": "bytes=0-0"}, {"x-http-method-override": "DELETE"},
    {"x-forwarded-for": "127.0.0.1", "x-forwarded-host": "evil.example"}, {"if-none-match": "*"}, {"upgrade": "h2c", "connection": "upgrade"}, {"te": "trailers, deflate"},
]  # fmt: skip


def request(dice: random.Random) -> tuple[str, str, bytes, dict[str, str]]:
    """A method, a path, a body and headers."""
    content, said = body(dice)
    path = dice.choice(PATHS)
    return dice.choice(METHODS) if "load" not in path else "POST", path, content, {**dice.choice(HEADERS), **said}
