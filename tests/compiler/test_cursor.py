"""Cursors: only unchanged tokens are accepted, their content is unreadable, and they fit any data."""

from __future__ import annotations

import base64
import itertools
import random
from typing import Any

import pytest

import orderquery as oq
from orderquery.language.limits import MAX_CURSOR_CHARS
from orderquery.language.schema import load_schema

KEYS = ["the first key of this test", "the second key of this test"]
ORDERS = [{"id": f"o{n}", "number": n, "buyerInfo": {"email": f"secret{n}@example.com"}} for n in range(9)]
SEARCH = {"sort": [{"fieldName": "buyerInfo.email"}], "filter": {"buyerInfo.email": {"$startsWith": "SECRET"}},
          "cursorPaging": {"limit": 2}}  # fmt: skip


def store(keys: Any = (KEYS[0],), site: str = "") -> oq.Store:
    opened = oq.open_store(":memory:", keys=keys, site=site)
    opened.load(ORDERS)
    return opened


def token(keys: Any = (KEYS[0],)) -> str:
    found = store(keys).search(SEARCH).next
    assert found is not None
    return found


def refused(cursor: str, opened: oq.Store | None = None, **beside: Any) -> list[str]:
    with pytest.raises(oq.QueryError) as error:
        (opened or store()).search({"cursorPaging": {"cursor": cursor}, **beside})
    return [diagnostic.code for diagnostic in error.value.diagnostics]


def test_every_altered_character_is_refused() -> None:
    good, opened = token(), store()
    for index in range(len(good)):
        for other in ("A", "b", "_"):
            if good[index] != other:
                assert refused(good[:index] + other + good[index + 1 :], opened) == ["bad-cursor"]


@pytest.mark.parametrize("spoil", [
    lambda t: t[:-1], lambda t: t[1:], lambda t: t + "A", lambda t: t + "=", lambda t: t + "==", lambda t: " " + t,
    lambda t: t + "\n", lambda t: t[:9] + " " + t[9:], lambda t: t[:4], lambda t: "x", lambda t: "é" * 50,
    lambda t: t.swapcase(), lambda t: t[:40] + "\0" + t[40:], lambda t: "\ud800", lambda t: t * 2,
])  # fmt: skip
def test_every_other_spelling_is_refused(spoil: Any) -> None:
    assert refused(spoil(token())) == ["bad-cursor"]


def test_the_standard_alphabet_is_another_spelling() -> None:
    opened = store()
    tokens = [opened.search(SEARCH).next or "" for _ in range(50)]
    other = [t.replace("-", "+").replace("_", "/") for t in tokens]
    assert any(t != o for t, o in zip(tokens, other, strict=True))
    for good, spelled in zip(tokens, other, strict=True):
        if good != spelled:
            assert refused(spelled, opened) == ["bad-cursor"]


def test_unused_bits_of_the_last_character_allow_no_second_spelling() -> None:
    good, opened = token(), store()
    raw = base64.urlsafe_b64decode(good + "=" * (-len(good) % 4))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    same = [
        good[:-1] + last for last in alphabet
        if last != good[-1] and base64.urlsafe_b64decode(good[:-1] + last + "=" * (-len(good) % 4)) == raw
    ]  # fmt: skip
    for spelled in same:
        assert refused(spelled, opened) == ["bad-cursor"]


def test_random_texts_are_refused() -> None:
    rng, opened = random.Random(5), store()
    for length in (1, 10, 29, 30, 31, 100, 15_999, 16_000):
        text = "".join(rng.choice("ABCDxyz0189-_") for _ in range(length))
        assert refused(text, opened) == ["bad-cursor"]


def test_a_token_is_bound_to_key_site_and_table() -> None:
    assert refused(token(), store([KEYS[1]])) == ["bad-cursor"]
    assert refused(token(), store(site="other")) == ["bad-cursor"]
    newer = oq.load_schema()
    from dataclasses import replace

    with oq.open_store(":memory:", keys=[KEYS[0]], schema=replace(newer, version=2)) as opened:
        assert refused(token(), opened) == ["bad-cursor"]


def test_keys_rotate() -> None:
    old = token([KEYS[0]])
    both = store([KEYS[1], KEYS[0]])
    page = both.search({"cursorPaging": {"cursor": old}})
    assert page.ids == ("o2", "o3")
    assert page.next is not None
    assert store([KEYS[1]]).search({"cursorPaging": {"cursor": page.next}}).ids == ("o4", "o5")
    assert refused(page.next, store([KEYS[0]])) == ["bad-cursor"]


def test_memory_and_stores_continue_each_other() -> None:
    opened, ring = store(), oq.CursorKeys([KEYS[0]])
    page, ids = oq.compile(SEARCH).search(ORDERS, keys=ring), []
    for turn in itertools.count():
        ids += page.ids
        if page.next is None:
            break
        following = {"cursorPaging": {"cursor": page.next}}
        page = opened.search(following) if turn % 2 == 0 else oq.compile(following).search(ORDERS, keys=ring)
    assert ids == [order["id"] for order in ORDERS]


def test_a_token_is_unreadable() -> None:
    seen = token()
    raw = base64.urlsafe_b64decode(seen + "=" * (-len(seen) % 4))
    for secret in (b"secret", b"email", b"example", b"fieldName", b"createdDate"):
        assert secret.lower() not in raw.lower()
    assert token() != token()
    assert "secret" not in repr(oq.compile({"cursorPaging": {"cursor": "a secret"}}).tree)


