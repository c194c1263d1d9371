"""The SQLAlchemy hook: statements, aliases, types of columns, pages, errors (D125)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import engines
import pytest
from shop_models import engine_of
from sqlalchemy import (
    Date,
    DateTime,
    Enum,
    ForeignKey,
    Numeric,
    String,
    Text,
    Uuid,
    delete,
    func,
    literal,
    or_,
    select,
    types,
    update,
)
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column, relationship

import orderquery as oq

GUIDS = [UUID(f"6f759095-0701-4075-9908-c9c31ff013e{n}") for n in range(6)]


class Base(DeclarativeBase):
    pass


class Upper(types.TypeDecorator[str]):
    impl = String
    cache_ok = True


class Thing(Base):
    __tablename__ = "things"
    number: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("e.id"))
    name: Mapped[str]


class Order(Base):
    __tablename__ = "e"  # the alias that leaf tests use inside
    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    number: Mapped[int]
    status: Mapped[str] = mapped_column(Enum("APPROVED", "INITIALIZED", "CANCELED", name="state"))
    payment: Mapped[str | None] = mapped_column(Upper())
    created: Mapped[datetime] = mapped_column(DateTime())
    total: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    email: Mapped[str | None] = mapped_column(Text())
    things: Mapped[list[Thing]] = relationship(order_by=Thing.number)


COLUMNS: dict[str, Any] = {
    "id": Order.id,
    "number": Order.number,
    "status": Order.status,
    "paymentStatus": Order.payment,
    "createdDate": Order.created,
    "priceSummary.total.amount": Order.total,
    "buyerInfo.email": oq.sqlalchemy.FieldColumn(Order.email, folded=func.lower(Order.email)),
    "lineItems.productName.original": oq.sqlalchemy.values_of(Order.things, Thing.name),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    engine: Engine = engine_of(request.param, engines.postgres_url() if request.param != "sqlite" else "")
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as opened:
        opened.add_all(orders())
        opened.commit()
        yield opened
    Base.metadata.drop_all(engine)
    engine.dispose()


def orders() -> Iterator[Order]:
    for number, guid in enumerate(GUIDS):
        yield Order(
                id=guid, number=number, status="INITIALIZED" if number == 5 else "APPROVED",
                payment="PAID" if number % 2 else None, created=datetime(2024, 1, 1 + number, 0, 0, 0, number),
                total=Decimal(number) / 4, email=f"E{number}@x.y" if number else None,
                things=[Thing(name=f"n{n}") for n in range(number)],
            )  # fmt: skip


FOUND = [
    ("everything", [4, 3, 2, 1, 0]),
    ("nothing", []),
    ("paymentStatus = PAID", [3, 1]),
    ("paymentStatus != PAID", [4, 2, 0]),
    ("not paymentStatus in (PAID, null) order by number", []),
    (f"id in ({GUIDS[1]}, {GUIDS[5]}, x)", [1]),
    ("createdDate > 2024-01-03T00:00:00.000002Z order by createdDate", [3, 4]),
    ("number >= 2 and number < 4 order by number", [2, 3]),
    ("priceSummary.total.amount = 0.5", [2]),
    ("priceSummary.total.amount > 0.75", [4]),
    ("buyerInfo.email starts with e3@", [3]),
    ("buyerInfo.email is missing", [0]),
    ("lineItems.productName.original is missing", [0]),
    ("lineItems.productName.original has all (n0, n2)", [4, 3]),
    ("not lineItems.productName.original has any (n1, n2)", [1, 0]),
    ("lineItems.productName.original = (n0)", [1]),
    ("lineItems.productName.original = n0", [4, 3, 2, 1]),
    ("order by buyerInfo.email", [0, 1, 2, 3, 4]),
    ("order by buyerInfo.email desc", [4, 3, 2, 1, 0]),
    ("status = CANCELED or number = 1", [1]),
]  # fmt: skip


@pytest.mark.parametrize(("search", "numbers"), FOUND)
def test_a_statement_of_ones_own(session: Session, search: str, numbers: list[int]) -> None:
    statement = select(Order.number).where(oq.sqlalchemy.where(search, COLUMNS))
    assert list(session.scalars(statement.order_by(*oq.sqlalchemy.order_by(search, COLUMNS)))) == numbers
    others = session.scalars(select(Order.number).where(~oq.sqlalchemy.where(search, COLUMNS)))
    assert sorted([*others, *numbers]) == list(range(6))


def test_pages(session: Session) -> None:
    for search in ("everything order by number", "everything order by buyerInfo.email desc", "everything"):
        page: oq.sqlalchemy.ModelPage | None = oq.sqlalchemy.page(session, select(Order), search, COLUMNS, limit=2)
        pages = []
        while page:
            pages.append([order.number for order in page])
            last, page = page, page.next_page()
        assert [number for numbers in pages for number in numbers] in ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0])
        assert [len(numbers) for numbers in pages] == [2, 2, 1]
        back = last.prev_page()
        assert back is not None
        assert [order.number for order in back] == pages[1]
        assert repr(back) == "<ModelPage: 2 rows, limit 2>"


def test_conditions_of_ones_own_stay_and_rows_may_be_tuples(session: Session) -> None:
    statement = select(Order.number, Order.email).where(Order.number > 1).order_by(Order.email)
    page = oq.sqlalchemy.page(session, statement, "number < :n", COLUMNS, params={"n": 4}, limit=1)
    assert (list(page), page[0], page[:1], len(page)) == ([(3, "E3@x.y")], (3, "E3@x.y"), [(3, "E3@x.y")], 1)
    following = oq.sqlalchemy.page(session, statement, "", COLUMNS, cursor=page.next)
    assert list(following) == [(2, "E2@x.y")]
    connection = session.connection()
    assert list(oq.sqlalchemy.page(connection, select(Order.number), "number = 3", COLUMNS)) == [3]


def test_cursors_are_bound_to_keys_and_site(session: Session) -> None:
    page = oq.sqlalchemy.page(session, select(Order), "everything", COLUMNS, limit=1, keys=["a key of some length"])
    for options in ({"keys": ["another key of some length"]}, {"keys": ["a key of some length"], "site": "other"}):
        with pytest.raises(oq.QueryError, match="bad-cursor"):
            oq.sqlalchemy.page(session, select(Order), "", COLUMNS, cursor=page.next, **options)  # type: ignore[arg-type]


def test_it_is_an_expression_like_any_other(session: Session) -> None:
    paid = oq.sqlalchemy.where("paymentStatus = PAID", COLUMNS)
    assert list(session.scalars(select(Order.number).where(or_(paid, Order.number == 2)).order_by(Order.number))) == [
        1,
        2,
        3,
    ]
    other = aliased(Order)
    of_other = oq.sqlalchemy.where("number = 3", {"number": other.number, "status": other.status})
    pairs = select(Order.number, other.number).join(other, other.number != Order.number).where(paid, of_other)
    assert session.execute(pairs).all() == [(1, 3)]
    inner = select(Order.id).where(paid).subquery()
    assert session.scalar(select(func.count()).select_from(Order).join(inner, inner.c.id == Order.id)) == 2
    cheap = oq.sqlalchemy.where("number < 2", {"number": Order.number, "status": literal("APPROVED")})
    session.execute(update(Order).where(cheap).values(email="new").execution_options(synchronize_session=False))
    assert session.scalar(select(func.count()).where(Order.email == "new")) == 2
    session.execute(delete(Thing).where(Thing.order_id.in_(select(Order.id).where(paid))))
    assert session.scalar(select(func.count()).select_from(Thing)) == 2 + 4 + 5


def test_the_plan_may_be_made_of_fields(session: Session) -> None:
    plan = oq.compile((oq.f.number > 1) & (oq.f.paymentStatus == "PAID"))
    assert list(session.scalars(select(Order.number).where(oq.sqlalchemy.where(plan, COLUMNS)))) == [3]


UNMAPPED = [
    ("checkoutId = x", COLUMNS, "not-in-layout: field checkoutId is not in layout .* add it to the layout, or"),
    ("paymentStatus = PAID", {"paymentStatus": Order.payment}, "not-in-layout.*field status.*a constant is enough"),
]


@pytest.mark.parametrize(("search", "columns", "message"), UNMAPPED)
def test_a_field_that_is_not_mapped(search: str, columns: Any, message: str) -> None:
    with pytest.raises(oq.QueryError, match=message):
        oq.sqlalchemy.where(search, columns)
    with pytest.raises(oq.QueryError, match="createdDate is not in layout"):
        oq.sqlalchemy.order_by("status = APPROVED", {"status": Order.status, "id": Order.id})
    oq.sqlalchemy.where("status = APPROVED", {"status": Order.status})


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"paymentstatus": Order.payment}, 'unknown field "paymentstatus"; did you mean "paymentStatus"?'),
        ({5: Order.payment}, 'unknown field "5"'),
        ([Order.payment], "columns takes a dict, not a list of 1"),
        ({"status": Order}, '"status" is mapped to'),
        ({"subscriptionInfo.id": Order.id, "lineItems.subscriptionInfo.id": Order.id}, "is mapped twice"),
    ],
)
def test_what_cannot_be_mapped(columns: Any, message: str) -> None:
    with pytest.raises(oq.UsageError, match=message):
        oq.sqlalchemy.where("everything", columns)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("number", Order.created),
        ("createdDate", Order.number),
        ("archived", Order.email),
        ("createdDate", literal(datetime(2024, 1, 1), Date())),
    ],
)
def test_a_type_that_does_not_say_how_it_holds_the_values(name: str, column: Any) -> None:
    statement = select(Order).where(
        oq.sqlalchemy.where({"filter": {name: None}}, {name: column, "status": Order.status})
    )
    with pytest.raises(oq.UsageError, match=f"does not say how it holds {name} .*FieldColumn"):
        statement.compile(dialect=sqlite.dialect())


def test_another_dialect() -> None:
    statement = select(Order.number).where(oq.sqlalchemy.where("number = 5", COLUMNS))
    with pytest.raises(oq.UsageError, match='models in "mysql" are not supported; dialects: sqlite, postgresql'):
        statement.compile(dialect=mysql.dialect())
    assert "IS DISTINCT FROM" in str(statement)
    assert "%%" not in str(statement.compile(dialect=postgresql.asyncpg.dialect()))


def test_a_value_that_does_not_have_its_form_ends_a_page(session: Session) -> None:
    text = literal("soon", Text())
    columns = {**COLUMNS, "createdDate": oq.sqlalchemy.FieldColumn(text, form="iso")}
    with pytest.raises(oq.StoreError, match="createdDate is 'soon', but its column has text, always written"):
        oq.sqlalchemy.page(session, select(Order), "everything", columns, limit=1)


def test_numbers_in_columns_of_other_types() -> None:
    hundredths = oq.sqlalchemy.FieldColumn(Order.number, form="hundredths")
    columns = {"priceSummary.total.amount": hundredths, "status": literal("APPROVED")}
    with Session(engine_of("sqlite")) as opened:
        Base.metadata.create_all(opened.get_bind())
        opened.add(Order(id=GUIDS[0], number=1250, status="APPROVED", created=datetime(2024, 1, 1), total=Decimal(1)))
        opened.flush()
        for search, count in (("priceSummary.total.amount = 12.5", 1), ("priceSummary.total.amount = 12.505", 0)):
            condition = oq.sqlalchemy.where(search, columns)
            assert opened.scalar(select(func.count()).select_from(Order).where(condition)) == count


def test_without_sqlalchemy_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        "import orderquery as oq\n"
        "try: oq.sqlalchemy\n"
        "except oq.MissingExtra as problem: print(problem)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'orderquery[sqlalchemy]'" in done.stdout
