"""Frozen dataclasses that cost little to declare and to make.

``dataclasses`` compiles six functions for every class, half a millisecond each time the program starts, and sets fields
past its own guard. Here one function is compiled, the others are shared, and fields are set by their slots. What type
checkers see is :func:`dataclasses.dataclass`, and :func:`dataclasses.replace` and ``field`` work as there.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, field
from operator import attrgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as record
    from typing import Any
else:

    def record(*, frozen: bool, slots: bool = False, eq: bool = True) -> Callable[[type], type]:
        """Make a class a record of its annotated names. Only ``frozen=True`` is known."""
        assert frozen
        return lambda cls: _recorded(cls, slots, eq)


__all__ = ["record"]


def _recorded(cls: type, slots: bool, eq: bool) -> type:
    members = dict(vars(cls))
    fields: dict[str, Field[Any]] = {}
    for name in cls.__annotations__:
        given = members.pop(name, MISSING)
        row = given if isinstance(given, Field) else field(default=given)
        row.name = name
        fields[name] = row
        if not slots and row.default is not MISSING:
            members[name] = row.default
    members |= {
        "__dataclass_fields__": fields,
        "__match_args__": tuple(fields),
        "__setattr__": _refuse,
        "__delattr__": _refuse,
    }
    members.setdefault("__repr__", _shown(row.name for row in fields.values() if row.repr))
    if eq:
        compared = attrgetter(*(row.name for row in fields.values() if row.compare))
        members |= {"__eq__": _equal(compared), "__hash__": lambda self: hash(compared(self))}
    for name in ("__dict__", "__weakref__"):
        members.pop(name, None)
    if slots:
        members |= {"__slots__": tuple(fields), "__reduce__": _reduced}
    made = type(cls)(cls.__name__, cls.__bases__, members)
    type.__setattr__(made, "__init__", _constructor(made, fields, slots))
    return made


def _constructor(made: type, fields: dict[str, Field[Any]], slots: bool) -> Any:
    names: dict[str, Any] = {"_missing": MISSING}
    parameters, lines = ["self"], [] if slots else ["_values = self.__dict__"]
    for name, row in fields.items():
        value = name
        if row.default_factory is not MISSING:
            names[f"_made_{name}"] = row.default_factory
            value = f"_made_{name}() if {name} is _missing else {name}"
            parameters.append(f"{name}=_missing")
        elif row.default is not MISSING:
            names[f"_default_{name}"] = row.default
            parameters.append(f"{name}=_default_{name}")
        else:
            parameters.append(name)
        if slots:
            names[f"_set_{name}"] = vars(made)[name].__set__
            lines.append(f"_set_{name}(self, {value})")
        else:
            lines.append(f"_values[{name!r}] = {value}")
    text = f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines)
    exec(text, names)  # noqa: S102 - made of the names of a class of this package
    return names["__init__"]


def _equal(compared: Callable[[Any], Any]) -> Callable[[Any, object], Any]:
    def equal(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return compared(self) == compared(other)

    return equal


def _shown(names: Any) -> Callable[[Any], str]:
    listed = tuple(names)

    def shown(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in listed)})"

    return shown


def _refuse(self: Any, name: str, *_: Any) -> None:
    raise FrozenInstanceError(f"{name!r} of a {type(self).__name__} cannot be changed")


def _reduced(self: Any) -> tuple[type, tuple[Any, ...]]:
    return type(self), tuple(getattr(self, name) for name in self.__slots__)
