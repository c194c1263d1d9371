"""SQLAlchemy models of a shop, with a column per field, filled with the values of orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import oracle
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    String,
    Text,
    create_engine,
    literal,
)
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Session, relationship

import orderquery as oq
from orderquery.documents.fields import project

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SCHEMA = oq.load_schema()
NAMES = "lineItems.productName.original"
AMOUNT = "priceSummary.total.amount"
NUMBERS = "number"
Listed = JSON().with_variant(ARRAY(Text), "postgresql")


class Base(DeclarativeBase):
    pass


def column_of(row: oq.Field) -> Column[Any]:
    kind = row.type.name
    if row.many:
        return Column(row.column, JSON if row.column.startswith("fulfillment") else Listed)
    if row.name == AMOUNT:
        return Column(row.column, BigInteger)
    types = {"boolean": Boolean(), "instant": DateTime(timezone=row.sortable), "enum": String(40)}
    return Column(row.column, types.get(kind, String()), primary_key=row is SCHEMA.key)


Sold = type("Sold", (Base,), {
    "__tablename__": "sold",
    "number": Column(Integer, primary_key=True),
    "order_id": Column(ForeignKey("shop_models.id")),
    "name": Column(String),
})  # fmt: skip
Shop = type("Shop", (Base,), {
    "__tablename__": "shop_models",
    **{row.column: column_of(row) for row in SCHEMA.fields if row.name != NAMES},
    "sold": relationship(Sold, order_by="Sold.number"),
})  # fmt: skip


def columns() -> dict[str, Any]:
    """The columns of every field."""
    found = {row.name: getattr(Shop, row.column) for row in SCHEMA.fields if row.name != NAMES}
    found[AMOUNT] = oq.sqlalchemy.FieldColumn(found[AMOUNT], form="hundredths")
    found[NAMES] = oq.sqlalchemy.values_of(Shop.sold, Sold.name)  # type: ignore[attr-defined]
    return found


def only_constants() -> dict[str, Any]:
    return {"status": literal("APPROVED"), "id": Shop.id}  # type: ignore[attr-defined]


def fill(engine: Engine, orders: Sequence[Any], transactions: Sequence[Any]) -> None:
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    records = {record["orderId"]: record for record in transactions}
    with Session(engine) as session:
        for key, order in oracle.newest(orders).items():
            values = project(SCHEMA, order, records.get(key))
            names = values.pop(NAMES)
            stored = {row.column: _stored(row, values[row.name]) for row in SCHEMA.fields if row.name in values}
            session.add(Shop(**stored))
            session.flush()
            for name in names:
                session.add(Sold(order_id=key, name=name))
                session.flush()
        session.commit()


def _stored(row: oq.Field, value: Any) -> Any:
    if row.many or value is None:
        # NULL and an empty list are equal.
        return value if value or (row.many and len(row.name) % 2) else None
    if row.type.name == "instant":
        moment = EPOCH + timedelta(microseconds=value)
        return moment if row.sortable else moment.replace(tzinfo=None)
    if row.name == AMOUNT:
        return int(value * 100)
    if row.type.name == "sequence":
        number, text = value
        return text if number == 10**100 else str(number).zfill(9)
    return value


def engine_of(dialect: str, url: str = "") -> Engine:
    if dialect == "sqlite":
        return create_engine("sqlite://")
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
