"""The section of the reference on mapped tables, generated from their tables."""

from __future__ import annotations

from collections.abc import Iterator

from ...language.types import TYPES
from .engine_registry import MAPPING_ENGINES
from .limitations import LIMITATIONS

_TEXT = """\
## Mapped tables

A search can run on tables you already have. A layout maps their columns to fields: `oq.json_layout(...)` for a table
with one order per row as JSON, `oq.load_layout(FILE)` for any other. `plan.sql(dialect, layout=...)` renders the
statement. `oq.open_store(URL, layout=...)` and `orderquery search URL QUERY --layout FILE` run it on SQLite, PostgreSQL
and DuckDB. Mapped tables are read-only. A layout file is TOML:

    dialect = "postgres"
    table = "shop.orders"                 # called o in the expressions below
    key = "o.order_id"
    json = "o.document"                   # every field that is not in [fields] is read from it

    [transactions]                        # called t
    table = "shop.transactions"
    key = "t.order_id"
    json = "t.document"

    [fields]
    paymentStatus = "o.payment_status"
    createdDate = { sql = "o.placed_at", form = "timestamp", required = true }
    paymentMethods = "ARRAY(SELECT p.method FROM shop.payments AS p WHERE p.order_id = o.order_id)"

The SQL is used unchanged: expressions over one row, which may contain subqueries. A condition applies to the
expression itself, so an index on the expression is used.

| key | meaning |
|---|---|
| `name` | the name in messages; default: the name of the file |
| `dialect` | the dialect of the SQL: DIALECTS |
| `table`, or `from` | the name of a table, which is then called `o`; or what follows FROM: tables, joins, subqueries |
| `key` | the order id, unique within its site; default: read from `json` |
| `json` | the order as JSON (`jsonb` in PostgreSQL); every field that is not in `[fields]` is read from it |
| `names` | the names of id and dates in the JSON: `rest`, `sdk`, or `both` (default) |
| `document` | the returned document; default: `json` |
| `site` | the site of an order; default: there is one site |
| `[transactions]` | `table`, `key` (the order id) and `json`, one row per order; if `from` joins it, `json` only |
| `[fields]` | a field and its expression, or a table of `sql`, `form`, `required` and `folded`: `form` is the column \
format, `required` means never NULL, `folded` is the text in lower case for `$startsWith` |

A field of many values is an array (`text[]`), a list, or in SQLite a JSON array; NULL and empty are equal.
In PostgreSQL, a plain index serves the sort of a `required` column, and an index with NULLS FIRST any other; text sorts
by `COLLATE "C"`.
"""


def reference_section() -> str:
    """Return the section as Markdown."""
    parts = [_TEXT.replace("DIALECTS", ", ".join(f"`{name}`" for name in MAPPING_ENGINES))]
    parts += ["### Column formats", "", *_format_rows(), ""]
    parts += ["### Limitations", "", "A statement's `notes` list those that affect it.", ""]
    parts += ["| where | difference |", "|---|---|"]
    parts += [f"| {row.where} | {row.text} |" for row in LIMITATIONS.values()]
    return "\n".join(parts) + "\n"


def _format_rows() -> Iterator[str]:
    yield "| type | `form` | the column holds | engines | default in |"
    yield "|---|---|---|---|---|"
    found = [
        (kind, name, column_format.description, engine.name, index == 0)
        for engine in MAPPING_ENGINES.values()
        for kind, formats in engine.formats.items()
        for index, (name, column_format) in enumerate(formats.items())
    ]
    rows = dict.fromkeys((kind, name, description) for kind, name, description, _, _ in found)
    for kind, name, description in sorted(rows, key=lambda row: list(TYPES).index(row[0])):
        same = [row for row in found if row[:3] == (kind, name, description)]
        engines = _engine_names([engine for *_, engine, _ in same])
        defaults = _engine_names([engine for *_, engine, default in same if default])
        yield f"| `{kind}` | `{name}` | {description} | {engines} | {defaults} |"


def _engine_names(names: list[str]) -> str:
    return "all" if len(names) == len(MAPPING_ENGINES) else ", ".join(names)
