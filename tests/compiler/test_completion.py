"""Completion: what is offered parses on, and what is written is offered, at every position of the corpus (D100, D103).

The plain suite tries a sample, ``ORDERQUERY_TRUST=full`` everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from editor_corpus import EditorCase, broken, case_from, corpus, some, texts
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scale import scaled

import orderquery as oq
from orderquery.compiler import editor_docs
from orderquery.language.conditions import TRUE
from orderquery.language.operators import CONNECTIVES, OPERATORS, Operator, Spelling, Takes
from orderquery.language.schema import parse_schema
from orderquery.syntax.lark_runner import run_parser
from orderquery.syntax.literal_outline import literal_parts, string_of
from orderquery.syntax.literal_parser import _literal_parser
from orderquery.syntax.part_names import PAGING_KEYS, SEARCH_KEYS
from orderquery.syntax.sort_reader import ENTRY_KEYS
from orderquery.syntax.source_text import ReadError, StuckError
from orderquery.syntax.text_outline import name_of, text_form
from orderquery.syntax.text_parser import _current_grammar

SCHEMA = oq.load_schema()
FORMS = ("auto", "text", "request", "search", "filter", "sdk")
SETTINGS = settings(deadline=None, max_examples=scaled(3_000, 60), suppress_health_check=list(HealthCheck))
FIGURES: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def _figures():
    yield
    print("\ncompletion:", ", ".join(f"{count:,} {name}" for name, count in sorted(FIGURES.items())))


def goes_on(text: str, form: str) -> bool:
    """Whether a parser accepts a text, or all of it and asks for more."""
    parser = _current_grammar().parser if form == "text" else _literal_parser()
    try:
        run_parser(parser, text)
    except StuckError as stuck:
        return stuck.kind == "$END"
    except ReadError:
        return False
    return True


def words(case: EditorCase) -> Iterator[tuple[int, int, str, str]]:
    """Yield the place of every field, operator, keyword and value of an enum, its kind and its name."""
    if case.form == "text":
        for part in text_form().parts(case.text):
            written = case.text[part.start : part.end]
            if part.role in ("field", "sort-field"):
                yield part.start, part.end, part.role, field_of(name_of(written))
            elif part.role in ("operator", "keyword"):
                yield part.start, part.end, part.role, " ".join(written.lower().split())
            elif part.role == "value" and part.field is not None:
                row = SCHEMA.find(part.field)
                if row is not None and string_of(written) in row.values and part.operator != "$startsWith":
                    yield part.start, part.end, "value", string_of(written)
        return
    for part in literal_parts(case.text):
        name = string_of(case.text[part.start : part.end])
        path = [step for step in part.path if isinstance(step, str)]
        if part.role == "key":
            row = SCHEMA.find(SCHEMA.from_sdk(name))
            yield part.start, part.end, "key", name if row is None else field_of(name, sdk=case.form == "sdk")
        elif part.role == "value" and "fieldName" in path:
            yield part.start, part.end, "sort-field", field_of(name, sdk=case.form == "sdk")
        elif part.role == "value":
            fields = [row for step in path if (row := SCHEMA.find(SCHEMA.from_sdk(step))) is not None]
            if fields and name in fields[-1].values and path[-1] != "$startsWith":
                yield part.start, part.end, "value", name


def field_of(written: str, *, sdk: bool = False) -> str:
    row = SCHEMA.find(SCHEMA.from_sdk(written) if sdk else written)
    assert row is not None
    return SCHEMA.to_sdk(row.name) if sdk else row.name


@pytest.mark.parametrize("number", some())
def test_what_is_offered_parses_on_and_what_is_written_is_offered(number):
    text, form = case = case_from(number)
    offered = {at: oq.complete(text, at, form) for at in range(len(text) + 1)}
    FIGURES["texts"] += 1
    FIGURES["positions"] += len(offered)
    for start, text_of_it in {(one.start, one.text) for found in offered.values() for one in found}:
        FIGURES["different completions"] += 1
        assert goes_on(text[:start] + text_of_it, form), (text, start, text_of_it)
    for at, found in offered.items():
        assert all(0 <= one.start <= at <= one.end <= len(text) for one in found)
        assert all(one.doc and "\n" not in one.doc for one in found), found
        assert len(set(found)) == len(found)
    for start, end, kind, name in words(case):
        first = start if not text[start - 1 : start].strip("([{,: \n") else start + 1
        for at in range(first, end + 1):
            FIGURES[f"{kind} found"] += 1
            assert name in {one.label for one in offered[at]}, (text, at, kind, name)


def test_the_corpus_has_every_kind_of_word():
    kinds = Counter(kind for case in corpus() for _, _, kind, _ in words(case))
    assert set(kinds) == {"field", "sort-field", "operator", "keyword", "value", "key"}


# -- at the end of what is typed --------------------------------------------------------------------------------


def labels(marked: str, form: str = "auto") -> list[str]:
    at = marked.index("|")
    return [found.label for found in oq.complete(marked.replace("|", "", 1), at, form)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("pay|", ["paymentStatus", "paymentMethods"]),
        ("email|", ["buyerInfo.email"]),
        ("paymnet|", ["paymentStatus", "paymentMethods"]),
        ("dateCr|", ["createdDate"]),
        ("paymentStatus |", ["=", "is missing", "!=", "is present", "in", "not in"]),
        ("createdDate >|", [">=", ">", "today"]),
        ("paymentStatus = P|", ["PAID", "PARTIALLY_REFUNDED", "PENDING", "PARTIALLY_PAID", "PENDING_MERCHANT"]),
        ("paymentStatus = 'NOT|", ["NOT_PAID"]),
        ("buyerInfo.email does n|", ["does not exist"]),
        ("status is |", ["is missing", "is present"]),
        ("status not i|n (PENDING)", ["not in"]),
        ("number b|", ["between"]),
        ("number not |", ["not between"]),
        ("order b|", ["order by"]),
        ("status = PENDING |", ["and", "or", "order by", "limit", "after"]),
        ("(status = PENDING |", ["and", "or"]),
        ("archived = |", ["true", "false", "null"]),
        ("createdDate >= -|", ["-24h", "-7d", "-30d", "-12w"]),
        ("order by |", ["number", "status", "createdDate"]),
        ("order by number |", ["asc", "desc", "limit", "after"]),
        ("limit |", ["100"]),
        ("status == PENDING and |", ["id", "number"]),
        ("status = and num|", ["number"]),
        ("foo = bar baz | number = 5", ["and", "or"]),
        ("{|", ["search"]),
        ('{"search": {"|', ["filter", "sort", "cursorPaging"]),
        ('{"search": {"filter": {"paym|, "x": 1}}', ["paymentStatus", "paymentMethods"]),
        ('{"search": {"filter": {"createdDate": {"$g|"}}}}', ["$gte", "$gt"]),
        ('{"search": {"filter": {"paymentStatus": {"$in": ["PAID", "NOT|', ["NOT_PAID"]),
        ('{"search": {"filter": {"$or": [{"archived": |', ["true", "false", "null"]),
        ('{"search": {"sort": [{"fieldName": "number", "order": |', ["ASC", "DESC"]),
        ('{"search": {"sort": |', ["fieldName", "order"]),
        ('{"search": {"cursorPaging": {"limit": 5, |', ["cursor"]),
        ("orders.searchOrders({filter: {_cre|}})", ["_createdDate", "createdBy.userId"]),
        ('{"paymentStatus": {|', ["$eq", "$ne", "$in", "$nin"]),
    ],
)
def test_the_likely_ones_come_first(typed, first):
    assert labels(typed)[: len(first)] == first


@pytest.mark.parametrize(
    ("typed", "form", "result"),
    [
        ("paymentStatus in P|", "text", "paymentStatus in (PAID)"),
        ('{"filter": {"paymentStatus": {"$in": |}}}', "search", '{"filter": {"paymentStatus": {"$in": ["NOT_PAID"]}}}'),
        ("{filter: {pay|: 'PAID'}}", "sdk", "{filter: {paymentStatus: 'PAID'}}"),
        ("{filter: {'email|}}", "sdk", "{filter: {'buyerInfo.email': }}"),
        ("{sort: [{fieldName: 'number', order: |}]}", "sdk", "{sort: [{fieldName: 'number', order: 'ASC'}]}"),
        ("|", "request", '{"search": '),
        ("{|}", "filter", '{"id": }'),
    ],
)
def test_what_is_inserted_has_the_quotes_and_brackets_of_its_place(typed, form, result):
    at = typed.index("|")
    text = typed.replace("|", "", 1)
    first = oq.complete(text, at, form)[0]
    assert text[: first.start] + first.text + text[first.end :] == result


def test_keys_that_are_there_are_not_offered_again():
    assert "paymentStatus" not in labels('{"search": {"filter": {|, "paymentStatus": "PAID"}}}')
    assert "paymentStatus" in labels('{"search": {"filter": {"paym|entStatus": "PAID"}}}')


def test_a_hidden_value_is_offered_last():
    found = oq.complete("status = ", 9)
    assert [one.label for one in found][-2:] == ["INITIALIZED", "null"]
    assert "no search returns" in found[-2].doc


def test_other_tables_have_their_own_fields():
    found = {one.label for one in oq.complete("", 0, "text", "pricing-plans")}
    assert {row.name for row in oq.load_schema("pricing-plans").fields if row.operators} < found


def test_everything_that_is_offered_has_a_line_about_it():
    assert set(text_form().grammar.keywords) == set(editor_docs.KEYWORDS)
    assert {*SEARCH_KEYS, *PAGING_KEYS, *ENTRY_KEYS, *CONNECTIVES, "search"} == set(editor_docs.KEYS)


def test_a_new_operator_is_offered_by_its_row(monkeypatch):
    spans = Operator(
        "$between", (Spelling("spans"),), Takes.VALUES, "from one value to another", lambda field, bounds: TRUE
    )
    monkeypatch.setitem(OPERATORS, "$between", spans)
    table = parse_schema(
        'name = "t"\nkey = "ref"\n[[fields]]\nname = "ref"\ntype = "guid"\noperators = ["$eq", "$between"]\n'
        '[[fields]]\nname = "and"\ntype = "enum"\nvalues = ["A"]\noperators = ["$between"]\nsortable = true\n'
    )
    assert [found.label for found in oq.complete("ref ", 4, "text", table)] == ["=", "is missing", "spans"]
    assert [found.text for found in oq.complete("`and` spans ", 12, "text", table)] == ["(A)"]
    assert [found.text for found in oq.complete("", 0, "text", table)][:2] == ["ref", "`and`"]
    assert [found.text for found in oq.complete('{"ref": {', 9, "filter", table)] == ['"$eq": ', '"$between": ']


# -- any text ---------------------------------------------------------------------------------------------------

PIECES = (
    "status", "createdDate", "=", "!=", "in", "not", "is", "(", ")", ",", "and", "or", "null", "'a", '"', "`", "order", "by",
    "limit", "5", "between", "{", "}", "[", "]", ":", '"filter"', "filter", "$or", "'$in'", "//", "/*", "*/", "\\", "\n", "\ufeff",
    "😀", "é", "\x00", " ", "searchOrders(", "curl -d '", "\ud800",
)  # fmt: skip


@st.composite
def half_written(draw):
    kind = draw(st.integers(0, 2))
    if kind == 0:
        return draw(st.text(max_size=60))
    if kind == 1:
        return draw(st.sampled_from(("", " "))).join(draw(st.lists(st.sampled_from(PIECES), max_size=25)))
    text = draw(st.sampled_from(texts(97)))[:600]
    start = draw(st.integers(0, len(text)))
    return text[:start] + draw(st.sampled_from(PIECES)) + text[start + draw(st.integers(0, 9)) :]


@SETTINGS
@given(half_written(), st.integers(-3, 700), st.sampled_from(FORMS))
@example("{" * 5000, 5000, "auto")
@example("(" * 5000, 5000, "text")
@example('{"a":' * 3000, 9000, "filter")
def test_any_text_at_any_position_has_an_answer(text, at, form):
    for found in oq.complete(text, at, form):
        assert 0 <= found.start <= found.end <= len(text)
        assert found.label
    known = oq.hover(text, at, form)
    assert known is None or 0 <= known.start <= known.end <= len(text)
    done = 0
    for token in oq.highlight(text, form):
        assert done <= token.start < token.end <= len(text)
        # A byte order mark is white space in JavaScript, and so in a literal.
        gap = text[done : token.start]
        assert not (gap if form == "text" and done else gap.replace("\ufeff", " ")).strip()
        done = token.end
    assert not text[done:].replace("\ufeff", " ").strip()


def test_broken_searches_of_the_corpus_have_an_answer():
    for case in list(broken())[:: scaled(1, 40)]:
        if len(case.text) < scaled(20_000, 1_000):
            for at in range(0, len(case.text) + 1, scaled(1, 7)):
                oq.complete(case.text, at, case.form)


def test_positions_of_the_page_count_utf_16_units():
    from orderquery.syntax.source_text import position_of_utf16, utf16_offset

    for text in ("", "abc", "a😀b", "😀😀", "é\ud800x"):
        for at in range(len(text) + 1):
            assert position_of_utf16(text, utf16_offset(text, at)) == at
        assert position_of_utf16(text, 10_000) == len(text)
    assert position_of_utf16("a😀b", 2) == 1
