"""The text of typed dictionaries, as the formatter of the project writes it."""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from textwrap import wrap
from typing import Any

_MAX_LINE = 120
_INDENTED: dict[str, Any] = {"initial_indent": "    ", "subsequent_indent": "    ", "break_long_words": False}


def literal_lines(name: str, values: Iterable[str]) -> list[str]:
    """Return the lines of a named ``Literal``."""
    line = f"{name} = Literal[{', '.join(quoted_values(values))}]"
    if len(line) <= _MAX_LINE:
        return [line]
    return [f"{name} = Literal[", *wrap(", ".join(quoted_values(values)), _MAX_LINE, **_INDENTED), "]"]


def quoted_values(values: Iterable[str]) -> list[str]:
    """Return the values of an enum, quoted."""
    return [f'"{value}"' for value in values]


def typed_dict(name: str, doc: str, keys: dict[str, str]) -> str:
    """Return the definition of a typed dictionary."""
    if all(key.isidentifier() and not keyword.iskeyword(key) for key in keys):
        lines = [f"class {name}(TypedDict, total=False):", f'    """{doc}"""']
        return "\n".join([*lines, *([""] if keys else []), *(f"    {key}: {kind}" for key, kind in keys.items())])
    pairs = [f'"{key}": {kind}' for key, kind in keys.items()]
    line = f'{name} = TypedDict("{name}", {{{", ".join(pairs)}}}, total=False)'
    if len(line) > _MAX_LINE:
        keys_and_types = "\n".join(f"        {pair}," for pair in pairs)
        line = f'{name} = TypedDict(\n    "{name}",\n    {{\n{keys_and_types}\n    }},\n    total=False,\n)'
    return f'{line}\n"""{doc}"""' if doc else line
