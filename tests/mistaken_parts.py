"""Mistakes put into the sort of a valid search, and into the places of its parts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from random import Random
from typing import Any

JSON = Any
_DIRECTION = re.compile("[ :](?:asc|desc)$", re.IGNORECASE)


class MistakenParts:
    """Makes wrong sorts and misplaced parts; a method answers whether, or what, it changed."""

    random: Random
    names: list[str]
    other_case: Callable[[str], str | None]

    # -- sorts --------------------------------------------------------------------------------------------------

    def _sorts(self, search: JSON) -> list[tuple[str, bool]] | None:
        sort = search.get("sort")
        if not isinstance(sort, list) or not sort or not all(map(self._is_plain_entry, sort)):
            return None
        pairs = [(entry["fieldName"], entry.get("order") == "DESC") for entry in sort]
        return pairs if len({name for name, _ in pairs}) == len(pairs) else None

    @staticmethod
    def _is_plain_entry(entry: JSON) -> bool:
        plain = isinstance(entry, dict) and {"fieldName"} <= entry.keys() <= {"fieldName", "order"}
        has_direction = plain and (entry["fieldName"][:1] == "-" or _DIRECTION.search(entry["fieldName"]) is not None)
        return plain and entry.get("order") in (None, "ASC", "DESC") and not has_direction

    def _resorted(self, search: JSON, make: Callable[[list[tuple[str, bool]]], JSON]) -> bool:
        pairs = self._sorts(search)
        if pairs is None:
            return False
        search["sort"] = make(pairs)
        return True

    def _word(self, descending: bool) -> JSON:
        return self.random.choice(("desc", "DESC", "descending", -1) if descending else ("asc", "ASC", "ascending", 1))

    def sort_as_object(self, search: JSON) -> bool:
        return self._resorted(search, lambda pairs: {name: self._word(down) for name, down in pairs})

    def sort_as_pairs(self, search: JSON) -> bool:
        return self._resorted(search, lambda pairs: [[name, self._word(down)] for name, down in pairs])

    def sort_as_text(self, search: JSON) -> bool:
        return self._resorted(search, lambda pairs: ", ".join(f"{name} desc" if down else name for name, down in pairs))

    def sort_by_minus(self, search: JSON) -> bool:
        return self._resorted(search, lambda pairs: ["-" * down + name for name, down in pairs])

    def sort_by_objects(self, search: JSON) -> bool:
        return self._resorted(search, lambda pairs: [{name: self._word(down)} for name, down in pairs])

    def sort_in_small_letters(self, search: JSON) -> bool:
        return self._resorted(
            search, lambda pairs: [{"fieldName": name, "order": "desc" if down else "asc"} for name, down in pairs]
        )

    def sort_with_direction(self, search: JSON) -> bool:
        key = self.random.choice(("direction", "dir"))
        return self._resorted(
            search, lambda pairs: [{"fieldName": name, key: self._word(down)} for name, down in pairs]
        )

    def sort_by_another_key(self, search: JSON) -> bool:
        key = self.random.choice(("field", "fieldname", "FieldName", "name", "key", "feildName"))
        return self._resorted(
            search, lambda pairs: [{key: name, "order": "DESC" if down else "ASC"} for name, down in pairs]
        )

    def sort_by_minus_in_an_entry(self, search: JSON) -> bool:
        if not any(down for _, down in self._sorts(search) or ()):
            return False
        key = self.random.choice(("fieldName", "field"))
        return self._resorted(search, lambda pairs: [{key: "-" * down + name} for name, down in pairs])

    def sort_as_one_entry(self, search: JSON) -> bool:
        pairs = self._sorts(search)
        if pairs is None or len(pairs) != 1:
            return False
        ((name, down),) = pairs
        key = self.random.choice(("order", "order", "direction"))
        search["sort"] = {"fieldName": name, key: self._word(down)}
        return True

    def sort_in_other_case(self, search: JSON) -> bool:
        pairs = self._sorts(search)
        if pairs is None:
            return False
        names = {name: self.other_case(name) or name for name, _ in pairs}
        # A text is split at spaces.
        changed = {old: new for old, new in names.items() if old != new and " " not in new}
        for entry in search["sort"]:
            entry["fieldName"] = changed.get(entry["fieldName"], entry["fieldName"])
        return bool(changed)

    def sort_from_elsewhere(self, search: JSON) -> bool:
        names = {"createdDate": "dateCreated", "updatedDate": "lastUpdated", "number": "orderNumber"}
        pairs = self._sorts(search)
        if pairs is None or not any(name in names for name, _ in pairs):
            return False
        for entry in search["sort"]:
            entry["fieldName"] = names.get(entry["fieldName"], entry["fieldName"])
        return True

    def sort_with_flag(self, search: JSON) -> bool:
        key, value = self.random.choice((("desc", True), ("descending", True), ("asc", False), ("ascending", False)))
        return self._resorted(
            search, lambda pairs: [{"fieldName": name, key: value if down else not value} for name, down in pairs]
        )

    def sort_under_order(self, search: JSON) -> bool:
        make = self.random.choice((dict, lambda pairs: [{name: part} for name, part in pairs]))
        return self._resorted(search, lambda pairs: make([(name, {"order": self._word(down)}) for name, down in pairs]))

    def sort_with_signs(self, search: JSON) -> bool:
        join = self.random.choice((",".join, list))
        forms = self.random.choice(
            (("+{}", "-{}"), ("{}:asc", "{}:desc"), ("{} ASC", "{} DESC"), ("{},asc", "{},desc"))
        )
        return self._resorted(search, lambda pairs: join([forms[down].format(name) for name, down in pairs]))

    def sort_as_flat_list(self, search: JSON) -> bool:
        return self._resorted(
            search, lambda pairs: [word for name, down in pairs for word in (name, "desc" if down else "asc")]
        )

    def sort_in_the_name(self, search: JSON) -> bool:
        sign = self.random.choice((" ", ":"))
        return self._resorted(
            search, lambda pairs: [{"fieldName": f"{name}{sign}{'DESC' if down else 'asc'}"} for name, down in pairs]
        )

    def sort_as_json(self, search: JSON) -> bool:
        sort = search.get("sort")
        if not isinstance(sort, list | dict) or not sort:
            return False
        search["sort"] = json.dumps(sort)
        return True

    # -- parts in the wrong place -------------------------------------------------------------------------------

    def _inner(self, request: JSON, change: Callable[[dict[str, JSON]], dict[str, JSON] | None]) -> JSON | None:
        search = change(dict(request["search"]))
        return None if search is None else {**request, "search": search}

    def _limit(self, search: dict[str, JSON]) -> int | None:
        paging = search.get("cursorPaging")
        return paging["limit"] if isinstance(paging, dict) and list(paging) == ["limit"] else None

    @staticmethod
    def _key(search: dict[str, JSON], old: str, new: str) -> dict[str, JSON] | None:
        if old not in search or new in search:
            return None
        return {new if key == old else key: value for key, value in search.items()}

    def part_filter_as_json(self, request: JSON) -> JSON | None:
        text = json.dumps(request["search"]["filter"], default=float)
        if json.loads(text) != request["search"]["filter"]:
            return None
        return self._inner(request, lambda search: {**search, "filter": text})

    def part_where(self, request: JSON) -> JSON | None:
        return self._inner(request, lambda search: self._key(search, "filter", "where"))

    def part_near_key(self, request: JSON) -> JSON | None:
        old, new = self.random.choice(
            (("filter", "Filter"), ("filter", "filters"), ("sort", "SORT"), ("cursorPaging", "cursor_paging"),
             ("cursorPaging", "cursorpaging"), ("filter", "fitler"))
        )  # fmt: skip
        return self._inner(request, lambda search: self._key(search, old, new))

    def part_sort_by(self, request: JSON) -> JSON | None:
        name = self.random.choice(("sortBy", "orderBy", "sort_by", "orderby"))
        return self._inner(request, lambda search: self._key(search, "sort", name))

    def part_direction_beside(self, request: JSON) -> JSON | None:
        pairs = self._sorts(request["search"])
        if pairs is None or len(pairs) != 1 or {"sortBy", "orderBy", "order", "direction"} & set(request["search"]):
            return None
        ((name, down),) = pairs
        key, other = self.random.choice((("sort", "order"), ("sort", "direction"), ("sortBy", "sortOrder")))
        search = {part: value for part, value in request["search"].items() if part != "sort"}
        return {**request, "search": {**search, key: name, other: self._word(down)}}

    def part_limit_as_text(self, request: JSON) -> JSON | None:
        limit = self._limit(request["search"])
        if limit is None:
            return None
        written = self.random.choice((str(limit), f" {limit} ", float(limit)))
        rest = {key: value for key, value in request["search"].items() if key != "cursorPaging"}
        place = self.random.choice(("limit", "pageSize", "cursorPaging"))
        return {**request, "search": {**rest, place: {"limit": written} if place == "cursorPaging" else written}}

    def part_wrapper(self, request: JSON) -> JSON | None:
        names = self.random.sample(("data", "body", "variables", "params", "json", "payload"), 2)
        holds = {"search", "filter", "sort", "cursorPaging"} & {key for key, part in request.items() if part}
        if not holds:
            return None
        return {names[0]: {names[1]: request} if self.random.randrange(3) == 0 else request}

    def part_wrapped_filter(self, request: JSON) -> JSON | None:
        if not isinstance(request["search"].get("filter"), dict) or not request["search"]["filter"]:
            return None
        name = self.random.choice(("filter", "where", "query", "Filters"))
        return self._inner(request, lambda search: {**search, "filter": {name: search["filter"]}})

    def part_paging(self, request: JSON) -> JSON | None:
        name = self.random.choice(("paging", "pagination"))
        return self._inner(request, lambda search: self._key(search, "cursorPaging", name))

    def part_limit_in_search(self, request: JSON) -> JSON | None:
        limit, name = self._limit(request["search"]), self.random.choice(("limit", "Limit", "pageSize"))
        if limit is None:
            return None
        rest = {key: value for key, value in request["search"].items() if key != "cursorPaging"}
        place = self.random.choice(("search", "request") if name == "limit" else ("search", "request", "cursorPaging"))
        if place == "request":
            return {**request, "search": rest, name: limit}
        inner = {name: limit} if place == "search" else {"cursorPaging": {name: limit}}
        return {**request, "search": {**rest, **inner}}

    def _cursor(self, request: JSON, name: str, place: str) -> JSON | None:
        search = dict(request["search"])
        paging = search.get("cursorPaging")
        if not isinstance(paging, dict) or "cursor" not in paging:
            return None
        rest = {key: value for key, value in paging.items() if key != "cursor"}
        moved = {name: paging["cursor"]}
        search["cursorPaging"] = {**rest, **moved} if place == "cursorPaging" else rest
        search = {**search, **moved} if place == "search" else search
        return {**request, "search": search, **(moved if place == "request" else {})}

    def part_next(self, request: JSON) -> JSON | None:
        return self._cursor(request, self.random.choice(("next", "token", "Cursor", "cursr")), "cursorPaging")

    def part_cursor_in_search(self, request: JSON) -> JSON | None:
        return self._cursor(request, "cursor", self.random.choice(("search", "request")))

    def part_misplaced_condition(self, request: JSON) -> JSON | None:
        """Move a condition out of the filter, where it stands alone."""
        filter_ = request["search"].get("filter")
        has_cursor = "cursor" in request["search"].get("cursorPaging", {})
        names = [key for key in filter_ if key in self.names] if isinstance(filter_, dict) and not has_cursor else []
        if not names:
            return None
        name = self.random.choice(names)
        rest = {key: value for key, value in filter_.items() if key != name}
        if self.random.randrange(2):
            return {**request, "search": {**request["search"], "filter": rest, name: filter_[name]}}
        return {**request, "search": {**request["search"], "filter": rest}, name: filter_[name]}

    def _outside(self, request: JSON, name: str) -> JSON | None:
        search = dict(request["search"])
        if name not in search:
            return None
        part = search.pop(name)
        rest = {key: value for key, value in request.items() if key != "search"}
        if search or self.random.randrange(2):
            rest = {"search": search, **rest}
        return {**rest, name: part} if self.random.randrange(2) else {name: part, **rest}

    def part_filter_outside(self, request: JSON) -> JSON | None:
        return self._outside(request, "filter")

    def part_sort_outside(self, request: JSON) -> JSON | None:
        return self._outside(request, "sort")

    def part_paging_outside(self, request: JSON) -> JSON | None:
        return self._outside(request, "cursorPaging")

    def part_bare_search(self, request: JSON) -> JSON | None:
        is_alone = list(request) == ["search"] and "search" not in request["search"]
        return dict(request["search"]) if is_alone else None

    def part_query(self, request: JSON) -> JSON | None:
        return self._key(request, "search", "query")

    def part_near_search(self, request: JSON) -> JSON | None:
        return self._key(request, "search", self.random.choice(("Search", "serach", "searh")))

    def part_search_in_search(self, request: JSON) -> JSON | None:
        return {"search": request} if list(request) == ["search"] else None
