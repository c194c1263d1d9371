"""Hostile scripts: whatever a file holds, the finder returns, and every place is inside the file."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any

import pytest
from corpus_form import CORPUS
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import scaled

from orderquery.scan.nodes import Alternatives, ListLiteral, ObjectLiteral, SourceValue, Unknown
from orderquery.scan.script import finder

LANGUAGES: dict[str, Any] = {".js": "javascript", ".ts": "typescript", ".tsx": "tsx", ".html": "html", ".vue": "vue"}
SCRIPTS = [(path, LANGUAGES[path.suffix]) for path in sorted(CORPUS.rglob("*")) if path.suffix in LANGUAGES]
MANY = scaled(20_000, 1_000)
HEAD = 'import { orders } from "@wix/ecom";\nconst U = "https://www.wixapis.com/ecom/v1/orders/search";\n'
CALL = "orders.searchOrders("


def repeated(make: Any, count: int) -> str:
    return "".join(make(index) for index in range(1, count))


DEEP = {
    "brackets": CALL + "[\n" * MANY,
    "objects": CALL + "{a:\n" * MANY,
    "parentheses": CALL + "(\n" * MANY + ")" * MANY,
    "calls": (CALL + "\n") * MANY,
    "arrows": CALL + "a=>\n" * MANY,
    "functions": "function f(a){\n" * MANY + CALL + "{filter:a})",
    "spreads": CALL + "{...\n" * MANY,
    "conditionals": CALL + "a?b:\n" * MANY,
    "ands": CALL + "{...(" + "a&&\n" * MANY + "{})})",
    "sums": CALL + "'a'+\n" * MANY + "'b')",
    "negations": CALL + "!\n" * MANY + "a)",
    "members": CALL + "a" + ".b\n" * MANY + ")",
    "chain": CALL + "a" + ".b()\n" * MANY + ")",
    "templates": CALL + "`${\n" * MANY,
    "ifs": "if(a)\n" * MANY + CALL + "{})",
    "else ifs": "if(a){}else \n" * MANY + CALL + "{})",
    "elements": "<a>\n" * MANY + CALL,
    "quotes": "'\n" * MANY,
    "classes": "class A{m(){\n" * (MANY // 4) + CALL + "{})",
}
"""Nesting."""
WIDE = {
    "values that double": "const a0={b:1};\n" + repeated(lambda i: f"const a{i}={{x:a{i - 1},y:a{i - 1}}};\n", 200) + CALL + "a199)",
    "lists that double": "const a0=[1];\n" + repeated(lambda i: f"const a{i}=[...a{i - 1},...a{i - 1}];\n", 99) + CALL + "{filter:{x:a98}})",
    "functions that double": repeated(lambda i: f"function f{i}(x){{return [f{i - 1}(x),f{i - 1}(x)];}}\n", 50) + CALL + "f49(1))",
    "a value in itself": "let a={};\na.b=a;\na={...a,c:a};\nfunction f(){return f();}\n" + CALL + "{...f(),filter:a})",
    "a circle of values": "const a=b,b=c,c={d:a};\n" + CALL + "a)",
    "conditions": CALL + "{filter:{" + repeated(lambda i: f"...(c{i}&&{{f{i}:{i}}}),\n", MANY // 20) + "}})",
    "writes": "const f={};\n" + repeated(lambda i: f"f.k{i}={i};\n", MANY // 4) + CALL + "{filter:f})",
    "answers": repeated(lambda i: f"{{const r{i}=await {CALL}{{filter:{{a:x?1:2}}}});r{i}.pagingMetadata}}\n", MANY // 20),
    "a loop of calls": "while(a){\n" + repeated(lambda i: f"r{i}=await {CALL}{{}});b.push(...r{i}.orders);\n", MANY // 20) + "}",
    "requests": repeated(lambda i: f"fetch(U+x{i},{{method:'POST',body:JSON.stringify({{a:b{i}}})}});\n", MANY // 20),
    "uses": f"const r=await {CALL}{{}});\n" + "r.x;\n" * MANY,
    "names": "const v0={};\n" + repeated(lambda i: f"const v{i}=v{i - 1};\n", MANY) + CALL + f"v{MANY - 1})",
    "cases": "let f;switch(k){\n" + repeated(lambda i: f"case {i}: f={{a:{i}}};break;\n", MANY // 20) + "}" + CALL + "f)",
    "nul": "\0\n" * MANY + CALL,
    "lone surrogates": "\ud800\n" * MANY + CALL + "{'\udc00':1})",
    "deep JSON": "fetch(U,{method:'POST',body:'" + "[" * 900 + "]" * 900 + "'})",
}  # fmt: skip
"""Much of one thing."""


def places(value: SourceValue) -> list[tuple[int, int]]:
    found, waiting = [], [value]
    while waiting:
        part = waiting.pop()
        found.append(part.span)
        if isinstance(part, ObjectLiteral):
            found += [entry.key_span for entry in part.entries]
            waiting += [entry.value for entry in part.entries]
            waiting += [entry.key for entry in part.entries if isinstance(entry.key, Unknown)]
        elif isinstance(part, ListLiteral | Alternatives):
            waiting += part.items if isinstance(part, ListLiteral) else part.values
    return found


def assert_safe(source: str, language: Any) -> int:
    """Find the calls of a source, and return their number."""
    calls = finder.find_calls(source, language)
    for call in calls:
        for start, end in (call.span, *places(call.search), *(mistake.span for mistake in call.around)):
            assert 0 <= start <= end <= len(source)
    offsets = [0, len(source) // 2, len(source)]
    assert len(finder.comments_at(source, language, offsets)) == 3
    assert finder.has_errors(source, language) in (True, False)
    return len(calls)


@pytest.mark.parametrize("language", ["javascript", "tsx"])
@pytest.mark.parametrize("name", [*DEEP, *WIDE])
def test_deep_and_wide_scripts(name: str, language: str) -> None:
    assert_safe(HEAD + {**DEEP, **WIDE}[name], language)


def test_a_value_that_doubles_is_a_hole_in_the_end() -> None:
    (call,) = finder.find_calls(HEAD + WIDE["values that double"], "javascript")
    assert len(places(call.search)) < 20_000


def test_a_bundle_has_no_calls() -> None:
    unit = 'function searchOrders(e){return t.request(n(e))}const x={orders:r("@wix/ecom").orders};x.orders.searchOrders({filter:{a:1}});'
    unit += 'fetch("https://www.wixapis.com/ecom/v1/orders/search",{method:"POST",body:JSON.stringify({filter:{}})});'
    bundle = unit * ((1 << 20) // len(unit) + 1)
    assert len(bundle) >= 1 << 20
    assert finder.find_calls(unit, "javascript")
    assert not finder.find_calls(bundle, "javascript")
    assert not finder.find_calls(f"/*! a package */\n{bundle}\n//# sourceMappingURL=a.js.map\n", "typescript")


@pytest.mark.parametrize("language", ["javascript", "html"])
def test_a_line_of_ten_mebibytes(language: str) -> None:
    line = "<script>orders.searchOrders({" if language == "html" else "orders.searchOrders({"
    assert assert_safe(HEAD + line * ((10 << 20) // len(line)), language) == 0


@pytest.mark.parametrize("step", [scaled(1, 12)])
def test_files_that_end_anywhere(step: int) -> None:
    random = Random(5)
    for path, language in SCRIPTS:
        source = path.read_bytes().decode()
        for end in range(random.randrange(1, 40), len(source), scaled(7, 211) * step):
            assert_safe(source[:end], language)


def test_files_with_parts_in_other_places() -> None:
    random = Random(6)
    for path, language in SCRIPTS[:: scaled(1, 3)]:
        source = path.read_bytes().decode()
        for _ in range(scaled(40, 2)):
            cuts = sorted(random.randrange(len(source) + 1) for _ in range(4))
            parts = [source[: cuts[0]], *(source[a:b] for a, b in pairwise(cuts)), source[cuts[3] :]]
            random.shuffle(parts)
            assert_safe("".join(parts), language)


@settings(max_examples=scaled(4_000, 60), deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["javascript", "typescript", "tsx", "html", "vue", "svelte"]))
def test_any_bytes(data: bytes, language: Any) -> None:
    for errors in ("replace", "surrogateescape"):
        text = data.decode("utf-8", errors)
        assert_safe(f"{HEAD}{text}{CALL}{{{text}: {text}}}){text}", language)
        assert_safe(f"<script>{HEAD}{CALL}{text}", "html")
