"""Making layouts of one's own: from a TOML file, or for tables that hold orders as JSON."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...compiler.suggestions import nearest_field
from ...diagnostics.errors import LayoutError
from ...language.fields import Field
from ...language.schema import Schema, load_schema
from .engine import Engine
from .engines import ENGINES
from .layout import Mapped, Names, OwnTables
from .sql_validation import checked_expression, checked_source

LARGEST_FILE = 1 << 20
"""Bytes."""

_KEYS = ("name", "dialect", "table", "from", "key", "site", "document", "json", "names", "transactions", "fields")
_TRANSACTIONS_KEYS = ("table", "key", "json")
_FIELD_KEYS = ("sql", "form", "folded", "required")
_NAMES: tuple[Names, ...] = ("both", "rest", "sdk")
_NAME = re.compile(r"[^\W\d][\w$]*|\"[^\"\0]+\"")


def load_layout(path: str | Path, *, schema: Schema | str | Path | None = None) -> OwnTables:
    """The layout that a TOML file describes; ``grammar/README.md`` lists its keys.

    Raises:
        LayoutError: there is no such file, or it cannot be used; the message names the key and the place in it.
        SchemaError: there is no such table of fields.

    """
    table = schema if isinstance(schema, Schema) else load_schema(schema)
    try:
        with open(path, "rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as problem:
        raise LayoutError(f"no layout {str(path)!r}: {problem}") from None
    if len(raw) > LARGEST_FILE:
        raise LayoutError(f"{path}: a layout has at most 1 MiB")
    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as problem:
        raise LayoutError(f"{path}: {problem}") from None
    data.setdefault("name", Path(path).stem)
    if "dialect" not in data:
        raise LayoutError(f"{path}: dialect says what its SQL is written in: one of {', '.join(ENGINES)}")
    return _Reader(data, str(path), table).layout()


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
) -> OwnTables:
    """The layout of a table that holds orders as JSON in a column, one a row, and of one that holds transactions.

    ``table``, ``json``, ``key`` (the column of the order's id: without one it is read from the JSON), ``site`` and
    ``document`` (what is answered, if not the JSON itself) are names of a table and its columns, or with ``dialect``
    any SQL that gives them, where the table is called ``o``. ``transactions`` is the table of transactions (called
    ``t``) and needs ``key``. ``names`` says what the documents call id and dates: the REST names, the SDK's, or
    ``both``. ``fields`` are columns and expressions that count instead of the JSON, as in a layout file.

    Raises:
        LayoutError: the texts are not what they should be.
        SchemaError: there is no such table of fields.

    """
    columns = {"json": json, "key": key, "site": site, "document": document, "dialect": dialect}
    data: dict[str, Any] = {"name": table, "table": table, "names": names, "fields": dict(fields or {})}
    data |= {name: value for name, value in columns.items() if value is not None}
    if transactions is not None:
        data["transactions"] = {"table": transactions, "key": transactions_key, "json": transactions_json}
    known = schema if isinstance(schema, Schema) else load_schema(schema)
    return _Reader(data, "json_layout", known).layout()


class _Reader:
    """Reads one description; every error says where it stands."""

    def __init__(self, data: dict[str, Any], where: str, schema: Schema) -> None:
        self.data, self.where, self.schema = data, where, schema
        self.dialect = self._string(data, "dialect", "", "") if "dialect" in data else ""
        if self.dialect and self.dialect not in ENGINES:
            raise self._wrong("dialect", f"one of {', '.join(ENGINES)}, not {self.dialect!r}")
        self._engine: Engine = ENGINES[self.dialect or next(iter(ENGINES))]

    def layout(self) -> OwnTables:
        self._known(self.data, _KEYS, "")
        source = self._source()
        key = self._key()
        json = self._column("json", "o")
        document = self._column("document", "o")
        if not (document or json):
            raise self._wrong("document", "give the expression of an order's document, or json that holds it")
        if key is None and not json:
            raise self._wrong("key", "give the column of an order's id")
        names = self.data.get("names", "both")
        if names not in _NAMES:
            raise self._wrong("names", f"one of {', '.join(_NAMES)}")
        joined, transactions = self._transactions(key)
        mapped = tuple(self._fields())
        self._check_hidden(mapped, json)
        return OwnTables(
            self._string(self.data, "name", "", "").strip() or "own tables",
            schema=self.schema, source=source, joined=joined, key=key, site=self._column("site", "o"),
            document=document, json=json, transactions=transactions, names=names, mapped=mapped,
            written_in=self.dialect,
        )  # fmt: skip

    def _source(self) -> str:
        if ("table" in self.data) == ("from" in self.data):
            raise self._wrong("table", "give table, the name of one, or from, what follows FROM")
        if "from" in self.data:
            text = self._string(self.data, "from", "", "")
            return checked_source(text, self._engine.name, f"{self.where}: from")
        return f"{self._table(self.data, '')} AS o"

    def _table(self, data: dict[str, Any], prefix: str) -> str:
        name = self._string(data, "table", prefix, "")
        if not all(_NAME.fullmatch(part) for part in _parts(name)):
            raise self._wrong(f"{prefix}table", f"the name of a table, not {name!r}: from takes more")
        return name

    def _key(self) -> Mapped | None:
        if "key" not in self.data:
            return None
        return self._mapped(self.schema.key, self.data["key"], "key", "o")

    def _transactions(self, key: Mapped | None) -> tuple[str, str]:
        data = self.data.get("transactions", {})
        if not isinstance(data, dict):
            raise self._wrong("transactions", "a table with the keys table, key and json")
        self._known(data, _TRANSACTIONS_KEYS, "transactions.")
        if not data:
            return "", ""
        json = self._sql(
            self._string(data, "json", "transactions.", ""), "transactions.json", "t" if "table" in data else "o"
        )
        if "table" not in data:
            return "", json
        if key is None:
            raise self._wrong("key", "transactions are found by it: give the column of an order's id")
        theirs = self._sql(self._string(data, "key", "transactions.", ""), "transactions.key", "t")
        return f"LEFT JOIN {self._table(data, 'transactions.')} AS t ON ({theirs}) = ({key.sql})", json

    def _fields(self) -> Any:
        data = self.data.get("fields", {})
        if not isinstance(data, dict):
            raise self._wrong("fields", "a table of expressions by field")
        said: dict[Field, str] = {}
        for name, given in data.items():
            where = f"fields.{name!r}"
            row = self.schema.find(name)
            if row is None:
                meant = nearest_field(self.schema, name)
                raise self._wrong(where, "there is no such field" + (f": did you mean {meant}?" if meant else ""))
            if row in said:
                raise self._wrong(where, f"the same field as {said[row]!r}")
            if row is self.schema.key:
                raise self._wrong(where, "the order's id is said by key")
            said[row] = name
            yield row.name, self._mapped(row, given, where, "o")

    def _mapped(self, row: Field, given: Any, where: str, table: str) -> Mapped:
        parts = {"sql": given} if isinstance(given, str) else given
        if not isinstance(parts, dict):
            raise self._wrong(where, "an expression of SQL, or a table with sql and form")
        self._known(parts, _FIELD_KEYS, f"{where}.")
        sql = self._sql(self._string(parts, "sql", f"{where}.", ""), where, table)
        form = self._string(parts, "form", f"{where}.", "") if "form" in parts else ""
        forms = self._engine.forms[row.type.name]
        if form and not self.dialect:
            raise self._wrong(where, "a form wants the dialect to be said")
        if form and form not in forms:
            raise self._wrong(where, f"the form of the type {row.type.name} is one of {', '.join(forms)}, not {form!r}")
        if row.many and not self._engine.fits_array(forms[form or next(iter(forms))]):
            raise self._wrong(where, f"no array of {self._engine.name} is read in that form")
        required, folded = parts.get("required", False), ""
        if not isinstance(required, bool):
            raise self._wrong(f"{where}.required", "true or false")
        if "folded" in parts:
            if row.many or not row.prefixed or row.type.column != "text":
                raise self._wrong(f"{where}.folded", "a single field of text that has $startsWith is asked for it")
            folded = self._sql(self._string(parts, "folded", f"{where}.", ""), f"{where}.folded", table)
        return Mapped(sql, form, folded, required)

    def _check_hidden(self, mapped: tuple[tuple[str, Mapped], ...], json: str) -> None:
        if self.schema.hidden is None or json:
            return
        row, values = self.schema.hidden
        if row.name not in dict(mapped):
            left_out = ", ".join(map(str, values))
            raise self._wrong(
                f"fields.{row.name!r}",
                f"every search leaves out {left_out}: give its column, or a constant where there is none",
            )

    # -- texts -------------------------------------------------------------------------------------------------

    def _column(self, key: str, table: str) -> str:
        return self._sql(self._string(self.data, key, "", ""), key, table) if key in self.data else ""

    def _sql(self, text: str, where: str, table: str) -> str:
        if _NAME.fullmatch(text):
            return f"{table}.{text}" if "table" in self.data else text
        if not self.dialect:
            raise self._wrong(where, f"the name of a column, not {text!r}: more wants the dialect to be said")
        return checked_expression(text, self.dialect, f"{self.where}: {where}")

    def _string(self, data: dict[str, Any], key: str, prefix: str, default: str) -> str:
        value = data.get(key, default)
        if not isinstance(value, str):
            raise self._wrong(f"{prefix}{key}", "a text")
        if not value:
            raise self._wrong(f"{prefix}{key}", "it is missing")
        return value

    def _known(self, data: dict[str, Any], keys: tuple[str, ...], prefix: str) -> None:
        for key in data:
            if key not in keys:
                raise self._wrong(f"{prefix}{key}", f"no such key: there are {', '.join(keys)}")

    def _wrong(self, key: str, what: str) -> LayoutError:
        return LayoutError(f"{self.where}: {key}: {what}")


def _parts(name: str) -> list[str]:
    """The parts of a dotted name; a quoted part may hold dots."""
    return re.findall(r'"[^"]*"|[^."]+|(?<=\.)(?=\.|$)|^$', name) if not name.endswith(".") else [""]
