"""Tables of fields, loaded from TOML by name or by file.

A table is data: no field needs code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

from ..diagnostics.arguments import require
from ..diagnostics.errors import SchemaError
from .fields import Field, Record, ValueSource
from .grammar_files import grammar_text, table_names
from .operators import OPERATORS, Operator, Takes
from .small_files import read_small_file
from .sums import Sums, sums_of
from .table_shapes import InvalidTable as _InvalidTable
from .table_shapes import check_shape
from .types import TYPES, ValueType

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_SCHEMA = "ecom-orders"
STORES_SCHEMA = "stores-v2"
"""The table of requests of the older Stores API."""
WireForm = Literal["search", "stores"]

_TABLES = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_MAX_TABLES_CHARS = 20
"""PostgreSQL's names of indexes have 63 bytes."""


@dataclass(frozen=True, eq=False)
class Schema:
    """A table of fields with the defaults and limits of a search over it."""

    name: str
    version: int
    fields: tuple[Field, ...]
    key: Field
    revision: Field | None
    sort: tuple[tuple[Field, bool], ...]
    """The default sort: fields and whether each is descending."""
    title: str = ""
    source: str = ""
    read: date | None = None
    sdk_names: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[Field, tuple[Any, ...]] | None = None
    limit: int = 100
    max_limit: int = 100
    max_sorts: int = 4
    envelopes: bool = False
    """Whether responses and envelopes of this table's records are unpacked when they are loaded."""
    events: Mapping[str, Record] = field(default_factory=dict)
    """The entities whose webhook events are loaded, and the kind of their records."""
    tables: str = ""
    """What the names of a store's tables begin with; records of two such names never meet."""
    hidden_unless_asked: tuple[Field, tuple[Any, ...]] | None = None
    """A field, and values that are returned only if ``$eq`` or ``$in`` asks for them (D1)."""
    wire_form: WireForm = "search"
    """The form of a request: that of Search Orders, or that of the older Stores API."""
    sums: Sums | None = None
    """What a histogram adds up, if anything."""

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Every field by its name and its aliases."""
        names = {alias: row for row in self.fields for alias in row.aliases}
        return names | {row.name: row for row in self.fields}

    @cached_property
    def stored_fields(self) -> tuple[Field, ...]:
        """Every field that stores keep: also those that only histograms read."""
        return self.fields if self.sums is None else tuple(dict.fromkeys((*self.fields, *self.sums)))

    @cached_property
    def rest_names(self) -> dict[str, str]:
        """REST names by SDK names."""
        return {sdk: rest for rest, sdk in self.sdk_names.items()}

    def from_sdk(self, name: str) -> str:
        """Return the REST name of an SDK field name, segment by segment."""
        return ".".join([self.rest_names.get(part, part) for part in name.split(".")])

    def to_sdk(self, name: str) -> str:
        """Return the SDK name of a field, segment by segment."""
        return ".".join([self.sdk_names.get(part, part) for part in name.split(".")])

    def find(self, name: str) -> Field | None:
        """Return the field with this name or alias."""
        return self.by_name.get(name)

    def operators_of(self, row: Field) -> tuple[Operator, ...]:
        """Return the operators of a field, in the order of the Wix documentation."""
        return tuple(OPERATORS[name] for name in row.operators)

    @cached_property
    def fingerprint(self) -> str:
        """The version of the projected values.

        A store built with another one must be rebuilt.
        """
        import hashlib

        rows = [
            (f.name, f.type.name, f.many, f.sortable, f.prefixed, f.indexed, repr(f.default), repr(f.sources))
            for f in self.fields
        ]
        # Only tables with fallbacks or sums have them in the text, so the stores of other tables need no upgrade.
        fallbacks = [(f.name, source.fallbacks) for f in self.fields for source in f.sources if source.fallbacks]
        text = repr((self.name, self.version, self.key.name, self.revision, dict(self.sdk_names), rows))
        text += repr(fallbacks) if fallbacks else ""
        text += repr([(f.name, repr(f.sources)) for f in self.sums]) if self.sums else ""
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def load_schema(name: str | Path | None = None) -> Schema:
    """Load the table of this name (a file of ``grammar/``) or from this file.

    Raises:
        SchemaError: no such table, or an invalid one; the message names the row and the problem.

    """
    if name is None:
        return _named(DEFAULT_SCHEMA)
    if isinstance(name, str) and name in table_names():
        return _named(name)
    from pathlib import Path

    require("a table", name, (str, PathLike), f"a name ({', '.join(table_names())}), a Schema or the path of a file")
    path = Path(name)
    try:
        text = read_small_file(path).decode("utf-8")
    except FileNotFoundError as problem:
        known = ", ".join(table_names())
        raise SchemaError(f'unknown table "{name}"; use one of {known}, or the path of a readable file') from problem
    except UnicodeDecodeError as problem:
        raise SchemaError(f"{path}: not UTF-8 at byte {problem.start}; convert the file to UTF-8") from None
    except (OSError, ValueError) as problem:
        raise SchemaError(f"cannot read the table {path}: {getattr(problem, 'strerror', None) or problem}") from None
    return parse_schema(text, str(path))


@cache
def _named(name: str) -> Schema:
    return parse_schema(grammar_text(f"{name}.toml"), f"{name}.toml")


def parse_schema(text: str, where: str = "table") -> Schema:
    """Parse a table from the text of a TOML file; ``where`` names it in errors."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        raise SchemaError(f"{where}: not valid TOML: {problem}") from None
    try:
        check_shape(data)
        return _schema(data)
    except _InvalidTable as problem:
        raise SchemaError(f"{where}: {problem}") from None


