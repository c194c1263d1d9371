"""A layout of one's own: the tables a team already has, made into what a statement searches.

A statement begins with named queries over those tables. They are never computed in full: engines put their
expressions in place, so that a condition reaches the column it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from sqlglot import exp

from ...compiler.query import Query
from ...compiler.report import QueryError
from ...diagnostics.diagnostic import Diagnostic
from ...diagnostics.errors import UsageError
from ...diagnostics.place import Place
from ...language.conditions import Condition, Kind, tests_of
from ...language.fields import Field, Source
from ...language.limits import MAX_ID_CHARS, MAX_SORTABLE_CHARS
from ...language.schema import Schema
from ...syntax.ast import Comparison, Filter, Not
from ..dialects import Dialect
from ..layouts import Layout
from ..leaf_tests import prefix_column
from . import column_format as forms
from .column_format import Form
from .engine import Engine
from .engines import ENGINES
from .limitations import notes_of

Names = Literal["both", "rest", "sdk"]

ROWS, DOCUMENTS = "orderquery_rows", "orderquery_documents"
_PLAIN = re.compile(r"[\w$]+(\.[\w$]+)*")


@dataclass(frozen=True, slots=True)
class Mapped:
    """An expression of SQL that has the values of a field, in a form (the engine's first, without one).

    ``folded`` is one that has its texts in lower case, for ``$startsWith``. ``required``: it is never NULL.
    """

    sql: str
    form: str = ""
    folded: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """The column of a field in one engine's statement."""

    sql: str
    form: Form
    folded: str = ""
    required: bool = False
    differs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTables(Layout):
    """Tables of one's own, for statements and for stores that only read them.

    ``source`` is what follows FROM, ``joined`` what is joined to it where transactions are read. ``key`` is the id of
    an order, unless it is read from JSON. ``json`` and ``transactions`` are expressions of JSON from which every field
    is read that is not in ``mapped``. ``written_in`` is the dialect of these texts, where they are not plain names.
    """

    schema: Schema
    source: str
    joined: str = ""
    key: Mapped | None = None
    site: str = ""
    document: str = ""
    json: str = ""
    transactions: str = ""
    names: Names = "both"
    mapped: tuple[tuple[str, Mapped], ...] = ()
    written_in: str = ""
    orders: str = ROWS
    documents: str | None = field(init=False, default=None)
    sites: bool = field(init=False, default=False)
    json_arrays: bool = True
    _hash: int = field(init=False, default=0, compare=False, repr=False)

    def __post_init__(self) -> None:
        # Only a key of the table itself finds the document of a row at once.
        object.__setattr__(self, "documents", DOCUMENTS if self.key is not None else None)
        object.__setattr__(self, "sites", bool(self.site))
        # What is remembered for a layout is looked up many times for each statement.
        said = (self.source, self.joined, self.key, self.site, self.document, self.json, self.transactions, self.mapped)
        object.__setattr__(self, "_hash", hash((self.name, self.names, self.written_in, *said)))

    def __hash__(self) -> int:
        return self._hash

    def engine(self, dialect: Dialect) -> Engine:
        """The engine of a dialect.

        Raises:
            UsageError: own tables are not for this dialect, or these are written for another.

        """
        engine = ENGINES.get(dialect.name)
        if engine is None:
            raise UsageError(f"no layouts of one's own for {dialect.name}: there are for {', '.join(ENGINES)}")
        if self.written_in not in ("", dialect.name):
            raise UsageError(f"the layout {self.name} is written in {self.written_in}, not in {dialect.name}")
        return engine

    # -- what a statement asks ---------------------------------------------------------------------------------

    def adapted(self, dialect: Dialect) -> Dialect:
        """The dialect as statements over these tables use it."""
        return self.engine(dialect).adapted(dialect)

    def check(self, plan: Query, dialect: Dialect) -> None:
        """Refuse a plan that reads what is not in these tables.

        Raises:
            QueryError: ``not-in-layout``, once for each place.
            UsageError: the plan is of another table of fields, or the layout for another dialect.

        """
        if plan.schema is not self.schema and plan.schema.fingerprint != self.schema.fingerprint:
            raise UsageError(f"the layout {self.name} is for {self.schema.name}, not for {plan.schema.name}")
        engine = self.engine(dialect)
        _check_prefixes(plan)
        lacking = {row for row in plan.fields if self.column(row, engine) is None}
        if lacking:
            raise QueryError(tuple(self._missing(plan, lacking)))

    def _missing(self, plan: Query, lacking: set[Field]) -> Iterable[Diagnostic]:
        by_name = plan.schema.by_name
        said = set()
        for name, place in dict.fromkeys(_places(plan)):
            if by_name[name] in lacking:
                said.add(by_name[name])
                yield self._lacks(name, place, "leave it out of the search")
        for row in plan.fields:
            if row in lacking - said:
                yield self._lacks(row.name, Place(() if plan.tree.filter_place.path is not None else None), _IMPLIED)

    def _lacks(self, name: str, place: Place, other: str) -> Diagnostic:
        message = f"{name} is not in the layout {self.name}"
        return Diagnostic(
            "not-in-layout", message, f"give its column in the layout, or {other}", place, span=place.span
        )

    def form(self, row: Field, dialect: Dialect) -> Form | None:
        """How the column of a field holds its values."""
        column = self.column(row, self.engine(dialect))
        assert column is not None, row
        return column.form

    def fitted(self, condition: Condition, dialect: Dialect) -> Condition:
        """The condition in values that the columns can hold."""
        engine = self.engine(dialect)

        def of(row: Field) -> tuple[Form, bool]:
            column = self.column(row, engine)
            assert column is not None, row
            return column.form, column.required

        return forms.fitted(condition, of)

    def nulls_first(self, row: Field, descending: bool, dialect: Dialect) -> bool:
        """Where missing values stand in a sort: where there are none, as the engine's plain indexes have it."""
        engine = self.engine(dialect)
        column = self.column(row, engine)
        assert column is not None, row
        return descending if column.required and engine.nulls_are_greatest else not descending

    def folded(self, row: Field, column: exp.Expr, dialect: Dialect) -> exp.Expr:
        """The folded text of a column, or of an element of one."""
        found = self.column(row, self.engine(dialect))
        assert found is not None, row
        return exp.column(prefix_column(row), "o", quoted=True) if found.folded else exp.Lower(this=column)

    def missing(self, row: Field, column: exp.Expr, dialect: Dialect) -> exp.Expr | None:
        """The test that a column of arrays has no element, where it is not that it is NULL."""
        template = self.engine(dialect).no_elements
        return forms.written(template, dialect.name)(column) if row.many and template else None

    def notes(self, plan: Query, dialect: Dialect) -> tuple[str, ...]:
        """What these tables cannot keep of the meaning of a plan."""
        engine = self.engine(dialect)
        names = set() if self.document or not self.json else set(engine.document_differs)
        for row in plan.fields:
            column = self.column(row, engine)
            names |= column.differs if column is not None else set()
        for test in tests_of(plan.condition):
            if test.kind is Kind.PREFIX and test.field.type.name not in ("instant", "boolean"):
                names.add("folding")
        return notes_of(names)

    def definitions(self, dialect: Dialect, rows: Iterable[Field]) -> list[tuple[str, exp.Query]]:
        """The named queries of a statement over these fields."""
        engine = self.engine(dialect)
        rows = list(rows)
        source, key = engine.verbatim(self.source), self._key_of(engine)
        selected = [f"{key} AS rid"]
        if self.site:
            selected.append(f"{self._text(self.site, engine)} AS site")
        for row in rows:
            column = self.column(row, engine)
            assert column is not None, row
            selected.append(f"{column.sql} AS {engine.quoted(row.column)}")
            if column.folded:
                selected.append(f"{column.folded} AS {engine.quoted(prefix_column(row))}")
        document = f"{self._document(engine)} AS document"
        if self.documents is None:
            selected.append(document)
        reads_transactions = any(row.record == "transactions" for row in rows)
        wide = f"{source} {engine.verbatim(self.joined)}" if reads_transactions else source
        searched = _select(selected, wide, "" if self.key is not None else f"NOT {key} IS NULL")
        if self.documents is None:
            return [(ROWS, searched)]
        # An id is one order's within its site.
        return [(ROWS, searched), (DOCUMENTS, _select([f"{key} AS rid", document], source, self._of_site(dialect)))]

    def transactions_of(self, dialect: Dialect) -> str | None:
        """The statement of the transactions record of an order, by ``id`` (and ``site``), if there are any."""
        if not self.transactions:
            return None
        engine = self.engine(dialect)
        key = self.column(self.schema.key, engine)
        assert key is not None
        wanted = key.form.parameter(dialect.parameter("id", "text")).sql(dialect=dialect.name)
        where = " AND ".join(filter(None, (f"{key.sql} = {wanted}", self._of_site(dialect))))
        source = f"{engine.verbatim(self.source)} {engine.verbatim(self.joined)}"
        document = engine.document(self._text(self.transactions, engine))
        return _select([f"{document} AS document"], source, where).sql(dialect=dialect.name)

    # -- columns -----------------------------------------------------------------------------------------------

    def column(self, row: Field, engine: Engine) -> Column | None:
        """The column of a field, or ``None`` where the tables have none."""
        return _column(self, row, engine)

    def made(self, row: Field, engine: Engine) -> Column | None:
        """What :meth:`column` remembers."""
        mapped = self.key if self._is_key(row) and self.key is not None else dict(self.mapped).get(row.name)
        if mapped is not None:
            return self._of_mapped(row, mapped, engine)
        return self._of_json(row, engine) if self.json else None

    def _of_mapped(self, row: Field, mapped: Mapped, engine: Engine) -> Column:
        known = engine.forms[row.type.name]
        form = known[mapped.form or next(iter(known))]
        sql = self._text(mapped.sql, engine)
        if row.many:
            return Column(engine.array(form, sql), form, differs=frozenset(form.differs))
        sql = form.over(sql)
        if row.default is not None:
            sql = f"COALESCE({sql}, {engine.constant(form.bind(row.default))})"
        folded = form.over(self._text(mapped.folded, engine)) if mapped.folded else ""
        required = mapped.required or row.required
        differs = frozenset(form.differs) - ({"as it is"} if self._is_key(row) else frozenset())
        return Column(sql, form, folded, required, differs)

    def _of_json(self, row: Field, engine: Engine) -> Column | None:
        json = self.json if row.record == "order" else self.transactions
        steps = [step for source in row.sources for path in source.paths for step in path]
        if not json or any(not step.isprintable() or '"' in step or "\\" in step for step in steps):
            return None
        json, form = self._text(json, engine), engine.computed[row.type.name]
        differs = {*form.differs, *engine.json_differs, *(("lists in lists",) if row.many else ())}
        if row.many:
            values = [self._elements(row, source, json, engine) for source in row.sources]
        else:
            values = [engine.of_text(row.type.name, self._single(row, source, json, engine)) for source in row.sources]
            if row.default is not None:
                values.append(engine.constant(form.bind(row.default)))
        sql = values[0] if len(values) == 1 else f"COALESCE({', '.join(values)})"
        return Column(sql, form, required=row.required, differs=frozenset(differs))

    def _single(self, row: Field, source: Source, json: str, engine: Engine) -> str:
        kind = row.type.name
        found = [self._scalar("text" if source.joined else kind, json, path, engine) for path in source.paths]
        text = engine.joined(found) if source.joined else found[0]
        if self._is_key(row):
            return f"NULLIF({engine.at_most(text, MAX_ID_CHARS)}, '')"
        return engine.at_most(text, MAX_SORTABLE_CHARS) if row.sortable and row.type.textual else text

    def _elements(self, row: Field, source: Source, json: str, engine: Engine) -> str:
        kind, (path,) = row.type.name, source.paths
        if source.single:
            value = engine.of_text(kind, self._scalar(kind, json, path, engine))
            return engine.array_of_one(value)
        return engine.elements(kind, json, [self._alternatives(step) for step in path])

    def _scalar(self, kind: str, json: str, path: Sequence[str], engine: Engine) -> str:
        """The value at a path of keys, each under the names that count."""
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

    def _is_key(self, row: Field) -> bool:
        return row.name == self.schema.key.name

    # -- texts -------------------------------------------------------------------------------------------------

    def _text(self, text: str, engine: Engine) -> str:
        """A text of the layout as part of an expression."""
        verbatim = engine.verbatim(text)
        return verbatim if _PLAIN.fullmatch(text) else f"({verbatim})"

    def _of_site(self, dialect: Dialect) -> str:
        if not self.site:
            return ""
        site = dialect.parameter("site", "text").sql(dialect=dialect.name)
        return f"{self._text(self.site, self.engine(dialect))} = {site}"

    def _key_of(self, engine: Engine) -> str:
        column = self.column(self.schema.key, engine)
        assert column is not None
        return column.sql

    def _document(self, engine: Engine) -> str:
        return self._text(self.document, engine) if self.document else engine.document(self._text(self.json, engine))


_IMPLIED = "map it to a constant: every search reads it unless it says otherwise"


@lru_cache(maxsize=4096)
def _column(tables: OwnTables, row: Field, engine: Engine) -> Column | None:
    return tables.made(row, engine)


def _select(selected: Sequence[str], source: str, where: str = "") -> exp.Select:
    """A query made of texts, which sqlglot leaves as they are."""
    made = exp.select(*(exp.Var(this=text) for text in selected)).from_(exp.Var(this=source), copy=False)
    return made.where(exp.Var(this=where), copy=False) if where else made


def _check_prefixes(plan: Query) -> None:
    for test in tests_of(plan.condition):
        if test.kind is Kind.PREFIX and test.field.many and test.field.type.name == "instant":
            raise UsageError(f"{test.field.name}: a prefix of dates in a list is not asked of tables of one's own")


def _places(plan: Query) -> Iterable[tuple[str, Place]]:
    """Every place of a search that names a field."""
    stack: list[Filter] = [plan.tree.filter]
    while stack:
        node = stack.pop()
        if isinstance(node, Comparison):
            yield node.field, node.field_place or node.place
        elif isinstance(node, Not):
            stack.append(node.child)
        else:
            stack.extend(reversed(node.children))
    for key in plan.tree.sort:
        yield key.field, key.place
