"""The literal parser: its values, its spans and its errors."""

import json
import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderquery.diagnostics.diagnostic import Diagnostic
from orderquery.diagnostics.place import Place
from orderquery.language.limits import MAX_SEARCH_BYTES
from orderquery.syntax.literal_parser import Located, Spans, read_literal
from orderquery.syntax.source_text import SourceText, parse_number, quote, unquote

SAME = settings(max_examples=150, deadline=None, derandomize=True)


def value_of(text: str) -> object:
    read = read_literal(text)
    assert read.diagnostics == ()
    return read.value


def error_of(text: str) -> Diagnostic:
    read = read_literal(text)
    assert read.value is None
    assert dict(read.spans) == {}
    (diagnostic,) = read.diagnostics
    return diagnostic


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {}),
        ("[]", []),
        ("null", None),
        (' {"a": [1, true, false, null]} ', {"a": [1, True, False, None]}),
        ("{a: 1, $b: 2, _c: 3, d9: 4, é: 5}", {"a": 1, "$b": 2, "_c": 3, "d9": 4, "é": 5}),
        ("{true: 1, null: 2, nullable: 3}", {"true": 1, "null": 2, "nullable": 3}),
        ("{'a': 'it\\'s', \"b\": \"it's\"}", {"a": "it's", "b": "it's"}),
        ("{a: [1, 2,], b: {c: 1,},}", {"a": [1, 2], "b": {"c": 1}}),
        ("// one\n{a: /* two\n * lines */ 1} // three", {"a": 1}),
        ("{a: '// no comment /* here */'}", {"a": "// no comment /* here */"}),
        ("\ufeff{\u00a0a:\t1\r\n}", {"a": 1}),
        ('{"__proto__": 1, "": 2}', {"__proto__": 1, "": 2}),
        ('"tab\there"', "tab\there"),
    ],
)
def test_json_and_javascript_literals(text: str, value: object) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\"\\\/\b\f\n\r\t"', '"\\/\b\f\n\r\t'),
        (r'"\u0041\u00e9\ud83d\ude00"', "Aé😀"),
        (r'"\ud83d"', "\ud83d"),
        (r'"\ude00\ud83d"', "\ude00\ud83d"),
        (r'"\ud83d\u0041"', "\ud83dA"),
        (r'"\ud83d\u{de00}"', "\ud83d\ude00"),
        (r"'\x41\v\0\'\u{1F600}'", "A\v\0'😀"),
        ("'a\\\nb\\\r\nc'", "abc"),
        ('"\\\\"', "\\"),
    ],
)
def test_escapes(text: str, value: str) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0), ("-0", 0), ("12", 12), ("-7", -7), ("1.50", Decimal("1.50")), ("1e3", Decimal("1e3")),
        ("-0.0", Decimal("-0.0")), ("9" * 4000, int("9" * 4000)), ("9" * 4001, Decimal("9" * 4001)),
        ("0.1" + "0" * 5000, Decimal("0.1")), ("1E-999999999", Decimal("1E-999999999")),
    ],
)  # fmt: skip
def test_numbers_are_exact(text: str, value: object) -> None:
    read = value_of(text)
    assert read == value
    assert type(read) is type(value)


def test_a_lower_digit_limit_of_python_raises_nothing() -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        assert value_of("7" * 1000) == Decimal("7" * 1000)
    finally:
        sys.set_int_max_str_digits(before)


