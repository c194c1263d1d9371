"""The operations of orders and of their transactions, as rows of the table."""

from __future__ import annotations

from ..playground.snippets import SEARCH_PATH
from .operation import Operation
from .wire.base import BulkResponse
from .wire.order_requests import (
    BulkUpdateOrdersRequest,
    CancelOrderRequest,
    CancelOrderResponse,
    CreateOrderRequest,
    CreateOrderResponse,
    GetOrderRequest,
    GetOrderResponse,
    UpdateOrderRequest,
    UpdateOrderResponse,
)
from .wire.transaction_requests import (
    AddPaymentsRequest,
    AddPaymentsResponse,
    BulkUpdatePaymentStatusesRequest,
    ListTransactionsForMultipleOrdersRequest,
    ListTransactionsForSingleOrderRequest,
    ManyOrderTransactionsResponse,
    OrderTransactionsResponse,
    UpdatePaymentStatusRequest,
)

READ_DATE = "2026-11-22"
"""When the documents were read; the published SDK was recorded on ``RECORDED_DATE``."""

RECORDED_DATE = "2026-11-28"


ORDER_OPERATIONS = (
    Operation(
        "create_order", "orders", "POST", "/ecom/v1/orders", "Create Order", "documents", READ_DATE,
        "orders.create", "orders.createOrder", CreateOrderRequest, CreateOrderResponse, writes=True,
        codes=("PURCHASED_DATE_CANNOT_BE_IN_FUTURE",),
        note=(
            "Creates an order. Totals are the caller's; number, dates and what is missing are added. Read- "
            "only keys are ignored."
        ),
    ),
    Operation(
        "search_orders", "orders", "POST", SEARCH_PATH, "Search Orders", "documents", READ_DATE,
        "orders.search", "orders.searchOrders",
        note="Orders that match a filter, sorted, one page at a time. {} returns the newest.",
    ),
    Operation(
        "get_order", "orders", "GET", "/ecom/v1/orders/{id}", "Get Order", "documents", READ_DATE,
        "orders.get", "orders.getOrder", GetOrderRequest, GetOrderResponse, codes=("ORDER_NOT_FOUND",),
        note=(
            "One order, including those that Search Orders never returns. The query parameter id, which the "
            "JavaScript SDK adds, is ignored."
        ),
    ),
    Operation(
        "update_order", "orders", "PATCH", "/ecom/v1/orders/{id}", "Update Order", "documents", READ_DATE,
        "orders.update", "orders.updateOrder", UpdateOrderRequest, UpdateOrderResponse, writes=True,
        codes=("ORDER_NOT_FOUND", "ORDER_IS_PENDING", "ORDER_IS_REJECTED"),
        note="Updates the 13 paths that can be updated; other keys are ignored. A null removes a value.",
    ),
    Operation(
        "bulk_update_orders", "orders", "POST", "/ecom/v1/bulk/orders/update", "Bulk Update Orders", "documents",
        READ_DATE, "orders.bulk_update", "orders.bulkUpdateOrders", BulkUpdateOrdersRequest, BulkResponse, writes=True,
        note=(
            "Updates up to 100 orders, each on its own. fieldMask limits an update to paths, joined by "
            "commas."
        ),
    ),
    Operation(
        "cancel_order", "orders", "POST", "/ecom/v1/orders/{id}/cancel", "Cancel Order", "documents", READ_DATE,
        "orders.cancel", "orders.cancelOrder", CancelOrderRequest, CancelOrderResponse, writes=True,
        codes=("ORDER_NOT_FOUND", "ORDER_IS_PENDING", "ORDER_IS_REJECTED", "ORDER_HAS_AUTHORIZED_TRANSACTION"),
        note="Cancels an order. A canceled order stays as it is.",
    ),
    Operation(
        "import_order", "orders", "POST", "/ecom/v1/orders/import", "Import Order", "unsupported", RECORDED_DATE,
        sdk="orders.importOrder", nearest="create_order",
    ),
    Operation(
        "set_order_number_counter", "orders", "POST", "/ecom/v1/orders/import/set-order-number-counter",
        "Set Order Number Counter", "unsupported", RECORDED_DATE, sdk="orders.setOrderNumberCounter",
        nearest="create_order",
    ),
    Operation(
        "bulk_delete_imported_orders", "orders", "POST", "/ecom/v1/orders/import/bulk-delete-imported-orders",
        "Bulk Delete Imported Orders", "unsupported", RECORDED_DATE, sdk="orders.bulkDeleteImportedOrders",
        nearest="cancel_order",
    ),
    Operation(
        "add_activities", "orders", "POST", "/ecom/v1/orders/{id}/activities/add", "Add Activities", "unsupported",
        RECORDED_DATE, sdk="orders.addActivities", nearest="update_order",
    ),
    Operation(
        "bulk_update_order_tags", "orders", "POST", "/ecom/v1/bulk/orders/update-tags", "Bulk Update Order Tags",
        "unsupported", RECORDED_DATE, sdk="orders.bulkUpdateOrderTags", nearest="bulk_update_orders",
    ),
    Operation(
        "prepare_payment_collection", "orders", "POST",
        "/ecom/v1/payments-collector/orders/{id}/prepare-payment-collection", "Prepare Payment Collection",
        "unsupported", RECORDED_DATE, sdk="orders.preparePaymentCollection", nearest="add_payments",
    ),
    Operation(
        "get_payment_collectability_status", "orders", "GET",
        "/ecom/v1/payments-collector/orders/{id}/payment-collectability-status",
        "Get Payment Collectability Status", "unsupported", RECORDED_DATE, sdk="orders.getPaymentCollectabilityStatus",
        nearest="list_transactions_for_single_order",
    ),
)  # fmt: skip

