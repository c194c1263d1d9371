"""Records: what ``dataclasses`` would have made, and as frozen."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace
from typing import Any

import pytest

from orderquery.diagnostics import Place
from orderquery.predicate import Kind, Test
from orderquery.record import record
from orderquery.syntax import Comparison


@record(frozen=True, slots=True)
class Ours:
    """One."""

    name: str
    size: int = 3
    place: Any = field(default=None, compare=False)
    facts: dict[str, Any] = field(default_factory=dict, compare=False)
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Theirs:
    """The other."""

    name: str
    size: int = 3
    place: Any = field(default=None, compare=False)
    facts: dict[str, Any] = field(default_factory=dict, compare=False)
    secret: str | None = field(default=None, repr=False)


ARGUMENTS = (("a",), ("a", 3), ("a", 4), ("b", 3, "here"), ("a", 3, None, {"x": 1}), ("a", 3, None, {}, "s"))


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_a_record_is_what_a_dataclass_is(arguments: tuple[Any, ...]) -> None:
    ours, theirs = Ours(*arguments), Theirs(*arguments)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    for others in ARGUMENTS:
        assert (ours == Ours(*others)) is (theirs == Theirs(*others))
        assert (hash(ours) == hash(Ours(*others))) is (hash(theirs) == hash(Theirs(*others)))
    assert ours != theirs
    assert repr(replace(ours, size=9)) == repr(replace(theirs, size=9)).replace("Theirs", "Ours")
    for again in (copy.copy(ours), copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
        assert (repr(again), again) == (repr(ours), ours)
    assert Ours(*arguments[:1]).facts is not Ours(*arguments[:1]).facts


def test_nothing_of_a_record_can_be_changed() -> None:
    ours = Ours("a")
    with pytest.raises(FrozenInstanceError, match="'size' of a Ours"):
        ours.size = 4  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del ours.size
    with pytest.raises((FrozenInstanceError, AttributeError)):
        ours.other = 1  # type: ignore[attr-defined]
    assert not hasattr(ours, "__dict__")
    for wrong in ((), ("a", 1, None, {}, None, 5)):
        with pytest.raises(TypeError):
            Ours(*wrong)  # type: ignore[arg-type]


def test_the_records_of_the_package_match_by_position() -> None:
    match Comparison("status", "$eq", "PAID", Place(("filter",))):
        case Comparison("status", operator, operand, Place(path)):
            assert (operator, operand, path) == ("$eq", "PAID", ("filter",))
        case _:
            pytest.fail("no match")
    assert Comparison("a", "$eq", 1, Place(("x",))) == Comparison("a", "$eq", 1)
    assert Test(Kind.PRESENT, None) != Test(Kind.PRESENT, None, negated=True)  # type: ignore[arg-type]
