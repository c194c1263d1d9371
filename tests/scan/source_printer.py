"""Requests printed as source code of each language, with random parts replaced by variables."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, Literal

JSON = Any
Printed = Literal["python", "javascript", "typescript"]
LANGUAGES: tuple[Printed, ...] = ("python", "javascript", "typescript")
_URL = "https://www.wixapis.com/ecom/v1/orders/search"
_WORDS = {"python": {None: "None", True: "True", False: "False"}}


@dataclass
class SourcePrinter:
    """Prints one request. ``holes`` counts the parts that the source does not tell."""

    random: Random
    language: Printed
    holes: bool
    hole_count: int = 0
    _constants: list[str] = field(default_factory=list)

    def source(self, request: JSON) -> str:
        """Return a file with a call that sends the request."""
        body = self._value(request, may_be_hole=False)
        lines = self._constants
        if self.language == "python":
            names = ", ".join(f"arg{index}" for index in range(self.hole_count))
            head = ["import requests", "", *lines, "", f"def send({names}):", f"    body = {body}"]
            return "\n".join([*head, f'    return requests.post("{_URL}", json=body)', ""])
        kind = ": any" if self.language == "typescript" else ""
        names = ", ".join(f"arg{index}{kind}" for index in range(self.hole_count))
        head = [*lines, "", f"export async function send({names}) {{", f"  const body = {body};"]
        call = f'  return fetch("{_URL}", {{ method: "POST", body: JSON.stringify(body) }});'
        return "\n".join([*head, call, "}", ""])

    def _value(self, value: JSON, *, may_be_hole: bool = True) -> str:
        if may_be_hole and self.holes and self.random.randrange(6) == 0:
            self.hole_count += 1
            return f"arg{self.hole_count - 1}"
        written = self._written(value)
        if may_be_hole and self.random.randrange(6) == 0:
            name = f"PART{len(self._constants)}"
            self._constants.append(f"{name} = {written}" if self.language == "python" else f"const {name} = {written};")
            return name
        return written

    def _written(self, value: JSON) -> str:
        if isinstance(value, dict):
            entries = [f"{json.dumps(key)}: {self._value(part)}" for key, part in value.items()]
            return "{" + ", ".join(entries) + "}"
        if isinstance(value, list):
            return "[" + ", ".join([self._value(part) for part in value]) + "]"
        if value is None or isinstance(value, bool):
            return _WORDS.get(self.language, {}).get(value) or json.dumps(value)
        return str(value) if isinstance(value, int | float | Decimal) else json.dumps(value)