TRANSACTION_OPERATIONS = (
    Operation(
        "add_payments", "transactions", "POST", "/ecom/v1/payments/orders/{orderId}/add-payment", "Add Payments",
        "documents", READ_DATE, "transactions.add_payments", "orderTransactions.addPayments", AddPaymentsRequest,
        AddPaymentsResponse, writes=True, codes=("ORDER_NOT_FOUND", "DUPLICATE_PAYMENT"),
        note="Adds payments to an order, and updates its payment status, balance and activities.",
    ),
    Operation(
        "update_payment_status", "transactions", "POST",
        "/ecom/v1/payments/{paymentId}/orders/{orderId}/update-payment-transaction-status", "Update Payment Status",
        "documents", READ_DATE, "transactions.update_status", "orderTransactions.updatePaymentStatus",
        UpdatePaymentStatusRequest, OrderTransactionsResponse, writes=True,
        codes=("STATUS_NOT_ALLOWED", "ORDER_TRANSACTIONS_NOT_FOUND", "PAYMENT_NOT_FOUND"),
        note="Sets the status of a payment, and updates the order.",
    ),
    Operation(
        "bulk_update_payment_statuses", "transactions", "POST",
        "/ecom/v1/bulk/payments/update-payment-transaction-status", "Bulk Update Payment Statuses", "documents",
        READ_DATE, "transactions.bulk_update_statuses", "orderTransactions.bulkUpdatePaymentStatuses",
        BulkUpdatePaymentStatusesRequest, BulkResponse, writes=True,
        note="Sets the status of up to 300 payments, each on its own.",
    ),
    Operation(
        "list_transactions_for_single_order", "transactions", "GET", "/ecom/v1/payments/orders/{orderId}",
        "List Transactions For Single Order", "documents", READ_DATE, "transactions.list_for_order",
        "orderTransactions.listTransactionsForSingleOrder", ListTransactionsForSingleOrderRequest,
        OrderTransactionsResponse, codes=("ORDER_NOT_FOUND",),
        note=(
            "Payments and refunds of one order. The query parameter orderId, which the JavaScript SDK adds, "
            "is ignored."
        ),
    ),
    Operation(
        "list_transactions_for_multiple_orders", "transactions", "POST", "/ecom/v1/payments/list-by-ids",
        "List Transactions For Multiple Orders", "documents", READ_DATE, "transactions.list_for_orders",
        "orderTransactions.listTransactionsForMultipleOrders", ListTransactionsForMultipleOrdersRequest,
        ManyOrderTransactionsResponse,
        note="Payments and refunds of several orders. Unknown ids are left out.",
    ),
)  # fmt: skip
