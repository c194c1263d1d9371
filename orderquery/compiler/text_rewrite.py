"""A search in the text form with its fixes made, and every other character kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from ..language.schema import Schema
from ..syntax.ast import And, Comparison, Filter, Not, Or, Search, Unreadable
from ..syntax.parameters import Parameters
from ..syntax.source_text import Replacement, splice
from ..syntax.text_parser import parse_text
from ..syntax.text_printer import print_text

Mend = Callable[[Filter], Filter]


def rewrite_text(
    text: str,
    search: Search,
    mended: Search,
    schema: Schema,
    now: datetime,
    mend: Mend,
    parameters: Parameters | None = None,
) -> str:
    """Return the source of a search with its conditions and sort keys mended.

    ``mended`` is the whole search, ``mend`` mends one condition. Relative dates count from ``now``; those of a
    condition that is not changed stay relative.

    Raises:
        UsageError: a mended condition cannot be written in the text form.

    """
    # The two conditions of "between" have one field, and so the same change of its name.
    edits = {*_of_filter(search.filter, schema, mend), *sort_edits(text, search, mended, schema)}
    changed = splice(text, edits)
    again, _ = parse_text(changed, schema, now, parameters)
    if again == mended:
        return changed
    bare = text.strip("\ufeff \t\r\n")
    return text.replace(bare, print_text(mended, schema), 1)


def _of_filter(tree: Filter, schema: Schema, mend: Mend) -> Iterator[Replacement]:
    if isinstance(tree, Not):
        yield from _of_filter(tree.child, schema, mend)
    elif isinstance(tree, And | Or):
        for child in tree.children:
            yield from _of_filter(child, schema, mend)
    elif not isinstance(tree, Unreadable):
        new = mend(tree)
        name, operand = tree.field_place.span, tree.place.span
        if new != tree and name is not None and operand is not None:
            yield _condition(new, tree, name, operand, schema)


def _condition(
    new: Filter, old: Comparison, name: tuple[int, int], operand: tuple[int, int], schema: Schema
) -> Replacement:
    if isinstance(new, Comparison) and (new.operator, new.operand) == (old.operator, old.operand):
        return Replacement(*name, new.field)
    written = print_text(Search(new), schema)
    return Replacement(name[0], operand[1], written if isinstance(new, Comparison) else f"({written})")


def sort_edits(text: str, search: Search, mended: Search, schema: Schema) -> Iterator[Replacement]:
    """Rename the mended keys, and remove those that are left out with their comma."""
    kept = {key.place: key for key in mended.sort}
    spans = [key.place.span or (0, 0) for key in search.sort]
    end = (search.sort_place.span or (0, 0))[1]
    for index, key in enumerate(search.sort):
        new = kept.get(key.place)
        if new is None:
            # The first key is never left out: what comes before it has no effect on it.
            comma = text.rfind(",", spans[index - 1][1], spans[index][0])
            following = spans[index + 1][0] if index + 1 < len(spans) else end
            stop = text.rfind(",", spans[index][1], following) if index + 1 < len(spans) else end
            yield Replacement(comma, stop, "")
        elif new.descending and not key.descending:
            yield Replacement(*spans[index], f"{new.field} desc")
        elif new.field != key.field:
            yield Replacement(*spans[index], new.field)
