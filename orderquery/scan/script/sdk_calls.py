"""The calls of searchOrders of the SDK and of Velo."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from .origins import Origins, PackageExport
from .tree import ScriptTree, callee, field, inner

_METHOD = "searchOrders"
_PATHS: dict[str, tuple[tuple[str, ...], ...]] = {
    "@wix/ecom": (("orders",), ("default", "orders")),
    "wix-ecom-backend": (("orders",), ("default", "orders")),
    "wix-ecom.v2": (("orders",), ("default", "orders")),
    "wix-ecom-v2": (("orders",), ("default", "orders")),
    "@wix/auto_sdk_ecom_orders": ((), ("default",), ("orders",)),
    "@wix/sdk-ecom": (("orders",),),
}
"""By package, where the orders module is in its exports."""


class SdkCall(NamedTuple):
    """A call of searchOrders, and its argument.

    ``is_npm``: of a package of npm, not of Velo.
    """

    call: Node
    argument: Node | None
    is_npm: bool


def module_path(origin: PackageExport | None) -> tuple[str, ...] | None:
    """Return the path of an expression in the orders module."""
    if origin is None:
        return None
    for start in sorted(_PATHS.get(origin.module, ()), key=len, reverse=True):
        if origin.path[: len(start)] == start:
            return origin.path[len(start) :]
    return None


def sdk_call(tree: ScriptTree, origins: Origins, call: Node, given: list[Node]) -> SdkCall | None:
    """Return the call of searchOrders that a call is."""
    function = callee(call)
    if function is None:
        return None
    function = inner(function)
    origin = origins.of(function)
    if module_path(origin) != (_METHOD,) and not _is_other_client(tree, origins, function):
        return None
    is_npm = origin is None or not origin.module.startswith("wix-")
    return SdkCall(call, given[0] if given else None, is_npm)


def _is_other_client(tree: ScriptTree, origins: Origins, function: Node) -> bool:
    """Return whether it is CLIENT.orders.searchOrders of a client from elsewhere."""
    if function.type != "member_expression":
        return False
    name, orders = field(function, "property"), field(function, "object")
    if name is None or orders is None or tree.text(name) != _METHOD:
        return False
    orders = inner(orders)
    holder, part = field(orders, "object"), field(orders, "property")
    if orders.type != "member_expression" or part is None or holder is None or tree.text(part) != "orders":
        return False
    found = origins.of(holder)
    if found is not None and not found.module.startswith((".", "@/", "~", "#", "$")):
        return False
    return origins.names_wix(holder)
