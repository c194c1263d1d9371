"""Mistakes put into the sort of a valid search, and into the places of its parts."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

JSON = Any


class MistakenParts:
    """Makes wrong sorts and misplaced parts; a method answers whether, or what, it changed."""

    random: Random

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
        return plain and entry.get("order") in (None, "ASC", "DESC")

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

    def sort_as_json(self, search: JSON) -> bool:
        return self._resorted(
            search,
            lambda pairs: json.dumps([{"fieldName": n, "order": "DESC" if down else "ASC"} for n, down in pairs]),
        )

    # -- parts in the wrong place -------------------------------------------------------------------------------

    def part_filter_outside(self, request: JSON) -> JSON:
        search = dict(request["search"])
        return {"filter": search.pop("filter"), "search": search}

    def part_sort_outside(self, request: JSON) -> JSON:
        search = dict(request["search"])
        return {"search": {**search, "sort": None}, "sort": search["sort"]}

    def part_bare_search(self, request: JSON) -> JSON:
        return dict(request["search"])

    def part_query(self, request: JSON) -> JSON:
        return {"query": request["search"]}

    def part_search_in_search(self, request: JSON) -> JSON:
        return {"search": request}

    def part_where(self, request: JSON) -> JSON:
        return {"search": {("where" if key == "filter" else key): value for key, value in request["search"].items()}}

    def part_paging(self, request: JSON) -> JSON | None:
        search = dict(request["search"])
        if "cursorPaging" not in search:
            return None
        return {"search": {**search, "paging": search.pop("cursorPaging")}}

    def part_limit_outside(self, request: JSON) -> JSON | None:
        search = dict(request["search"])
        if "cursorPaging" not in search:
            return None
        limit = search.pop("cursorPaging")["limit"]
        return self.random.choice(({"search": {**search, "limit": limit}}, {"search": search, "limit": limit}))

    def part_filter_as_json(self, request: JSON) -> JSON | None:
        text = json.dumps(request["search"]["filter"], default=float)
        if json.loads(text) != request["search"]["filter"]:
            return None
        return {"search": {**request["search"], "filter": text}}
