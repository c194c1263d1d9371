"""The conformance corpus, every case on every backend (tests/conformance/README.md says how to read it)."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from backends import BACKENDS, Backend
from project import TESTS

import orderquery as oq
from orderquery.language.grammar_files import grammar_text

CORPUS = TESTS / "conformance"
JSON = Any


def read(path: Path) -> JSON:
    return json.loads(path.read_text("utf-8"), parse_float=Decimal)


FILES = {
    str(path.relative_to(CORPUS).with_suffix("")): read(path)
    for path in sorted(CORPUS.rglob("*.json"))
    if path.name != "schema.json"
}


def cases(*kinds: str) -> list[Any]:
    return list(_cases(kinds))


def _cases(kinds: tuple[str, ...]) -> Iterator[Any]:
    for name, file in FILES.items():
        if file["kind"] in kinds:
            for case in file["cases"]:
                yield pytest.param(file, case, id=f"{name}:{case['name']}")


def filled(backend: Backend, file: JSON) -> Backend:
    backend.load(file.get("orders", []))
    backend.load({"orderTransactions": record} for record in file.get("transactions", []))
    return backend


class Shelf:
    """The backends that hold the documents of a file, the latest of each kind: no case of these changes them."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[JSON, Backend]] = {}

    def filled(self, kind: str, file: JSON) -> Backend:
        held = self._held.get(kind)
        if held is not None and held[0] is file:
            return held[1]
        if held is not None:
            self._held.pop(kind)[1].close()
        backend = filled(BACKENDS[kind](), file)
        self._held[kind] = file, backend
        return backend

    def close(self) -> None:
        for _, backend in self._held.values():
            backend.close()


@pytest.fixture(scope="module")
def shelf() -> Iterator[Shelf]:
    made = Shelf()
    yield made
    made.close()


def walk(backend: Backend, search: JSON) -> list[str]:
    found: list[str] = []
    page = backend.search(search)
    while True:
        found.extend(page.ids)
        if page.next is None:
            return found
        page = backend.search({"cursorPaging": {"cursor": page.next}})


def warnings(plan: oq.Plan) -> Counter[str]:
    return Counter(diagnostic.code for diagnostic in plan.diagnostics)


@pytest.mark.parametrize(("file", "case"), cases("selection"))
@pytest.mark.parametrize("kind", BACKENDS)
def test_selection(shelf: Shelf, kind: str, file: JSON, case: JSON) -> None:
    check_selection(shelf.filled(kind, file), case)


def check_selection(backend: Backend, case: JSON) -> None:
    for form in ("search", "text"):
        if form in case:
            plan = oq.compile(case[form])
            assert warnings(plan) == Counter(case.get("warnings", [])), form
            assert walk(backend, case[form]) == case["ids"], form
    if "twin" in case:
        assert walk(backend, case["twin"]["search"]) == case["twin"]["ids"]
        assert case["twin"]["ids"] != case["ids"]


def limited(search: JSON, limit: int) -> JSON:
    return {**search, "cursorPaging": {"limit": limit}}


@pytest.mark.parametrize(("file", "case"), cases("paging"))
def test_paging(backend: Backend, file: JSON, case: JSON) -> None:
    filled(backend, file)
    limits = case["limits"]
    steps = {step["after_page"]: step for step in case.get("between", [])}
    resends = case.get("resend", [])
    resends = {step["after_page"]: step for step in (resends if isinstance(resends, list) else [resends])}
    used: list[int] = []
    seen: list[oq.Page] = []
    cursor: str | None = None
    while True:
        number = len(seen)
        limit = limits[min(number, len(limits) - 1)]
        used.append(limit)
        paging = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        page = backend.search({"cursorPaging": paging} if cursor else {**case["search"], "cursorPaging": paging})
        seen.append(page)
        assert list(page.ids) == case["pages"][number]
        assert page.has_next == case["hasNext"][number]
        assert (page.prev is not None) == case["hasPrev"][number]
        step = steps.get(number + 1)
        if step:
            backend.delete(step.get("delete", []))
            backend.load(step.get("upsert", []))
        if number + 1 in resends:
            check_resend(backend, resends[number + 1], page.next, limits[min(number + 1, len(limits) - 1)], case)
        if page.next is None:
            break
        cursor = page.next
    assert len(seen) == len(case["pages"])
    back = case["pages"][-2::-1] if "between" not in case else case.get("back")
    if back is None:
        return
    prev, number = seen[-1].prev, len(seen) - 2
    for expected in back:
        assert prev is not None
        page = backend.search({"cursorPaging": {"cursor": prev, "limit": used[max(number, 0)]}})
        assert list(page.ids) == expected
        prev, number = page.prev, number - 1
    assert prev is None


def check_resend(backend: Backend, resend: JSON, cursor: str | None, limit: int, case: JSON) -> None:
    search = {key: value for key, value in resend["search"].items() if key != "cursorPaging"}
    search["cursorPaging"] = {"cursor": cursor, "limit": limit}
    if "error" in resend:
        with pytest.raises(oq.QueryError) as refused:
            backend.search(search)
        assert [diagnostic.code for diagnostic in refused.value.diagnostics] == [resend["error"]]
    else:
        assert warnings(oq.compile(search)) == Counter(resend["warnings"])
        assert list(backend.search(search).ids) == case["pages"][resend["after_page"]]


