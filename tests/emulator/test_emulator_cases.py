"""Run the cases of the emulator; their format is in cases/README.md."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from typing import Any

import jsonschema
import pytest
from project import SAMPLES, TESTS
from serving import SEARCH, Answer, Asker

import orderquery as oq
from orderquery.documents.json_lines import read_bytes
from orderquery.emulator.clock import Clock
from orderquery.language.datetimes import read_instant
from orderquery.language.grammar_files import grammar_text

HERE = TESTS / "emulator"
CASES = HERE / "cases"
JSON = Any

FILES = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted(CASES.glob("*.json"))
    if path.name != "schema.json"
}


def cases() -> list[Any]:
    return [
        pytest.param(
            file, case, id=f"{name}:{case['name']}",
        )
        for name, file in FILES.items()
        for case in file["cases"]
    ]  # fmt: skip


# -- stores ------------------------------------------------------------------------------------


def encode(document: JSON) -> bytes:
    """Return the bytes of a document or body; a string is used unchanged."""
    if isinstance(document, str):
        return document.encode()
    if isinstance(document, dict) and "$sample" in document:
        return (SAMPLES / f"{document['$sample']}.json").read_bytes()
    if isinstance(document, dict) and "$generated" in document:
        return b"\n".join(json.dumps(made).encode() for made in oq.sample(document["$generated"]))
    return json.dumps(expanded(document), ensure_ascii=False, separators=(",", ":")).encode()


NEW_ORDER = {
    "lineItems": [
        {
            "productName": {"original": "Shoe"},
            "quantity": 1,
            "price": {"amount": "10.00"},
            "itemType": {"preset": "PHYSICAL"},
        }
    ],
    "channelInfo": {"type": "WEB"},
    "priceSummary": {"total": {"amount": "10.00"}},
    "currency": "USD",
}
"""The order that ``$order`` begins with."""


def expanded(value: JSON) -> JSON:
    """Replace ``{"$order": KEYS}`` by a new order with these keys, ``{"$repeat": [N, ITEM]}`` by a list."""
    if isinstance(value, list):
        return [expanded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if list(value) == ["$repeat"]:
        count, item = value["$repeat"]
        return [expanded(item)] * count
    if list(value) == ["$order"]:
        merged = {**NEW_ORDER, **expanded(value["$order"])}
        return {key: part for key, part in merged.items() if part is not None}
    return {key: expanded(part) for key, part in value.items()}


def open_asker(file: JSON, case: JSON) -> Asker:
    options = {**file.get("app", {}), **case.get("app", {})}
    store = oq.open_store(":memory:", site=options.pop("site", ""), keys=["a key of these cases, for all"])
    for site, documents in case.get("store", file.get("store", {})).items():
        for document in documents:
            result = store.at_site(site).load_records(read_bytes(store.schema, encode(document)))
            assert not result.skipped, result.problems
    clock = Clock(read_instant(options.pop("clock", "2026-01-01T00:00:00.000Z")), frozen=True)
    flags = {name: options.pop(name, False) for name in ("strict", "read_only")}
    emulator = oq.Emulator(store, clock=clock, seed="cases", **flags)
    return Asker(store, emulator=emulator, **options)


# -- requests -----------------------------------------------------------------------------------------------------


def send(asker: Asker, request: JSON, kept: dict[str, str]) -> Answer:
    headers = [(name.encode(), text.encode("latin-1")) for name, text in request.get("headers", {}).items()]
    body: bytes | None = None
    if "bytes" in request:
        body = bytes.fromhex(request["bytes"])
    elif "body" in request:
        body = filled(encode(request["body"]).decode(), kept).encode()
    method = request.get("method", "GET" if body is None else "POST")
    return asker.ask(method, filled(request.get("path", SEARCH), kept), body, headers)


def filled(text: str, kept: dict[str, str]) -> str:
    """Replace what earlier steps kept."""
    for name, value in kept.items():
        text = text.replace(f"${name}", value)
    return text


@pytest.mark.parametrize(("file", "case"), cases())
def test_case(file: JSON, case: JSON) -> None:
    asker = open_asker(file, case)
    kept: dict[str, str] = {}
    for step in case.get("steps") or [case]:
        answer = send(asker, step["request"], kept)
        compare(answer, json.loads(filled(json.dumps(step["answer"]), kept)))
        for name, path in step.get("keep", {}).items():
            value = answer.json
            for part in path.split("."):
                value = value[int(part) if isinstance(value, list) else part]
            kept[name] = value


# -- comparing --------------------------------------------------------------------------------------------------


def compare(answer: Answer, expected: JSON) -> None:
    assert answer.status == expected["status"], answer.content
    assert answer.warnings == expected.get("warnings")
    for name, value in expected.get("headers", {}).items():
        assert answer.headers.get(name) == value
    if "text" in expected:
        assert answer.content.decode() == expected["text"]
    if "body" in expected:
        # As text, because the order of keys is part of the response.
        assert json.dumps(answer.json) == json.dumps(json.loads(encode(expected["body"])))
    if "contains" in expected:
        contains(answer.json, expected["contains"])
    for path in expected.get("without", []):
        assert find(answer.json, path) is ABSENT, path
    if "ids" in expected:
        assert answer.ids == expected["ids"]
    if "violations" in expected:
        left = list(answer.violations)
        for wanted in expected["violations"]:
            found = next((violation for violation in left if reduce_violation(violation, wanted) == wanted), None)
            assert found is not None, f"{wanted} is not among {left}"
            left.remove(found)
        assert not left
    if "error" in expected:
        assert answer.code == expected["error"]
    for text in expected.get("says", []):
        assert text in answer.json["message"]
    for text in expected.get("lacks", []):
        assert text not in answer.content.decode()


ABSENT = object()


def find(value: JSON, path: str) -> JSON:
    """Return the value at a dotted path, or ``ABSENT``."""
    for part in path.split("."):
        if isinstance(value, list):
            value = value[int(part)]
        elif part in value:
            value = value[part]
        else:
            return ABSENT
    return value


def reduce_violation(violation: JSON, wanted: JSON) -> JSON:
    """Return what a case compares of a violation, under the case's names."""
    data = violation.get("data", {})
    found = {
        "field": violation["field"],
        "rule": violation.get("violatedRule"),
        "name": violation.get("ruleName"),
        "says": wanted.get("says") if wanted.get("says", "") in violation["description"] else violation["description"],
        **{name: data.get(name) for name in ("code", "pointer", "threshold", "line", "column", "type")},
    }
    return {name: found[name] for name in wanted}