GOLDEN = [
    ('{"search": {"filter": {"status": }}}', "1:34", 'expected a value, found "}"', "add a value"),
    ("", "1:1", "expected a value, found the end of the text", 'write an object such as {"search": {}}'),
    ('{"a": 1, \n', "2:1", 'expected a key or "}", found the end of the text',
     'close the "{" at line 1, column 1 with "}"'),
    ('{"a": [1', "1:9", 'expected "," or "]", found the end of the text', 'close the "[" at line 1, column 7 with "]"'),
    ('{"a": 1 "b": 2}', "1:9", 'expected "," or "}", found the string "b"', 'add a comma before the string "b"'),
    ("[1 [2]]", "1:4", 'expected "," or "]", found "["', 'add a comma before "["'),
    ('{"a" 1}', "1:6", 'expected ":", found "1"', 'write ":" and a value after the key'),
    ("{a = 1}", "1:4", 'expected ":", found "="', 'write ":" and a value after the key'),
    ("{status}", "1:8", 'expected ":", found "}"', 'write ":" and a value after the key'),
    ("[1,,2]", "1:4", 'expected a value or "]", found ","', "remove the comma, or add a value before it"),
    ('{"a":[1}', "1:8", 'expected "," or "]", found "}"', 'close the "[" at line 1, column 6 with "]"'),
    ("[b: 1]", "1:2", 'expected a value or "]", found "b"', 'put strings in quotes: "b"'),
    ('["b": 1]', "1:5", 'expected "," or "]", found ":"', "write keys and values in { }, not in [ ]"),
    ("{1: 2}", "1:2", 'expected a key or "}", found "1"', 'put the key in quotes: "1"'),
    ("{a: undefined}", "1:5", 'expected a value, found "undefined"', "remove the key, or write null"),
    ("{a: NaN}", "1:5", 'expected a value, found "NaN"', "not a JSON number; write a number or null"),
    ("{a: -Infinity}", "1:5", 'expected a value, found "-Infinity"', "not a JSON number; write a number or null"),
    ("{a: True}", "1:5", 'expected a value, found "True"', "write true"),
    ("{a: !0}", "1:5", 'expected a value, found "!"', "write true instead of !0"),
    ("{a: !1}", "1:5", 'expected a value, found "!"', "write false instead of !1"),
    ("{buyerInfo.email: 5}", "1:11", 'expected ":", found ".email"', 'put the key in quotes: "buyerInfo.email"'),
    *(
        (f"{{a: new Date({given})}}", "1:5", 'expected a value, found "new"', f"write the date-time as a string{help_}")
        for given, help_ in [
            ("'2024-01-31'", ': "2024-01-31T00:00:00.000Z"'),
            ("`2024-01`", ': "2024-01-01T00:00:00.000Z"'),
            ('"2024-01-31T10:00:00+02:00"', ': "2024-01-31T08:00:00.000Z"'),
            ("1706693400000", ': "2024-01-31T09:30:00.000Z"'),
            # JavaScript reads it in the time zone of the computer.
            ("'2024-01-31T10:00:00'", ' with its UTC offset: "2024-01-31T10:00:00.000Z" for UTC'),
            ("", ', such as "2024-01-31T09:30:00.000Z"'),
            ("'2024-02-30'", ', such as "2024-01-31T09:30:00.000Z"'),
            ("2024, 0, 31", ', such as "2024-01-31T09:30:00.000Z"'),
            ("Date.now() - 7", ', such as "2024-01-31T09:30:00.000Z"'),
        ]
    ),
    ("{status: PAID}", "1:10", 'expected a value, found "PAID"', 'put strings in quotes: "PAID"'),
    ("[012]", "1:2", 'expected a value or "]", found "012"', "write a number such as 12, or put the value in quotes"),
    ("[1e9999999999999999999]", "1:2", 'the number "1e9999999999999999999" is out of range', "use a smaller exponent"),
    ('{"a": "b}', "1:7", 'missing closing " before the end of the text', r'close it with "; write a line break as \n'),
    ('{"a": "b\n"}', "1:7", 'missing closing " before the end of the line',
     r'close it with "; write a line break as \n'),
    (r'["\q"]', "1:3", r'unknown escape "\q"', r"write a backslash as \\, any other character as \uXXXX"),
    (r'["a\u12"]', "1:4", r'unknown escape "\u"', r"write a backslash as \\, any other character as \uXXXX"),
    ('{\u201ca\u201d: 1}', "1:2", 'expected a key or "}", found "\u201c"', 'use straight quotes: "'),
    ("{a: `x`}", "1:5", 'expected a value, found "`"', 'use " or \' as quotes'),
    ("{a: 1} /* x", "1:8", 'expected the end of the text, found "/"', "close the comment with */"),
    ("{a: 1};", "1:7", 'expected the end of the text, found ";"', "pass only the { ... } object"),
    ('[\ud800]', "1:2", r'expected a value or "]", found "\ud800"', ""),
    ("const q = {a: 1}", "1:1", 'expected a value, found "const"',
     "this looks like JavaScript: pass only the { ... } object"),
    ("const", "1:1", 'expected a value, found "const"', 'put strings in quotes: "const"'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "where", "message", "advice"), GOLDEN)
def test_a_syntax_error_names_what_was_expected_and_found(text: str, where: str, message: str, advice: str) -> None:
    diagnostic = error_of(text)
    assert diagnostic.code == "json-syntax"
    assert (f"{diagnostic.line}:{diagnostic.column}", diagnostic.message, diagnostic.help) == (where, message, advice)
    assert diagnostic.span == diagnostic.place.span
    start, _ = diagnostic.span or (0, 0)
    assert SourceText(text).line_column(start) == (diagnostic.line, diagnostic.column)


@pytest.mark.parametrize("text", ["", "{", '{"a": 1, ', "[1,\n\n", "{a:  ", "[[1]  // end"])
def test_an_unfinished_text_is_an_error_at_its_end(text: str) -> None:
    assert error_of(text).span == (len(text), len(text))


def test_each_duplicate_key_is_one_diagnostic_at_its_second_place() -> None:
    text = "{a: 1, 'a': {x: 1, x: 2}, b: [{c: 1, c: 2, \"c\": 3}]}"
    read = read_literal(text)
    assert read.value == {"a": {"x": 2}, "b": [{"c": 3}]}
    assert [(d.code, d.place.path, d.place.at, text[slice(*(d.span or ()))]) for d in read.diagnostics] == [
        ("duplicate-key", ("a",), "key", "'a'"),
        ("duplicate-key", ("a", "x"), "key", "x"),
        ("duplicate-key", ("b", 0, "c"), "key", "c"),
    ]
    assert "$and" in read.diagnostics[0].help
    assert read.diagnostics[2].pointer == "/b/0/c"
    assert text[slice(*read.spans[("b", 0, "c"), "key"])] == '"c"'


