"""The table of operations: routes, description and parity table are made from it."""

from __future__ import annotations

from .operation import Operation
from .order_operations import ORDER_OPERATIONS, TRANSACTION_OPERATIONS
from .plan_errors import PLAN_ERRORS
from .plan_operations import PLAN_OPERATIONS
from .service_errors import ORDER_ERRORS

OPERATIONS: tuple[Operation, ...] = (*ORDER_OPERATIONS, *TRANSACTION_OPERATIONS, *PLAN_OPERATIONS)
"""Every known operation of the service; add the rows of an area here."""

STATUS_OF = {code: row.status for code, row in (*ORDER_ERRORS.items(), *PLAN_ERRORS.items())}
"""The HTTP status of every code in the rows; add the codes of an area here."""

BY_NAME = {operation.name: operation for operation in OPERATIONS}
