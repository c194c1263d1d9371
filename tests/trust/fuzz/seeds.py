"""Where fuzzing begins: the conformance cases and samples, what earlier runs found worth keeping, and words to try.

``corpus/TARGET.jsonl`` has an input on each line, as a JSON string; a byte that is no UTF-8 is a lone surrogate in it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))

JSON = Any
TESTS = HERE.parent.parent
LARGEST = 65_536


def kept(target: str) -> list[bytes]:
    """The inputs of earlier runs."""
    file = HERE / "corpus" / f"{target}.jsonl"
    return [decoded(line) for line in file.read_text("ascii").splitlines()] if file.exists() else []


def decoded(line: str) -> bytes:
    return json.loads(line).encode("utf-8", "surrogateescape")


def encoded(data: bytes) -> str:
    return json.dumps(data.decode("utf-8", "surrogateescape"))


def seeds(target: str) -> list[bytes]:
    return [seed for seed in {*kept(target), *given(target)} if len(seed) <= LARGEST]


def given(target: str) -> Iterator[bytes]:
    if target == "loader":
        for file in sorted((TESTS / "samples").glob("*.json")):
            yield json.dumps(json.loads(file.read_bytes())).encode()
        yield from _lines()
    elif target == "text":
        yield from (found.encode() for found in _under("text") if isinstance(found, str))
    elif target == "cursor":
        yield from _tokens()
    else:
        for name in ("search", "request", "sdk"):
            for found in _under(name):
                written = json.dumps(found if name == "request" else {"search": found})
                yield written.encode()
        yield from (found.encode() for found in _under("json") if isinstance(found, str))


def _under(name: str) -> Iterator[JSON]:
    for file in sorted((TESTS / "conformance").rglob("*.json")):
        waiting = [json.loads(file.read_bytes())] if file.name != "schema.json" else []
        while waiting:
            part = waiting.pop()
            if isinstance(part, dict):
                if name in part:
                    yield part[name]
                waiting.extend(part.values())
            elif isinstance(part, list):
                waiting.extend(part)


def _lines() -> Iterator[bytes]:
    from orderquery.samples.generator import sample_lines

    lines = [*sample_lines(6)]
    yield from lines
    yield b"\n".join(lines)


def _tokens() -> Iterator[bytes]:
    from targets import KEYS, ORDERS

    import orderquery as oq

    for search in [*_under("search")][::9]:
        plan = oq.check(search, "search").plan if isinstance(search, dict) else None
        if plan is not None and plan.cursor is None:
            yield b"\x32abc0" + json.dumps(search).encode()
            page = oq.compile({**plan.to_json(), "cursorPaging": {"limit": 1}}).search(ORDERS, keys=KEYS)
            # Altered, for as it stands it is good.
            yield (page.next or "A")[:-1].encode()


def dictionary() -> str:
    """Words of the language, as libFuzzer reads them."""
    from orderquery.language.operators import OPERATORS
    from orderquery.language.schema import load_schema

    words = {field.name for field in load_schema().fields} | {*OPERATORS, "$and", "$or", "$not", "\\", "\ufeff", "\0"}
    words |= {value for field in load_schema().fields for value in field.values or ()}
    words |= {spelling.words for row in OPERATORS.values() for spelling in row.spellings}
    words |= {'{"search":{"filter":{', '"sort":[{"fieldName":', '"cursorPaging":{"limit":', '"cursor":"', "order by "}
    words |= {"null", "true", "NaN", "1e999999999", "\\ud800", '":[', '":{"', "},{", "//", "/*", "*/", "undefined"}
    words |= {"2024-01-31T09:30:00.000Z", "2024-01-31", "today", "-", "`", "0", "payments", "orderTransactions"}
    words |= {'{"orders":[', '"entityFqdn":"wix.ecom.v1.order"', '"order":{', '"orderId":"', '"amount":"', "id"}
    return "".join(f'"{_escaped(word.encode())}"\n' for word in sorted(words))


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)
