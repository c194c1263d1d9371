"""The parsers with the package's lexer give the same results and errors as with lark's own lexer."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from call_counter import SHARE, CallCounter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lark import Lark
from lark.exceptions import UnexpectedInput
from scale import scaled
from strategies import Maker, makers

import orderquery as oq
from orderquery.language.limits import MAX_FILTER_NODES, MAX_OPEN_BRACKETS
from orderquery.language.operators import ANY, OPERATORS
from orderquery.syntax import lark_runner, text_nodes
from orderquery.syntax import literal_parser as literal_form
from orderquery.syntax import text_parser as text_form
from orderquery.syntax.lark_runner import TokenRules
from orderquery.syntax.literal_parser import read_literal
from orderquery.syntax.source_text import ReadError, StuckError, unquote
from orderquery.syntax.text_parser import parse_text
from orderquery.syntax.text_printer import print_text

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
SETTINGS = settings(deadline=None, max_examples=scaled(300, 100), suppress_health_check=list(HealthCheck))
WORDS = (
    "status", "createdDate", "`odd`", "=", "!=", ">=", "in", "not in", "is missing", "starts with", "has any", "exists", "does",
    "(", ")", ",", "and", "or", "not", "null", "'a b'", '"x"', "`5`", "5", "-7d", "today", "everything", "nothing", "order by",
    "asc", "desc", "limit", "after", '"', "'", "`", ";", "!", "<", "\\", "\n", "is", "and(", "not(", "'\\q'", "'\\u00e9'",
)  # fmt: skip
PIECES = (
    "{", "}", "[", "]", ":", ",", '"a"', "'b'", "a", "$eq", "true", "false", "null", "1", "-1.5e3", "01", "1e9999999999999999999",
    "//x\n", "/*x*/", "/*", "/", '"', "'\\q'", '"\\u00e9"', " ", "\n", "\ufeff", "new", "é",
)  # fmt: skip


def lark_parser(grammar: str, start: str, builder: Any, rules: TokenRules) -> Lark:
    """The same parser with lark's own lexer."""

    def decode(token: Any) -> Any:
        return token.update(value=unquote(token, token.start_pos, rules.code))

    callbacks = dict.fromkeys(rules.quoted, decode)
    return Lark(grammar, parser="lalr", lexer="basic", start=start, transformer=builder, lexer_callbacks=callbacks)


with pytest.MonkeyPatch.context() as patch:
    patch.setattr(text_form, "build_parser", lark_parser)
    patch.setattr(literal_form, "build_parser", lark_parser)
    SPELLINGS = tuple((s.words, s.operand is ANY) for row in OPERATORS.values() for s in row.spellings)
    TEXT_PARSER = text_form._text_parser.__wrapped__(SPELLINGS)
    LITERAL_PARSER = literal_form._literal_parser.__wrapped__()


def run(parser: Any, text: str) -> Any:
    """Parse with lark's lexer, token by token."""
    state = parser.parse_interactive(text)
    tokens: list[Any] = []
    opened = []
    try:
        for token in state.iter_parse():
            tokens.append(token)
            if token.type in ("LPAR", "LBRACE", "LSQB"):
                opened.append(token)
                if len(opened) > MAX_OPEN_BRACKETS:
                    span = (token.start_pos, token.end_pos)
                    raise ReadError(
                        "too-deep", f"more than {MAX_OPEN_BRACKETS} open brackets", "use fewer brackets", span
                    )
            elif token.type in ("RPAR", "RBRACE", "RSQB"):
                # A bracket without its partner ends the parse.
                opened = opened[:-1]
        return state.feed_eof()
    except UnexpectedInput as problem:
        token = getattr(problem, "token", None)
        if token is None:
            kind, span = "", (problem.pos_in_stream, problem.pos_in_stream + 1)
        elif token.type == "$END":
            kind, span = "$END", (len(text), len(text))
        else:
            kind, span = token.type, (token.start_pos, token.end_pos)
            tokens.pop()
        again = parser.parse_interactive()
        for token in tokens:
            again.feed_token(token)
        opened = []
        for token in tokens:
            if token.type in ("LPAR", "LBRACE", "LSQB"):
                opened.append(token)
            elif token.type in ("RPAR", "RBRACE", "RSQB"):
                opened.pop()
        raise StuckError(kind, span, set(again.accepts()), opened, tokens) from None


def by_lark(read: Any, *arguments: Any) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_form, "run_parser", lambda _, text: run(TEXT_PARSER, text))
        patch.setattr(literal_form, "run_parser", lambda _, text: run(LITERAL_PARSER, text))
        return repr(read(*arguments))


@SETTINGS
@given(st.lists(st.sampled_from(WORDS), max_size=16), st.sampled_from([" ", " ", ""]))
def test_texts_parse_as_with_the_lexer_of_lark(words: list[str], between: str) -> None:
    arguments = (between.join(words), oq.load_schema(), NOW)
    assert repr(parse_text(*arguments)) == by_lark(parse_text, *arguments)


@SETTINGS
@given(makers(), st.randoms(use_true_random=False))
def test_searches_parse_as_with_the_lexer_of_lark(maker: Maker, chance: random.Random) -> None:
    text = print_text(oq.compile({"filter": maker.filter(3), "sort": maker.sort()}).tree, maker.schema)
    for written in (text, text[: chance.randrange(len(text) + 1)], text.replace("(", "", 1), text.replace(" ", "  ")):
        arguments = (written, maker.schema, NOW)
        assert repr(parse_text(*arguments)) == by_lark(parse_text, *arguments)


