"""The loop over lark's tables: what lark's own loop makes of the same text, and what it says where there is nothing."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import islice
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lark.exceptions import UnexpectedInput
from strategies import Maker, makers

import orderquery as oq
from orderquery.language.limits import MAX_OPEN_BRACKETS
from orderquery.syntax import literal_parser as literal_form
from orderquery.syntax import text_parser as text_form
from orderquery.syntax.literal_parser import read_literal
from orderquery.syntax.source_text import ReadError, StuckError
from orderquery.syntax.text_parser import parse_text
from orderquery.syntax.text_printer import print_text

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
SETTINGS = settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
WORDS = (
    "status", "createdDate", "`odd`", "=", "!=", ">=", "in", "not in", "is missing", "starts with", "has any", "exists", "does",
    "(", ")", ",", "and", "or", "not", "null", "'a b'", '"x"', "`5`", "5", "-7d", "today", "everything", "nothing", "order by",
    "asc", "desc", "limit", "after", '"', "'", "`", ";", "!", "<", "\\", "\n", "is", "and(", "not(", "'\\q'", "'\\u00e9'",
)  # fmt: skip
PIECES = (
    "{", "}", "[", "]", ":", ",", '"a"', "'b'", "a", "$eq", "true", "false", "null", "1", "-1.5e3", "01", "1e9999999999999999999",
    "//x\n", "/*x*/", "/*", "/", '"', "'\\q'", '"\\u00e9"', " ", "\n", "\ufeff", "new", "é",
)  # fmt: skip


def larks_own(parser: Any, text: str, *_: Any) -> Any:
    """The same by lark's loop alone."""
    state = parser.parse_interactive(text)
    taken, opened, previous = 0, [], None
    try:
        for token in state.lexer_thread.lex(state.parser_state):
            state.feed_token(token)
            taken, previous = taken + 1, token
            if token.type in ("LPAR", "LBRACE", "LSQB"):
                opened.append(token)
                if len(opened) > MAX_OPEN_BRACKETS:
                    span = (token.start_pos, token.end_pos)
                    raise ReadError("too-deep", f"more than {MAX_OPEN_BRACKETS} brackets are open", "nest less", span)
            elif token.type in ("RPAR", "RBRACE", "RSQB"):
                opened.pop()
        return state.feed_eof()
    except UnexpectedInput as problem:
        token = getattr(problem, "token", None)
        if token is None:
            kind, span = "", (problem.pos_in_stream, problem.pos_in_stream + 1)
        else:
            # Lark reports the end of the text as the place of the last token.
            end = (len(text), len(text))
            kind, span = token.type, end if token.type == "$END" else (token.start_pos, token.end_pos)
        again = parser.parse_interactive(text)
        for token in islice(again.lexer_thread.lex(again.parser_state), taken):
            again.feed_token(token)
        raise StuckError(kind, span, set(again.accepts()), opened, previous) from None


def by_lark(read: Any, *arguments: Any) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_form, "feed", larks_own)
        patch.setattr(literal_form, "feed", larks_own)
        return repr(read(*arguments))


@SETTINGS
@given(st.lists(st.sampled_from(WORDS), max_size=16), st.sampled_from([" ", " ", ""]))
def test_texts_are_read_as_lark_reads_them(words: list[str], between: str) -> None:
    arguments = (between.join(words), oq.load_schema(), NOW)
    assert repr(parse_text(*arguments)) == by_lark(parse_text, *arguments)


@SETTINGS
@given(makers(), st.randoms(use_true_random=False))
def test_searches_are_read_as_lark_reads_them(maker: Maker, chance: random.Random) -> None:
    text = print_text(oq.compile({"filter": maker.filter(3), "sort": maker.sort()}).tree, maker.schema)
    for written in (text, text[: chance.randrange(len(text) + 1)], text.replace("(", "", 1), text.replace(" ", "  ")):
        arguments = (written, maker.schema, NOW)
        assert repr(parse_text(*arguments)) == by_lark(parse_text, *arguments)


@SETTINGS
@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join))
def test_literals_are_read_as_lark_reads_them(text: str) -> None:
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
        ("a in (" + "b," * 400_000, "text-syntax"),
        ("a in (" + "b," * 400_000 + "b)", "too-large"),
        (" " * (1 << 20), None),
        ("a = 1 " + " " * 1_000_000 + ";", "text-syntax"),
        ("x" * 1_000_000, "text-syntax"),
        ('"' * 1_000_000, "text-syntax"),
        ("order by " + "a, " * 300_000, "text-syntax"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_the_largest_texts_are_answered_soon(text: str, code: str | None) -> None:
    begun = process_time()
    report = oq.check(text, form="text")
    assert [said.code for said in report.diagnostics] == ([code] if code else [])
    assert process_time() - begun < 10
