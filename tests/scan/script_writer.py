"""Writes a search as JavaScript or TypeScript, with random parts in other places or unknown."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

JSON = Any
_NAME = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)
_RESERVED = {"in", "default", "null", "true", "false", "this", "new", "delete", "typeof", "void", "__proto__"}


class ScriptWriter:
    """Writes values as expressions.

    ``lines`` are the declarations that the expressions need, ``holes`` the names of unknown values, and ``as_shown`` is
    kept beside each expression: the value in the form of the corpus.
    """

    def __init__(self, random: Random, *, typed: bool, holes: int) -> None:
        self.random = random
        self.typed = typed
        self.lines: list[str] = []
        self.holes: list[str] = []
        self._holes_left = holes
        self._names = 0

    def expression(self, value: JSON) -> tuple[str, JSON]:
        """Return the code of a value, and the value as the finder has to show it."""
        if self._holes_left and self.random.randrange(8) == 0:
            name = self._hole()
            return name, {"hole": name}
        text, shown = self._literal(value)
        way = self.random.randrange(14)
        if way == 0:
            name = self._name("part")
            self.lines.append(f"const {name}{self.random.choice((' = ', '='))}{text};")
            return name, shown
        if way == 1:
            name = self._name("build")
            self.lines.append(f"const {name} = () => ({text});")
            return f"{name}()", shown
        if way == 2:
            name = self._name("build")
            self.lines.append(f"function {name}(given) {{\n  // one value\n  return given;\n}}")
            return f"{name}({text})", shown
        if way == 3:
            name = self._name("table")
            self.lines.append(f"const {name} = {{ other: 1, value: {text} }};")
            return f"{name}.value", shown
        if way == 4 and self.typed:
            return f"({text} as any)", shown
        return (f"({text})" if way == 5 else text), shown

    def assigned(self, value: dict[str, JSON]) -> tuple[str, JSON]:
        """Return the name of an object whose parts are set one after the other."""
        name = self._name("body")
        shown: dict[str, JSON] = {}
        later = {key: part for key, part in value.items() if self.random.randrange(2) and _NAME.fullmatch(key)}
        text, first = self._literal({key: part for key, part in value.items() if key not in later})
        self.lines.append(f"const {name}{': any' if self.typed else ''} = {text};")
        shown |= first
        for key, part in later.items():
            code, seen = self.expression(part)
            place = f".{key}" if self.random.randrange(2) else f"[{json.dumps(key)}]"
            self.lines.append(f"{name}{place} = {code};")
            shown[key] = seen
        return name, shown

    # -- literals -----------------------------------------------------------------------------------------------

    def _literal(self, value: JSON) -> tuple[str, JSON]:
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, list):
            return self._list(value)
        if isinstance(value, str):
            return self._string(value), value
        if isinstance(value, bool) or value is None:
            return json.dumps(value), value
        return str(value), value

    def _object(self, value: dict[str, JSON]) -> tuple[str, JSON]:
        parts: list[str] = []
        shown: dict[str, JSON] = {}
        for key, inner in value.items():
            text, seen = self.expression(inner)
            way = self.random.randrange(12)
            if way == 0 and self._holes_left:
                name = self._hole()
                parts.append(f"[{name}]: {text}")
                shown[f"<{name}>"] = seen
                continue
            if way == 1:
                name = self._name("key")
                self.lines.append(f"const {name} = {self._string(key)};")
                parts.append(f"[{name}]: {text}")
            elif way == 2:
                name = self._name("some")
                self.lines.append(f"const {name} = {{ {self._key(key)}: {text} }};")
                parts.append(f"...{name}")
            else:
                parts.append(f"{self._key(key)}: {text}")
            shown[key] = seen
        if self._holes_left and self.random.randrange(12) == 0:
            name = self._hole()
            parts.insert(self.random.randrange(len(parts) + 1), f"...{name}")
            shown[f"...{name}"] = None
        if self.random.randrange(8) == 0:
            parts.append("never: undefined")
        comma = self.random.choice((", ", ",\n  ", ", /* and */ ", ","))
        return "{" + comma.join(parts) + self.random.choice(("", ", " if parts else "")) + "}", shown

    def _list(self, value: list[JSON]) -> tuple[str, JSON]:
        pairs = [self.expression(item) for item in value]
        parts, shown = [text for text, _ in pairs], [seen for _, seen in pairs]
        if parts and self.random.randrange(8) == 0:
            name = self._name("items")
            self.lines.append(f"const {name} = [{', '.join(parts)}];")
            parts = [f"...{name}"]
        if self._holes_left and self.random.randrange(8) == 0:
            name = self._hole()
            parts.append(f"...{name}")
            shown.append({"spread": name})
        return f"[{', '.join(parts)}]", shown

    def _key(self, key: str) -> str:
        if _NAME.fullmatch(key) and key not in _RESERVED and self.random.randrange(3):
            return key
        return self._string(key, "\"'") if self.random.randrange(4) else f"[{self._string(key)}]"

    def _string(self, text: str, quotes: str = "\"'`") -> str:
        plain = json.dumps(text, ensure_ascii=bool(self.random.randrange(2)))[1:-1]
        plain = plain.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        quote = self.random.choice(quotes)
        if quote == "`":
            return f"`{plain.replace(chr(92) + chr(34), chr(34)).replace('`', chr(92) + '`').replace('${', chr(92) + '${')}`"
        if quote == "'":
            return "'" + plain.replace('\\"', '"').replace("'", "\\'") + "'"
        return f'"{plain}"'

    def _hole(self) -> str:
        self._holes_left -= 1
        self.holes.append(self._name("given"))
        return self.holes[-1]

    def _name(self, stem: str) -> str:
        self._names += 1
        return f"{stem}{self._names}"
