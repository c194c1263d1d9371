"""Layouts of one's own: searches run on the tables a team already has."""

from __future__ import annotations

from .differences import DIFFERENCES, Difference
from .layout_file import json_layout, load_layout
from .tables import Mapped, OwnTables

__all__ = ["DIFFERENCES", "Difference", "Mapped", "OwnTables", "json_layout", "load_layout"]
