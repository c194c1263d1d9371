"""The reference of the language, made from the tables it describes: ``python -m orderquery.reference`` prints it.

``grammar/README.md`` is its output; a test compares the two.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator

from ..diagnostics.codes import CODES, EFFECT_NOTES
from ..language.fields import Field
from ..language.grammar_files import grammar_text
from ..language.operators import ANY, OPERATORS, Operator
from ..language.schema import Schema, load_schema
from ..language.types import TYPES
from ..sql.mapped.reference_section import reference_section

_HEAD = """\
# grammar/

The language as data. Everything here ships inside the package.

| file | what it is |
|---|---|
| `ecom-orders.toml` | the documented table of fields, verbatim, with its defaults and limits |
| `filter.lark` | the text form |
| `literal.lark` | JSON and the JavaScript object literals that people paste from documentation |
| `decisions.toml` | where the sources are silent or disagree: what holds here, and why |

This page is made from those files and from the rows in `orderquery/operators.py` and `orderquery/catalogue.py` by
`make reference`; change them, not this page.
"""

_FORMS = """\
## A search, three ways

The wire form, as the service takes it:

    {"search": {"filter": {"paymentStatus": "PAID", "createdDate": {"$gte": "2024-01-01T00:00:00.000Z"}},
                "sort": [{"fieldName": "number", "order": "DESC"}],
                "cursorPaging": {"limit": 50}}}

A JavaScript literal, as documentation shows it: bare keys, single quotes, trailing commas and comments are read too.

The text form, for people:

    paymentStatus = PAID and createdDate >= 2024-01-01 order by number desc limit 50

- `not` binds tightest, then `and`, then `or`; parentheses group. Key words may be written in upper or lower case.
- A value is a word (`PAID`, `10126`, `2024-01-01`, `a@example.com`) or quoted (`"Ethiopian Yirgacheffe"`, `'it'`) with
  the escapes of JSON. `null` is missing. A list stands in parentheses: `(PAID, NOT_PAID)`.
- A date field takes a date-time, a bare date (midnight UTC), `now`, `today` (midnight UTC), or a time from now:
  `-7d`, `-12h`, `-30m`, `+1w`. They become instants when the text is read.
- `everything` and `nothing` are the filters without conditions. A field whose name is a key word stands in backticks.
- After the filter: `order by FIELD [asc|desc], ...`, then `limit N`, then `after "CURSOR"`.
"""

_TABLE_KEYS = """\
## Writing another table

A table is a TOML file; `orderquery check --table FILE`, `oq.load_schema(FILE)` and `oq.open_store(..., schema=FILE)`
take it. Top level: `name`, `version` (a cursor is bound to both), `title`, `source` and `read` (where and when the
table was read), `key` (the field of the record's identity), `revision` (the field that tells a newer version of a
record), `sdk_names` (names that the SDK writes otherwise), `hidden` (a field and the values that are never returned)
and `[search]` (default sort and limit, the largest limit, the most sort entries). Each `[[fields]]` row:

| key | meaning |
|---|---|
| `name` | the field, a dotted path |
| `type` | one of {types} |
| `operators` | the operators the field has, in the document's order |
| `many` | the path crosses arrays: the field has a list of values |
| `sortable` | `true`, or `"undocumented"` where only a sample sorts by it |
| `values` | the values of an enum |
| `default` | stands for a missing value |
| `sources` | where values come from, if not from the path of the name: each `{{path}}` or `{{join}}`, with `record` (`order` or `transactions`) and `single`; the first that yields a value counts |
| `aliases` | other names in a search |
| `indexed` | stores keep an index for equality |
| `note` | a sentence for the reference |
"""


def reference(schema: Schema | None = None) -> str:
    """The whole page, as Markdown."""
    table = schema or load_schema()
    parts = (
        _HEAD,
        _FORMS,
        *_operators(),
        *_fields(table),
        *_types(),
        *_codes(),
        *_decisions(),
        reference_section(),
        _table_keys(),
    )
    return "\n".join(parts).rstrip() + "\n"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ").strip() for cell in cells) + " |"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield _row(head)
    yield "|" + "---|" * len(head)
    yield from map(_row, rows)
    yield ""


def _operators() -> Iterator[str]:
    yield "## Operators\n"
    yield "`$and`, `$or` (arrays of filters) and `$not` (one filter) combine them and belong to no field.\n"
    rows = ((f"`{row.name}`", _spelled(row), row.takes.value, row.says) for row in OPERATORS.values())
    yield from _table(("operator", "text form", "operand", "an order matches when"), rows)


def _spelled(row: Operator) -> str:
    return ", ".join(f"`{spelling.words}{' …' if spelling.operand is ANY else ''}`" for spelling in row.spellings)


def _fields(schema: Schema) -> Iterator[str]:
    yield f"## Fields of {schema.name}\n"
    yield f"{schema.title}, version {schema.version}; read {schema.read} from <{schema.source}>.\n"
    rows = (
        (f"`{row.name}`", _type(row), " ".join(f"`{name}`" for name in row.operators), _sortable(row), _note(row))
        for row in schema.fields
    )
    yield from _table(("field", "type", "operators", "sortable", "note"), rows)


def _type(row: Field) -> str:
    return row.type.name + (", many" if row.many else "")


def _sortable(row: Field) -> str:
    return ("yes" if row.documented_sort else "(D10)") if row.sortable else ""


def _note(row: Field) -> str:
    parts = [row.note] if row.note else []
    if row.values:
        parts.append(", ".join(row.values))
    if row.aliases:
        parts.append("Also " + ", ".join(f"`{alias}`" for alias in row.aliases) + ".")
    return " ".join(parts)


def _types() -> Iterator[str]:
    yield "## Types\n"
    yield "A stored value that does not fit its type counts as missing; loading reports it and keeps the order.\n"
    yield from _table(("type", "in a document"), ((f"`{row.name}`", row.says) for row in TYPES.values()))


def _codes() -> Iterator[str]:
    yield "## Diagnostics\n"
    yield "`orderquery explain CODE` says more, with an example.\n"
    rows = ((f"`{row.name}`", row.severity, row.title, EFFECT_NOTES[row.effect]) for row in CODES.values())
    yield from _table(("code", "severity", "what", "live"), rows)


def _decisions() -> Iterator[str]:
    data = tomllib.loads(grammar_text("decisions.toml"))
    yield "## Decisions\n"
    rows = ((row["id"], row["question"], row["decision"], row["ground"]) for row in data["decisions"])
    yield from _table(("", "question", "what holds here", "ground"), rows)
    yield "## Known differences from the live service\n"
    yield "\n".join(f"- {row['text']}" for row in data["differences"]) + "\n"


def _table_keys() -> str:
    return _TABLE_KEYS.format(types=", ".join(f"`{name}`" for name in TYPES))


if __name__ == "__main__":
    sys.stdout.write(reference())
