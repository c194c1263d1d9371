"""A SQL statement over several lines, for people."""

from __future__ import annotations

import re

_CLAUSE = re.compile(
    r"""(?P<quoted>"(?:[^"]|"")*"|`[^`]*`|'(?:[^']|'')*')|(?P<open>\()|(?P<close>\))"""
    r"""|(?<!DISTINCT)[ ](?=(?P<clause>FROM|WHERE|ORDER[ ]BY|LIMIT|JOIN|LEFT[ ]JOIN|UNION[ ]ALL|GROUP[ ]BY)\b)"""
)
_INDENT = "  "


def in_lines(text: str) -> str:
    """Return a statement with each clause on its own line, subqueries indented."""
    depths, parts, at = [0], list[str](), 0
    for found in _CLAUSE.finditer(text):
        parts.append(text[at : found.start()])
        at = found.end()
        if found["open"]:
            is_subquery = text.startswith("SELECT", at)
            depths.append(depths[-1] + is_subquery)
            parts.append("(" + ("\n" + _INDENT * depths[-1] if is_subquery else ""))
        elif found["close"]:
            is_subquery = len(depths) > 1 and depths[-1] > depths[-2]
            if len(depths) > 1:
                depths.pop()
            parts.append(("\n" + _INDENT * depths[-1] if is_subquery else "") + ")")
        elif found["quoted"]:
            parts.append(found["quoted"])
        else:
            parts.append("\n" + _INDENT * depths[-1])
    return "".join([*parts, text[at:]])
