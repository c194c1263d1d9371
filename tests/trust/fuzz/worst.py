"""The inputs of 64 KiB that ought to cost each target the most: deep, long, many of one thing, wrong everywhere."""

from __future__ import annotations

from itertools import count

LARGEST = 65_536


def filled(opening: bytes, part: bytes, closing: bytes = b"", between: bytes = b",") -> bytes:
    """As often ``part`` as there is room for; ``%d`` in it is a number of its own."""
    room, parts = LARGEST - len(opening) - len(closing), list[bytes]()
    for number in count():
        one = part % number if b"%d" in part else part
        room -= len(one) + len(between)
        if room < 0:
            return opening + between.join(parts) + closing
        parts.append(one)
    raise AssertionError


def deep(opening: bytes, inner: bytes, closing: bytes) -> bytes:
    times = (LARGEST - len(inner)) // (len(opening) + len(closing))
    return opening * times + inner + closing * times


F = b'{"search":{"filter":'
JSON: dict[str, bytes] = {
    "arrays": deep(b"[", b"", b"]"),
    "arrays that stay open": b"[" * LARGEST,
    "objects": deep(b'{"a":', b"1", b"}"),
    "not in not": F + deep(b'{"$not":', b"{}", b"}")[:60_000],
    "and in and": deep(b'{"$and":[', b"{}", b"]}"),
    "one long string": F + b'{"status":"' + b"x" * 65_000 + b'"}}}',
    "one long string of escapes": F + b'{"status":"' + b"\\u0000" * 10_800 + b'"}}}',
    "one string of surrogates": F + b'{"status":"' + b"\\ud800" * 10_800 + b'"}}}',
    "one long number": F + b'{"number":' + b"9" * 65_000 + b"}}}",
    "one long fraction": F + b'{"priceSummary.total.amount":0.' + b"9" * 65_000 + b"}}}",
    "many long numbers": filled(F + b'{"priceSummary.total.amount":{"$in":[', b"1" * 100, b"]}}}}"),
    "many exponents": filled(F + b'{"priceSummary.total.amount":{"$in":[', b"1e99", b"]}}}}"),
    "many keys": filled(b"{", b'"k%d":1', b"}"),
    "many keys of a search": filled(b'{"search":{', b'"k%d":1', b"}}"),
    "many fields nobody knows": filled(F + b"{", b'"fild%d":1', b"}}}"),
    "many fields almost right": filled(F + b"{", b'"paymentStatu%d":"PAID"', b"}}}"),
    "long fields almost right": filled(F + b"{", b'"' + b"priceSummary.total.amoun" * 8 + b'%d":1', b"}}}"),
    "one key again and again": filled(F + b"{", b'"status":1', b"}}}"),
    "many operators nobody knows": filled(F + b'{"status":{', b'"$o%d":1', b"}}}}"),
    "many doubtful enum values": filled(F + b'{"$or":[', b'{"status":{"$in":[' + b",".join([b'"APROVED"'] * 900) + b"]}}", b"]}}}"),
    "many doubtful ids": filled(F + b'{"$or":[', b'{"id":{"$in":[' + b",".join([b'"x"'] * 900) + b"]}}", b"]}}}"),
    "many doubtful dates": filled(F + b'{"$or":[', b'{"createdDate":{"$nin":[' + b",".join([b'"2024-01-01"'] * 900) + b"]}}", b"]}}}"),
    "many dates without offset": filled(F + b'{"$or":[', b'{"createdDate":{"$in":[' + b",".join([b'"2024-01-01T00:00:00"'] * 900) + b"]}}", b"]}}}"),
    "many conditions": filled(F + b'{"$or":[', b'{"number":"%d"}', b"]}}}"),
    "many connectives": filled(F + b'{"$or":[', b'{"$not":{"$and":[]}}', b"]}}}"),
    "many lists in a list": filled(F + b'{"paymentMethods":{"$hasSome":[', b"[]", b"]}}}}"),
    "long prefixes that fold to more": filled(F + b'{"$or":[', b'{"buyerInfo.email":{"$startsWith":"' + "ﬃ".encode() * 1_300 + b'"}}', b"]}}}"),
    "many sort entries": filled(b'{"search":{"sort":[', b'{"fieldName":"numbr%d"}', b"]}}"),
    "sort entries of the wrong names": filled(b'{"search":{"sort":[', b'{"field":"number","direction":"up"}', b"]}}"),
    "a mistake at the end": F + b'{"status":"APPROVED"' + b" " * 65_000 + b"]",
    "white space": b" " * LARGEST,
    "line feeds": b"{" + b"\n" * 65_000,
    "nothing but quotes": b'"' * LARGEST,
    "nothing but backslashes": b'{"' + b"\\" * 65_000,
    "random bytes": bytes((n * n * 31 + n * 7) % 256 for n in range(LARGEST)),
}  # fmt: skip
LITERAL = JSON | {
    "comments": b"/**/" * 16_000 + b"{}",
    "comments that stay open": b"/*" * 32_000,
    "line comments": b"//\n" * 21_000 + b"{}",
    "bare keys": filled(b"{search:{filter:{", b"k%d:1", b"}}}"),
    "single quotes": filled(b"{search:{filter:{status:{$in:[", b"'x\\'y'", b"]}}}}"),
    "dates as code": filled(b"{search:{filter:{createdDate:{$in:[", b"new Date('2024-01-01')", b"]}}}}"),
    "commas": b"{" + b"," * 65_000,
    "a long word": b"{" + b"a" * 65_000,
    "colons": b"{a" + b":" * 65_000,
}
TEXT: dict[str, bytes] = {
    "brackets": deep(b"(", b"status = PAID", b")"),
    "brackets that stay open": b"(" * LARGEST,
    "not": b"not " * 16_384,
    "a chain of or": filled(b"", b"number = %d", between=b" or "),
    "and, or": filled(b"", b"number = 1 and status = APPROVED", between=b" or "),
    "a long word": b"status = " + b"x" * 65_000,
    "a long string": b"status = '" + b"x" * 65_000 + b"'",
    "a string that stays open": b"status = '" + b"x" * 65_000,
    "quotes": b"'" * LARGEST,
    "backticks": b"`" * LARGEST,
    "backslashes": b'status = "' + b"\\" * 65_000,
    "a long list": filled(b"status in (", b"x", b")"),
    "doubtful dates": filled(b"", b"createdDate not in (" + b",".join([b"2024-01-01"] * 900) + b")", between=b" and "),
    "doubtful words": filled(b"", b"status in (" + b",".join([b"APROVED"] * 900) + b")", between=b" and "),
    "unknown fields": filled(b"", b"fild%d = 1", between=b" or "),
    "fields almost right": filled(b"", b"paymentStatu%d = PAID", between=b" or "),
    "operators": b"has any " * 8_192,
    "half an operator": b"status " + b"starts " * 9_000,
    "signs": b"=!<>" * 16_384,
    "sorts": filled(b"order by ", b"number"),
    "numbers": b"number = " + b"9" * 65_000,
    "relative dates": filled(b"createdDate in (", b"today-%dd", b")"),
    "an amount": b"priceSummary.total.amount = 1e" + b"9" * 65_000,
    "white space": b" " * LARGEST,
    "line feeds": b"\n" * LARGEST,
    "random bytes": JSON["random bytes"],
    "random words": filled(b"", b"a%d", between=b" "),
    "dots": b"a." * 32_000,
}  # fmt: skip
CURSOR: dict[str, bytes] = {
    "a token of one letter": b"A" * LARGEST,
    "base64": b"AbC-_9" * 10_900,
    "zeroes": b"\0" * LARGEST,
    "a search": b"\x32abc0" + b'{"filter":{"$or":[' + b",".join([b'{"number":"1"}'] * 4_000) + b"]}}",
    "deep": b"\x32abc0" + deep(b"[", b"", b"]")[:65_000],
}
LOADER: dict[str, bytes] = {
    "arrays": deep(b"[", b"", b"]"),
    "objects": deep(b'{"order":', b"{}", b"}"),
    "orders in orders": deep(b'{"orders":[', b"", b"]}"),
    "empty objects": b"{}\n" * 21_000,
    "lines that are nothing": b"x\n" * 32_000,
    "empty lines": b"\n" * LARGEST,
    "orders": filled(b'{"orders":[', b'{"id":"%d","number":"7"}', b"]}"),
    "lines of orders": filled(b"", b'{"id":"%d"}', between=b"\n"),
    "the same order": filled(b"", b'{"id":"a","updatedDate":"2024-01-01T00:00:00Z"}', between=b"\n"),
    "transactions": filled(b"", b'{"orderTransactions":{"orderId":"%d","payments":[]}}', between=b"\n"),
    "an order of many items": filled(b'{"id":"a","lineItems":[', b'{"productName":{"original":"%d"}}', b"]}"),
    "values that do not fit": filled(b"", b'{"id":"%d","createdDate":1,"number":[],"priceSummary":{"total":{"amount":"x"}}}', between=b"\n"),
    "long numbers": b'{"id":"a","number":' + b"9" * 65_000 + b"}",
    "an exponent": b'{"id":"a","priceSummary":{"total":{"amount":1e' + b"9" * 17 + b"}}}",
    "a long id": b'{"id":"' + b"x" * 65_000 + b'"}',
    "many keys": filled(b'{"id":"a",', b'"k%d":1', b"}"),
    "one key again": filled(b"{", b'"id":"a"', b"}"),
    "surrogates": filled(b'{"id":"a","x":[', b'"\\ud800"', b"]}"),
    "text that folds": b'{"id":"a","buyerInfo":{"email":"' + "ΐ".encode() * 32_000 + b'"}}',
    "events": filled(b"", b'{"entityFqdn":"wix.ecom.v1.order","slug":"x","entityId":"%d"}', between=b"\n"),
    "a gzip": b"\x1f\x8b\x08\x00" + b"\0" * 65_000,
    "random bytes": JSON["random bytes"],
}  # fmt: skip

WORST = {"wire": JSON, "literal": LITERAL, "text": TEXT, "cursor": CURSOR, "loader": LOADER}
