"""Names of fields that other interfaces use, and properties that cannot be searched.

They are data, in ``grammar/elsewhere.toml``, and belong to the tables of eCommerce orders.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import NamedTuple

from .grammar_files import grammar_text


class Elsewhere(NamedTuple):
    """What names that a table does not have mean in other interfaces."""

    renamed: dict[str, str]
    """The name and the field it became."""
    unclear: dict[str, tuple[str, ...]]
    """The name and the fields it may mean."""
    unsearchable: frozenset[str]
    """Properties of an order that cannot be searched."""
    nearest: dict[str, str]
    """Such a property and the nearest field."""


@cache
def names_from_elsewhere() -> Elsewhere:
    """Load the names."""
    data = tomllib.loads(grammar_text("elsewhere.toml"))
    unclear = {name: tuple(fields) for name, fields in data["unclear"].items()}
    return Elsewhere(data["renamed"], unclear, frozenset(data["unsearchable"]), data["nearest"])
