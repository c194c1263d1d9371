"""The form of the corpus of source files: values with holes as JSON, and what is expected by file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from orderquery.scan.nodes import Alternatives, ListLiteral, ObjectLiteral, Scalar, SourceValue, Unknown

JSON = Any
CORPUS = Path(__file__).parent / "corpus"


def shown(value: SourceValue) -> JSON:
    """Return a value of source code in the form of ``expected.json``."""
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, Unknown):
        return {"hole" if value.hole.kind == "value" else "spread": value.hole.written}
    if isinstance(value, ListLiteral):
        return [shown(item) for item in value.items]
    if isinstance(value, Alternatives):
        return {"either": [shown(inner) for inner in value.values]}
    assert isinstance(value, ObjectLiteral)
    found: dict[str, JSON] = {}
    for key, _, inner in value.entries:
        if isinstance(key, str):
            found[key] = shown(inner)
        elif key.hole.kind == "spread":
            found[f"...{key.hole.written}"] = None
        else:
            found[f"<{key.hole.written}>"] = shown(inner)
    return found


def expected(folder: str) -> dict[str, list[dict[str, JSON]]]:
    """Return what is expected in the files of a folder, by their names."""
    return json.loads((CORPUS / folder / "expected.json").read_text("utf-8"))


def line_of(source: str, offset: int) -> int:
    """Return the line of an offset, from 1."""
    return source.count("\n", 0, offset) + 1
