"""Hostile bodies of searches: right in syntax or not, deep, long, full of mistakes."""

from __future__ import annotations

from collections.abc import Callable

from call_counter import SHARE

from orderquery.language.limits import MAX_SEARCH_BYTES


def wrapped(conditions: bytes) -> bytes:
    return b'{"search":{"filter":' + conditions + b"}}"


def keys(count: int, text: Callable[[int], str]) -> bytes:
    return b"{" + ",".join(map(text, range(count))).encode() + b"}"


def listed(item: bytes, count: int) -> bytes:
    return b"[" + b",".join([item] * count) + b"]"


def deep(opening: bytes, inner: bytes, closing: bytes, depth: int) -> bytes:
    return opening * depth + inner + closing * depth


MANY = keys(95_000, lambda number: f'"{number:x}":1')
MANY_OF_SHARE = keys(95_000 // SHARE, lambda number: f'"{number:x}":1')
TWICE = keys(40_000 // SHARE, lambda number: f'"a{number}":1,"a{number}":2')
DIGITS = b"9" * 100_000

BODIES: dict[str, bytes] = {
    "arrays never closed": b"[" * 100_000,
    "arrays": deep(b"[", b"", b"]", 100_000),
    "objects never closed": b'{"a":' * 100_000,
    "objects": deep(b'{"a":', b"1", b"}", 100_000),
    "deep in search": b'{"search":' + deep(b"[", b"", b"]", 100_000) + b"}",
    "deep object for a field": wrapped(b'{"buyerInfo":' + deep(b'{"a":', b"1", b"}", 900) + b"}"),
    "deep not": wrapped(deep(b'{"$not":', b"{}", b"}", 450)),
    "deep and": wrapped(deep(b'{"$and":[', b"{}", b"]}", 450)),
    "deep beside a mistake": b'{"search":{"filter":{"paymentstatus":1}},"x":' + deep(b"[", b"", b"]", 980) + b"}",
    "deep in a part that is moved": b'{"filter":{"status":' + deep(b"[", b"", b"]", 900) + b"}}",
    "search in search": deep(b'{"search":', b"{}", b"}", 900),
    "query in query": deep(b'{"query":', b"{}", b"}", 900),
    "one key very often": keys(160_000, lambda _: '"a":1'),
    "one key of search very often": b'{"search":{},' + b'"search":{},' * 80_000 + b'"search":{}}',
    "a key twice at every depth": deep(b'{"b":1,"b":', b"1", b"}", 480),
    "many keys in the filter": wrapped(MANY),
    "many operators": wrapped(b'{"status":' + keys(80_000, lambda number: f'"${number:x}":1') + b"}"),
    "many conditions": wrapped(b'{"$or":' + listed(b'{"paymentstatus":1}', 50_000) + b"}"),
    "1,000 unknown fields": wrapped(keys(1_000, lambda number: f'"paymentStatu{number}":"PAID"')),
    "many sort entries": b'{"search":{"sort":' + listed(b'{"fieldName":"numbr"}', 45_000) + b"}}",
    "many numbers to sort by": b'{"search":{"sort":' + listed(b"1", 500_000) + b"}}",
    "a thousand wrong sort entries": b'{"search":{"sort":' + listed(b'{"field":"number","direction":"up"}', 1_000) + b"}}",
    "a list of 100,000": wrapped(b'{"status":{"$in":' + listed(b'"x"', 100_000) + b"}}"),
    "a list of 100,000 for one value": wrapped(b'{"buyerInfo.email":' + listed(b"1", 100_000) + b"}"),
    "a list of 100,000 lists": wrapped(b'{"paymentMethods":{"$hasSome":' + listed(b"[[]]", 100_000) + b"}}"),
    "a long text": wrapped(b'{"buyerInfo.email":"' + b"x" * 1_000_000 + b'"}'),
    "a long field": wrapped(b'{"' + b"x" * 1_000_000 + b'":1}'),
    "a long key": b'{"' + b"x" * 1_000_000 + b'":1}',
    "long fields": wrapped(keys(1_900, lambda number: f'"{"buyerInfo.emal" * 30}{number}":1')),
    "not a number": wrapped(b'{"number":NaN}'),
    "infinity": wrapped(b'{"priceSummary.total.amount":-Infinity}'),
    "a huge integer": wrapped(b'{"number":' + DIGITS + b"}"),
    "a huge negative integer": wrapped(b'{"priceSummary.total.amount":-' + DIGITS + b"}"),
    "a huge limit": b'{"search":{"cursorPaging":{"limit":' + DIGITS + b"}}}",
    "a huge fraction": wrapped(b'{"priceSummary.total.amount":0.' + DIGITS + b"}"),
    "an integer of a million digits": wrapped(b'{"number":' + b"1" * 1_000_000 + b"}"),
    "a large exponent": wrapped(b'{"priceSummary.total.amount":1e999999999}'),
    "the largest exponent": wrapped(b'{"priceSummary.total.amount":1e999999999999999999}'),
    "an exponent too large": wrapped(b'{"priceSummary.total.amount":1e99999999999999999999999}'),
    "a small exponent": wrapped(b'{"priceSummary.total.amount":1e-999999999999999999}'),
    "an exponent as limit": b'{"search":{"cursorPaging":{"limit":1e999999999}}}',
    "an exponent as a text": wrapped(b'{"priceSummary.total.amount":"1e999999999"}'),
    "an exponent ignored": b'{"x":1e999999999,"search":{"y":-1e-999999999}}',
    "a lone surrogate": wrapped(b'{"buyerInfo.email":"\\ud800"}'),
    "a lone surrogate as prefix": wrapped(b'{"buyerInfo.email":{"$startsWith":"\\udc00"}}'),
    "a lone surrogate as field": wrapped(b'{"\\ud800":1}'),
    "a lone surrogate as key": b'{"search":{"\\udfff":{"\\ud800":"\\ud800"}}}',
    "a lone surrogate to sort by": b'{"search":{"sort":[{"fieldName":"\\ud800","order":"\\ud800"}]}}',
    "a lone surrogate as cursor": b'{"search":{"cursorPaging":{"cursor":"\\ud800"}}}',
    "surrogates the wrong way round": wrapped(b'{"shippingInfo.title":"\\udc00\\ud800"}'),
    "an escaped nul": wrapped(b'{"buyerInfo.email":"a\\u0000b","\\u0000":1}'),
    "a nul": wrapped(b'{"buyerInfo.email":"\0"}'),
    "nothing but a nul": b"\0",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "two byte order marks": b"\xef\xbb\xbf\xef\xbb\xbf{}",
    "nothing but a byte order mark": b"\xef\xbb\xbf",
    "UTF-16": '{"search":{}}'.encode("utf-16"),
    "UTF-16 without a mark": '{"search":{}}'.encode("utf-16-le"),
    "UTF-32": '{"search":{}}'.encode("utf-32"),
    "bytes that are no UTF-8": wrapped(b'{"buyerInfo.email":"\xff\xfe"}'),
    "surrogates in UTF-8": wrapped(b'{"buyerInfo.email":"\xed\xa0\x80"}'),
    "an overlong slash": wrapped(b'{"buyerInfo.email":"\xc0\xaf"}'),
    "empty": b"",
    "white space": b" \n\t\r",
    "null": b"null", "true": b"true", "a number": b"5", "a text": b'"search"', "an array": b'[{"search":{}}]',
    "two values": b"{}{}",
    "JavaScript": b"{search: {filter: {status: 'APPROVED'}}}",
    "prototypes": b'{"__proto__":{"search":{}},"constructor":{"prototype":1},"search":{"filter":{"__proto__":{"$eq":1},'
    b'"toString":{"$constructor":1},"hasOwnProperty":"x"},"__class__":1,"sort":[{"fieldName":"__proto__"}]}}',
    "names of Python": b'{"search":{"filter":{"__class__":{"__init__":1},"$eq":{"$eq":1},"$and":{"$and":[]},"":""}}}',
    "SQL": wrapped(b'{"buyerInfo.email":"\' OR 1=1 --","shippingInfo.title":{"$in":["\\"; DROP TABLE orders; --"]}}'),
    "formats": b'{"%s%n{0}{__class__}":"%x","search":{"filter":{"status":"{0.__class__}","{x}":"%s"}}}',
    "a cursor of the right length": b'{"search":{"cursorPaging":{"cursor":"' + b"A" * 16_000 + b'"}}}',
    "a cursor that is no base64": b'{"search":{"cursorPaging":{"cursor":"\xc3\xa9\\u0000=&<>"}}}',
    "too long": b" " * (MAX_SEARCH_BYTES + 1),
}  # fmt: skip
BODIES |= {
    f"cut off at {at}": (b'{"search":{"filter":{"number":{"$in":["1",-2.5e3,null,true]}},"sort":[{"fieldName":"\\u00e9"}]}}')[:at]
    for at in range(1, 96, 5)
}  # fmt: skip

ODD: dict[str, bytes] = {
    "deep operand": wrapped(b'{"number":' + deep(b"[", b"", b"]", 980) + b"}"),
    "a lone surrogate beside a mistake": wrapped(b'{"paymentstatus":"\\ud800"}'),
    "a huge integer beside a mistake": wrapped(b'{"paymentstatus":' + DIGITS + b"}"),
    "an exponent beside a mistake": wrapped(b'{"paymentstatus":1e999999999}'),
}
MANY_MISTAKES: dict[str, bytes] = {
    "many keys": MANY_OF_SHARE,
    "many keys of search": b'{"search":' + MANY_OF_SHARE + b"}",
    "many keys of a sort entry": b'{"search":{"sort":[' + MANY_OF_SHARE + b"]}}",
    "many keys of cursorPaging": b'{"search":{"cursorPaging":' + MANY_OF_SHARE + b"}}",
    "many keys twice": TWICE,
    "many dates": wrapped(b'{"$or":' + listed(b'{"createdDate":{"$nin":' + listed(b'"2024-01-01"', 1_000) + b"}}", 75 // SHARE) + b"}"),
    "many ids": wrapped(b'{"$or":' + listed(b'{"id":{"$in":' + listed(b'"x"', 1_000) + b"}}", 200 // SHARE) + b"}"),
    "many values": wrapped(b'{"$or":' + listed(b'{"status":{"$in":' + listed(b'"APROVED"', 1_000) + b"}}", 90 // SHARE) + b"}"),
}  # fmt: skip

OF_SEARCHES = (
    BODIES
    | {f"odd {name}": body for name, body in ODD.items()}
    | {f"mistakes {name}": body for name, body in MANY_MISTAKES.items()}
)
"""All of them, by name."""
