"""Mistakes put into the connectives of a valid filter."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from mistaken_conditions import MistakenConditions, replaced

JSON = Any
Change = Callable[[str, JSON], tuple[str, JSON] | None]


def only(value: JSON) -> JSON:
    """Return the one filter of ``$not``, which may be in a list."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


class MistakenConnectives(MistakenConditions):
    """Makes wrong connectives; a method answers whether it changed the search."""

    def _connective(self, search: JSON, change: Change) -> bool:
        """Replace one connective; ``change`` gets what it means, and returns a new key and value."""
        found = [
            (holder, key, new)
            for holder in self.filters(search.get("filter"))
            for key, value in holder.items()
            if key in self.connectives and (new := change(self.connectives[key], value)) is not None
        ]
        if not found:
            return False
        holder, key, (name, value) = self.random.choice(found)
        return replaced(holder, key, name, value)

    def _single(self, filter_: JSON) -> tuple[str, JSON] | None:
        """Return the only condition of a filter, if it is one that is written under its field."""
        if not isinstance(filter_, dict) or len(filter_) != 1:
            return None
        ((name, condition),) = filter_.items()
        if self.row(name) is None or isinstance(condition, list) or not self.is_condition(condition):
            return None
        return name, condition

    def connective_without_dollar(self, search: JSON) -> bool:
        def changed(key: str, value: JSON) -> tuple[str, JSON]:
            name = self.random.choice((key[1:], key[1:].upper(), key[1:].capitalize(), key.upper()))
            self.connectives[name] = key
            return name, value

        return self._connective(search, changed)

    def connective_nor(self, search: JSON) -> bool:
        def changed(key: str, value: JSON) -> tuple[str, JSON] | None:
            inner = only(value)
            if key != "$not" or not isinstance(inner, dict) or len(inner) != 1:
                return None
            ((name, parts),) = inner.items()
            if self.connectives.get(name) != "$or" or not isinstance(parts, list) or not parts:
                return None
            new = self.random.choice(("$nor", "nor", "NOR"))
            self.connectives[new] = "$nor"
            return new, parts

        return self._connective(search, changed)

    def connective_under_its_field(self, search: JSON) -> bool:
        def changed(key: str, value: JSON) -> tuple[str, JSON] | None:
            written = self.random.choice((key, key[1:]))
            if key == "$not":
                single = self._single(only(value))
                return None if single is None else (single[0], {written: single[1]})
            parts = value if isinstance(value, list) else [value]
            singles = [self._single(part) for part in parts]
            names = {single and single[0] for single in singles}
            if len(names) != 1 or None in names:
                return None
            (name,) = names
            return str(name), {written: [single[1] for single in singles if single]}

        return self._connective(search, changed)

    def connective_not_starts_with(self, search: JSON) -> bool:
        def changed(key: str, value: JSON) -> tuple[str, JSON] | None:
            single = self._single(only(value)) if key == "$not" else None
            if single is None or not isinstance(single[1], dict) or list(single[1]) != ["$startsWith"]:
                return None
            name = self.random.choice(("$notStartsWith", "notStartsWith"))
            return single[0], {name: single[1]["$startsWith"]}

        return self._connective(search, changed)

    def connective_list_under_not(self, search: JSON) -> bool:
        """Write values under ``$not``: ``$nin`` where the field has it, else none of several."""

        def wanted(entry: Any, operator: str, operand: JSON) -> bool:
            return operator == "$nin" and not entry.row.many and operand not in ([], None) and isinstance(operand, list)

        found = self._one(search, wanted)
        if found is not None and len(found[0].operators) == 1:
            return replaced(found[0].holder, found[0].key, found[0].key, {"$not": found[2]})

        def changed(key: str, value: JSON) -> tuple[str, JSON] | None:
            inner = only(value)
            if key != "$not" or not isinstance(inner, dict) or list(inner) != ["$or"] or not inner["$or"]:
                return None
            singles = [self._single(part) for part in inner["$or"]] if isinstance(inner["$or"], list) else [None]
            names = {single and single[0] for single in singles}
            if len(names) != 1 or None in names or self.row(str(*names)).many:
                return None
            values = [single[1] for single in singles if single]
            return None if any(isinstance(part, dict) for part in values) else (str(*names), {"$not": values})

        return self._connective(search, changed)

    def connective_in_for_or(self, search: JSON) -> bool:
        """Write ``$in`` for ``$or`` of values, or ``$nin`` for ``$and`` of other values, where the field has neither."""

        def changed(key: str, value: JSON) -> tuple[str, JSON] | None:
            operator, other = {"$or": ("$eq", "$in"), "$and": ("$ne", "$nin")}.get(key, ("", ""))
            singles = [self._single(part) for part in value] if operator and isinstance(value, list) else []
            names = {single and single[0] for single in singles}
            if len(names) != 1 or None in names or len(singles) > 10 or other in self.row(str(*names)).operators:
                return None
            values = []
            for _, condition in filter(None, singles):
                operators = condition if isinstance(condition, dict) else {"$eq": condition}
                if list(operators) != [operator] or isinstance(operators[operator], list):
                    return None
                values.append(operators[operator])
            return str(*names), {other: values}

        return self._connective(search, changed)

    def connective_with_one_filter(self, search: JSON) -> bool:
        def changed(key: str, value: JSON) -> tuple[str, JSON] | None:
            single = key in ("$and", "$or") and isinstance(value, list) and len(value) == 1
            name = next(name for name, meaning in self.connectives.items() if meaning == key) if single else ""
            certain = single and isinstance(value[0], dict) and (key == "$and" or self._is_one_condition(value[0]))
            return (name, value[0]) if certain else None

        return self._connective(search, changed)

    def _is_one_condition(self, filter_: JSON) -> bool:
        """Return whether a filter has one condition: an object of several has two readings under ``$or``."""
        if len(filter_) != 1:
            return False
        ((key, value),) = filter_.items()
        return key in self.connectives or not isinstance(value, dict) or self._is_one_condition(value)

    def connective_of_json(self, search: JSON) -> bool:
        """Write a filter inside a connective as JSON text."""
        found = [
            (value, index)
            for holder in self.filters(search.get("filter"))
            for key, value in holder.items()
            if key in self.connectives and isinstance(value, list)
            for index, part in enumerate(value)
            if isinstance(part, dict) and part
        ]
        if not found:
            return False
        parts, index = self.random.choice(found)
        text = json.dumps(parts[index], default=float)
        if json.loads(text) != parts[index]:
            return False
        parts[index] = text
        return True
