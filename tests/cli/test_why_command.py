"""The command ``why``: of a store, of a file, of one order and of many."""

import json

import pytest
from command_line import run

ORDERS = [
    {"id": "a", "number": "10126", "status": "APPROVED", "paymentStatus": "PAID"},
    {"id": "b", "number": "10127", "status": "APPROVED", "paymentStatus": "NOT_PAID"},
    {"id": "hidden", "number": "10128", "status": "INITIALIZED", "paymentStatus": "PAID"},
    {"id": "twin", "number": "10127", "status": "APPROVED", "paymentStatus": "PAID"},
]
PAYMENTS = {"orderTransactions": {"orderId": "a", "payments": [{"regularPaymentDetails": {"paymentMethod": "Cash"}}]}}
PAID = "paymentStatus = PAID"


@pytest.fixture
def shop(here):
    (here / "orders.jsonl").write_text("".join(json.dumps(order) + "\n" for order in [*ORDERS, PAYMENTS]))
    assert run("load", "shop.db", "orders.jsonl").exit_code == 0
    return here


def lines(result):
    assert result.stderr == ""
    assert result.exit_code == 0
    return result.stdout.splitlines()


def test_an_order_of_a_store(shop):
    expected = ["order a: matches", "* ✓ paymentStatus = PAID  is PAID"]
    assert lines(run("why", PAID, "shop.db", "a")) == expected
    assert lines(run("why", PAID, "shop.db", "--id", "a")) == expected
    assert lines(run("why", PAID, "shop.db", "--number", "10126")) == expected
    assert lines(run("why", PAID, "shop.db", "b")) == [
        "order b: does not match",
        "* ✗ paymentStatus = PAID  is NOT_PAID",
    ]


def test_a_hidden_order_of_a_store(shop):
    expected = [
        "order hidden: hidden from every search",
        "* ✗ status != INITIALIZED  is INITIALIZED",
        "  ✓ paymentStatus = PAID  is PAID",
    ]
    assert lines(run("why", PAID, "shop.db", "hidden")) == expected
    assert lines(run("why", PAID, "shop.db", "--number", "10128")) == expected


def test_the_orders_of_a_file(shop):
    text = run("why", PAID, "orders.jsonl").stdout
    assert [block.splitlines()[0] for block in text.split("\n\n")] == [
        "order a: matches", "order b: does not match", "order hidden: hidden from every search", "order twin: matches",
    ]  # fmt: skip
    assert run("why", PAID, "-", stdin=(shop / "orders.jsonl").read_text()).stdout == text
    one = ["order b: does not match", "* ✗ paymentStatus = PAID  is NOT_PAID"]
    assert lines(run("why", PAID, "orders.jsonl", "b")) == lines(run("why", PAID, "orders.jsonl", "--id", "b")) == one
    assert [line for line in lines(run("why", PAID, "orders.jsonl", "--number", "10127")) if "order " in line] == [
        "order b: does not match",
        "order twin: matches",
    ]


def test_payment_methods_come_from_the_transactions(shop):
    query = 'paymentMethods has any ("Cash")'
    expected = ["order a: matches", '* ✓ paymentMethods has any ("Cash")  is (Cash)']
    assert lines(run("why", query, "shop.db", "a")) == expected
    assert lines(run("why", query, "orders.jsonl", "a")) == expected
    (shop / "payments.json").write_text(json.dumps(PAYMENTS))
    (shop / "only.json").write_text(json.dumps(ORDERS[0]))
    assert lines(run("why", query, "only.json", "--transactions", "payments.json")) == expected
    assert lines(run("why", query, "only.json"))[1].endswith("is missing (no transactions record)")
    assert lines(run("why", query, "-", stdin=(shop / "orders.jsonl").read_text()))[:2] == expected


def test_json_is_one_object_a_line(shop):
    found = [json.loads(line) for line in lines(run("why", PAID, "orders.jsonl", "--format", "json"))]
    assert [(one["id"], one["matches"], one["hidden"]) for one in found] == [
        ("a", True, False), ("b", False, False), ("hidden", False, True), ("twin", True, False),
    ]  # fmt: skip
    assert found[1]["tree"] == {
        "kind": "condition", "result": False, "decides": True, "text": "paymentStatus = PAID", "field": "paymentStatus",
        "operator": "$eq", "operand": "PAID", "value": "NOT_PAID", "missing": False,
    }  # fmt: skip
    (stored,) = lines(run("why", PAID, "shop.db", "b", "--format", "json"))
    assert json.loads(stored) == found[1]


def test_a_site(shop):
    assert run("load", "shop.db", "--site", "other", "-", stdin='{"id": "z"}').exit_code == 0
    assert lines(run("why", "everything", "shop.db", "z", "--site", "other"))[0] == "order z: matches"
    assert run("why", "everything", "shop.db", "z").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("shop.db", "none"), 1, "order not found: none; list the ids with: orderquery search shop.db everything"),
        (("shop.db", "10126"), 1, "order not found: 10126; for the number of an order, write: --number 10126"),
        (("shop.db", "--number", "5"), 1, "order not found: number 5; list the orders with: orderquery search shop.db"),
        (("shop.db", "--number", "10127"), 2, "several orders have the number 10127; pass one of their ids: twin, b"),
        (("shop.db",), 2, "missing ID; pass the id of an order, or --number N"),
        (("shop.db", "a", "--number", "1"), 2, "pass only one of ID, --id and --number"),
        (("shop.db", "a", "--transactions", "orders.jsonl"), 2, "--transactions is for a file of orders"),
        (("orders.jsonl", "none"), 1, "order not found: none is not in orders.jsonl"),
        (("orders.jsonl", "--site", "x"), 2, "--site is for a store"),
        (("none.jsonl",), 2, "file not found: none.jsonl"),
        (("none.db", "a"), 2, "store not found: none.db"),
    ],
)
def test_what_is_not_there(shop, arguments, status, message):
    result = run("why", PAID, *arguments)
    assert result.exit_code == status, result.output
    assert result.stdout == ""
    assert message in result.stderr


def test_queries_with_errors_and_cursors(shop):
    assert run("why", "paymentStatus = ", "shop.db", "a").exit_code == 1
    assert "unknown field" in run("why", "nothing_like_it = 1", "shop.db", "a").stderr
    cursor = json.loads(run("search", "shop.db", "everything", "--limit", "1", "--format", "json").stdout)
    body = json.dumps({"cursorPaging": {"cursor": cursor["metadata"]["cursors"]["next"]}})
    result = run("why", body, "shop.db", "a")
    assert (result.exit_code, "why does not support cursors" in result.stderr) == (2, True)


def test_unusable_documents_of_a_file_are_reported(shop):
    (shop / "orders.jsonl").write_text('{"id": "a"}\n{"id": 5}\n{')
    result = run("why", "everything", "orders.jsonl")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == ["order a: matches", "  ✓ everything"]
    assert len(result.stderr.splitlines()) == 2