def test_parts_of_an_overwritten_value_have_no_span() -> None:
    read = read_literal("{a: {x: 1, x: 2}, a: 3}")
    assert [d.place.path for d in read.diagnostics] == [("a",)]
    assert (("a", "x"), "value") not in read.spans


@pytest.mark.parametrize(
    "place",
    [(("a", 0), "value"), (("b", -1), "value"), (("b", 9), "value"),
     (("b", "0"), "value"), (("c",), "key"), ((), "key")],
)  # fmt: skip
def test_an_unknown_path_is_a_key_error(place: object) -> None:
    spans = read_literal("{a: 1, b: [1]}").spans
    assert place not in spans
    with pytest.raises(KeyError):
        Spans()[(), "value"]


def test_deep_text_is_an_error_without_recursion() -> None:
    assert read_literal("[" * 200 + "]" * 200).diagnostics == ()
    for text in ("[" * 201, "[" * 200_000, "{a:" * 201, "[" * 201 + "]" * 201):
        diagnostic = error_of(text)
        assert diagnostic.code == "too-deep"
        assert diagnostic.column is not None
    assert error_of("{a:" * 201).span == (600, 601)


def test_the_limit_of_size_counts_bytes() -> None:
    fits = '"' + "é" * (MAX_SEARCH_BYTES // 2 - 1) + '"'
    assert read_literal(fits).diagnostics == ()
    assert error_of(fits + " ").code == "too-large"
    assert error_of('"' + "\ud800" * (MAX_SEARCH_BYTES // 3) + '"').code == "too-large"


def test_many_deep_elements_need_no_table_of_paths() -> None:
    listed = "[" + "1," * 999 + "1]"
    read = read_literal("[" * 149 + ",".join([listed] * 20) + "]" * 149)
    start = 149 + 19 * (len(listed) + 1) + 1 + 999 * 2
    assert read.spans[((0,) * 148) + (19, 999), "value"] == (start, start + 1)


def test_lines_and_columns_count_characters() -> None:
    text = "é😀\r\n\nx"
    assert [SourceText(text).line_column(at) for at in range(len(text) + 1)] == [
        (1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (3, 1), (3, 2),
    ]  # fmt: skip


def test_values_have_plain_types() -> None:
    read = read_literal("{a: 'b'}")
    assert isinstance(read, Located)
    assert [type(part) for part in next(iter(read.value.items()))] == [str, str]
    assert read_literal("{a: }").diagnostics[0].place == Place(None, (4, 5))


def test_importing_the_parsers_does_not_import_lark() -> None:
    import subprocess

    code = (
        "import sys, orderquery.syntax.literal_parser, orderquery.syntax.text_parser; sys.exit('lark' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# -- properties -------------------------------------------------------------------------------------------------

ANY_TEXT = st.text(st.characters(exclude_categories=()))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)
PIECES = st.sampled_from([
    "{", "}", "[", "]", ":", ",", '"', "'", "a", "$", "1", "-", ".", "e5", "true", "null", "//", "/*", "*/", "\\", "\n",
    " ", '"a"', "'b'", "\\u", "\ud800", "é", "new Date(", "0", "{a:1", "`",
])  # fmt: skip


@SAME
@given(ANY_TEXT | st.lists(PIECES, max_size=15).map("".join))
def test_no_text_raises(text: str) -> None:
    read = read_literal(text)
    if read.diagnostics and read.diagnostics[0].code == "json-syntax":
        (diagnostic,) = read.diagnostics
        start, end = diagnostic.span or (-1, -1)
        assert read.value is None
        assert 0 <= start <= end <= len(text)
        diagnostic.message.encode()
        diagnostic.help.encode()


@SAME
@given(JSON, st.booleans(), st.sampled_from([None, 2]))
def test_the_output_of_json_parses(value: object, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    read = read_literal(text)
    assert read.value == json.loads(text, parse_float=Decimal)
    assert read.diagnostics == ()
    for (path, at), span in read.spans.items():
        part = value_of(text[slice(*span)])
        here = read.value
        for step in path[:-1] if at == "key" else path:
            here = here[step]
        assert part == (path[-1] if at == "key" else here)
    assert len(read.spans) == len(dict(read.spans))


@SAME
@given(ANY_TEXT, st.sampled_from("\"'`"))
def test_unquote_is_the_inverse_of_quote(text: str, mark: str) -> None:
    quoted = quote(text, mark)
    assert unquote(quoted, 0, "json-syntax") == text
    quoted.encode()
    assert len(quoted.splitlines()) == 1


@SAME
@given(st.decimals(allow_nan=False, allow_infinity=False) | st.integers())
def test_numbers_parse_exactly(value: Decimal | int) -> None:
    assert parse_number(str(value)) == value
