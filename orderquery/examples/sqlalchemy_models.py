"""Searches and pages over SQLAlchemy models of your own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

import orderquery as oq


class ShopTable(DeclarativeBase):
    """The tables of the shop."""


class SoldItem(ShopTable):
    """A line of an order."""

    __tablename__ = "sold_items"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("shop_orders.id"))
    name: Mapped[str]


class ShopOrder(ShopTable):
    """An order."""

    __tablename__ = "shop_orders"
    id: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str]
    payment_status: Mapped[str | None]
    created: Mapped[datetime]
    items: Mapped[list[SoldItem]] = relationship()


def columns() -> dict[str, object]:
    """Return the columns of the fields."""
    return {
        "id": ShopOrder.id,
        "status": ShopOrder.status,
        "paymentStatus": ShopOrder.payment_status,
        "createdDate": ShopOrder.created,
        "lineItems.productName.original": oq.sqlalchemy.values_of(ShopOrder.items, SoldItem.name),
    }


def paid(session: Session, product: str) -> list[ShopOrder]:
    """Return the paid orders with a product, the newest first.

    It is one statement, with a condition of your own beside that of the search.
    """
    plan = oq.compile(
        "paymentStatus = PAID and lineItems.productName.original has any (:product)", params={"product": product}
    )
    statement = select(ShopOrder).where(oq.sqlalchemy.where(plan, columns()), ShopOrder.created > datetime(2020, 1, 1))
    return list(session.scalars(statement.order_by(*oq.sqlalchemy.order_by(plan, columns()))))


def pages(session: Session) -> list[list[str]]:
    """Return the ids of all orders by pages of two."""
    found: list[list[str]] = []
    page: oq.sqlalchemy.ModelPage | None = oq.sqlalchemy.page(
        session, select(ShopOrder), "everything", columns(), limit=2
    )
    while page:
        found.append([order.id for order in page])
        page = page.next_page()
    return found
