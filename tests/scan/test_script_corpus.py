"""The corpus of scripts: the calls found in each file, and what is wrong around them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from corpus_form import CORPUS, expected, line_of, shown

import orderquery as oq
from orderquery.diagnostics.codes import CODES
from orderquery.scan.script.finder import comments_at, find_calls

JSON = Any
LANGUAGES: dict[str, Any] = {
    ".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".jsw": "javascript", ".ts": "typescript", ".mts": "typescript",
    ".cts": "typescript", ".tsx": "tsx", ".html": "html", ".vue": "vue", ".svelte": "svelte",
}  # fmt: skip
FOLDERS = ("javascript", "typescript", "markup")
FILES = [(folder, name) for folder in FOLDERS for name in expected(folder)]
IN_CODE = [code for code in CODES.values() if code.wrong_code]


def source_of(path: Path) -> str:
    return path.read_bytes().decode()


def scripts(folder: str) -> list[Path]:
    return sorted(path for path in (CORPUS / folder).iterdir() if path.suffix in LANGUAGES)


def found_in(path: Path) -> list[dict[str, JSON]]:
    """Return the calls of a file in the form of ``expected.json``."""
    source = source_of(path)
    rows = []
    for scanned in oq.scan_source(source, LANGUAGES[path.suffix]).calls:
        call = scanned.call
        row: dict[str, JSON] = {"line": scanned.line, "sends": call.sends, "search": shown(call.search)}
        around = sorted((line_of(source, mistake.span[0]), mistake.code) for mistake in call.around)
        places = {(mistake.code, mistake.span) for mistake in call.around}
        codes = sorted((d.line or 0, d.code) for d in scanned.diagnostics if (d.code, d.span) not in places)
        rows.append(row | {"around": numbered(around), "codes": numbered(codes)})
    return rows


def numbered(found: list[tuple[int, str]]) -> list[str]:
    return [f"{line} {code}" for line, code in found]


@pytest.mark.parametrize(("folder", "name"), FILES, ids=lambda part: part)
def test_the_calls_of_a_file_are_found_and_checked(folder: str, name: str) -> None:
    wanted = [{"sends": "sdk", "around": [], "codes": []} | row for row in expected(folder)[name]]
    assert found_in(CORPUS / folder / name) == wanted


def test_every_file_of_the_corpus_has_its_calls() -> None:
    for folder in FOLDERS:
        assert {path.name for path in scripts(folder)} == set(expected(folder))
    assert len(FILES) >= 90
    assert len(scripts("nothing")) >= 45


@pytest.mark.parametrize("path", scripts("nothing"), ids=lambda path: path.name)
def test_other_files_have_no_calls(path: Path) -> None:
    assert found_in(path) == []


@pytest.mark.parametrize("code", IN_CODE, ids=lambda code: code.name)
def test_the_wrong_code_has_its_mistake_and_the_right_code_has_none(code: Any) -> None:
    (wrong,) = find_calls(code.wrong_code, "javascript")
    (right,) = find_calls(code.right_code, "javascript")
    assert [mistake.code for mistake in wrong.around] == [code.name]
    assert not right.around
    for mistake in wrong.around:
        start, end = mistake.span
        assert 0 <= start < end <= len(code.wrong_code)


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('import { wix } from "./client";\nwix.orders.searchOrders({});', 1),
        ('import { shop } from "./wix";\nshop.orders.searchOrders({});', 1),
        ('import { shop } from "./shop";\nimport { cart } from "@wix/ecom";\nshop.orders.searchOrders({});', 1),
        ('import { shop } from "./shop";\nshop.orders.searchOrders({});', 0),
        ('import { Client } from "square";\nimport "@wix/ecom";\nconst c = new Client();\nc.searchOrders({});', 0),
        ('import { searchOrders } from "./wix";\nsearchOrders({});', 0),
    ],
)
def test_a_client_of_another_file_counts_if_wix_is_named(source: str, count: int) -> None:
    # D155
    assert len(find_calls(source, "javascript")) == count


def test_every_branch_is_read_and_no_two_that_exclude_each_other() -> None:
    # D156
    source = (
        'import { orders } from "@wix/ecom";\n'
        "export const run = (a, b, c) => orders.searchOrders({ ...(a && { x: 1 }), ...(!a && { y: 2 }), z: b ? 3 : c ? 4 : 5 });"
    )
    (call,) = find_calls(source, "javascript")
    found = shown(call.search)["either"]
    assert not [search for search in found if {"x", "y"} <= search.keys()]
    assert {search["z"] for search in found} == {3, 4, 5}
    assert {"x", "y"} < {key for search in found for key in search}
    conditions = ", ".join(f"...(c{index} && {{ k{index}: 1 }})" for index in range(40))
    (call,) = find_calls(
        f'import {{ orders }} from "@wix/ecom";\norders.searchOrders({{ {conditions} }});', "javascript"
    )
    assert len(shown(call.search)["either"]) <= 16


@pytest.mark.parametrize(
    ("body", "is_found"),
    [
        ("return orders.searchOrders({});", True),
        ("if (!memberId) throw Error(); return orders.searchOrders({ sort: [] });", True),
        ('return orders.searchOrders({ where: { "buyerInfo.memberId": memberId } });', True),
        ('return orders.searchOrders({ filter: { "buyerInfo.memberId": memberId } });', False),
        ("return orders.searchOrders({ filter: { $and: conditions(memberId) } });", False),
        ("return orders.searchOrders(search(memberId));", False),
        (
            "const a = await orders.searchOrders({}); return a.orders.filter((o) => o.buyerInfo.memberId === memberId);",
            False,
        ),
        ("if (memberId === ADMIN) return orders.searchOrders({});", False),
    ],
)
def test_a_search_for_a_member_needs_a_condition_that_wix_reads(body: str, is_found: bool) -> None:
    # D157
    source = f'import {{ orders }} from "@wix/ecom";\nexport async function run(memberId) {{ {body} }}\n'
    (call,) = find_calls(source, "javascript")
    assert ("unfiltered-member-search" in [mistake.code for mistake in call.around]) is is_found


def test_spans_are_those_of_the_parts() -> None:
    source = (
        'import { orders } from "@wix/ecom";\nconst é = "🎁";\norders.searchOrders({ filter: { status: "PAID" } });\n'
    )
    (call,) = find_calls(source, "javascript")
    assert source[slice(*call.span)] == 'orders.searchOrders({ filter: { status: "PAID" } })'
    (entry,) = call.search.entries  # type: ignore[union-attr]
    assert source[slice(*entry.key_span)] == "filter"
    assert source[slice(*entry.value.span)] == '{ status: "PAID" }'
    (condition,) = entry.value.entries  # type: ignore[union-attr]
    assert source[slice(*condition.value.span)] == '"PAID"'


def test_spans_are_places_in_the_whole_file() -> None:
    source = source_of(CORPUS / "markup" / "two-scripts.html")
    for call in find_calls(source, "html"):
        assert source[slice(*call.span)].startswith("axios.post(")


def test_json_in_a_string_has_its_places() -> None:
    source = source_of(CORPUS / "javascript" / "fetch-json-text.js")
    (diagnostic,) = oq.scan_source(source, "javascript").diagnostics
    assert diagnostic.span is not None
    assert source[slice(*diagnostic.span)] == '"paymentstatus"'
    escaped = 'fetch("https://x.y/ecom/v1/orders/search", {method: "POST", body: "{\\"search\\": {\\"x\\": 1}}"});'
    (diagnostic,) = oq.scan_source(escaped, "javascript").diagnostics
    assert diagnostic.span is not None
    assert escaped[slice(*diagnostic.span)] == '"{\\"search\\": {\\"x\\": 1}}"'


def test_comments_of_markup_and_of_scripts() -> None:
    source = "<!-- one --><p>// two</p><script>// three\nconst a = '// four'; /* five */</script><!-- six"
    words = ("one", "two", "three", "four", "five", "six")
    found = comments_at(source, "html", [source.index(word) for word in words])
    assert dict(zip(words, found, strict=True)) == {
        "one": True, "two": False, "three": True, "four": False, "five": True, "six": True,
    }  # fmt: skip
