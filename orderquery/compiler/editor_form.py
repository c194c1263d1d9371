"""The form of a text in an editor, and the literal in it."""

from __future__ import annotations

from typing import Literal

EditorForm = Literal["auto", "text", "request", "search", "filter", "sdk"]
"""``text``, or the shape of JSON or of a JavaScript literal. ``auto`` looks at the text."""
