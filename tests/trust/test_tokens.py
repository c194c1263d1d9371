"""Mutated cursors: none is taken, all are refused in the same words, and none can be read."""

from __future__ import annotations

import base64
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scale import scaled
from serving import Asker

import orderquery as oq
from orderquery.compiler import cursor as cursors

TRIED = scaled(100_000, 5_000)
KEYS = [f"key number {number} of these tests" for number in range(4)]
SITES = ("", "berlin-shop", "paris-shop")
SCHEMA = oq.load_schema()
ORDERS = [
    {"id": f"confidential-{n:02}", "number": str(n), "buyerInfo": {"email": f"customer{n}@example.com"}, "createdDate": f"2024-01-{n + 1:02}T00:00:00Z"}
    for n in range(20)
]  # fmt: skip
SEARCHES = [
    {"sort": [{"fieldName": "buyerInfo.email"}], "filter": {"buyerInfo.email": {"$startsWith": "CUSTOMER"}}},
    {"sort": [{"fieldName": "createdDate", "order": "DESC"}]},
    {"sort": [{"fieldName": "number"}, {"fieldName": "status"}], "filter": {"$not": {"number": "77777777"}}},
    {},
]
READABLE = [
    b"confidential", b"customer", b"example", b"berlin", b"paris", b"buyerInfo", b"createdDate", b"fieldName", b"$startsWith", b"77777777", b"filter",
    b"CUSTOMER", b"number", b"ecom-orders", *(key.encode() for key in KEYS),
]  # fmt: skip
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def store(site: str = "", key: int = 0, schema: oq.Schema = SCHEMA) -> oq.Store:
    opened = oq.open_store(":memory:", keys=[KEYS[key]], site=site, schema=schema)
    opened.load(ORDERS)
    return opened


def tokens_of(opened: oq.Store) -> list[str]:
    """Cursors of both directions, of every search."""
    found = []
    for search in SEARCHES:
        page = opened.search({**search, "cursorPaging": {"limit": 3}})
        for _ in range(4):
            assert page.next
            page = opened.search({"cursorPaging": {"cursor": page.next}})
            found += [token for token in (page.next, page.prev) if token]
    return found


