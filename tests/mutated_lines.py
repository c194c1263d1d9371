"""Mutated lines of orders, decoded partially and as a whole."""

import json
import random

from command_line import run
from strategies import Maker

import orderquery as oq
from orderquery.cli import match_lines
from orderquery.documents.entities import marking_keys
from orderquery.documents.ingest import Record, from_bytes

SEARCHES = (
    "everything",
    "paymentStatus = PAID",
    'lineItems.productName.original has any ("Brazilian Arabica", "Gift note")',
    "fulfillmentStatus != FULFILLED and buyerInfo.memberId is missing",
    'buyerInfo.email starts with "Ma"',
    "priceSummary.total.amount >= 250.00 and priceSummary.total.amount < 500",
    'number > 10040 or shippingInfo.title is missing or id = "a"',
    "createdDate >= 2024-07-01T00:00:00Z and archived = false",
    'paymentMethods has any (PayPal, "creditCard")',
)
DEEP, WIDE = "[" * 205 + "]" * 205, "[" + "[]," * 300 + "[]]"
VALUES = [
    "null", "true", "0", "-1.50", "250.0", '"PAID"', '""', "[]", "{}", '[{"productName":{"original":"Gift note"}}]', "[null]",
    "[[{}]]", '{"original":"Gift note"}', '"Ma"', "1e5", "1e400", "1e99999999999999999999", "-0.5E-1000000000000000000",
    "1e+000000000000000000001", "9" * 30, "9" * 5000, '"' + "9" * 30 + '"', "NaN", "-Infinity", "01", '"\\ud800"', '"\\udc00"',
    '"\\ud83d\\ude00"', '"\t"', '"\\q"', '"é"', '"\U0001f600"', DEEP, WIDE, "[" * 3000 + "]" * 3000, '"' + "x" * 256 + '"',
    '"' + "\U0001f600" * 257 + '"', '{"order":{"id":"z"}}', '{"amount":300}', '{"total":{"amount":499.99999999999999999999}}', '{"total":{"amount":"300"}}', "tru", "",
]  # fmt: skip
KEYS = [
    *sorted(marking_keys(oq.load_schema())), "id", "_id", "\\u0069d", "createdDate", "_createdDate", "slug", "status", "paymentStatus", "priceSummary", "total", "lineItems",
    "productName", "original", "buyerInfo", "number", "x", "x\\ud800", "é", "shippingInfo", "archived",
]  # fmt: skip
BYTES = [
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\0",
    b"\r",
    b"\x0b",
    b" ",
    b"\\",
    b'"',
    b"{",
    b"}",
    b"[",
    b",",
    b":",
    b"e",
    b"9",
    b"\n",
]


def originals():
    """Return documents of all kinds that a file may contain, as lines."""
    made = [json.dumps(document, ensure_ascii=False).encode() for document in oq.sample(60, 3)]
    maker = Maker(random.Random(4), oq.load_schema())
    made += [json.dumps(maker.order(key), default=str).encode("utf-8", "replace") for key in maker.ids(40)]
    made += [
        b'{"order":%s}' % made[0],
        b'{"orders":[%s,%s]}' % (made[0], made[1]),
        b"",
        b" \x0b",
        b"[%s]" % made[0],
        b"5",
    ]
    return made


def mutated(chance, line):
    """Return a line with one change."""
    at = chance.randrange(len(line) + 1)
    kind = chance.randrange(9)
    if kind == 0:
        return line[:at] + bytes([chance.randrange(256)]) + line[at + 1 :]
    if kind == 1:
        return line[:at] + line[at + chance.randrange(1, 12) :]
    if kind == 2:
        return line[:at]
    if kind == 3:
        return line[:at] + chance.choice(BYTES) + line[at:]
    value, key = chance.choice(VALUES).encode(), chance.choice(KEYS).encode()
    if kind == 4:
        return line.replace(b"{", b'{"%s":%s,' % (key, value), 1)
    if kind == 5 and line.endswith(b"}"):
        return line[:-1] + b',"%s":%s}' % (key, value)
    colons = [index for index in range(len(line)) if line[index : index + 2] == b'":']
    if not colons:
        return line + chance.choice(BYTES)
    colon = chance.choice(colons) + 2
    if kind == 6:
        end = min((at for mark in b",}" if (at := line.find(mark, colon)) >= 0), default=len(line))
        return line[:colon] + value + line[end:]
    if kind == 7:
        start = line.rfind(b'"', 0, colon - 2) + 1
        return line[:start] + key + line[colon - 2 :]
    return line[:colon] + value + b"," + b'"%s":' % key + line[colon:]


def outcome(search, *names):
    result = run("match", search, *names)
    return result.exit_code, result.stdout_bytes, result.stderr


def decoded_whole(search, raw):
    """Return the matching orders, as ``match`` prints them, and the number of unusable lines."""
    plan, shown, unusable = oq.compile(search), b"", 0
    for line in raw.split(b"\n"):
        if line.strip():
            for found in from_bytes(plan.schema, line, report_unfit=False):
                if not isinstance(found, Record):
                    unusable += 1
                elif found.kind == "order" and plan.matches(found.decoded):
                    shown += found.document.replace(b"\r", b"") + b"\n"
    return shown, unusable


def differences(seed, count, folder, monkeypatch):
    """Return the number of mutated lines, and of searches whose result differs from that of whole decoding."""
    chance, lines, made, different = random.Random(seed), originals(), [], 0
    for _ in range(count):
        line = chance.choice(lines)
        for _ in range(chance.choice((0, 0, 1, 1, 2))):
            line = mutated(chance, line)
        made.append(line + chance.choice((b"\n", b"\n", b"\n", b"\r\n", b" \n")))
    raw = b"".join(made)
    (folder / "m.jsonl").write_bytes(raw)
    for search in chance.sample(SEARCHES, 3):
        with monkeypatch.context() as whole:
            whole.setattr(match_lines, "partial_decoder", lambda schema, condition: None)
            want = outcome(search, "m.jsonl")
        assert want[0] == 1
        assert len(want[1]) > 1_000
        different += outcome(search, "m.jsonl") != want
        if "paymentMethods" not in search:
            different += (want[1], want[2].count("m.jsonl:")) != decoded_whole(search, raw)
    return 3 * count, different
