"""What a store holds, table by table and whatever the engine, and what is wrong with it."""

import json
from contextlib import contextmanager
from decimal import Decimal
from random import Random

import orderquery as oq
from orderquery.documents.fields import reader
from orderquery.documents.json_lines import read_bytes
from orderquery.stores.document_tables import tables_of
from orderquery.stores.parquet.tables import columns
from orderquery.stores.postgres import tables as postgres_tables
from orderquery.stores.sqlite import tables as sqlite_tables
from orderquery.syntax.json_decoder import decode_json

KEYS = ["the cursors of these stores are nobody's concern"]
BATCH = 1_000
"""Records that a load keeps together, all or none."""
OF_THE_LOADS = ("about", "sqlite_stat1", "sqlite_stat4")
"""Tables that tell of the loads themselves: they may differ where the orders are the same."""
_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgres": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'cursor_key'",
    "duckdb": "SELECT table_name FROM duckdb_tables() WHERE NOT temporary",
}
_INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master ORDER BY name",
    "postgres": "SELECT indexname, replace(indexdef, schemaname, '') FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1",
}


# -- what is loaded ---------------------------------------------------------------------------------------------


def journal(orders, seed=0):
    """Documents as a shop sends them: orders and transactions in a loose order, and a third of the orders once more,
    newer, with other values; now and then an older version comes late, and transactions come as events."""
    dice, listed = Random(seed), []
    for place, document in enumerate(oq.sample(orders, seed)):
        listed.append((place + dice.uniform(0, 30), document))
        if "id" in document and dice.random() < 0.3:
            newer = {
                **document, "updatedDate": f"2031-01-01T00:00:{dice.randrange(60):02}.{place % 1000:03}Z",
                "buyerInfo": {"email": f"{dice.randrange(90)}@example.com"}, "lineItems": document["lineItems"][1:],
                "paymentStatus": dice.choice(("PAID", "NOT_PAID", "PENDING")),
            }  # fmt: skip
            listed.append((dice.uniform(0, 2 * orders), newer))
        elif "orderTransactions" in document and dice.random() < 0.3:
            listed.append((dice.uniform(0, 2 * orders), _event(document["orderTransactions"], place)))
    return [document for _, document in sorted(listed, key=lambda pair: pair[0])]


def _event(transactions, place):
    method = {"regularPaymentDetails": {"paymentMethod": f"Method {place % 7}"}}
    body = {"orderTransactions": {**transactions, "payments": [*transactions["payments"], method]}}
    return {
        "entityFqdn": "wix.ecom.v1.order_transactions", "slug": "updated", "entityId": transactions["orderId"],
        "eventTime": f"2031-01-01T00:00:00.{place % 1000:03}Z", "actionEvent": {"body": body},
    }  # fmt: skip


def written(documents, file):
    """The file, with a document on each line."""
    file.write_bytes(b"".join(json.dumps(document).encode() + b"\n" for document in documents))
    return file


def states(location, file):
    """What a store holds after every batch of a file, the first of none."""
    lines = file.read_bytes().splitlines()
    with oq.open_store(location, keys=KEYS) as store:
        found = [contents(store)]
        for start in range(0, len(lines), BATCH):
            store.load_records(read_bytes(store.schema, b"\n".join(lines[start : start + BATCH])))
            found.append(contents(store))
    return found


# -- what is kept -----------------------------------------------------------------------------------------------


@contextmanager
def _asking(store):
    """A function that gives the columns and the rows of a statement, all of one state."""

    def ask(text):
        if store.dialect == "duckdb":
            rows = database.rows(text)
            return [name for name, *_ in database.inner.description], rows
        cursor = database.execute(text)
        return [name for name, *_ in cursor.description], cursor.fetchall()

    with store._snapshot(None), store._connections.reading() as database:
        yield ask


def contents(store, *, loads=False):
    """Every row of every table, sorted, orders by site and id instead of row ids; with ``loads`` also what tells of
    the loads, and the indexes."""
    with _asking(store) as ask:
        names = sorted(name for (name,) in ask(_TABLES[store.dialect])[1])
        tables = {name: ask(f'SELECT * FROM "{name}"') for name in names if loads or name not in OF_THE_LOADS}
        if loads and store.dialect in _INDEXES:
            tables["indexes"] = ask(_INDEXES[store.dialect])
    headings, rows = tables["order_document"]
    place = [headings.index(name) for name in ("rid", "site", "id")]
    places = {row[place[0]]: (row[place[1]], row[place[2]]) for row in rows}
    return {name: _named(*table, places) for name, table in tables.items()}


def _named(headings, rows, places):
    if "rid" in headings:
        at = headings.index("rid")
        rows = [(*row[:at], places.get(row[at], row[at]), *row[at + 1 :]) for row in rows]
    return sorted((tuple(row) for row in rows), key=repr)


def held(location, **options):
    """What the store at a location holds."""
    with oq.open_store(location, keys=KEYS, create=False) as store:
        return contents(store, **options)


def faults(store):
    """What is wrong with a store: pages of its file, halves of orders, values that are not those of the documents."""
    found, tables = [], tables_of(store.schema)
    with _asking(store) as ask:
        if store.dialect == "sqlite":
            found += [row for row in ask("PRAGMA integrity_check")[1] if row != ("ok",)]
            found += ask("PRAGMA foreign_key_check")[1]
            elements = ask(f"SELECT field, value, rid FROM {tables.elements}")[1]
        documents = ask(f"SELECT rid, site, id, document FROM {tables.documents}")[1]
        listed = ask(f"SELECT site, order_id, document FROM {tables.transactions}")[1]
        others = {(site, key): document for site, key, document in listed}
        headings, rows = ask(f"SELECT * FROM {tables.orders}")
    searched = {row[headings.index("rid")]: dict(zip(headings, row, strict=True)) for row in rows}
    found += [("searched without a document", rid) for rid in searched.keys() - {row[0] for row in documents}]
    if len({(site, key) for _, site, key, _ in documents}) < len(documents) or len(searched) < len(rows):
        found.append("an order twice")
    expected_elements = []
    for rid, site, key, document in documents:
        transactions = others.get((site, key))
        decoded = _decoded(document), None if transactions is None else _decoded(transactions)
        # Field by field: the store has its own, quicker way of projecting.
        values = {field.name: reader(store.schema, field)(*decoded) for field in store.schema.stored_fields}
        expected, parts = _projected(store, rid, site, values)
        expected_elements += [(*part, rid) for part in parts]
        row = searched.get(rid)
        if row is None:
            found.append(("a document that is not searched", site, key))
        elif {name: row[name] for name in expected} != expected:
            found.append(("other values than the document's", site, key))
    if store.dialect == "sqlite" and sorted(elements, key=repr) != sorted(expected_elements, key=repr):
        found.append("other elements than the documents'")
    return found


def _decoded(document):
    return decode_json(document.encode() if isinstance(document, str) else bytes(document), Decimal)


def _projected(store, rid, site, values):
    """The row that is searched, and the elements of its arrays where those lie apart."""
    schema = store.schema
    if store.dialect == "sqlite":
        row, elements = sqlite_tables.make_row(schema, values)
        names = [name for name, _ in sqlite_tables.columns(schema)]
        return {"rid": rid, "site": site, **dict(zip(names, row, strict=True))}, elements
    if store.dialect == "postgres":
        row = postgres_tables.make_row(schema, rid, site, values)
        return dict(zip(postgres_tables.columns(schema), row, strict=True)), []
    row = {column.name: column.encode(values[column.field]) for column in columns(schema) if column.field}
    return {"rid": rid, "site": site, **row}, []