@pytest.mark.parametrize(("file", "case"), cases("errors"))
def test_errors(file: JSON, case: JSON) -> None:
    shape = case["shape"]
    if shape == "text":
        report = oq.check(case["source"], form="text")
    else:
        shape = None if shape == "any" else shape
        report = oq.check(case.get("input", case.get("source")), shape, form="json")
    expected = Counter((item["code"], item.get("pointer")) for item in case["diagnostics"])
    unplaced = {item["code"] for item in case["diagnostics"] if "pointer" not in item}
    found = Counter((d.code, None if d.code in unplaced else d.pointer) for d in report.diagnostics)
    assert found == expected
    assert (report.plan is not None) == case["plan"]
    for diagnostic in report.diagnostics:
        assert diagnostic.message
        assert diagnostic.help, diagnostic


@pytest.mark.parametrize(("file", "case"), cases("get"))
def test_get(backend: Backend, file: JSON, case: JSON) -> None:
    filled(backend, file)
    assert (backend.get(case["id"]) is not None) == case["found"]


@pytest.mark.parametrize(("file", "case"), cases("why"))
def test_why(file: JSON, case: JSON) -> None:
    (order,) = (order for order in file["orders"] if order["id"] == case["id"])
    record = next((found for found in file.get("transactions", []) if found["orderId"] == case["id"]), None)
    for form in ("search", "text"):
        plan = oq.compile(case[form])
        found = plan.why(order, record)
        assert found.matches is plan.matches(order, record) is case["matches"]
        assert found.hidden is case["hidden"]
        decided = [condition for condition in found.conditions() if condition.decides]
        if form == "text":
            assert [condition.text for condition in decided] == case["decides"]
        assert len(decided) == len(case["decides"])


@pytest.mark.parametrize(("file", "case"), cases("histogram"))
def test_histogram(backend: Backend, file: JSON, case: JSON) -> None:
    filled(backend, file)
    found = backend.histogram(case["search"], case.get("by", "createdDate"), case["unit"])

    def totals(bucket: JSON) -> dict[str, Fraction]:
        return {row["currency"] or "": row["total"] for row in bucket["sums"]}

    expected = case["histogram"]
    assert found["unit"] == expected["unit"]
    assert [[bucket["start"], bucket["count"], totals(bucket)] for bucket in found["buckets"]] == [
        [start, count, {currency: Fraction(total) for currency, total in sums.items()}]
        for start, count, sums in expected["buckets"]
    ]
    count, sums = expected["missing"]
    assert (found["missing"]["count"], totals(found["missing"])) == (count, {key: Fraction(sums[key]) for key in sums})


def test_the_corpus_is_valid() -> None:
    import jsonschema

    validator = jsonschema.Draft202012Validator(json.loads((CORPUS / "schema.json").read_text("utf-8")))
    names: Counter[str] = Counter()
    for name, file in FILES.items():
        plain = json.loads((CORPUS / f"{name}.json").read_text("utf-8"))
        assert not list(validator.iter_errors(plain)), name
        names.update(case["name"] for case in file["cases"])
    assert not [name for name, count in names.items() if count > 1]


def test_every_decision_has_a_case() -> None:
    listed = tomllib.loads(grammar_text("decisions.toml"))["decisions"]
    cited = {case.get("decision") for file in FILES.values() for case in file["cases"]} - {None}
    # What the corpus cannot say, the order of loads, what goes over HTTP, what an editor asks and what is called in
    # Python, is cited by the tests that say it.
    elsewhere = {
        "D22": "stores/test_store.py",
        "D119": "syntax/test_parameters.py",
        "D120": "syntax/test_parameters.py",
        "D121": "builder",
        "D122": "stores/test_store_methods.py",
        "D123": "stores/test_store_methods.py",
        "D124": "stores/test_asynchronous.py",
        "D125": "orm",
    } | {
        f"D{number}": "emulator"
        for number in (*range(30, 38), *range(42, 59), *range(60, 73), *range(80, 84), 130, 131)
    }
    elsewhere |= {f"D{number}": "migration" for number in range(91, 100)}
    elsewhere |= {f"D{number}": "compiler" for number in range(100, 104)}
    elsewhere |= {f"D{number}": "scan" for number in range(160, 163)}
    elsewhere |= {f"D{number}": "cli" for number in (*range(126, 130), 180)}
    elsewhere |= {f"D{number}": "playground/test_*.py" for number in range(108, 112)}
    elsewhere |= {f"D{number}": "sync" for number in range(112, 119)}
    elsewhere |= {f"D{number}": "scan" for number in range(155, 158)}
    elsewhere |= {"D175": "sync", "D176": "scan", "D177": "sync", "D178": "scan", "D183": "scan"}
    assert {row["id"] for row in listed} - cited == set(elsewhere)
    for decision, files in elsewhere.items():
        texts = [*CORPUS.parent.glob(files), *CORPUS.parent.glob(f"{files}/**/*")]
        assert any(re.search(rf"\b{decision}\b", path.read_text("utf-8")) for path in texts if path.is_file()), decision
    assert cited <= {row["id"] for row in listed}
