"""What an editor offers for the public face, from pyright's language server; and what pyright finds wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from language_server import LanguageServer
from project import ROOT

pytest.importorskip("pyright", reason="pyright is in the extra lint")
HEAD = "import orderquery as oq\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("editor")
    settings = {"typeCheckingMode": "strict", "extraPaths": [str(ROOT)]}
    (made / "pyrightconfig.json").write_text(json.dumps(settings))
    return made


@pytest.fixture(scope="module")
def editor(folder: Path) -> Iterator[LanguageServer]:
    command = [sys.executable, "-c", "import sys; from pyright.langserver import main; main('--stdio')"]
    server = LanguageServer(command, folder)
    yield server
    server.close()


def test_fields_and_operators_are_completed(editor: LanguageServer) -> None:
    fields = editor.complete(HEAD + "oq.f.|")
    assert {"paymentStatus", "buyerInfo", "createdDate", "number"} <= set(fields)
    assert "paymentstatus" not in fields
    assert {"email", "contactId", "memberId"} <= set(editor.complete(HEAD + "oq.f.buyerInfo.|"))
    of_email = set(editor.complete(HEAD + "oq.f.buyerInfo.email.|"))
    assert {"is_in", "starts_with", "exists", "is_missing", "asc", "desc"} <= of_email
    assert not {"has_any", "between", "is_not_in"} & of_email
    of_methods = set(editor.complete(HEAD + "oq.f.paymentMethods.|"))
    assert {"has_any", "has_all", "is_in"} <= of_methods
    assert not {"starts_with", "desc"} & of_methods
    values = editor.complete(HEAD + "oq.f.paymentStatus.is_in(['|'])")
    assert {"PAID", "PARTIALLY_PAID"} <= {value.strip("'") for value in values}


def test_keys_of_searches_and_orders_are_completed(editor: LanguageServer) -> None:
    keys = editor.complete(HEAD + 'body: oq.SearchRequestDict = {"search": {"filter": {"|"}}}')
    assert {'"paymentStatus"', '"$and"', '"buyerInfo.email"'} <= {f'"{key.strip(chr(34))}"' for key in keys}
    of_order = editor.complete(HEAD + "def read(order: oq.OrderDict) -> None:\n    order['|']")
    assert {"number", "priceSummary", "lineItems"} <= {key.strip("'\"") for key in of_order}
    assert {"search", "pages", "load", "get", "count"} <= set(editor.complete(HEAD + 'oq.open_store("a.db").|'))


def test_what_is_under_the_pointer(editor: LanguageServer) -> None:
    shown = editor.hover(HEAD + "oq.f.paymentMethods.has_a|ny(['Klarna'])")
    assert "has_any(value: Iterable[PaymentMethodsValue], /) -> FilterExpression" in " ".join(shown.split()).replace(
        "( ", "("
    ).replace(" )", ")")
    assert "Some element is in the list." in shown
    assert "(variable) createdDate: CreatedDate" in editor.hover(HEAD + "oq.f.createdD|ate")


REVEALED = {
    "oq.f.paymentStatus == 'PAID'": "FilterExpression",
    "(oq.f.number > 5) & ~oq.f.id.is_in(['a'])": "FilterExpression",
    "oq.f.createdDate.desc()": "SortExpression",
    "oq.search(oq.f.number > 5).order_by(oq.f.number).limit(5)": "SearchExpression",
    "oq.open_store('a.db').search('everything')": "Page",
    "oq.open_store('a.db').search('everything').next_page()": "Page | None",
    "[order['number'] for order in oq.open_store('a.db').search('everything')]": "list[str]",
    "oq.open_store('a.db').get(number=5)": "OrderDict | None",
    "oq.check({'search': {}}).plan": "Plan | None",
    "oq.aopen_store('a.db')": "OpeningStore",
}
MISTAKES = {
    "oq.search(oq.f.paymentStatus == 'PAYED')": "reportArgumentType",
    "oq.f.paymentStatus.is_in(['PAYED'])": "reportArgumentType",
    "oq.f.paymentstatus": "reportAttributeAccessIssue",
    "oq.f.paymentMethods.starts_with('a')": "reportAttributeAccessIssue",
    "oq.f.number.between('a', 5.5)": "reportArgumentType",
    "oq.search(oq.f.archived > True)": "reportOperatorIssue",
    "oq.open_store('a.db').load(5)": "reportArgumentType",
}


def test_types_as_pyright_infers_them(folder: Path) -> None:
    lines = [f"reveal_type({expression})" for expression in REVEALED] + [*MISTAKES]
    (folder / "face.py").write_text("\n".join([HEAD.strip(), *lines]) + "\n")
    command = [sys.executable, "-m", "pyright", "--outputjson", "face.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)["generalDiagnostics"]
    revealed = {entry["range"]["start"]["line"]: entry["message"] for entry in found if "Type of" in entry["message"]}
    for number, expected in enumerate(REVEALED.values(), 1):
        assert revealed[number].endswith(f'is "{expected}"'), revealed[number]
    mistakes = {(entry["range"]["start"]["line"], entry.get("rule")) for entry in found}
    for number, (expression, rule) in enumerate(MISTAKES.items(), len(REVEALED) + 1):
        assert (number, rule) in mistakes, expression