def contains(found: JSON, wanted: JSON) -> None:
    if isinstance(wanted, dict):
        for key, value in wanted.items():
            assert key in found
            contains(found[key], value)
    elif isinstance(wanted, list):
        assert len(found) == len(wanted)
        for inner, value in zip(found, wanted, strict=True):
            contains(inner, value)
    else:
        assert found == wanted


# -- the files themselves ---------------------------------------------------------------------------------------


def test_the_cases_are_valid() -> None:
    validator = jsonschema.Draft202012Validator(json.loads((CASES / "schema.json").read_text("utf-8")))
    names: Counter[str] = Counter()
    for name, file in FILES.items():
        assert not [error.message for error in validator.iter_errors(file)], name
        names.update(case["name"] for case in file["cases"])
    assert not [name for name, count in names.items() if count > 1]


def test_every_decision_about_the_emulator_is_cited() -> None:
    listed = {row["id"] for row in tomllib.loads(grammar_text("decisions.toml"))["decisions"]}
    cited = {decision for file in FILES.values() for case in file["cases"] for decision in case.get("cites", [])}
    for path in (*HERE.glob("test_*.py"), *HERE.glob("plans/*.json")):
        cited.update(re.findall(r"\bD\d+\b", path.read_text("utf-8")))
    assert {f"D{number}" for number in (*range(30, 38), *range(42, 59), *range(60, 73), *range(80, 84))} <= cited
    assert cited <= listed
