"""Searches over your own SQLAlchemy models, as ``oq.sqlalchemy``.

::

    columns = {"status": Order.status, "paymentStatus": Order.payment_status, "id": Order.id}
    select(Order).where(oq.sqlalchemy.where("paymentStatus = PAID", columns))
"""

from __future__ import annotations

from ..diagnostics.errors import MissingExtra

try:
    import sqlalchemy as sqlalchemy
except ImportError as problem:
    raise MissingExtra("sqlalchemy", problem) from None

from .columns import FieldColumn as FieldColumn
from .columns import values_of as values_of
from .filters import order_by as order_by
from .filters import where as where
from .pages import ModelPage as ModelPage
from .pages import page as page
