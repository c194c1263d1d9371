"""Apply the help of a diagnostic to the request it is about, as a reader would.

``applied`` follows the first line of a help literally. Whatever it names to write, rename, move or remove is done at
the place of the diagnostic, and nothing else.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import orderquery as oq

JSON = Any
Path = tuple[str | int, ...]

#: Helps that name nothing to write. Their second lines list possibilities.
NAMES_NOTHING = re.compile(
    r"JSON has no relative|use \$gte and|write the day as|for the fields run|.* exists, but cannot be searched$|.* is not sortable$|operators( of |:)|values of |sortable: |flatten the filter|"
    r"no operator |regular expressions are|only regular expressions|(patterns|ranges) are not|no field is named|a condition |.* takes true or false$|write a field( of the table| with an operator)|"
    r"write (a list of (values|filters)|one value|a string|an integer|an object|one filter)|write \$(or|and|nor) beside|"
    r"add a filter to|see the |send the cursor|put all values|use fewer|write fewer|write a string without|remove it$|"
    r"fill in the value before|await the value before|pass the (value of one|object itself)|write the conditions of|write its values apart|move \".*\" out of the filter|write the (field|operator) as a key"
)
_CODES_OF_OPERANDS = (
    "pattern-value",
    "not-a-number",
    "operand-type",
    "operand-shape",
    "prefix-of-boolean",
    "never-matches",
    "unknown-enum-value",
)
_WRAPPERS = ("search", "query", "options", "serach", "searh")
_DECODER = json.JSONDecoder()
_NAMES = re.compile(r'"([^"]*)"')


def container(request: JSON, path: Path) -> JSON:
    for step in path[:-1]:
        request = request[step]
    return request


def put(request: JSON, path: Path, value: JSON) -> None:
    container(request, path)[path[-1]] = value


def rename(holder: dict[str, JSON], old: str, new: str) -> None:
    """Rename a key in its place; a condition whose name is taken goes under ``$and``."""
    if new in holder and new != old:
        join(holder, {new: holder.pop(old)})
        return
    items = [(new if key == old else key, value) for key, value in holder.items()]
    holder.clear()
    holder.update(items)


def join(holder: dict[str, JSON], filter_: dict[str, JSON]) -> None:
    """Add conditions to a filter; a key that is taken goes under ``$and``."""
    for key, value in filter_.items():
        if key not in holder:
            holder[key] = value
        elif key == "$and":
            there = holder["$and"]
            holder["$and"] = [*(there if isinstance(there, list) else [there]), *value]
        else:
            holder.setdefault("$and", []).append({key: value})


def _json_at(text: str, start: int = 0) -> tuple[JSON, str]:
    """Return the JSON that a text starts with, and the text after it."""
    value, end = _DECODER.raw_decode(text[start:].lstrip())
    return value, text[start:].lstrip()[end:]


class Help:
    """The help of one diagnostic, and the request it is about."""

    def __init__(self, request: JSON, diagnostic: oq.Diagnostic, example: Callable[[str], JSON]) -> None:
        self.request, self.diagnostic, self.example = request, diagnostic, example
        self.text = diagnostic.help.split("\n")[0]
        self.path: Path = diagnostic.place.path or ()
        self.at_key = diagnostic.place.at == "key"

    def alternatives(self) -> Iterator[JSON]:
        """Yield the request after each thing that the help names."""
        for pattern, change in _CHANGES:
            found = re.match(pattern, self.text)
            if found is not None:
                depth = {"unknown-operator": 2, "several-operators": 0}.get(self.diagnostic.code)
                if (depth is not None and self._depth(self.path[:-1]) > depth) or self._is_misplaced():
                    # The help of the connective, the nested object or the place around it comes first.
                    return
                for edit in change(self, found):
                    changed = copy.deepcopy(self.request)
                    texts = self._decoded(changed)
                    edit(changed)
                    for holder, key in reversed(texts):
                        holder[key] = json.dumps(holder[key])
                    yield changed
                return
        if not NAMES_NOTHING.match(self.text):
            raise AssertionError(
                f'no way to apply: {self.text}\nbegin the help with "write: " if it can; else write how to apply it in '
                f"_CHANGES of tests/applied_help.py, or add it to NAMES_NOTHING if it names nothing to write"
            )

    def _is_misplaced(self) -> bool:
        """Return whether the place is inside a condition that is outside a filter."""
        inside = [step for step in self.path if str(step).lower() not in _WRAPPERS]
        return len(inside) > 1 and oq.load_schema().find(str(inside[0])) is not None

    def _decoded(self, request: JSON) -> list[tuple[JSON, Any]]:
        """Decode the JSON texts that the place is inside of; return where they are."""
        texts = []
        for depth, step in enumerate(self.path[:-1]):
            if isinstance(request[step], str) and request[step][:1] not in ("{", "["):
                # One value in place of a list: the place of an item is its own.
                self.path = self.path[: depth + 1]
                break
            if isinstance(request[step], str):
                request[step] = json.loads(request[step])
                texts.append((request, step))
            request = request[step]
        return texts

    # -- names --------------------------------------------------------------------------------------------------

    def did_you_mean(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        for name in _NAMES.findall(self.text):
            yield lambda request, name=name: self._named(request, name)

    def _named(self, request: JSON, name: str) -> None:
        holder = container(request, self.path)
        if self.at_key and name in holder and not self._is_filter(self.path[:-1]):
            # An object has one operator of a name: the other goes beside the field.
            join(container(request, self.path[:-1]), {"$and": [{self.path[-2]: {name: holder.pop(self.path[-1])}}]})
            return
        if self.at_key:
            rename(holder, str(self.path[-1]), name)
            return
        wrong = _NAMES.findall(self.diagnostic.message)[0]
        holder[self.path[-1]] = holder[self.path[-1]].replace(wrong, name)

    def rename(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        def edit(request: JSON) -> None:
            holder = container(request, self.path)
            rename(holder if self.at_key else holder[self.path[-1]], found[1], found[2])

        yield edit

    # -- places -------------------------------------------------------------------------------------------------

    def move(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        def edit(request: JSON) -> None:
            value = container(request, self.path).pop(found[1])
            search = request.setdefault("search", {})
            self._merge(search, found[2] or found[1], value)

        yield edit

    def move_parts(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        def edit(request: JSON) -> None:
            parts = container(request, self.path).pop(found[1])
            search = request.setdefault("search", {})
            for name, value in parts.items():
                self._merge(search, name, value)

        yield edit

    @staticmethod
    def _merge(search: dict[str, JSON], name: str, value: JSON) -> None:
        if isinstance(search.get(name), dict) and isinstance(value, dict):
            join(search[name], value)
        elif not search.get(name):
            search[name] = value

    def move_condition(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        def edit(request: JSON) -> None:
            value = container(request, self.path).pop(found[1])
            join(request.setdefault("search", {}).setdefault("filter", {}), {found[1]: value})

        yield edit

    # -- removals -----------------------------------------------------------------------------------------------

    def remove(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        yield lambda request: self._remove(request, self.path)

    def remove_entry(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        path = self.path if isinstance(self.path[-1], int) else self.path[:-1]
        yield lambda request: self._remove(request, path)

    def remove_list(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        yield lambda request: put(request, self.path, container(request, self.path)[self.path[-1]][0])

    def _remove(self, request: JSON, path: Path) -> None:
        holder = container(request, path)
        del holder[path[-1]]
        if not holder and len(path) > 1 and isinstance(path[-2], str) and path[-2] not in ("filter", "search"):
            self._remove(request, path[:-1])

    # -- what to write ------------------------------------------------------------------------------------------

    def write(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        rest = self.text[found.end() :]
        if rest.startswith('"order": '):
            value, _ = _json_at(rest, len('"order": '))
            yield lambda request: self._ordered(request, value)
            return
        while rest:
            value, rest = self._value(rest)
            yield lambda request, value=value: self._written(request, value)
            more = re.match(r'[^{\["]*?,? or (?=[{\["])', rest)
            rest = rest[more.end() :] if more else ""

    def _value(self, text: str) -> tuple[JSON, str]:
        """Read what to write; ``...`` stands for what is there already."""
        marked = re.sub(r"(?<=[:\s])\.\.\.(?=[}\]])", '"\\\\u2026"', text)
        return _json_at(marked)

    def _ordered(self, request: JSON, order: str) -> None:
        entry = container(request, self.path)
        del entry[self.path[-1]]
        entry["order"] = order

    def _written(self, request: JSON, value: JSON) -> None:
        code, holder, last = self.diagnostic.code, container(request, self.path), self.path[-1] if self.path else ""
        value = self._filled(value, holder[last] if self.path else request)
        if not self.path:
            request.clear()
            request.update(value)
        elif code == "ignored-key" and isinstance(value, dict) and "fieldName" not in value:
            del holder[last]
            self._deep(request if "search" in value else holder, value)
        elif code in ("ignored-key", "unknown-field") and isinstance(value, dict) and "fieldName" in value:
            put(request, self.path[:-1], value)
        elif code in _CODES_OF_OPERANDS and isinstance(value, dict):
            self._other_condition(request, value)
        elif code in ("unknown-operator", "operator-not-allowed", "unknown-field", "several-operators"):
            self._other_condition(request, value)
        elif code == "wrong-shape" and self.diagnostic.message.startswith(("no operator", "$not must")):
            holder.pop(last)
            join(holder, value)
        else:
            holder[last] = value

    def _deep(self, holder: dict[str, JSON], value: dict[str, JSON]) -> None:
        for key, part in value.items():
            if isinstance(part, dict) and isinstance(holder.get(key), dict):
                self._deep(holder[key], part)
            else:
                holder[key] = part

    def _filled(self, value: JSON, there: JSON) -> JSON:
        """Fill the placeholders of a template."""
        if isinstance(value, dict):
            if value == {"field": "value"}:
                return {"status": "APPROVED"}
            name = next(iter(value), None)
            is_field = name is not None and not name.startswith("$") and isinstance(value[name], dict)
            if is_field and list(value[name].values()) == ["\u2026"] and there == {}:
                return {name: {operator: self.example(name) for operator in value[name]}}
            return {"number" if key == "field" else key: self._filled(part, there) for key, part in value.items()}
        if isinstance(value, list) and len(value) == 1 and "\u2026" in json.dumps(value, ensure_ascii=False):
            return [self._filled(value[0], part) for part in there] if isinstance(there, list) else value
        if isinstance(value, list):
            return [self._filled(part, there) for part in value]
        return there if value == "\u2026" else value

    def _other_condition(self, request: JSON, value: JSON) -> None:
        """Write another condition, or another operator, for the one at the place."""
        holder, last = container(request, self.path), self.path[-1]
        if isinstance(value, dict) and all(key.startswith("$") and key not in ("$and", "$or", "$not") for key in value):
            if isinstance(holder[last], dict) or not str(last).startswith("$"):
                holder[last] = value
            else:
                del holder[last]
                holder.update(value)
            return
        del holder[last]
        above = self.path[:-1]
        if self._is_filter(above):
            join(holder, value)
            return
        outer = container(request, above)
        if not holder:
            del outer[above[-1]]
        join(outer, value)

    def _is_filter(self, path: Path) -> bool:
        """Return whether a path leads to a filter object, not to what is under a field."""
        return self._depth(path) == 0

    @staticmethod
    def _depth(path: Path) -> int:
        """Count the steps below a field: a filter is under ``filter``, ``where`` or a connective."""
        steps = [str(step).lstrip("$").lower() for step in path if isinstance(step, str)]
        while steps and steps[0] in (
            "search",
            "query",
            "options",
            "filter",
            "filters",
            "where",
            "and",
            "or",
            "not",
            "nor",
        ):
            steps = steps[1:]
        return len(steps)

    # -- the rest -----------------------------------------------------------------------------------------------

    def bound(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        yield lambda request: put(request, self.path, int(found[1]))

    def direction_in_sort(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        def edit(request: JSON) -> None:
            holder = container(request, self.path)
            del holder[self.path[-1]]
            name = next(key for key in holder if key.lower() in ("sort", "sortby"))
            holder[name] = [{"fieldName": holder[name], "order": found[1]}]

        yield edit

    def keep(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        yield lambda request: put(request, self.path, container(request, self.path)[self.path[-1]][: int(found[1])])

    def use_and(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        def edit(request: JSON) -> None:
            holder, name = container(request, self.path), str(self.path[-1])
            parts = [{name: {key: value}} for key, value in holder.pop(name).items()]
            join(holder, {"$and": parts} if not found[1] else _json_at(found[1])[0])

        yield edit

    def under_a_field(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        def edit(request: JSON) -> None:
            holder, operator = container(request, self.path), str(self.path[-1])
            join(holder, {"number": {operator: holder.pop(operator)}})

        yield edit

    def beside_the_field(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        def edit(request: JSON) -> None:
            holder, field = container(request, self.path[:-1]), self.path[-2]
            join(holder, {"$not": {field: holder.pop(field)[self.path[-1]]}})

        yield edit

    def example_value(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        yield lambda request: put(request, self.path, _json_at(found[1])[0])

    def flag(self, found: re.Match[str]) -> Iterator[Callable[[JSON], None]]:
        for flag in (True, False):
            yield lambda request, flag=flag: put(request, self.path, flag)


_CHANGES: tuple[tuple[str, Callable[[Help, re.Match[str]], Iterator[Callable[[JSON], None]]]], ...] = (
    (r"did you mean ", Help.did_you_mean),
    (r'rename "(.*)" to "(.*)"$', Help.rename),
    (r'move "(.*)" into "search"(?: as "(.*)")?$', Help.move),
    (r'move the parts of "(.*)" directly into (?:"search"|the argument)$', Help.move_parts),
    (r'move "(.*)" into "(?:search\.)?filter"$', Help.move_condition),
    (r"remove this entry$", Help.remove_entry),
    (r"remove the list around the object$", Help.remove_list),
    (r"remove it$|remove |add a value, or remove", Help.remove),
    (r"write: ", Help.write),
    (r'write it in "sort": "order": "(\w+)"$', Help.direction_in_sort),
    (r"write (?:a number from )?(\d+)(?: and follow| to \d+)", Help.bound),
    (r"keep the first (\d+)$", Help.keep),
    (r"use \$and(?:: (.*))?$", Help.use_and),
    (r"put it under a field: ", Help.under_a_field),
    (r"write \$not beside the field$", Help.beside_the_field),
    (r'write (?:a |digits|the start|an? ).*such as (".*")$', Help.example_value),
    (r"write true or false$", Help.flag),
)


def applied(request: JSON, diagnostic: oq.Diagnostic, example: Callable[[str], JSON]) -> list[JSON]:
    """Return the request after each thing that a help names; nothing if it names none.

    ``example`` returns a value of a field, for a help that shows where one goes.
    """
    return list(Help(request, diagnostic, example).alternatives())
