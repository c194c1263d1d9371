"""Names that other interfaces use for fields, operators and connectives.

Names of fields are data, in ``grammar/elsewhere.toml``, and belong to the tables of eCommerce orders.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from .grammar_files import grammar_text
from .near import is_nearly, near_name, plain_name
from .operators import CONNECTIVES, OPERATORS
from .schema import Schema


class FieldsElsewhere(NamedTuple):
    """What field names that a table does not have mean in other interfaces."""

    renamed: dict[str, str]
    """The name and the field it became."""
    unclear: dict[str, tuple[str, ...]]
    """The name and the fields it may mean."""
    other_values: dict[str, str]
    """The name and a field that tells the same with other values."""
    unsearchable: frozenset[str]
    """Properties of an order that cannot be searched."""
    nearest: dict[str, str]
    """Such a property and the nearest field."""


@cache
def fields_elsewhere() -> FieldsElsewhere:
    """Load the names of fields."""
    data = tomllib.loads(grammar_text("elsewhere.toml"))
    unclear = {name: tuple(fields) for name, fields in data["unclear"].items()}
    unsearchable = frozenset(data["unsearchable"])
    return FieldsElsewhere(data["renamed"], unclear, data["other_values"], unsearchable, data["nearest"])


@cache
def _by_plain_name() -> dict[str, tuple[str, ...]]:
    names = fields_elsewhere()
    found = {plain_name(name): (field,) for name, field in names.renamed.items()}
    return found | {plain_name(name): fields for name, fields in names.unclear.items()}


def fields_from_elsewhere(name: str) -> tuple[str, ...]:
    """Return the fields that a name of another interface may mean, in any spelling."""
    return _by_plain_name().get(plain_name(name), ())


@lru_cache(maxsize=1_024)  # the reader and the checker ask for the same name, and clients repeat their mistakes
def certain_field(schema: Schema, name: str) -> str | None:
    """Return the field that a name certainly means.

    The name may be its own, an SDK name, a near one, or one from elsewhere.
    """
    rows = schema.by_name
    if name in rows:
        return rows[name].name
    rest = schema.from_sdk(name)
    found = rest if rest in rows else fields_elsewhere().renamed.get(name)
    if found not in rows:
        found = near_name(name, rows)
    return None if found is None else rows[found].name


@lru_cache(maxsize=1_024)
def may_begin_a_field(schema: Schema, name: str) -> bool:
    """Return whether a name may be the first part of a field, perhaps misspelt."""
    own, other = _outer_names(schema.by_name), _outer_names(fields_elsewhere().renamed)
    return name in other or is_nearly(name, own)


def _outer_names(names: Iterable[str]) -> set[str]:
    parts = [name.split(".") for name in names]
    return {".".join(steps[:count]) for steps in parts for count in range(1, len(steps))}


COMPARISON_SIGNS = {
    **dict.fromkeys(("=", "==", "==="), "$eq"),
    **dict.fromkeys(("!=", "!==", "<>"), "$ne"),
    **dict.fromkeys((">=", "\u2265"), "$gte"),
    **dict.fromkeys(("<=", "\u2264"), "$lte"),
    ">": "$gt",
    "<": "$lt",
}
"""The operator that a sign means, in any notation."""


class OperatorReading(NamedTuple):
    """What an operator of another interface means in the language."""

    operator: str
    inverted: bool = False
    """Whether its flag, true or false, means the opposite."""
    negated: bool = False
    """Whether the condition is negated."""


_OPERATORS = {
    "$ge": OperatorReading("$gte"),
    "$le": OperatorReading("$lte"),
    "$all": OperatorReading("$hasAll"),
    "$isNull": OperatorReading("$exists", inverted=True),
    "$notExists": OperatorReading("$exists", inverted=True),
    "$notStartsWith": OperatorReading("$startsWith", negated=True),
}
"""One row for each operator of another interface that has one certain meaning."""

_CONNECTIVES = {**{name: name for name in CONNECTIVES}, "$nor": "$nor"}


def operator_reading(name: str) -> OperatorReading | None:
    """Return what an operator certainly means: a near name, or one from elsewhere."""
    near = near_name(name, OPERATORS)
    if near is not None:
        return None if _is_negation(name, near) else OperatorReading(near)
    elsewhere = near_name(name, _OPERATORS)
    return None if elsewhere is None or _is_negation(name, elsewhere) else _OPERATORS[elsewhere]


def _is_negation(name: str, operator: str) -> bool:
    """Return whether a name is an operator with ``n`` in front, such as ``$nexists``."""
    return plain_name(name) == "n" + plain_name(operator)


@lru_cache(maxsize=1_024)
def connective_reading(name: str) -> str | None:
    """Return the connective that a name certainly means, ``$nor`` among them."""
    # Two and three letters are too few for a typing error: the names are equal but for case and $.
    return near_name(name, _CONNECTIVES)
