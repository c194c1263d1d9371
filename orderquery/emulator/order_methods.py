"""The methods of an emulator for orders and their transactions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from ..diagnostics.arguments import items
from ..stores.base import Store
from .wire.base import BulkResponse
from .wire.order_requests import CancelOrderResponse, CreateOrderResponse, GetOrderResponse, UpdateOrderResponse
from .wire.transaction_requests import (
    AddPaymentsResponse,
    ManyOrderTransactionsResponse,
    OrderTransactionsResponse,
)

if TYPE_CHECKING:
    from ..compiler.page import Page
    from ..compiler.requested import SearchSource
    from ..dicts import (
        MaskedOrderDict,
        NewOrderDict,
        NewPaymentDict,
        OrderSettingsDict,
        PaymentAndOrderIdDict,
        UpdatedOrderDict,
    )

JSON = Any


class OrderMethods(ABC):
    """One method for every operation of orders and of their transactions."""

    store: Store

    @abstractmethod
    def _call(self, name: str, **request: JSON) -> Any:
        """Run an operation on the keys of its request."""

    # -- orders ------------------------------------------------------------------------------------------------

    def create_order(
        self, order: NewOrderDict | Mapping[str, Any], settings: OrderSettingsDict | Mapping[str, Any] | None = None
    ) -> CreateOrderResponse:
        """Create an order."""
        return cast(CreateOrderResponse, self._call("create_order", order=order, settings=settings))

    def get_order(self, order_id: str) -> GetOrderResponse:
        """Return an order, hidden ones included."""
        return cast(GetOrderResponse, self._call("get_order", id=order_id))

    def search_orders(
        self,
        search: SearchSource = "",
        *,
        params: Mapping[str, Any] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        seconds: float | None = None,
    ) -> Page:
        """Return one page of a search, in any form. See :meth:`Store.search`.

        Raises:
            QueryError: the search is refused.
            StoreTimeout: it took longer than ``seconds``.

        """
        return self.store.search(search, params=params, limit=limit, cursor=cursor, seconds=seconds)

    def update_order(self, order_id: str, order: UpdatedOrderDict | Mapping[str, Any]) -> UpdateOrderResponse:
        """Update the paths of an order that can be updated; null removes a value."""
        return cast(UpdateOrderResponse, self._call("update_order", id=order_id, order=order))

    def bulk_update_orders(
        self, orders: Iterable[MaskedOrderDict | Mapping[str, Any]], return_entity: bool = False
    ) -> BulkResponse:
        """Update up to 100 orders.

        Each is ``{"order": {"id": …, …}, "fieldMask": "archived"}``; the mask may be absent.
        """
        return cast(
            BulkResponse,
            self._call("bulk_update_orders", orders=items("orders", orders, "orders"), returnEntity=return_entity),
        )

    def cancel_order(
        self,
        order_id: str,
        *,
        send_order_canceled_email: bool | None = None,
        custom_message: str | None = None,
        restock_all_items: bool | None = None,
    ) -> CancelOrderResponse:
        """Cancel an order."""
        response = self._call(
            "cancel_order",
            id=order_id,
            sendOrderCanceledEmail=send_order_canceled_email,
            customMessage=custom_message,
            restockAllItems=restock_all_items,
        )
        return cast(CancelOrderResponse, response)

    # -- transactions ------------------------------------------------------------------------------------------

    def add_payments(
        self, order_id: str, payments: Iterable[NewPaymentDict | Mapping[str, Any]]
    ) -> AddPaymentsResponse:
        """Add up to 50 payments to an order."""
        return cast(
            AddPaymentsResponse,
            self._call("add_payments", orderId=order_id, payments=items("payments", payments, "payments")),
        )

    def update_payment_status(self, order_id: str, payment_id: str, status: str) -> OrderTransactionsResponse:
        """Set the status of a payment."""
        response = self._call("update_payment_status", orderId=order_id, paymentId=payment_id, status=status)
        return cast(OrderTransactionsResponse, response)

    def bulk_update_payment_statuses(
        self,
        payment_and_order_ids: Iterable[PaymentAndOrderIdDict | Mapping[str, Any]],
        status: str,
        return_full_entity: bool = False,
    ) -> BulkResponse:
        """Set the status of up to 300 payments: ``{"orderId": …, "paymentId": …}`` each."""
        response = self._call(
            "bulk_update_payment_statuses",
            paymentAndOrderIds=items("payment_and_order_ids", payment_and_order_ids, "pairs of ids"),
            status=status,
            returnFullEntity=return_full_entity,
        )
        return cast(BulkResponse, response)

    def list_transactions_for_single_order(self, order_id: str) -> OrderTransactionsResponse:
        """Return the payments and refunds of an order."""
        return cast(OrderTransactionsResponse, self._call("list_transactions_for_single_order", orderId=order_id))

    def list_transactions_for_multiple_orders(self, order_ids: Iterable[str]) -> ManyOrderTransactionsResponse:
        """Return the payments and refunds of up to 100 orders; unknown ids are left out."""
        response = self._call("list_transactions_for_multiple_orders", orderIds=items("order_ids", order_ids, "ids"))
        return cast(ManyOrderTransactionsResponse, response)
