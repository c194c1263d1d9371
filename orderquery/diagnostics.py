"""What is said about a search: diagnostics, reports and the errors that carry them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from .catalogue import CODES, Severity

if TYPE_CHECKING:
    from .plan import Plan

Path = tuple[str | int, ...]
JSON = Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a source.

    ``path`` leads through decoded JSON (``None`` in the text form); ``span`` is a half-open range of character
    offsets in the source text, where there is one; ``at`` says whether the key or the value at ``path`` is meant.
    """

    path: Path | None = None
    span: tuple[int, int] | None = None
    at: Literal["key", "value"] = "value"

    def __truediv__(self, step: str | int) -> Place:
        return Place((*(self.path or ()), step))

    def of_key(self) -> Place:
        """The same place, meaning the key instead of its value."""
        return replace(self, at="key")


NOWHERE = Place()
MOST_FIXES = 200
"""Fixes that are made in one request: each copies what it changes."""


def pointer_of(path: Path) -> str:
    """The JSON pointer (RFC 6901) of a path; the whole document is the empty string."""
    return "".join("/" + step_text(step).replace("~", "~0").replace("/", "~1") for step in path)


def step_text(step: object) -> str:
    """A key or an index as text; a key that no JSON has, by its type."""
    plain = isinstance(step, str) or (isinstance(step, int) and abs(step) < 10**18)
    return str(step) if plain else f"a Python {type(step).__name__}"


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of a fix: ``put`` a value at ``path``, ``drop`` it, ``rename`` its key, or ``move`` it to ``to``."""

    action: Literal["put", "drop", "rename", "move"]
    path: Path
    value: JSON = None
    to: Path = ()


def apply_edits(document: JSON, edits: Iterable[Edit]) -> JSON:
    """A copy of ``document`` with the edits made, in order. Paths that are not there are made of objects."""
    for edit in edits:
        if edit.action == "put":
            document = _put(document, edit.path, edit.value)
        elif edit.action == "drop":
            document = _drop(document, edit.path)
        elif edit.action == "rename":
            document = _rename(document, edit.path, edit.value)
        else:
            value = _at(document, edit.path)
            document = _put(_drop(document, edit.path), edit.to, value)
    return document


def _at(document: JSON, path: Path) -> JSON:
    for step in path:
        document = document[step]
    return document


def _put(document: JSON, path: Path, value: JSON) -> JSON:
    if not path:
        return value
    if isinstance(path[0], int):
        index = path[0]
        items = list(document) if isinstance(document, list | tuple) else []
        items[index : index + 1] = [_put(items[index] if index < len(items) else {}, path[1:], value)]
        return items
    base = document if isinstance(document, dict) else {}
    return {**base, path[0]: _put(base.get(path[0], {}), path[1:], value)}


def _drop(document: JSON, path: Path) -> JSON:
    if not path:
        return {}
    if isinstance(document, list | tuple):
        index = int(path[0])
        rest = [_drop(document[index], path[1:])] if len(path) > 1 else []
        return [*document[:index], *rest, *document[index + 1 :]]
    if len(path) == 1:
        return {key: value for key, value in document.items() if key != path[0]}
    return {**document, path[0]: _drop(document[path[0]], path[1:])}


def _rename(document: JSON, path: Path, name: str) -> JSON:
    parent = _at(document, path[:-1])
    renamed = {(name if key == path[-1] else key): value for key, value in parent.items()}
    return _put(document, path[:-1], renamed)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake or doubt in a search or a document.

    ``pointer`` is the JSON pointer of its place (``None`` for the text form), ``line`` and ``column`` count from 1 in
    characters and are ``None`` where the source is not text. ``help`` says what to write instead; ``fix``, where there
    is one, does it (see :func:`apply_edits`). ``facts`` are for programs: ``threshold``, the bound that was passed, and
    ``bound``, whether it is the ``MIN`` or the ``MAX``.
    """

    code: str
    message: str
    help: str = ""
    place: Place = NOWHERE
    line: int | None = None
    column: int | None = None
    span: tuple[int, int] | None = None
    fix: tuple[Edit, ...] = field(default=(), compare=False)
    facts: Mapping[str, JSON] = field(default_factory=dict, compare=False)
    source_name: str | None = None

    @property
    def severity(self) -> Severity:
        """``error`` or ``warning``, as the catalogue has it."""
        return CODES[self.code].severity

    @property
    def refused(self) -> bool:
        """Whether the live service refuses a request for this."""
        return CODES[self.code].effect == "refuses"

    @property
    def pointer(self) -> str | None:
        """The JSON pointer of the place, or ``None`` where the source is not JSON."""
        return None if self.place.path is None else pointer_of(self.place.path)

    def to_json(self) -> dict[str, JSON]:
        """The documented JSON object: code, severity, pointer, line, column, message, help."""
        return {
            "code": self.code,
            "severity": self.severity,
            "pointer": self.pointer,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "help": self.help,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All that is to be said about one search.

    ``plan`` is there whenever nothing in the search is refused; ``corrected`` is the decoded request with every fix
    made, where the source was JSON and could be decoded, and has no more than 200 mistakes.
    """

    diagnostics: tuple[Diagnostic, ...]
    plan: Plan | None = None
    source: str | None = None
    request: JSON = None

    @property
    def ok(self) -> bool:
        """Whether there is no error (warnings apart)."""
        return not self.errors

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that are errors."""
        return tuple(d for d in self.diagnostics if d.severity == "error")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that are warnings."""
        return tuple(d for d in self.diagnostics if d.severity == "warning")

    @property
    def corrected(self) -> JSON:
        """The request with every fix made, or ``None`` where there is nothing to mend, too much, or nothing decoded."""
        fixes = [d.fix for d in self.diagnostics if d.fix]
        if self.request is None or not fixes or len(fixes) > MOST_FIXES:
            return None
        document = self.request
        # Later places first, and whole-key moves last of all, so that no fix changes the path of one still to come.
        for fix in sorted(fixes, key=_order_of_fix):
            document = apply_edits(document, fix)
        return document

    def to_json(self) -> dict[str, JSON]:
        """``{"ok": …, "diagnostics": […]}``."""
        return {"ok": self.ok, "diagnostics": [d.to_json() for d in self.diagnostics]}


def _order_of_fix(fix: Sequence[Edit]) -> tuple[int, tuple[tuple[int, int | str], ...]]:
    steps = tuple((0, -step) if isinstance(step, int) else (1, step) for step in fix[0].path)
    return -len(fix[0].path), steps


class OrderQueryError(Exception):
    """The root of every error this package raises on purpose."""


class QueryError(OrderQueryError, ValueError):
    """A search that cannot be used. ``diagnostics`` holds every problem; ``report`` the whole report, if any."""

    def __init__(self, diagnostics: Iterable[Diagnostic], report: Report | None = None) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        self.report = report
        super().__init__("; ".join(_line(d) for d in self.diagnostics))


def _line(diagnostic: Diagnostic) -> str:
    where = diagnostic.pointer
    if where is None:
        where = f"{diagnostic.line}:{diagnostic.column}" if diagnostic.line else ""
    return f"{diagnostic.code}{f' at {where}' if where else ''}: {diagnostic.message}"


class SchemaError(OrderQueryError, ValueError):
    """A table of fields that cannot be used."""


class LayoutError(OrderQueryError, ValueError):
    """A layout of one's own that cannot be used. The message names the file, the key and the place."""


class DocumentError(OrderQueryError, TypeError):
    """Something handed over as an order or transactions record that is not one."""


class StoreError(OrderQueryError):
    """A store that cannot be opened, read or written. The message says what to do."""


class StoreTimeout(StoreError):
    """A search that was stopped because it took longer than it was given."""


class MissingExtra(OrderQueryError, ImportError):
    """A package that only one of the extras brings is not installed. The message names the extra."""

    def __init__(self, extra: str, problem: ImportError) -> None:
        super().__init__(f"{problem}: pip install 'orderquery[{extra}]' brings it")


class UsageError(OrderQueryError, ValueError):
    """A call with arguments that make no sense together, such as an unknown dialect or an empty key."""