def raw_of(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def spelled(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def flip(dice: random.Random, good: str, _: str) -> str:
    raw = bytearray(raw_of(good))
    for _ in range(dice.choice([1, 1, 1, 2, 8])):
        raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
    return spelled(bytes(raw))


def cut(dice: random.Random, good: str, _: str) -> str:
    start, end = sorted(dice.sample(range(len(good) + 1), 2))
    return dice.choice([good[:end], good[start:], good[start:end], good[:start] + good[end:]])


def splice(dice: random.Random, good: str, other: str) -> str:
    one, two, at = raw_of(good), raw_of(other), dice.randrange(1, 60)
    return spelled(
        dice.choice(
            [
                one[:13] + two[13:],
                one[:at] + two[at:],
                one[:-16] + two[-16:],
                one[:1] + two[1:13] + one[13:],
                one + two,
                one + two[13:],
            ]
        )
    )


def respelled(dice: random.Random, good: str, _: str) -> str:
    """The same bytes, or nearly, in other letters."""
    at, last = dice.randrange(len(good)), ALPHABET[(ALPHABET.index(good[-1]) + dice.randrange(1, 16)) % 64]
    return dice.choice(
        [
            good + "=" * dice.randrange(1, 4), good + dice.choice(" \n\t\r\0\ufeff.~"), " " + good, good[:at] + dice.choice(" \n%") + good[at:], good.swapcase(),
            good.replace("-", "+").replace("_", "/") + "=", good[:-1] + last, good.lower(), base64.b16encode(raw_of(good)).decode(), base64.b32encode(raw_of(good)).decode(),
            base64.b85encode(raw_of(good)).decode(), f'"{good}"', "".join(chr(ord(letter) + 0xFEE0) for letter in good), good[::-1], good.replace(good[at], f"%{ord(good[at]):02x}"),
        ]
    )  # fmt: skip


def altered(dice: random.Random, good: str, _: str) -> str:
    at = dice.randrange(len(good))
    return good[:at] + dice.choice(ALPHABET) + good[at + 1 :]


def resealed(dice: random.Random, good: str, _: str) -> str:
    """A payload of a past or future format, under its own number or under ours."""
    payload = dice.randbytes(dice.randrange(80))
    nonce, number = dice.randbytes(12), dice.choice([0, 2, 3, 255])
    cipher = cursors.CursorKeys([KEYS[0]]).ciphers[0]
    bound = f'[{number}, "{SCHEMA.name}", {SCHEMA.version}, ""]'.encode()
    return spelled(bytes([dice.choice([number, 1])]) + nonce + cipher.encrypt(nonce, payload, bound))


def invented(dice: random.Random, _: str, __: str) -> str:
    return spelled(bytes([1]) + dice.randbytes(dice.choice([1, 28, 29, 30, 60, 500, 11_900])))


KINDS = (flip, cut, splice, respelled, altered, resealed, invented)


def foreign() -> Iterator[str]:
    """Good tokens of other keys, sites and tables."""
    for number in range(1, 4):
        yield from tokens_of(store(key=number))
    for site in SITES[1:]:
        yield from tokens_of(store(site))
    for schema in (
        replace(SCHEMA, version=SCHEMA.version + 1),
        replace(SCHEMA, name="ecom-order"),
        replace(SCHEMA, version=0),
    ):
        yield from tokens_of(store(schema=schema))


def refusal(opened: oq.Store, token: str) -> tuple[object, ...]:
    try:
        opened.search({"cursorPaging": {"cursor": token}})
    except oq.QueryError as problem:
        return (str(problem), *((said.code, said.message, said.help, said.pointer) for said in problem.diagnostics))
    raise AssertionError(f"taken: {token!r}")


def test_no_mutated_token_is_taken(counted: Any) -> None:
    dice, opened = random.Random(11), store()
    good = tokens_of(opened)
    others = list(foreign())
    said = {refusal(opened, token) for token in others}
    tried = len(others)
    while tried < TRIED:
        kind = dice.choice(KINDS)
        token = kind(dice, dice.choice(good), dice.choice(good + others))
        if token and token not in good:
            said.add(refusal(opened, token))
            tried += 1
    assert len(said) == 1, said
    ((_, (code, message, _, _)),) = said
    assert (code, message) == ("bad-cursor", "this cursor is not valid here")
    # And each that was not touched is taken still.
    assert all(opened.search({"cursorPaging": {"cursor": token}}).ids for token in good)
    counted("mutated cursors", tried, tried, "all refused in the same words")


def test_over_http_they_are_all_the_same(counted: Any) -> None:
    dice, opened = random.Random(12), store()
    asker, good, tried = Asker(opened), tokens_of(opened), scaled(5_000, 300)
    others = list(foreign())
    answers = set()
    for turn in range(tried):
        token = dice.choice(KINDS)(dice, dice.choice(good), dice.choice(others)) if turn % 3 else dice.choice(others)
        if token and token not in good:
            answer = asker.search({"search": {"cursorPaging": {"cursor": token}}})
            answers.add((answer.status, answer.content, answer.headers.get("x-orderquery-warnings")))
    assert len(answers) == 1, answers
    assert next(iter(answers))[0] == 400
    counted("mutated cursors over HTTP", tried, tried)


def test_nothing_in_a_token_can_be_read(counted: Any) -> None:
    opened = [store(site, key) for site in SITES for key in range(2)]
    tokens = [token for one in opened for token in tokens_of(one)]
    assert len(set(tokens)) == len(tokens)
    # Two tokens of one place share nothing but the number of the format.
    nonces = {raw_of(token)[1:13] for token in tokens}
    assert len(nonces) == len(tokens)
    for token in tokens:
        raw = raw_of(token)
        for secret in READABLE:
            assert secret.lower() not in raw.lower()
            assert secret.lower() not in token.lower().encode()
    counted("cursors in which nothing can be read", len(tokens), len(tokens))


def test_keys_rotate_without_losing_a_walk() -> None:
    everything, page, ids = store(), None, []
    asked: Any = {**SEARCHES[0], "cursorPaging": {"limit": 2}}
    for turn in range(10):
        # A key is added in front, stays a while behind, and goes: those who walk notice nothing.
        keys = [KEYS[turn // 2 % 4], KEYS[(turn - 1) // 2 % 4]]
        opened = oq.open_store(":memory:", keys=keys)
        opened.load(ORDERS)
        page = opened.search(asked)
        ids += page.ids
        asked = {"cursorPaging": {"cursor": page.next}}
    assert ids == [order_id for order_id, _ in everything.iterate_documents(SEARCHES[0])]


# -- the key beside a store -------------------------------------------------------------------------------------


def made(path: Path) -> str:
    with oq.open_store(path) as opened:
        opened.load(ORDERS)
        token = opened.search({"cursorPaging": {"limit": 3}}).next
    assert token
    return token


@pytest.mark.parametrize("name", ["shop.db", "shop.duckdb"])
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_the_key_is_for_its_owner_alone(tmp_path: Path, name: str, umask: int) -> None:
    before = os.umask(umask)
    try:
        made(tmp_path / name)
    finally:
        os.umask(before)
    key = tmp_path / f"{name}.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir() if ".key" in file.name] == [key.name]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o666, 0o601, 0o620])
def test_a_key_that_others_may_read_or_write_is_refused_with_the_fix(tmp_path: Path, mode: int) -> None:
    token, key = made(tmp_path / "shop.db"), tmp_path / "shop.db.key"
    key.chmod(mode)
    with pytest.raises(oq.StoreError, match="chmod 600") as refused:
        oq.open_store(tmp_path / "shop.db")
    assert str(key) in str(refused.value)
    assert key.read_text().strip() not in str(refused.value)
    key.chmod(0o600)
    with oq.open_store(tmp_path / "shop.db") as opened:
        assert opened.search({"cursorPaging": {"cursor": token}}).ids


def test_a_link_to_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    made(tmp_path / "shop.db")
    key, elsewhere = tmp_path / "shop.db.key", tmp_path / "elsewhere"
    key.rename(elsewhere)
    key.symlink_to(elsewhere)
    elsewhere.chmod(0o644)
    with pytest.raises(oq.StoreError, match="chmod 600"):
        oq.open_store(tmp_path / "shop.db")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no key in"),
        (b"   \n", "no key in"),
        (b"short", "at least 16"),
        (b"\xff\xfe-hidden-word", "not ASCII"),
        (None, "cannot use the cursor key"),
    ],
)
def test_a_spoilt_key_is_a_clear_error(tmp_path: Path, content: bytes | None, says: str) -> None:
    made(tmp_path / "shop.db")
    key = tmp_path / "shop.db.key"
    if content is None:
        key.unlink()
        key.mkdir(0o700)
    else:
        key.write_bytes(content)
    with pytest.raises(oq.StoreError, match=says) as refused:
        oq.open_store(tmp_path / "shop.db")
    assert str(key) in str(refused.value)
    assert "hidden-word" not in str(refused.value)


def test_a_lost_key_loses_cursors_and_nothing_else(tmp_path: Path) -> None:
    token = made(tmp_path / "shop.db")
    (tmp_path / "shop.db.key").unlink()
    with oq.open_store(tmp_path / "shop.db") as opened:
        with pytest.raises(oq.QueryError) as refused:
            opened.search({"cursorPaging": {"cursor": token}})
        (said,) = refused.value.diagnostics
        assert (said.code, said.help) == ("bad-cursor", "search without a cursor to start at page 1")
        assert len(opened.search({}).ids) == len(ORDERS)
