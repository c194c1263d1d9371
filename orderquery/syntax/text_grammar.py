"""The grammar of the text form: ``filter.lark`` and the spellings of operators."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..language.grammar_files import grammar_text
from ..language.operators import Operator, Spelling

NamedSpelling = tuple[str, Spelling]
"""An operator's name and one of its spellings."""
RANGES = ("BETWEEN", "NOT_BETWEEN")
"""The terminals of an operator that is two conditions."""
RANGE_OPERATORS = ("$gte", "$lte")
"""The operators of those conditions."""


def named_spellings(operators: Iterable[Operator]) -> tuple[NamedSpelling, ...]:
    """Return the spellings of operators; the terminal of each is ``OP`` and its index."""
    return tuple((row.name, spelling) for row in operators for spelling in row.spellings)


def text_grammar(spellings: Iterable[tuple[str, bool]]) -> str:
    """Return the grammar with some spellings, each with whether an operand follows."""
    return grammar_text("filter.lark") + "\n".join(_operator_rules(tuple(spellings)))


def _operator_rules(spellings: tuple[tuple[str, bool], ...]) -> Iterable[str]:
    for index, (words, _) in enumerate(spellings):
        pattern = r"\s+".join(re.escape(word) for word in words.split()).replace("/", r"\/")
        # A spelling has precedence over its own prefixes, and all have it over the keywords of the grammar.
        end = " END" if words[-1].isalnum() else ""
        yield f"OP{index}.{10 + len(words)}: /{pattern}/i{end}"
    for rule, with_operand in (("binary", True), ("unary", False)):
        terminals = (
            f"OP{index}" for index, (_, takes_operand) in enumerate(spellings) if takes_operand is with_operand
        )
        yield f"?{rule}: " + "\n | ".join(terminals)