def _schema(data: dict[str, Any]) -> Schema:
    rows = _list(data, "fields", "a table")
    fields = tuple(_field(row, data.get("key", "id")) for row in rows)
    by_name: dict[str, Field] = {}
    columns = {"rid", "site"}
    for row in fields:
        for name in (row.name, *row.aliases):
            if name in by_name:
                raise _InvalidTable(f'duplicate field "{name}"')
            by_name[name] = row
        own = {row.column, row.column + "_folded"} if row.prefixed else {row.column}
        if own & columns or not re.fullmatch(r"[a-z_][a-z0-9_]*", row.column):
            raise _InvalidTable(f'field "{row.name}": column name "{row.column}" is not unique or not a plain name')
        columns |= own

    def named(name: Any, role: str) -> Field:
        if name not in by_name:
            raise _InvalidTable(f'{role}: unknown field "{name}"')
        return by_name[name]

    search = data.get("search", {})
    key = named(data.get("key", "id"), "key")
    if key.many or not key.type.textual or key.type.name == "sequence":
        raise _InvalidTable(f'key "{key.name}" must be a text field with one value')
    sort = tuple((named(s.get("field"), "search.sort"), s.get("order") == "DESC") for s in search.get("sort", []))
    for row, _ in sort:
        if not row.sortable:
            raise _InvalidTable(f'search.sort: "{row.name}" is not sortable')
    return Schema(
        name=_string(data, "name", "a table"),
        version=data.get("version", 1),
        fields=fields,
        key=key,
        revision=named(data["revision"], "revision") if "revision" in data else None,
        sort=sort,
        title=data.get("title", ""),
        source=data.get("source", ""),
        read=data.get("read"),
        sdk_names=data.get("sdk_names", {}),
        hidden=_hidden(data.get("hidden"), named, "hidden"),
        hidden_unless_asked=_hidden(data.get("hidden_unless_asked"), named, "hidden_unless_asked"),
        wire_form=_wire_form(data.get("wire_form", "search")),
        limit=search.get("limit", Schema.limit),
        max_limit=search.get("max_limit", Schema.max_limit),
        max_sorts=search.get("max_sorts", Schema.max_sorts),
        envelopes=data.get("envelopes", False),
        tables=_tables(data.get("tables", "")),
        sums=_sums(data["sums"], by_name, columns) if "sums" in data else None,
        events=_events(data.get("events", {})),
    )


def _hidden(
    data: dict[str, Any] | None, named: Callable[[Any, str], Field], key: str
) -> tuple[Field, tuple[Any, ...]] | None:
    if not data:
        return None
    if not {"field", "values"} <= set(data):
        raise _InvalidTable(f"{key} needs field and values")
    return named(data["field"], key), tuple(data["values"])


def _wire_form(name: Any) -> WireForm:
    if name not in ("search", "stores"):
        raise _InvalidTable("wire_form must be search or stores")
    return "stores" if name == "stores" else "search"


def _tables(name: Any) -> str:
    if not isinstance(name, str) or len(name) > _MAX_TABLES_CHARS or (name and not _TABLES.fullmatch(name)):
        raise _InvalidTable(
            f"tables must be a name of at most {_MAX_TABLES_CHARS} lower-case letters, digits and underscores"
        )
    return name


