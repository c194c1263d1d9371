"""The lists of pricing plans orders: their parameters and the queries of these.

The published SDK sends repeated parameters, or one parameter ``.r`` with all of them as base64url JSON; REST clients
write ``sorting.fieldName=…``. All three are read.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import Any

from pydantic.alias_generators import to_camel

from ..compiler.compile import compile_search
from ..compiler.query import Query
from ..diagnostics.quoting import described
from ..language.schema import Schema
from ..syntax.json_decoder import read_json
from .errors import diagnostics_error, validation_error
from .violations import Violation
from .wire.plan_requests import ListPlanOrdersRequest, MemberListPlanOrdersRequest

JSON = Any
Pairs = list[tuple[str, str]]

ENCODED = ".r"
_LISTS = frozenset({"buyerIds", "planIds", "orderStatuses", "paymentStatuses"})
_SORTING = {"sorting.fieldName": "fieldName", "sorting.order": "order"}
_BOOLEANS = {"true": True, "false": False}
SORT_FIELDS = {"createdDate": "createdDate", "_createdDate": "createdDate", "endDate": "endDate"}
"""The fields that a list can be sorted by; the SDK does not rename its own name of the first."""


def list_parameters(pairs: Pairs) -> dict[str, JSON]:
    """Return the request in the query of a list.

    A parameter that may be given once counts with its last value. Parameters beside ``.r`` are unknown keys.

    Raises:
        Refused: 400 if ``.r`` is not base64url JSON.

    """
    encoded = [value for name, value in pairs if name == ENCODED]
    if encoded:
        beside = {f"{name} beside {ENCODED}": value for name, value in pairs if name != ENCODED}
        return {**_decode(encoded[-1]), **beside}
    request: dict[str, JSON] = {}
    sorting: dict[str, JSON] = {}
    for name, value in pairs:
        key = to_camel(name) if "_" in name.strip("_") else name
        if key in _LISTS:
            request.setdefault(key, []).append(value)
        elif name in _SORTING:
            sorting[_SORTING[name]] = value
        elif key == "autoRenewCanceled":
            request[key] = _BOOLEANS.get(value, value)
        else:
            request[name] = value
    if sorting:
        request["sorting"] = sorting
    return request


def item_parameters(pairs: Pairs) -> dict[str, JSON]:
    """Return the request in the query of one order."""
    return dict(pairs)


def _decode(text: str) -> dict[str, JSON]:
    try:
        raw = base64.b64decode(text.rstrip("=").encode("ascii") + b"=" * (-len(text.rstrip("=")) % 4), b"-_", True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise _not_encoded("not base64url; send the parameters as base64url JSON") from None
    document, problems = read_json(raw, is_search=False)
    if document is None and problems:
        refusal = diagnostics_error(problems)
        raise _not_encoded(refusal.message.removeprefix("body: "))
    if not isinstance(document, dict):
        raise _not_encoded(f"{described(document)} is not an object; send an object with the parameters")
    return document


def _not_encoded(description: str) -> Exception:
    return validation_error([{"field": ENCODED, "description": description, "violatedRule": "FORMAT"}])


def check_sorting(request: dict[str, JSON]) -> list[Violation]:
    """Return the violation of a list sorted by another field."""
    sorting = request.get("sorting")
    name = sorting.get("fieldName") if isinstance(sorting, dict) else None
    if not isinstance(name, str) or name in SORT_FIELDS:
        return []
    description = f"{described(name)} cannot be sorted by; use createdDate or endDate"
    return [
        {
            "field": "sorting.fieldName",
            "description": description,
            "violatedRule": "OTHER",
            "ruleName": "invalid_sort_field",
        }
    ]


def list_query(
    schema: Schema, request: ListPlanOrdersRequest | MemberListPlanOrdersRequest, member_id: str | None = None
) -> Query:
    """Return the query of a list; a member's own list has only that member's orders.

    Parameters are joined by AND, and an empty list does not filter.
    """
    buyers = [member_id] if member_id is not None else getattr(request, "buyer_ids", None)
    choices = {
        "buyer.memberId": buyers,
        "planId": request.plan_ids,
        "status": request.order_statuses,
        "lastPaymentStatus": request.payment_statuses,
    }
    conditions: dict[str, JSON] = {field: {"$in": values} for field, values in choices.items() if values}
    if request.auto_renew_canceled is not None:
        conditions["autoRenewCanceled"] = {"$eq": request.auto_renew_canceled}
    search: dict[str, JSON] = {"filter": conditions}
    if request.sorting is not None:
        field = SORT_FIELDS[request.sorting.field_name or "createdDate"]
        search["sort"] = [{"fieldName": field, "order": request.sorting.order or "ASC"}]
    if request.limit is not None:
        search["cursorPaging"] = {"limit": request.limit}
    return replace(compile_search(search, shape="search", schema=schema), offset=request.offset or 0)
