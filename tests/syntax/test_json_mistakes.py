"""Where a text that is not JSON is at fault: the same on every version of Python."""

from __future__ import annotations

import pytest

from orderquery.documents.defects import defect_of
from orderquery.syntax.json_decoder import decode_exactly, read_json


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ('{"search": {},}', "a comma before the closing }", 1, 14),
        ('{"search": {"sort": [{"fieldName": "number"}, ]}}', "a comma before the closing ]", 1, 45),
        ('{"search": {"filter": {"number": "1",\n\n  }}}', "a comma before the closing }", 1, 37),
        ('{"search": {\n "sort": [\n  {"fieldName": "number"},\n ]\n}}', "a comma before the closing ]", 3, 26),
        ('{"search": }', "expecting value", 1, 12),
        ('{"search": {} "x": 1}', "expecting ',' delimiter", 1, 15),
        ('{"search": {,}}', "expecting property name enclosed in double quotes", 1, 13),
        ('{"search": {"filter": {}', "expecting ',' delimiter", 1, 25),
    ],
)
def test_a_mistake_has_its_place(text: str, message: str, line: int, column: int) -> None:
    with pytest.raises(ValueError) as found:  # noqa: PT011
        decode_exactly(text)
    defect = defect_of(found.value)
    assert defect.message == f"invalid JSON: {message}"
    assert (defect.line, defect.column) == (line, min(column, len(text.splitlines()[line - 1]) + 1))
    _, (diagnostic,) = read_json(text.encode())
    assert (diagnostic.code, diagnostic.message) == ("json-syntax", f"invalid JSON: {message}")
    assert (diagnostic.line, diagnostic.column) == (line, column)
