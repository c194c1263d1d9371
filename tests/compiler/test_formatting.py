"""Formatting: idempotent, with the same meaning, and nothing that was written is lost (D101); conversion."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from random import Random

import pytest
from editor_corpus import EditorCase, broken, case_from, some, written
from scale import scaled
from strategies import Maker

import orderquery as oq
from orderquery.compiler.query import same_answer
from orderquery.syntax.literal_outline import lex_literal
from orderquery.syntax.literal_parser import read_literal
from orderquery.syntax.text_layout import MAX_COLUMNS
from orderquery.syntax.text_outline import text_form
from orderquery.syntax.text_parser import parse_text
from orderquery.syntax.token_walk import COMMENT

SCHEMA = oq.load_schema()
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
RANDOM = scaled(3_000, 25)


def meaning(text, form):
    if form == "text":
        return parse_text(text, SCHEMA, NOW)[0]
    read = read_literal(text)
    return [d.code for d in read.diagnostics], read.value


def assert_formatted(text, form):
    """Format a text that parses; its meaning, tokens and comments stay, and formatting again changes nothing."""
    formatted = oq.format(text, form)
    assert oq.format(formatted, form) == formatted, text
    assert meaning(formatted, form) == meaning(text, form), text
    if form == "text":
        assert parts_of(formatted) == parts_of(text)
    else:
        assert sorted(comments_of(formatted)) == sorted(comments_of(text))
    return formatted


def parts_of(text):
    return [(part.role, part.terminal, part.operator) for part in text_form().parts(text)]


def comments_of(text):
    return [text[lexeme.start : lexeme.end] for lexeme in lex_literal(text) if lexeme.terminal == COMMENT]


@pytest.mark.parametrize("number", some())
def test_every_search_of_the_corpus_keeps_its_meaning(number):
    case = case_from(number)
    formatted = assert_formatted(*case)
    if case.form == "text":
        assert same_answer(oq.compile(formatted, now=NOW), oq.compile(case.text, now=NOW))


def test_random_searches_keep_their_meaning():
    for index in range(RANDOM):
        random = Random(f"format/{index}")
        search = Maker(random, SCHEMA).search()
        plan = oq.compile(search)
        for form in ("text", "request", "search", "sdk"):
            try:
                text = written(plan, form)
            except oq.UsageError:
                continue
            shape = "request" if form == "text" else form
            formatted = assert_formatted(messed(text, random, form), form)
            assert same_answer(oq.check(formatted, shape, form="any").plan, oq.check(text, shape, form="any").plan)


def messed(text, random, form):
    """Return a text with other white space between its tokens, and comments in literals."""
    if form == "text":
        spans = [(part.start, part.end) for part in text_form().parts(text)]
    else:
        spans = [(lexeme.start, lexeme.end) for lexeme in lex_literal(text)]
    pieces, done = [], 0
    for start, end in spans:
        gap = text[done:start]
        fillers = (gap, gap + "\n", gap + "   ", *((gap + "/* a */", gap + "// b\n") if form != "text" else ()))
        pieces += [random.choice(fillers), text[start:end]]
        done = end
    return "".join(pieces)


@pytest.mark.parametrize("case", list(broken())[:: scaled(1, 9)], ids=lambda case: repr(case.text[:40]))
def test_a_text_that_does_not_parse_is_refused_and_any_other_is_formatted(case):
    if meaning(*case) is None or (case.form != "text" and set(meaning(*case)[0]) - {"duplicate-key"}):
        if case.text.strip():
            with pytest.raises(oq.QueryError):
                oq.format(*case)
    else:
        assert_formatted(*case)


# -- the layouts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        ("paymentStatus=PAID   AND createdDate>=-7d", "paymentStatus = PAID and createdDate >= -7d"),
        ("a NOT  IN ( 'x' , \"y\" )", 'a not in ("x", "y")'),
        ("NOT   NOT (a IS   MISSING) or `b` BETWEEN 1 AND 2", "not not (a is missing) or b between 1 and 2"),
        ("c = `5` and d = NULL  and `order by` = '\"'", 'c = `5` and d = null and `order by` = "\\""'),
        ("ORDER  BY  number   DESC ,status LIMIT 5", "order by number desc, status limit 5"),
        ("everything AFTER 'x'", 'everything after "x"'),
        ("paymentstatus = PAYED", "paymentstatus = PAYED"),
        ("", ""),
        ("  \n", "  \n"),
        ("a = 1\n", "a = 1\n"),
        ("\ufeffa=1", "\ufeffa = 1"),
    ],
)
def test_the_text_form_on_one_line(text, formatted):
    assert oq.format(text, "text") == formatted


def test_a_long_text_has_a_line_for_each_condition():
    conditions = "paymentStatus = PAID and createdDate >= -30d and (status in (APPROVED, CANCELED) or number > 5)"
    values = ", ".join(map(str, range(40)))
    assert oq.format(f"{conditions} or number in ({values}) order by number limit 5") == (
        "paymentStatus = PAID\n"
        "  and createdDate >= -30d\n"
        "  and (status in (APPROVED, CANCELED) or number > 5)\n"
        "or number in (\n"
        "  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,\n"
        "  24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39\n"
        ")\n"
        "order by number\n"
        "limit 5"
    )


@pytest.mark.parametrize(
    ("text", "form", "formatted"),
    [
        (
            '{"search":{"filter":{"paymentStatus":{"$in":["PAID"]}},"cursorPaging":{"limit":50}}}',
            "request",
            '{\n  "search": {\n    "filter": {"paymentStatus": {"$in": ["PAID"]}},\n'
            '    "cursorPaging": {"limit": 50}\n  }\n}',
        ),
        ("{filter:{'_id':'it\\'s',}}", "sdk", '{filter: {_id: "it\'s"}}'),
        ("{'a': 1, b: 2}", "filter", '{"a": 1, "b": 2}'),
        ('{"a": 1, // one\n/* two */ "b": 2 }', "filter", '{\n  "a": 1, // one\n  /* two */\n  "b": 2\n}'),
        ("{}", "request", "{}"),
        ('{"a":1,"a":2}', "filter", '{"a": 1, "a": 2}'),
        (
            "  const r = await orders.searchOrders({filter: {number: {$gt: 5}}, sort: []});\n",
            "auto",
            "  const r = await orders.searchOrders({\n    filter: {number: {$gt: 5}},\n    sort: []\n  });\n",
        ),
        (
            """curl https://x -d '{"search":{"filter":{"a":{"b":{"c":"it'\\''s"}}}}}'""",
            "auto",
            """curl https://x -d '{\n  "search": {\n    "filter": {\n      "a": {"b": {"c": "it'\\''s"}}\n"""
            """    }\n  }\n}'""",
        ),
        ("requests.post(url, json={'a': True, 'b': None})", "auto", 'requests.post(url, json={"a": True, "b": None})'),
        ('{"a":\r\n1}\r\n', "filter", '{"a": 1}\r\n'),
    ],
)
def test_json_and_literals(text, form, formatted):
    assert oq.format(text, form) == formatted
    assert oq.format(formatted, form) == formatted


