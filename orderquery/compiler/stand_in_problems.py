"""Diagnostics of a search that has examples in place of its variables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path


def without_examples(diagnostic: Diagnostic, examples: Iterable[Path]) -> Diagnostic | None:
    """Return a diagnostic without help that shows an example.

    ``None`` if it is about an example.
    """
    path, is_key = diagnostic.place.path, diagnostic.place.at == "key"
    if path is None:
        return diagnostic
    for example in examples:
        if path[: len(example)] == example and not (is_key and path == example):
            return None
        if path == example[: len(path)]:
            kept = "\n".join(line for line in diagnostic.help.split("\n") if not line.startswith("write: "))
            help_ = kept.partition(": {")[0] if diagnostic.code == "several-operators" else kept
            if help_ != diagnostic.help:
                diagnostic = replace(diagnostic, help=help_, fix=None)
    return diagnostic
