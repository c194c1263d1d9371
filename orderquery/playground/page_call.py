"""One call of the page: a store and a JSON body, read key by key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, cast

from ..compiler.compile import Form, check
from ..compiler.query import Query
from ..compiler.report import Report
from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import quoted
from ..language.schema import Schema
from ..stores.base import Store
from ..syntax.json_reader import Shape

JSON = Any
PageForm = Literal["text", "json", "sdk"]
FORMS: dict[PageForm, tuple[Shape, Form]] = {
    "text": ("request", "any"),
    "json": ("request", "json"),
    "sdk": ("sdk", "json"),
}
"""The forms of a search on the page: the shape of its JSON, and how its text is parsed.

The text form also accepts what people paste: JSON and code.
"""


class HasProblems(Exception):
    """The search of a call has problems, so it cannot run. ``report`` has them."""

    def __init__(self, report: Report[Query]) -> None:
        super().__init__("the search has problems")
        self.report = report


@dataclass(frozen=True)
class PageCall:
    """A store, and the body of a call about it.

    Every method raises ``UsageError`` for a missing or wrong value.
    """

    store: Store
    body: Mapping[str, JSON]
    timeout_s: float | None = None

    @classmethod
    def read(cls, store: Store, content: bytes, timeout_s: float | None = None) -> PageCall:
        """Return the call with this body, which must be a JSON object."""
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            raise UsageError("the body is not JSON") from None
        if not isinstance(body, dict):
            raise UsageError("the body is not a JSON object")
        return cls(store, body, timeout_s)

    @property
    def schema(self) -> Schema:
        """The table of fields."""
        return self.store.schema

    def text(self, key: str, default: str | None = None) -> str:
        """Return a string."""
        value = self.body.get(key, default)
        if not isinstance(value, str):
            raise UsageError(f"{quoted(key)} must be a string")
        return value

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        """Return one of these strings."""
        value = self.text(key, default)
        if value not in choices:
            raise UsageError(f"{quoted(key)} must be one of {', '.join(choices)}")
        return value

    def number(self, key: str) -> int:
        """Return a whole number from 0."""
        value = self.body.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise UsageError(f"{quoted(key)} must be a whole number from 0")
        return value

    def flag(self, key: str) -> bool:
        """Return true or false; false if it is missing."""
        value = self.body.get(key, False)
        if not isinstance(value, bool):
            raise UsageError(f"{quoted(key)} must be true or false")
        return value

    def objects(self, key: str) -> list[dict[str, JSON]]:
        """Return a list of objects; empty if it is missing."""
        value = self.body.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise UsageError(f"{quoted(key)} must be a list of objects")
        return value

    @property
    def form(self) -> PageForm:
        """The form of the search."""
        return cast(PageForm, self.choice("form", list(FORMS), "text"))

    @property
    def source(self) -> str:
        """The text of the search."""
        return self.text("text")

    @cached_property
    def report(self) -> Report[Query]:
        """The result of checking the search."""
        shape, form = FORMS[self.form]
        return check(self.source, shape, form=form, schema=self.schema)

    @property
    def plan(self) -> Query:
        """The plan of the search.

        With the key ``asWix``, it is what Wix reads: parts that Wix ignores are left out.

        Raises:
            HasProblems: the search has errors, or Wix refuses it.

        """
        report, as_wix = self.report, self.flag("asWix")
        if report.plan is None or not (report.ok or as_wix):
            raise HasProblems(report)
        return report.plan