@pytest.mark.parametrize("fields", [
    fields for count in (1, 2, 4)
    for fields in itertools.combinations([f.name for f in load_schema().fields if f.sortable], count)
][::5])  # fmt: skip
def test_a_token_fits_any_data(fields: tuple[str, ...]) -> None:
    wide = "\U0010ffff" * 512
    orders = []
    for n in range(3):
        order: dict[str, Any] = {"id": "\U0010ffff" * 255 + str(n)}
        for name in fields:
            at = order
            *steps, last = name.split(".")
            for step in steps:
                at = at.setdefault(step, {})
            at[last] = "9999-12-31T23:59:59.999999Z" if name.endswith("Date") else wide
        orders.append(order)
    search = {"sort": [{"fieldName": name} for name in fields], "cursorPaging": {"limit": 1}}
    widest = most_that_compiles(search)
    page = widest.search(orders)
    assert len(page.ids) == 1
    assert page.next is not None
    assert len(page.next) <= MAX_CURSOR_CHARS
    rest = oq.compile({"cursorPaging": {"cursor": page.next}}).search(orders)
    assert len(rest.ids) == 1


def most_that_compiles(search: dict[str, Any]) -> oq.Plan:
    """Return the longest search of this sort that is not query-too-long."""
    rng = random.Random(1)
    noise = ["".join(rng.choice("0123456789abcdef") for _ in range(32)) for _ in range(900)]

    def attempt(count: int) -> oq.Report:
        return oq.check({**search, "filter": {"shippingInfo.title": {"$nin": noise[:count]}}}, "search")

    low, high = 1, len(noise)
    assert [d.code for d in attempt(high).errors] == ["query-too-long"]
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if attempt(middle).ok else (low, middle)
    plan = attempt(low).plan
    assert plan is not None
    return plan


SAME = [
    ({"filter": {"status": "APPROVED", "paymentStatus": "PAID"}}, {"filter": {"paymentStatus": {"$eq": "PAID"}, "status": "APPROVED"}}),
    ({"filter": {"deliveryTimeSlotFromDate": {"$exists": True}}}, {"filter": {"shippingInfo.logistics.deliveryTimeSlot.from": {"$exists": True}}}),
    ({"filter": {"createdDate": {"$gte": "2024-01-01T00:00:00Z"}}}, {"filter": {"createdDate": {"$gte": "2023-12-31T19:00:00-05:00"}}}),
    ({"filter": {"paymentStatus": {"$in": ["PAID", "NOT_PAID"]}}}, {"filter": {"paymentStatus": {"$in": ["NOT_PAID", "PAID", "PAID"]}}}),
    ({"filter": {"$and": [{"archived": False}, {"number": "5"}]}}, {"filter": {"number": 5, "archived": False}}),
    ({"sort": [{"fieldName": "createdDate", "order": "DESC"}]}, {"sort": [{"fieldName": "createdDate", "order": "DESC"}]}),
]  # fmt: skip
OTHER = [
    ({"filter": {"status": "APPROVED"}}, {"filter": {"status": "CANCELED"}}, 1),
    ({"filter": {"status": "APPROVED"}}, {"filter": {"status": {"$ne": "APPROVED"}}}, 1),
    ({"filter": {"lineItems.productName.original": ["a", "b"]}}, {"filter": {"lineItems.productName.original": ["b", "a"]}}, 1),
    ({"sort": [{"fieldName": "number"}]}, {"sort": [{"fieldName": "number", "order": "DESC"}]}, 1),
    ({"sort": [{"fieldName": "number"}]}, {"sort": [{"fieldName": "status"}], "filter": {"number": "1"}}, 2),
]  # fmt: skip


def cursor_of(search: dict[str, Any]) -> tuple[oq.Store, str]:
    opened = oq.open_store(":memory:", keys=KEYS)
    order = {"status": "APPROVED", "paymentStatus": "PAID", "number": "5", "createdDate": "2024-05-05T00:00:00Z",
             "lineItems": [{"productName": {"original": "a"}}, {"productName": {"original": "b"}}],
             "shippingInfo": {"logistics": {"deliveryTimeSlot": {"from": "2024-05-05T00:00:00Z"}}}}  # fmt: skip
    opened.load({**order, "id": f"o{n}"} for n in range(3))
    found = opened.search({**search, "cursorPaging": {"limit": 1}}).next
    assert found is not None
    return opened, found


@pytest.mark.parametrize(("first", "again"), SAME)
def test_an_equal_search_may_be_sent_with_a_cursor(first: dict[str, Any], again: dict[str, Any]) -> None:
    opened, cursor = cursor_of(first)
    assert len(opened.search({**again, "cursorPaging": {"cursor": cursor}}).ids) == 1


@pytest.mark.parametrize(("first", "again", "count"), OTHER)
def test_a_different_search_may_not_be_sent_with_a_cursor(
    first: dict[str, Any], again: dict[str, Any], count: int
) -> None:
    opened, cursor = cursor_of(first)
    assert refused(cursor, opened, **again) == ["cursor-mismatch"] * count


@pytest.mark.parametrize("keys", [[], [""], ["short"], [b"short"], ["a good key of some length", "bad"]])
def test_weak_keys_are_refused(keys: Any) -> None:
    with pytest.raises(oq.UsageError, match="16 characters"):
        oq.CursorKeys(keys)
    assert "good key" not in repr(oq.CursorKeys(["a good key of some length"]))


def test_keys_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERQUERY_CURSOR_KEYS", f"{KEYS[1].replace(' ', '-')},{KEYS[0].replace(' ', '-')}")
    made = token(None)
    assert len(store([KEYS[1].replace(" ", "-")]).search({"cursorPaging": {"cursor": made}}).ids) == 2
