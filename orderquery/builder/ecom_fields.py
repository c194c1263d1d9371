"""The fields of the default table, for ``oq.f``.

``make reference`` writes their types into the stub beside this file.
"""

from __future__ import annotations

from ..language.schema import load_schema
from .field_nodes import FieldNode

f = FieldNode(load_schema(), "")
