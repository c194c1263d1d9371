"""Names of other interfaces: what the language has is not in ``elsewhere``, and what it becomes is in the language."""

from __future__ import annotations

import re
from typing import get_args, get_type_hints, is_typeddict

import orderquery as oq
from orderquery import dicts
from orderquery.language.elsewhere import _OPERATORS, fields_elsewhere
from orderquery.language.operators import OPERATORS

KNOWN = oq.load_schema().by_name
NAMES = fields_elsewhere()


def test_no_operator_of_the_language_is_elsewhere() -> None:
    assert not (both := sorted({*_OPERATORS} & {*OPERATORS})), (
        f"{both} is part of the language now: remove it from _OPERATORS of orderquery/language/elsewhere.py, "
        "and where it is a mistake: tests/mistaken_*.py, tests/compiler/corrections.json"
    )
    assert {row.operator for row in _OPERATORS.values()} <= {*OPERATORS}


def test_no_field_of_the_table_is_elsewhere() -> None:
    for part, names in NAMES._asdict().items():
        assert not (both := sorted({*names} & {*KNOWN})), (
            f"{both} is part of the language now: remove it from {part} in grammar/elsewhere.toml"
        )


def properties_of(document: type, levels: int) -> set[str]:
    """Return the paths of a typed dictionary, down to some levels."""
    found = set()
    for key, kind in get_type_hints(document, localns=vars(dicts)).items():
        parts, inner = [kind], []
        while parts:
            part = parts.pop()
            parts += get_args(part)
            inner += [part] if is_typeddict(part) and levels > 1 else []
        found |= {key, *(f"{key}.{path}" for part in inner for path in properties_of(part, levels - 1))}
    return found


def test_a_property_of_an_order_is_searched_or_known_not_to_be() -> None:
    starts = {name[: match.start()] for name in KNOWN for match in re.finditer(r"\.|$", name)}
    named = {name for names in NAMES._asdict().values() for name in names}
    missing = sorted(properties_of(dicts.OrderDict, 2) - starts - named)
    assert not missing, f"write {missing} into unsearchable of grammar/elsewhere.toml"


def test_every_name_becomes_a_field_of_the_table() -> None:
    targets = {
        *NAMES.renamed.values(),
        *NAMES.other_values.values(),
        *NAMES.nearest.values(),
        *sum(NAMES.unclear.values(), ()),
    }
    assert not (gone := sorted(targets - {*KNOWN})), f"grammar/elsewhere.toml names no field of the table: {gone}"
    assert {*NAMES.nearest} <= NAMES.unsearchable