def test_lines_are_short_where_they_can_be():
    text = json.dumps({"search": {"filter": {"status": {"$in": ["APPROVED"] * 20}, "id": "x"}}})
    assert max(map(len, oq.format(text).splitlines())) <= MAX_COLUMNS


def test_no_such_form():
    with pytest.raises(oq.UsageError, match="use one of auto, text, request"):
        oq.format("a = 1", "yaml")  # type: ignore[arg-type]


# -- convert ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", some()[1::2])
def test_a_search_converted_and_back_is_the_same(number):
    case = case_from(number)
    plan = oq.compile(case.text, shape=None if case.form == "text" else case.form, now=NOW)
    for to in ("text", "request", "search", "sdk"):
        try:
            made = oq.convert(case.text, to, case.form)
        except oq.UsageError:
            assert to == "text"
            continue
        back = oq.compile(made, shape=None if to == "text" else to, now=NOW)
        relative = case.form == "text" and any(word in case.text for word in ("-", "today", "yesterday", "now"))
        assert relative or same_answer(back, plan)
        assert to == "text" or oq.format(made, to) == made


def test_a_filter_alone_holds_no_sort():
    assert oq.convert("paymentStatus = PAID", "filter") == '{"paymentStatus": "PAID"}'
    with pytest.raises(oq.UsageError, match="a filter alone cannot hold sort and cursorPaging"):
        oq.convert("paymentStatus = PAID order by number limit 5", "filter")
    with pytest.raises(oq.QueryError, match="unknown-field"):
        oq.convert("foo = 5", "request")
    assert EditorCase("x", "text").form == "text"
