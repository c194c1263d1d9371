"""The shapes of plain filters that come often, and a function for each that takes such filters apart.

A shape is all of a filter but its operands. What is kept of one are names and rows of the table, never an operand, and
only so many are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from threading import Lock
from typing import Any

from .instants import READ
from .operators import Takes
from .plain_leaves import LONGEST, MOST_ELEMENTS, Leaf, Node, Unusual, read_utc

JSON = Any

Taken = tuple[Node, Sequence[JSON], Sequence[Any]]
Taker = Callable[[dict[str, JSON]], Taken]
"""Takes a filter apart that has the names of its shape: the shape, the operands and their values.

Of a filter of another shape, or with an operand that is not plain, it raises what ``NOT_PLAIN`` lists.
"""

MOST_SHAPES = 256
_MOST_TAKERS = 4
OFTEN = 3
"""How often a shape comes before a function is made for it, which takes as long as to read it a hundred times."""


class Shapes:
    """The shapes that came lately. ``often`` says after how many times a shape gets a taker."""

    def __init__(self, often: int = OFTEN) -> None:
        self.often = often
        self._lock = Lock()
        self.takers: dict[tuple[str, ...], tuple[Taker, ...]] = {}
        """Of the shapes that begin with these names, those asked for lately."""
        self._older: dict[tuple[str, ...], tuple[Taker, ...]] = {}
        self._times: dict[Node, int] = {}

    def __len__(self) -> int:
        """How many are kept."""
        return len(self.takers) + len(self._older) + len(self._times)

    def older(self, names: tuple[str, ...]) -> tuple[Taker, ...]:
        """The takers that were asked for less lately; from now on they count as asked for."""
        found = self._older.get(names, ())
        if found:
            self._put(names, found)
        return found

    def note(self, names: tuple[str, ...], node: Node) -> None:
        """Count a shape for which there was no taker."""
        with self._lock:
            times = self._times.pop(node, 0) + 1
            if times < self.often:
                if len(self._times) >= MOST_SHAPES:
                    self._times.clear()
                self._times[node] = times
                return
        taker = _taker(node)
        known = self.takers.get(names) or self._older.get(names) or ()
        self._put(names, (taker, *known[: _MOST_TAKERS - 1]))

    def _put(self, names: tuple[str, ...], takers: tuple[Taker, ...]) -> None:
        with self._lock:
            if len(self.takers) >= MOST_SHAPES // 2:
                self._older, self.takers = self.takers, {}
            self.takers[names] = takers


def _taker(node: Node) -> Taker:
    """Generate the function that takes filters of this shape apart."""
    numbers, whole = count(), "_filter"
    names: dict[str, Any] = {"_Unusual": Unusual, "_node": node}
    lines: list[str] = []
    operands: list[str] = []
    values: list[str] = []

    def named(value: Any) -> str:
        name = f"_c{next(numbers)}"
        names[name] = value
        return name

    def refuse(test: str) -> None:
        lines.append(f"if {test}: raise _Unusual")

    def leaf(part: Leaf, variable: str) -> None:
        if not part.implicit:
            refuse(f"{variable}.__class__ is not dict or len({variable}) != 1")
            lines.append(f"{variable} = {variable}[{part.operator.name!r}]")
        operands.append(variable)
        if part.operator.takes is Takes.VALUES:
            refuse(f"{variable}.__class__ is not list or not 0 < len({variable}) <= {MOST_ELEMENTS}")
            if part.text:
                lines.append(f'_together = "".join({variable})')
                refuse(f"len(_together) > {LONGEST} or not _together.isprintable()")
            elif part.members is not None:
                refuse(f"not {named(frozenset(part.members).issuperset)}({variable})")
            else:
                lines.append(f"_of{variable} = {named(part.read)}({variable})")
            lines.append(f"{variable} = tuple({variable})")
            values.append(variable if part.text or part.members is not None else f"_of{variable}")
            return
        if part.text:
            test = f"{variable}.__class__ is not str or len({variable}) > {LONGEST} or not {variable}.isprintable()"
            refuse(f"{variable} is not None and ({test})" if part.nullable else test)
            values.append(variable)
            return
        if part.read is read_utc and not part.nullable:
            refuse(f"{variable}.__class__ is not str or {variable}[-1:] != 'Z'")
            lines.append(f"_of{variable} = {named(READ)}[{variable}]")
            refuse(f"_of{variable} is None")
            values.append(f"_of{variable}")
            return
        read = f"{named(part.read)}({variable})" if part.members is None else f"{named(part.members)}[{variable}]"
        values.append(f"None if {variable} is None else {read}" if part.nullable else read)

    def filter_(node: Node, variable: str) -> None:
        variables = [f"_v{next(numbers)}" for _ in node]
        if variable == whole:
            lines.append(f"{', '.join(variables)}, = {variable}.values()")
        elif len(node) == 1:
            refuse(f"{variable}.__class__ is not dict or len({variable}) != 1")
            lines.append(f"{variables[0]} = {variable}[{named(_key(node[0]))}]")
        else:
            refuse(f"{variable}.__class__ is not dict or tuple({variable}) != {named(tuple(map(_key, node)))}")
            lines.append(f"{', '.join(variables)} = {variable}.values()")
        for part, own in zip(node, variables, strict=True):
            if part.__class__ is Leaf:
                leaf(part, own)
                continue
            connective, under = part
            parts = [own]
            if connective != "$not":
                parts = [f"_v{next(numbers)}" for _ in under]
                refuse(f"{own}.__class__ is not list or len({own}) != {len(under)}")
                lines.append(f"{', '.join(parts)}, = {own}")
            for child, inner in zip(under, parts, strict=True):
                filter_(child, inner)

    filter_(node, whole)
    lines.append(f"return _node, ({', '.join(operands)},), ({', '.join(values)},)")
    text = f"def take({whole}):\n " + "\n ".join(lines)
    exec(text, names)  # noqa: S102 - made of the names of operators and of numbers alone
    taker: Taker = names["take"]
    return taker


def _key(part: Any) -> str:
    name: str = part.name if part.__class__ is Leaf else part[0]
    return name