@SETTINGS
@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join))
def test_literals_parse_as_with_the_lexer_of_lark(text: str) -> None:
    ours, larks = read_literal(text), []

    def read(text: str) -> Any:
        larks.append(read_literal(text))
        return larks[0].value, larks[0].diagnostics

    assert repr((ours.value, ours.diagnostics)) == by_lark(read, text)
    assert dict(ours.spans) == dict(larks[0].spans)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" and ".join(["a = 1"] * 100_000), "too-large"),
        ("not " * 200_000 + "a = 1", "too-deep"),
        ("not (" * 1_000 + "a = 1", "too-deep"),
        ("(" * 500_000, "too-deep"),
        ("a in (" + "b," * (400_000 // SHARE), "too-large"),
        ("a in (" + "b," * (400_000 // SHARE) + "b)", "too-large"),
        (" " * (1 << 20), "empty-query"),
        ("a = 1 " + " " * 1_000_000 + ";", "text-syntax"),
        ("x" * 1_000_000, "text-syntax"),
        ('"' * 1_000_000, "text-syntax"),
        ("order by " + "a, " * (300_000 // SHARE), "too-large"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_the_largest_texts_take_a_few_calls_per_letter(text: str, code: str | None) -> None:
    counter = CallCounter()
    with counter.counting():
        report = oq.check(text, form="text")
    assert [diagnostic.code for diagnostic in report.diagnostics] == ([code] if code else [])
    # At most 17.5 were counted.
    assert counter.calls < 60 * len(text)


def test_conditions_beyond_the_limit_are_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    comparison = text_nodes._TextBuilder.comparison

    def count(builder: Any, parts: Any) -> Any:
        built.append(parts)
        return comparison(builder, parts)

    monkeypatch.setattr(text_nodes._TextBuilder, "comparison", count)
    monkeypatch.setattr(text_form, "_latest", [])
    monkeypatch.setattr(text_form, "_text_parser", text_form._text_parser.__wrapped__)
    _, (diagnostic,) = parse_text(" or ".join(["a = 1"] * 50_000), oq.load_schema(), NOW)
    assert diagnostic.code == "too-large"
    assert (diagnostic.column, len(built)) == (1 + MAX_FILTER_NODES * len("a = 1 or "), MAX_FILTER_NODES)


@pytest.mark.parametrize(
    ("opening", "closing", "size", "limit"),
    [("[", "]", 200_000, 1_000), ('{"search": {"filter": {"number": {"$in": [', "]}}}}", 200_000, 1_000),
     ("[{},", "]", 200_000, 2_000)],
    ids=["bare", "operand", "of objects, too"],
)  # fmt: skip
def test_a_literal_is_not_read_beyond_the_limit_of_a_list(
    opening: str, closing: str, size: int, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = _counted(monkeypatch, literal_form._LiteralBuilder, "number")
    monkeypatch.setattr(literal_form, "_literal_parser", literal_form._literal_parser.__wrapped__)
    text = opening + "1," * size + "1" + closing
    (diagnostic,) = read_literal(text).diagnostics
    assert diagnostic.code == "too-large"
    read = opening.count("{}")
    assert (diagnostic.column, len(built)) == (len(opening) + 1 + 2 * (limit - read), limit - read)
    built.clear()
    checked = oq.check(text, "request", form="json")
    assert len(built) <= limit
    assert [d.code for d in checked.errors][-1] == ("wrong-shape" if opening.startswith("[") else "too-large")


@pytest.mark.parametrize(
    ("text", "kind"), [("number in (" + "1," * 200_000 + "1)", "list"), ("order by " + "a, " * 200_000 + "a", "sort")]
)
def test_a_text_is_not_read_beyond_the_limit_of_a_list(text: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = []
    lex = lark_runner._lex
    monkeypatch.setattr(lark_runner, "_lex", lambda *given: (tokens.append(token) or token for token in lex(*given)))
    _, (diagnostic,) = parse_text(text, oq.load_schema(), NOW)
    assert (diagnostic.code, diagnostic.message.split()[1]) == ("too-large", kind)
    assert len(tokens) < 2_100
    assert text[slice(*(diagnostic.span or (0, 0)))] in ("1", "a")


def test_the_rest_of_a_search_with_a_long_list_has_its_places() -> None:
    listed = ", ".join(["5"] * 1_500)
    text = f'{{"search": {{"filter": {{"number": {{"$in": [{listed}]}}}}, "paging": {{"limit": 5}}}}}}'
    found = oq.check(text).diagnostics
    assert [(d.code, text[slice(*(d.span or (0, 0)))]) for d in found] == [
        ("too-large", f"[{listed}]"), ("ignored-key", '"paging"'),
    ]  # fmt: skip


def _counted(monkeypatch: pytest.MonkeyPatch, builder: Any, rule: str) -> list[Any]:
    built: list[Any] = []
    method = getattr(builder, rule)

    def count(self: Any, parts: Any) -> Any:
        built.append(parts)
        return method(self, parts)

    monkeypatch.setattr(builder, rule, count)
    return built
