"""Check the SQL texts of a layout before they become part of a statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlglot
from sqlglot import TokenType, exp
from sqlglot.errors import ParseError, TokenError

from ...diagnostics.errors import LayoutError
from ...diagnostics.quoting import quoted

MAX_SQL_CHARS = 20_000

_CHANGES = (
    exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter, exp.Command, exp.TruncateTable,
    exp.Into,
)  # fmt: skip
_PARAMETERS = (exp.Placeholder, exp.Parameter, exp.SessionParameter)


def checked_expression(text: str, dialect: str, where: str) -> str:
    """Return the text if it is one expression over a row.

    Raises:
        LayoutError: it is not; the message names ``where`` and the place in the text.

    """
    select = _parsed("SELECT (", text, ")", dialect, where)
    (value,) = select.expressions if len(select.expressions) == 1 else (None,)
    single = isinstance(value, exp.Paren | exp.Subquery | exp.Boolean | exp.Null)
    if not single or set(_clauses(select)) != {"expressions"}:
        raise LayoutError(f"{where}: not a single expression: {quoted(text)}")
    if isinstance(value, exp.Paren):
        for node in _outside_queries(value):
            if isinstance(node, exp.AggFunc | exp.Window):
                raise LayoutError(f"{where}: {quoted(node.sql(dialect))} aggregates rows; put it in a subquery")
            if isinstance(node, exp.Star | exp.Alias):
                raise LayoutError(f"{where}: not a single expression: {quoted(text)}")
    return text


def checked_source(text: str, dialect: str, where: str) -> str:
    """Return the text if it can follow FROM: tables, joins, subqueries.

    Raises:
        LayoutError: it cannot.

    """
    select = _parsed("SELECT 1 FROM", text, "", dialect, where)
    if (
        not set(_clauses(select)) <= {"expressions", "from_", "from", "joins", "laterals"}
        or len(select.expressions) != 1
    ):
        raise LayoutError(f"{where}: only tables and joins are allowed; put the rest in a subquery: {quoted(text)}")
    return text


def _clauses(select: exp.Select) -> Iterable[str]:
    return (key for key, value in select.args.items() if value)


def _parsed(before: str, text: str, after: str, dialect: str, where: str) -> exp.Select:
    if not text.strip() or len(text) > MAX_SQL_CHARS or "\0" in text:
        raise LayoutError(f"{where}: SQL must have 1 to {MAX_SQL_CHARS:,} characters and no NUL")
    try:
        _check_brackets(text, dialect, where)
        found = sqlglot.parse(f"{before}\n{text}\n{after}", dialect=dialect)
    except ParseError as problem:
        raise LayoutError(f"{where}: {_place_of(problem, text)}") from None
    except (TokenError, RecursionError, ValueError) as problem:
        reason = "nested too deeply" if isinstance(problem, RecursionError) else str(problem).splitlines()[0]
        raise LayoutError(f"{where}: {reason}") from None
    if len(found) != 1 or not isinstance(found[0], exp.Select):
        raise LayoutError(f"{where}: several statements; write one expression: {quoted(text)}")
    for node in found[0].walk():
        if node.comments:
            raise LayoutError(f"{where}: remove the comment: the text becomes part of a statement")
        if isinstance(node, _PARAMETERS):
            raise LayoutError(f"{where}: remove the parameter {quoted(node.sql(dialect))}: it has no value here")
        if isinstance(node, _CHANGES):
            raise LayoutError(f"{where}: a layout may only read: {quoted(text)}")
    return found[0]


def _check_brackets(text: str, dialect: str, where: str) -> None:
    """Raise an error for a bracket that is closed but not opened in the text."""
    depth = 0
    for token in sqlglot.tokenize(text, dialect):
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        if depth < 0:
            raise LayoutError(
                f"{where}: line {token.line}, column {token.col}: unmatched closing bracket: {quoted(text)}"
            )


def _place_of(problem: ParseError, text: str) -> str:
    error = problem.errors[0] if problem.errors else {}
    line, column = error.get("line") or 1, error.get("col") or 1
    highlight = error.get("highlight") or ""
    lines = text.count("\n") + 1
    if line - 1 > lines:
        return f"line {lines}: unexpected end of SQL: {quoted(text)}"
    place = f"line {max(line - 1, 1)}, column {max(column - len(highlight) + 1, 1)}"
    return f"{place}: unexpected {quoted(highlight)}: {quoted(text)}"


def _outside_queries(value: exp.Expr) -> Iterator[exp.Expr]:
    return value.walk(prune=lambda node: isinstance(node, exp.Query | exp.Subquery))
