"""``search --format histogram``: bars, counts and sums in the terminal."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from command_line import run

from orderquery.cli.histogram_output import draw
from orderquery.stores.histogram import Bucket, CurrencySum, Histogram


def order(key, date, amount="1", currency="EUR"):
    made = {"id": key, "currency": currency, "priceSummary": {"total": {"amount": amount}}}
    return (
        made
        if date is None
        else {**made, "createdDate": f"{date}T00:00:00.000Z", "updatedDate": "2030-01-01T00:00:00Z"}
    )


@pytest.fixture
def shop(here):
    orders = [
        order("a", "2024-01-31", "1234.5"), order("b", "2024-01-31", "8"), order("c", "2024-03-01", "0.1", "USD"),
        order("d", "2024-12-01"), order("e", None, "5", None),
    ]  # fmt: skip
    loaded = run("load", "shop.db", "-", stdin="".join(json.dumps(one) + "\n" for one in orders))
    assert loaded.exit_code == 0
    return here


def test_a_histogram(shop, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    result = run("search", "shop.db", "everything", "--format", "histogram", "--unit", "month")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "5 orders by month of createdDate, in UTC",
        "",
        "2024-01  ████████████████████  2  1,242.50 EUR",
        "2024-02                        0",
        "2024-03  ██████████            1  0.10 USD",
        "...      8 months without orders",
        "2024-12  ██████████            1  1 EUR",
        "missing  ██████████            1  5 without currency",
        "total                          5  1,243.50 EUR  0.10 USD  5…",
    ]


def test_the_field_the_unit_and_the_filter(shop):
    shown = run("search", "shop.db", "paymentStatus is missing", "--format", "histogram", "--by", "updatedDate").stdout
    assert shown.startswith("5 orders by hour of updatedDate, in UTC\n\n2030-01-01 00:00  █")
    assert run("search", "shop.db", "id = none", "--format", "histogram").stdout == "no orders\n"
    assert "by week of createdDate" in run("search", "shop.db", "everything", "--format", "histogram").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--format", "histogram", "--by", "number"),
            'a histogram is by a field of dates, not by "number"; use one of:',
        ),
        (("--unit", "day"), "--unit needs --format histogram"),
        (("--by", "createdDate", "--format", "json"), "--by needs --format histogram"),
        (
            ("--format", "histogram", "--unit", "decade"),
            'unknown value "decade" of --unit; values: auto, hour, day',
        ),
    ],
)
def test_mistakes(shop, arguments, message):
    result = run("search", "shop.db", "everything", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def bucket(day, count, *sums):
    start = None if day is None else datetime(2024, 1, day, tzinfo=UTC)
    return Bucket(start, None, count, tuple(CurrencySum(currency, count, Decimal(total)) for currency, total in sums))


@pytest.mark.parametrize("columns", [1, 40, 80, 200])
def test_any_width_and_any_currency(columns):
    odd = bucket(2, 10**6, ("", "1e30"), ("\u202eevil\n", "-0.00001"), ("x" * 500, "1"), (None, "0"))
    histogram = Histogram("createdDate", "day", "total", (bucket(1, 1), odd), bucket(None, 0), bucket(None, 10**6 + 1))
    lines = list(draw(histogram, columns))
    assert "\u202e" not in "".join(lines)
    assert all(len(line) <= max(columns, 60) for line in lines)
    assert lines[2].startswith("2024-01-01  ▏")
    assert lines[3].startswith("2024-01-02  ████████████████████")
    coloured = list(draw(histogram, columns, colour=True))
    assert "\x1b[36m▏\x1b[0m" in coloured[2]
