"""Which values of a decoded request are the same JSON."""

from __future__ import annotations

import json
from typing import Any, Literal

from .holes import contains_hole

JSON = Any


class SameValues:
    """Compares values by their JSON text.

    Each value is printed once, because one that contains itself is compared very often.
    """

    def __init__(self) -> None:
        self._texts: dict[int, tuple[JSON, str | Literal[False] | None]] = {}

    def is_same(self, one: JSON, other: JSON) -> bool:
        """Return whether two values are the same JSON; false for what is not JSON."""
        text = self._text(one)
        return _has_same_parts(one, other) if text is None else text is not False and text == self._text(other)

    def _text(self, value: JSON) -> str | Literal[False] | None:
        """Return a value as JSON; ``None`` if it has a hole, ``False`` if it cannot."""
        found = self._texts.get(id(value))
        if found is None:
            # With the value, so that no other gets its id.
            found = self._texts[id(value)] = (value, _printed(value))
        return found[1]


def _printed(value: JSON) -> str | Literal[False] | None:
    try:
        return json.dumps(value)
    except RecursionError:
        return False
    except (TypeError, ValueError):
        return None if contains_hole(value) else False


def _has_same_parts(one: JSON, other: JSON) -> bool:
    is_other = not isinstance(one, dict) or not isinstance(other, dict) or list(one) != list(other)
    return one is other if is_other else all(one[key] is other[key] for key in one)
