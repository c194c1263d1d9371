"""The section of the reference on layouts of one's own, made from the tables it describes."""

from __future__ import annotations

from collections.abc import Iterator

from ...language.types import TYPES
from .engines import ENGINES
from .limitations import DIFFERENCES

_TEXT = """\
## Layouts of your own tables

A search runs on tables you already have: `oq.json_layout(...)` for one that holds orders as JSON, one order a row, and
`oq.load_layout(FILE)` for anything else. `plan.sql(dialect, layout=...)` renders the statement,
`oq.open_store(URL, layout=...)` and `orderquery search URL QUERY --layout FILE` run it on SQLite, PostgreSQL and
DuckDB. Nothing is ever written there. A layout file is TOML:

    dialect = "postgres"
    table = "shop.orders"                 # called o in what follows
    key = "o.order_id"
    json = "o.document"                   # every field that is not listed below is read from it

    [transactions]                        # called t
    table = "shop.transactions"
    key = "t.order_id"
    json = "t.document"

    [fields]
    paymentStatus = "o.payment_status"
    createdDate = { sql = "o.placed_at", form = "timestamp", required = true }
    paymentMethods = "ARRAY(SELECT p.method FROM shop.payments AS p WHERE p.order_id = o.order_id)"

The SQL is yours and stays as it is: expressions over one row, which may hold subqueries. A condition reaches the
expression itself, so an index on it serves.

| key | meaning |
|---|---|
| `name` | what messages call the layout, if not the name of its file |
| `dialect` | what the SQL is written in: DIALECTS |
| `table`, or `from` | the name of a table, which is then called `o`; or what follows FROM: tables, joins, subqueries |
| `key` | the id of an order, unique (within its site). Without it the id is read from `json` |
| `json` | the order as JSON (`jsonb` in PostgreSQL), from which every field comes that is not in `[fields]` |
| `names` | what the JSON calls id and dates: `rest`, `sdk`, or `both` (what holds without it) |
| `document` | what is answered, if not `json` |
| `site` | whose an order is; without it there is one site |
| `[transactions]` | `table`, `key` (the id of its order) and `json`, one row for an order; `json` alone where `from` \
joins the table |
| `[fields]` | a field and its expression, or a table of `sql`, `form`, `required` and `folded`: \
`form` says how values are held, `required` that none is NULL, `folded` gives the text in lower case for `$startsWith` |

A field of many values is an array (`text[]`), a list, or in SQLite the JSON of an array; NULL and empty are the same.
In PostgreSQL a plain index serves a sort where the column is `required`, and one with NULLS FIRST any other; text sorts
by `COLLATE "C"`.
"""


def described() -> str:
    """The section, as Markdown."""
    parts = [_TEXT.replace("DIALECTS", ", ".join(f"`{name}`" for name in ENGINES))]
    parts += ["### Forms", "", *_forms(), ""]
    parts += ["### What they cannot keep", "", "A statement's `notes` say which of these concern it.", ""]
    parts += ["| where | what |", "|---|---|"]
    parts += [f"| {row.where} | {row.says} |" for row in DIFFERENCES.values()]
    return "\n".join(parts) + "\n"


def _forms() -> Iterator[str]:
    yield "| type | form | the column holds | in | without a form in |"
    yield "|---|---|---|---|---|"
    found = [
        (kind, name, form.says, engine.name, index == 0)
        for engine in ENGINES.values()
        for kind, forms in engine.forms.items()
        for index, (name, form) in enumerate(forms.items())
    ]
    rows = dict.fromkeys((kind, name, says) for kind, name, says, _, _ in found)
    for kind, name, says in sorted(rows, key=lambda row: list(TYPES).index(row[0])):
        names = [engine for *form, engine, _ in found if form == [kind, name, says]]
        first = [engine for *form, engine, first in found if form == [kind, name, says] and first]
        yield f"| `{kind}` | `{name}` | {says} | {_listed(names)} | {_listed(first)} |"


def _listed(names: list[str]) -> str:
    return "all" if len(names) == len(ENGINES) else ", ".join(names)
