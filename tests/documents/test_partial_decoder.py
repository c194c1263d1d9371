"""Partial decoding gives the same matches, output and reports as decoding whole documents."""

import json
import sys

import pytest
from mutated_lines import KEYS, SEARCHES, VALUES, differences, outcome
from scale import scaled

import orderquery as oq
from orderquery.cli import match_lines
from orderquery.documents import partial_decoder as partial
from orderquery.language.conditions import TRUE
from orderquery.language.schema import parse_schema


@pytest.mark.parametrize("seed", range(4))
def test_mutations_give_the_same_result(seed, here, monkeypatch):
    count = scaled(3_000, 800)
    assert differences(seed, count, here, monkeypatch) == (3 * count, 0)


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_every_value_at_every_place(value, here, monkeypatch):
    order = b'{"id":"a","status":"APPROVED","paymentStatus":"PAID","buyerInfo":{"email":"Max@x.y","\xc3\xa9":1},"x":0}'
    made = [b'{"%s":%s,' % (key.encode(), value.encode()) + order[1:] for key in KEYS]
    made += [order[:-1] + b',"%s":%s}' % (key.encode(), value.encode()) for key in KEYS]
    files = {"line.jsonl": b"\n", "windows.jsonl": b"\r\n", "no-end.jsonl": b""}
    for name, ending in files.items():
        (here / name).write_bytes(b"\n".join(made) + ending)
    for search in ('paymentStatus = PAID and buyerInfo.email starts with "Ma"', "priceSummary.total.amount >= 250"):
        with monkeypatch.context() as whole:
            whole.setattr(match_lines, "partial_decoder", lambda schema, condition: None)
            want = outcome(search, *files)
        assert outcome(search, *files) == want


def decoder(search):
    plan = oq.compile(search)
    return partial.partial_decoder(plan.schema, plan.condition)


def test_plain_orders_are_decoded_partially():
    order = {
        "id": "a",
        "number": "5",
        "lineItems": [{"id": 1, "productName": {"original": "é", "x": 1}}],
        "x": [1, 2, {}],
    }
    read = decoder('number = 5 and lineItems.productName.original has any ("a")')
    assert read([json.dumps(order, ensure_ascii=False).encode()]) == [
        {"id": "a", "number": "5", "lineItems": [{"productName": {"original": "é"}}]}
    ]
    samples = [json.dumps(document).encode() for document in oq.sample(200, 1) if "id" in document]
    for search in SEARCHES:
        assert None not in decoder(search)(samples)


@pytest.mark.parametrize("bounded", [True, False], ids=["by the decoder", "by counting"])
def test_depth_is_bounded(bounded, monkeypatch):
    if not bounded:
        monkeypatch.setattr(partial, "_refuses_depth", lambda decode: False)
    before = sys.getrecursionlimit()
    read = decoder("number = 5")
    levels = [b'{"id":"a","x":%s}' % (b"[" * depth + b"]" * depth) for depth in (1, 100, 200, 210, 900, 100_000)]
    levels += [b'{"id":"a","number":%s}' % (b"[" * depth + b"]" * depth) for depth in (1, 100, 200, 210, 900, 100_000)]
    assert [order is not None for order in read(levels)] == [True, True, False, False, False, False] * 2
    assert sys.getrecursionlimit() == before


def test_depth_is_bounded_on_a_deep_stack():
    read = decoder("number = 5")

    def deeper(levels):
        return (
            read([b'{"id":"a","x":%s}' % (b"[" * 210 + b"]" * 210), b'{"id":"b"}'])
            if not levels
            else deeper(levels - 1)
        )

    for levels in (0, 100, 300, 600):
        deep, plain = deeper(levels)
        assert deep is None
        assert plain in ({"id": "b"}, None)


def test_tables_with_a_nested_key_have_no_partial_decoder():
    text = '\n'.join([
        'name = "t"', 'key = "meta.id"', '[[fields]]', 'name = "meta.id"', 'type = "text"', 'operators = ["$eq"]',
    ])  # fmt: skip
    schema = parse_schema(text)
    assert partial.partial_decoder(schema, TRUE) is None
