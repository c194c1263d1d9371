"""Build mapped layouts: from a TOML file, or for a table of orders as JSON."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from ...compiler.unknown_names import nearest_field
from ...diagnostics.arguments import optional, require
from ...diagnostics.errors import LayoutError
from ...diagnostics.quoting import described, quoted
from ...language.fields import Field
from ...language.schema import Schema, load_schema
from ...language.small_files import read_small_file
from .engine_registry import MAPPING_ENGINES
from .field_mapping import FieldMapping
from .layout import MappedLayout, Names
from .mapping_engine import MappingEngine
from .sql_validation import checked_expression, checked_source

_KEYS = ("name", "dialect", "table", "from", "key", "site", "document", "json", "names", "transactions", "fields")
_TRANSACTIONS_KEYS = ("table", "key", "json")
_FIELD_KEYS = ("sql", "form", "folded", "required")
_NAMES: tuple[Names, ...] = ("both", "rest", "sdk")
_NAME = re.compile(r"[^\W\d][\w$]*|\"[^\"\0]+\"")


def load_layout(path: str | Path, *, schema: Schema | str | Path | None = None) -> MappedLayout:
    """Return the layout of a TOML file; ``grammar/README.md`` lists its keys.

    Raises:
        LayoutError: the file is missing or cannot be used; the message names the key and the place in the file.
        SchemaError: unknown table of fields.

    """
    require("a layout", path, (str, PathLike), "the path of a TOML file")
    table = schema if isinstance(schema, Schema) else load_schema(schema)
    try:
        raw = read_small_file(path)
    except FileNotFoundError:
        raise LayoutError(f"layout file not found: {path}") from None
    except (OSError, ValueError) as problem:
        raise LayoutError(f"cannot read layout file {path}: {getattr(problem, 'strerror', None) or problem}") from None
    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as problem:
        raise LayoutError(f"{path}: not valid TOML: {problem}") from None
    data.setdefault("name", Path(path).stem)
    if "dialect" not in data:
        raise LayoutError(f'{path}: missing key "dialect"; dialects: {", ".join(MAPPING_ENGINES)}')
    return _LayoutReader(data, str(path), table).layout()


def json_layout(
    table: str = "orders",
    json: str = "document",
    *,
    key: str | None = None,
    site: str | None = None,
    document: str | None = None,
    transactions: str | None = None,
    transactions_key: str = "order_id",
    transactions_json: str = "document",
    names: Names = "both",
    fields: Mapping[str, str | Mapping[str, str]] | None = None,
    dialect: str | None = None,
    schema: Schema | str | Path | None = None,
) -> MappedLayout:
    """Return the layout of a table with one order per row, as JSON in a column.

    Columns are given by name. With ``dialect`` they may be any SQL expression, in which the table is ``o`` and the
    table of transactions ``t``.

    Args:
        table: The table of orders.
        json: The column of the order as JSON.
        key: The column of the order id; without it, the id is read from the JSON.
        site: The column of the site; without it, there is one site.
        document: The column of the returned document, if it is not ``json``.
        transactions: The table of transactions; needs ``key``.
        transactions_key: Its column of the order id.
        transactions_json: Its column of the transactions as JSON.
        names: Whether the JSON has the REST names of id and dates (``rest``), the SDK's (``sdk``), or ``both``.
        fields: Columns that replace the JSON for single fields, as ``[fields]`` in a layout file.
        dialect: The dialect of the SQL.
        schema: The table of fields.

    Raises:
        LayoutError: a name or expression cannot be used.
        SchemaError: unknown table of fields.

    """
    optional("fields", fields, Mapping, "a dict of columns by field")
    columns = {"json": json, "key": key, "site": site, "document": document, "dialect": dialect}
    data: dict[str, Any] = {"name": table, "table": table, "names": names, "fields": dict(fields or {})}
    data |= {name: value for name, value in columns.items() if value is not None}
    if transactions is not None:
        data["transactions"] = {"table": transactions, "key": transactions_key, "json": transactions_json}
    known = schema if isinstance(schema, Schema) else load_schema(schema)
    return _LayoutReader(data, "json_layout", known).layout()


class _LayoutReader:
    """Reads one layout; every error names the file and the key."""

    def __init__(self, data: dict[str, Any], where: str, schema: Schema) -> None:
        self.data, self.where, self.schema = data, where, schema
        self.dialect = self._string(data, "dialect", "", "") if "dialect" in data else ""
        if self.dialect and self.dialect not in MAPPING_ENGINES:
            known = ", ".join(MAPPING_ENGINES)
            raise self._error("dialect", f"unknown dialect {quoted(self.dialect)}; dialects: {known}")
        self._engine: MappingEngine = MAPPING_ENGINES[self.dialect or next(iter(MAPPING_ENGINES))]

    def layout(self) -> MappedLayout:
        self._check_keys(self.data, _KEYS, "")
        source = self._source()
        key = self._key()
        json = self._column("json", "o")
        document = self._column("document", "o")
        if not (document or json):
            raise self._error("document", "missing key; add document or json, the column of the order's document")
        if key is None and not json:
            raise self._error("key", "missing key; add the column of the order id")
        names = self.data.get("names", "both")
        if names not in _NAMES:
            raise self._error("names", f"unknown value {described(names)}; values: {', '.join(_NAMES)}")
        joined, transactions = self._transactions(key)
        mapped = tuple(self._fields())
        self._check_hidden(mapped, json)
        return MappedLayout(
            self._string(self.data, "name", "", "").strip() or "mapped tables",
            schema=self.schema, source=source, joined=joined, key=key, site=self._column("site", "o"),
            document=document, json=json, transactions=transactions, names=names, mapped=mapped,
            written_in=self.dialect,
        )  # fmt: skip

    def _source(self) -> str:
        if ("table" in self.data) == ("from" in self.data):
            raise self._error("table", "give either table (a name) or from (what follows FROM)")
        if "from" in self.data:
            text = self._string(self.data, "from", "", "")
            return checked_source(text, self._engine.name, f"{self.where}: from")
        return f"{self._table(self.data, '')} AS o"

    def _table(self, data: dict[str, Any], prefix: str) -> str:
        name = self._string(data, "table", prefix, "")
        if not all(_NAME.fullmatch(part) for part in _parts(name)):
            raise self._error(f"{prefix}table", f"{quoted(name)} is not a table name; for other SQL use from")
        return name

    def _key(self) -> FieldMapping | None:
        if "key" not in self.data:
            return None
        return self._mapping(self.schema.key, self.data["key"], "key", "o")

    def _transactions(self, key: FieldMapping | None) -> tuple[str, str]:
        data = self.data.get("transactions", {})
        if not isinstance(data, dict):
            raise self._error("transactions", "not a table; write [transactions] with table, key and json")
        self._check_keys(data, _TRANSACTIONS_KEYS, "transactions.")
        if not data:
            return "", ""
        json = self._sql(
            self._string(data, "json", "transactions.", ""), "transactions.json", "t" if "table" in data else "o"
        )
        if "table" not in data:
            return "", json
        if key is None:
            raise self._error("key", "missing key; [transactions] needs the column of the order id")
        order_id = self._sql(self._string(data, "key", "transactions.", ""), "transactions.key", "t")
        return f"LEFT JOIN {self._table(data, 'transactions.')} AS t ON ({order_id}) = ({key.sql})", json

    def _fields(self) -> Any:
        data = self.data.get("fields", {})
        if not isinstance(data, dict):
            raise self._error("fields", "not a table; write [fields] with one expression per field")
        names: dict[Field, str] = {}
        for name, mapping in data.items():
            where = f"fields.{quoted(name)}"
            field = self.schema.find(name)
            if field is None:
                nearest = nearest_field(self.schema, name)
                raise self._error(where, "unknown field" + (f"; did you mean {quoted(nearest)}?" if nearest else ""))
            if field in names:
                raise self._error(where, f"same field as {quoted(names[field])}; remove one of them")
            if field is self.schema.key:
                raise self._error(where, "the order id is mapped by key; remove this entry")
            names[field] = name
            yield field.name, self._mapping(field, mapping, where, "o")

    def _mapping(self, field: Field, value: Any, where: str, table: str) -> FieldMapping:
        parts = {"sql": value} if isinstance(value, str) else value
        if not isinstance(parts, dict):
            raise self._error(where, 'write a SQL expression, or { sql = "...", form = "..." }')
        self._check_keys(parts, _FIELD_KEYS, f"{where}.")
        sql = self._sql(self._string(parts, "sql", f"{where}.", ""), where, table)
        form = self._string(parts, "form", f"{where}.", "") if "form" in parts else ""
        formats = self._engine.formats[field.type.name]
        if form and not self.dialect:
            raise self._error(where, 'form needs a dialect; add dialect = "..."')
        if form and form not in formats:
            known = ", ".join(formats)
            raise self._error(where, f"unknown form {quoted(form)} for type {field.type.name}; forms: {known}")
        if field.many and not self._engine.allows_array(formats[form or next(iter(formats))]):
            raise self._error(where, f"form {quoted(form)} is not supported for an array in {self._engine.name}")
        required, folded = parts.get("required", False), ""
        if not isinstance(required, bool):
            raise self._error(f"{where}.required", "not a boolean; write true or false")
        if "folded" in parts:
            if field.many or not field.prefixed or field.type.column != "text":
                raise self._error(f"{where}.folded", "only a text field with $startsWith can have it; remove it")
            folded = self._sql(self._string(parts, "folded", f"{where}.", ""), f"{where}.folded", table)
        return FieldMapping(sql, form, folded, required)

    def _check_hidden(self, mapped: tuple[tuple[str, FieldMapping], ...], json: str) -> None:
        if self.schema.hidden is None or json:
            return
        field, values = self.schema.hidden
        if field.name not in dict(mapped):
            hidden = ", ".join(map(str, values))
            visible = [value for value in field.values if value not in (*values, "UNSPECIFIED")]
            constant = f"'{visible[0]}'" if visible else "'VALUE'"
            reason = f"every search excludes {hidden}"
            raise self._error(
                f'fields."{field.name}"', f'missing key; add its column, or a constant such as "{constant}": {reason}'
            )

    # -- parts of a layout ---------------------------------------------------------------------------------------

    def _column(self, key: str, table: str) -> str:
        return self._sql(self._string(self.data, key, "", ""), key, table) if key in self.data else ""

    def _sql(self, text: str, where: str, table: str) -> str:
        if _NAME.fullmatch(text):
            return f"{table}.{text}" if "table" in self.data else text
        if not self.dialect:
            raise self._error(where, f'{quoted(text)} is not a column name; for other SQL add dialect = "..."')
        return checked_expression(text, self.dialect, f"{self.where}: {where}")

    def _string(self, data: dict[str, Any], key: str, prefix: str, default: str) -> str:
        value = data.get(key, default)
        if not isinstance(value, str):
            raise self._error(f"{prefix}{key}", f"not a string: {described(value)}")
        if not value:
            raise self._error(f"{prefix}{key}", "missing or empty")
        return value

    def _check_keys(self, data: dict[str, Any], keys: tuple[str, ...], prefix: str) -> None:
        for key in data:
            if key not in keys:
                raise self._error(f"{prefix}{key}", f"unknown key; keys: {', '.join(keys)}")

    def _error(self, key: str, what: str) -> LayoutError:
        return LayoutError(f"{self.where}: {key}: {what}")


def _parts(name: str) -> list[str]:
    """Split a dotted name; a quoted part may contain dots."""
    return re.findall(r'"[^"]*"|[^."]+|(?<=\.)(?=\.|$)|^$', name) if not name.endswith(".") else [""]
