"""The layout that maps the tables a team already has to fields.

A statement begins with named queries over those tables. Engines inline them, so that a condition reaches the mapped
column and its index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import lru_cache
from itertools import product
from typing import Literal

from sqlglot import exp

from ...compiler.query import Query
from ...compiler.report import QueryError
from ...diagnostics.diagnostic import Diagnostic
from ...diagnostics.errors import UsageError
from ...diagnostics.place import Place
from ...diagnostics.quoting import quoted
from ...language.conditions import Condition, Kind, tests_of
from ...language.fields import Field, ValueSource
from ...language.limits import MAX_ID_CHARS, MAX_SORTABLE_CHARS
from ...language.schema import Schema
from ...syntax.ast import And, Comparison, Filter, Not, Or
from ..column_format import ColumnFormat, sql_wrap
from ..dialects import Dialect
from ..layouts import Layout
from ..leaf_tests import prefix_column
from .condition_fitting import fit_condition
from .engine_registry import MAPPING_ENGINES
from .field_mapping import FieldMapping, MappedColumn
from .limitations import notes_of
from .mapping_engine import MappingEngine

Names = Literal["both", "rest", "sdk"]

ROWS, DOCUMENTS = "orderquery_rows", "orderquery_documents"
_PLAIN_NAME = re.compile(r"[\w$]+(\.[\w$]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedLayout(Layout):
    """Tables that a team already has, for statements and read-only stores.

    Attributes:
        schema: The table of fields.
        source: What follows FROM.
        joined: What is joined to ``source`` if transactions are read.
        key: The order id, unless it is read from ``json``.
        site: The expression of an order's site.
        document: The expression of the returned document, if it is not ``json``.
        json: The expression of the order as JSON; every field that is not in ``mapped`` is read from it.
        transactions: The same for the transactions record.
        names: Whether the JSON has the REST names of id and dates, the SDK's, or both.
        mapped: The mapped fields, by name.
        written_in: The dialect of these texts; empty if they are plain names, which suit every dialect.

    """

    schema: Schema
    source: str
    joined: str = ""
    key: FieldMapping | None = None
    site: str = ""
    document: str = ""
    json: str = ""
    transactions: str = ""
    names: Names = "both"
    mapped: tuple[tuple[str, FieldMapping], ...] = ()
    written_in: str = ""
    orders: str = ROWS
    documents: str | None = dataclass_field(init=False, default=None)
    sites: bool = dataclass_field(init=False, default=False)
    json_arrays: bool = True
    _hash: int = dataclass_field(init=False, default=0, compare=False, repr=False)

    def __post_init__(self) -> None:
        # Only a key column finds the document of a row by an index.
        object.__setattr__(self, "documents", DOCUMENTS if self.key is not None else None)
        object.__setattr__(self, "sites", bool(self.site))
        # A statement looks up the caches of a layout many times, so the hash is computed once.
        texts = (self.source, self.joined, self.key, self.site, self.document, self.json, self.transactions)
        object.__setattr__(self, "_hash", hash((self.name, self.names, self.written_in, self.mapped, *texts)))

    def __hash__(self) -> int:
        return self._hash

    def engine(self, dialect: Dialect) -> MappingEngine:
        """Return the engine of a dialect.

        Raises:
            UsageError: the dialect has no mapped tables, or the layout is for another dialect.

        """
        engine = MAPPING_ENGINES.get(dialect.name)
        if engine is None:
            known = ", ".join(MAPPING_ENGINES)
            raise UsageError(f"mapped tables are not supported for dialect {quoted(dialect.name)}; dialects: {known}")
        if self.written_in not in ("", dialect.name):
            wanted = f"{quoted(self.written_in)}, not {quoted(dialect.name)}"
            raise UsageError(f"layout {quoted(self.name)} is for dialect {wanted}")
        return engine

    # -- what a statement uses ---------------------------------------------------------------------------------

    def adapt(self, dialect: Dialect) -> Dialect:
        """Return the dialect as statements over these tables use it."""
        return self.engine(dialect).adapt(dialect)

    def check(self, query: Query, dialect: Dialect) -> None:
        """Raise an error if the query reads a field that is not in these tables.

        Raises:
            QueryError: ``not-in-layout``, once for each place.
            UsageError: the query has another table of fields, or the layout is for another dialect.

        """
        if query.schema is not self.schema and query.schema.fingerprint != self.schema.fingerprint:
            tables = f"{quoted(self.schema.name)}, not {quoted(query.schema.name)}"
            raise UsageError(f"layout {quoted(self.name)} maps the table of fields {tables}")
        engine = self.engine(dialect)
        _check_prefixes(query)
        unmapped = {field for field in query.fields if self.column(field, engine) is None}
        if unmapped:
            raise QueryError(tuple(self._diagnose_unmapped(query, unmapped)))

    def _diagnose_unmapped(self, query: Query, unmapped: set[Field]) -> Iterable[Diagnostic]:
        by_name = query.schema.by_name
        reported = set()
        for name, place in dict.fromkeys(_places(query)):
            if by_name[name] in unmapped:
                reported.add(by_name[name])
                yield self._unmapped(name, place, "add it to the layout, or remove it from the search")
        for field in query.fields:
            if field in unmapped - reported:
                place = Place(() if query.tree.filter_place.path is not None else None)
                yield self._unmapped(field.name, place, _IMPLIED)

    def _unmapped(self, name: str, place: Place, help_: str) -> Diagnostic:
        message = f"field {name} is not in layout {quoted(self.name)}"
        return Diagnostic("not-in-layout", message, help_, place, span=place.span)

    def column_format(self, field: Field, dialect: Dialect) -> ColumnFormat:
        """Return how the column of a field holds values."""
        return self._column(field, self.engine(dialect)).column_format

    def fit(self, condition: Condition, dialect: Dialect) -> Condition:
        """Return an equivalent condition whose operands the columns can hold."""
        engine = self.engine(dialect)

        def format_of(field: Field) -> tuple[ColumnFormat, bool]:
            column = self._column(field, engine)
            return column.column_format, column.required

        return fit_condition(condition, format_of)

    def nulls_first(self, field: Field, descending: bool, dialect: Dialect) -> bool:
        """Return True if a sort puts missing values first.

        Where no value is missing, the sort has the order of a plain index.
        """
        engine = self.engine(dialect)
        required = self._column(field, engine).required
        return descending if required and engine.nulls_are_greatest else not descending

    def folded_text(self, field: Field, column: exp.Expr, dialect: Dialect) -> exp.Expr:
        """Return the folded text of a column, or of an element of one."""
        folded = self._column(field, self.engine(dialect)).folded
        return exp.column(prefix_column(field), "o", quoted=True) if folded else exp.Lower(this=column)

    def is_missing(self, field: Field, column: exp.Expr, dialect: Dialect) -> exp.Expr | None:
        """Return the test that an array column has no elements; ``None`` means IS NULL."""
        template = self.engine(dialect).empty_array_test
        return sql_wrap(template, dialect.name)(column) if field.many and template else None

    def notes(self, query: Query, dialect: Dialect) -> tuple[str, ...]:
        """Return the limitations of these tables that affect a query."""
        engine = self.engine(dialect)
        names = set() if self.document or not self.json else set(engine.document_limitations)
        for field in query.fields:
            column = self.column(field, engine)
            names |= column.limitations if column is not None else set()
        for test in tests_of(query.condition):
            if test.kind is Kind.PREFIX and test.field.type.name not in ("instant", "boolean"):
                names.add("folding")
        return notes_of(names)

    def named_queries(self, dialect: Dialect, fields: Iterable[Field]) -> list[tuple[str, exp.Query]]:
        """Return the named queries of a statement over these fields."""
        engine = self.engine(dialect)
        fields = list(fields)
        source, key = engine.verbatim(self.source), self._key_of(engine)
        selected = [f"{key} AS rid"]
        if self.site:
            selected.append(f"{self._text(self.site, engine)} AS site")
        for field in fields:
            column = self._column(field, engine)
            selected.append(f"{column.sql} AS {engine.quoted(field.column)}")
            if column.folded:
                selected.append(f"{column.folded} AS {engine.quoted(prefix_column(field))}")
        document = f"{self._document(engine)} AS document"
        if self.documents is None:
            selected.append(document)
        reads_transactions = any(field.record == "transactions" for field in fields)
        wide = f"{source} {engine.verbatim(self.joined)}" if reads_transactions else source
        searched = _select(selected, wide, "" if self.key is not None else f"NOT {key} IS NULL")
        if self.documents is None:
            return [(ROWS, searched)]
        # An id is unique within its site only.
        return [(ROWS, searched), (DOCUMENTS, _select([f"{key} AS rid", document], source, self._of_site(dialect)))]

    def transactions_of(self, dialect: Dialect) -> str | None:
        """Return the SQL of an order's transactions record, by ``id`` and ``site``.

        ``None`` if the layout has no transactions.
        """
        if not self.transactions:
            return None
        engine = self.engine(dialect)
        key = self._column(self.schema.key, engine)
        wanted = key.column_format.wrap_parameter(dialect.parameter("id", "text")).sql(dialect=dialect.name)
        where = " AND ".join(filter(None, (f"{key.sql} = {wanted}", self._of_site(dialect))))
        source = f"{engine.verbatim(self.source)} {engine.verbatim(self.joined)}"
        document = engine.document(self._text(self.transactions, engine))
        return _select([f"{document} AS document"], source, where).sql(dialect=dialect.name)

    # -- columns -----------------------------------------------------------------------------------------------

    def column(self, field: Field, engine: MappingEngine) -> MappedColumn | None:
        """Return the column of a field, or ``None`` if the tables have none."""
        return _cached_column(self, field, engine)

    def _column(self, field: Field, engine: MappingEngine) -> MappedColumn:
        column = _cached_column(self, field, engine)
        assert column is not None, f"no column of {self.name} is mapped to {field.name}"
        return column

    def build_column(self, field: Field, engine: MappingEngine) -> MappedColumn | None:
        """Return the column of a field, without the cache of :meth:`column`."""
        mapping = self.key if self._is_key(field) and self.key is not None else dict(self.mapped).get(field.name)
        if mapping is not None:
            return self._from_mapping(field, mapping, engine)
        return self._from_json(field, engine) if self.json else None

    def _from_mapping(self, field: Field, mapping: FieldMapping, engine: MappingEngine) -> MappedColumn:
        known = engine.formats[field.type.name]
        column_format = known[mapping.form or next(iter(known))]
        limitations = frozenset(column_format.limitations)
        sql = self._text(mapping.sql, engine)
        if field.many:
            return MappedColumn(engine.array(column_format, sql), column_format, limitations=limitations)
        sql = column_format.apply(sql)
        if field.default is not None:
            sql = f"COALESCE({sql}, {engine.constant(column_format.bind(field.default))})"
        folded = column_format.apply(self._text(mapping.folded, engine)) if mapping.folded else ""
        required = mapping.required or field.required
        if self._is_key(field):
            limitations -= {"text as stored"}
        return MappedColumn(sql, column_format, folded, required, limitations)

    def _from_json(self, field: Field, engine: MappingEngine) -> MappedColumn | None:
        json = self.json if field.record == "order" else self.transactions
        steps = [step for source in field.sources for path in source.all_paths for step in path]
        if not json or any(not step.isprintable() or '"' in step or "\\" in step for step in steps):
            return None
        json, column_format = self._text(json, engine), engine.computed_formats[field.type.name]
        limitations = {*column_format.limitations, *engine.json_limitations}
        if field.many:
            limitations.add("nested lists")
            values = [self._elements(field, source, json, engine) for source in field.sources]
        else:
            values = [
                engine.from_text(field.type.name, self._single(field, source, json, engine)) for source in field.sources
            ]
            if field.default is not None:
                values.append(engine.constant(column_format.bind(field.default)))
        sql = values[0] if len(values) == 1 else f"COALESCE({', '.join(values)})"
        return MappedColumn(sql, column_format, required=field.required, limitations=frozenset(limitations))

    def _single(self, field: Field, source: ValueSource, json: str, engine: MappingEngine) -> str:
        kind = field.type.name
        found = [self._scalar("text" if source.joined else kind, json, path, engine) for path in source.paths]
        text = engine.joined(found) if source.joined else found[0]
        if self._is_key(field):
            return f"NULLIF({engine.limit_length(text, MAX_ID_CHARS)}, '')"
        return engine.limit_length(text, MAX_SORTABLE_CHARS) if field.sortable and field.type.textual else text

    def _elements(self, field: Field, source: ValueSource, json: str, engine: MappingEngine) -> str:
        kind, (path,) = field.type.name, source.paths
        if source.single:
            value = engine.from_text(kind, self._scalar(kind, json, path, engine))
            return engine.array_of_one(value)
        steps = [self._spellings((step,)) for step in path]
        steps[-1] += tuple(spelling for fallback in source.fallbacks for spelling in self._spellings(fallback))
        return engine.elements(kind, json, steps)

    def _scalar(self, kind: str, json: str, path: Sequence[str], engine: MappingEngine) -> str:
        """Return the value at a path of keys, under the REST or SDK names."""
        steps: tuple[str, ...] = ()
        for step in path:
            name, other = self._alternatives(step)
            if other is None:
                steps = (*steps, name)
            else:
                json = engine.either(engine.at(json, (*steps, name)), engine.at(json, (*steps, other)))
                steps = ()
        return engine.scalar(kind, json, steps)

    def _alternatives(self, step: str) -> tuple[str, str | None]:
        sdk = self.schema.sdk_names.get(step)
        if sdk is None or self.names == "rest":
            return step, None
        return (sdk, None) if self.names == "sdk" else (step, sdk)

    def _spellings(self, path: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """Return the path with the REST or SDK names of its keys, the REST names first."""
        return tuple(product(*(filter(None, self._alternatives(step)) for step in path)))

    def _is_key(self, field: Field) -> bool:
        return field.name == self.schema.key.name

    # -- texts -------------------------------------------------------------------------------------------------

    def _text(self, text: str, engine: MappingEngine) -> str:
        """Return SQL text of the layout as part of an expression."""
        verbatim = engine.verbatim(text)
        return verbatim if _PLAIN_NAME.fullmatch(text) else f"({verbatim})"

    def _of_site(self, dialect: Dialect) -> str:
        if not self.site:
            return ""
        site = dialect.parameter("site", "text").sql(dialect=dialect.name)
        return f"{self._text(self.site, self.engine(dialect))} = {site}"

    def _key_of(self, engine: MappingEngine) -> str:
        return self._column(self.schema.key, engine).sql

    def _document(self, engine: MappingEngine) -> str:
        return self._text(self.document, engine) if self.document else engine.document(self._text(self.json, engine))


OwnTables = MappedLayout
"""The public name of :class:`MappedLayout`."""

_IMPLIED = "add it to the layout (a constant is enough): every search reads it by default"


@lru_cache(maxsize=4096)
def _cached_column(layout: MappedLayout, field: Field, engine: MappingEngine) -> MappedColumn | None:
    return layout.build_column(field, engine)


def _select(selected: Sequence[str], source: str, where: str = "") -> exp.Select:
    """Return a query made of SQL texts, which sqlglot does not parse."""
    made = exp.select(*(exp.Var(this=text) for text in selected)).from_(exp.Var(this=source), copy=False)
    return made.where(exp.Var(this=where), copy=False) if where else made


def _check_prefixes(query: Query) -> None:
    for test in tests_of(query.condition):
        if test.kind is Kind.PREFIX and test.field.many and test.field.type.name == "instant":
            raise UsageError(f'"$startsWith" on a list of dates ({test.field.name}) is not supported in mapped tables')


def _places(query: Query) -> Iterable[tuple[str, Place]]:
    """Yield every field name in a search and its place."""
    stack: list[Filter] = [query.tree.filter]
    while stack:
        node = stack.pop()
        if isinstance(node, Comparison):
            yield node.field, node.field_place
        elif isinstance(node, Not):
            stack.append(node.child)
        elif isinstance(node, And | Or):
            stack.extend(reversed(node.children))
    for key in query.tree.sort:
        yield key.field, key.place