def _sums(data: Any, by_name: Mapping[str, Field], columns: set[str]) -> Sums:
    """Return what a histogram adds up; ``columns`` are the names that are in use."""
    if not isinstance(data, dict) or set(data) != {"field", "currency"}:
        raise _InvalidTable("sums needs field and currency")
    amount = by_name.get(data["field"])
    if amount is None or amount.many or amount.type.name != "amount":
        raise _InvalidTable(f'sums: "{data["field"]}" must be a field of this table with one amount')
    path = _string(data, "currency", "sums")
    sums = sums_of(amount, by_name.get(path) or tuple(path.split(".")), _column)
    if sums.currency.many or sums.currency.type.name not in ("guid", "text", "enum"):
        raise _InvalidTable(f'sums: currency "{path}" must be a text field with one value')
    for row in sums:
        if row.name not in by_name and row.column in columns:
            raise _InvalidTable(f'sums: column name "{row.column}" is not unique')
    return sums


def _column(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace(".", "_").lower()


_ROW_KEYS = {
    "name",
    "type",
    "operators",
    "sortable",
    "many",
    "values",
    "aliases",
    "default",
    "indexed",
    "note",
    "sources",
    "unread_operators",
}


def _field(row: dict[str, Any], key: str) -> Field:
    name = _string(row, "name", "a field")
    unknown = sorted(set(row) - _ROW_KEYS)
    if unknown:
        raise _InvalidTable(f'field "{name}": unknown key "{unknown[0]}"')
    kind = TYPES.get(row.get("type", ""))
    if kind is None:
        raise _InvalidTable(f'field "{name}": type must be one of {", ".join(TYPES)}')
    many = row.get("many", False)
    sortable = row.get("sortable", False)
    if sortable and many:
        raise _InvalidTable(f'field "{name}": a field of many values cannot be sortable')
    operators = tuple(_list(row, "operators", f'field "{name}"', empty=True))
    for operator in operators:
        _check_operator(name, operator, kind, many)
    sources = tuple(_source(name, source, many) for source in row.get("sources", [{"path": name}]))
    if len({source.record for source in sources}) != 1:
        raise _InvalidTable(f'field "{name}": all sources must be in one record')
    default = row.get("default")
    if default is not None and (many or kind.read(default) is None):
        raise _InvalidTable(f'field "{name}": the default does not fit the type')
    return Field(
        name=name,
        type=kind,
        operators=operators,
        sources=sources,
        sortable=bool(sortable),
        documented_sort=sortable != "undocumented",
        many=many,
        values=tuple(row.get("values", ())),
        aliases=tuple(row.get("aliases", ())),
        default=None if default is None else kind.read(default),
        indexed=row.get("indexed", False),
        required=default is not None or name == key,
        note=row.get("note", ""),
        unread_operators=tuple(row.get("unread_operators", ())),
        column=_column(name),
        prefixed=any(OPERATORS[operator].takes is Takes.TEXT for operator in operators),
    )


def _events(data: dict[str, Any]) -> dict[str, Record]:
    kinds: dict[str, Record] = {}
    for kind, entity in data.items():
        if kind not in ("order", "transactions") or not isinstance(entity, str):
            raise _InvalidTable("events: needs order and transactions, each with the name of an entity")
        kinds[entity] = "order" if kind == "order" else "transactions"
    return kinds


def _check_operator(name: str, operator: str, kind: ValueType, many: bool) -> None:
    row = OPERATORS.get(operator)
    if row is None:
        raise _InvalidTable(f'field "{name}": unknown operator "{operator}"')
    if kind.name not in row.on or not (row.many if many else row.single):
        raise _InvalidTable(
            f'field "{name}": {operator} does not apply to {"many values of " if many else ""}{kind.name}'
        )


def _source(name: str, source: dict[str, Any], many: bool) -> ValueSource:
    joined = source.get("join")
    paths: list[Any] = joined if joined else [source.get("path")]
    if not paths or not all(isinstance(path, str) and path for path in paths):
        raise _InvalidTable(f'field "{name}": a source needs path, or join with paths')
    record = source.get("record", "order")
    if record not in ("order", "transactions"):
        raise _InvalidTable(f'field "{name}": record must be order or transactions')
    split = tuple(tuple(path.split(".")) for path in paths)
    single = source.get("single", joined is not None)
    fallbacks: list[Any] = source.get("fallbacks", [])
    if fallbacks and (single or not many or not all(isinstance(path, str) and path for path in fallbacks)):
        raise _InvalidTable(f'field "{name}": fallbacks must be paths, of a field of many values with one path')
    return ValueSource(split, joined is not None, record, single, tuple(tuple(path.split(".")) for path in fallbacks))


def _string(data: dict[str, Any], key: str, what: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise _InvalidTable(f"{what} needs {key}")
    return value


def _list(data: dict[str, Any], key: str, what: str, *, empty: bool = False) -> list[Any]:
    value = data.get(key)
    if not isinstance(value, list) or not (value or empty):
        raise _InvalidTable(f"{what} needs {key}")
    return value
