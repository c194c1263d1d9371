"""Write the table of operations into the emulator's README.

``make reference`` runs it; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..emulator.operation import Operation
from ..emulator.operations import BY_NAME, OPERATIONS

README = Path(__file__).parent.parent / "emulator" / "README.md"
_BEGIN, _END = "<!-- operations -->\n", "<!-- end of operations -->\n"
_EVIDENCE = {
    "documents": "documents",
    "recorded": "recorded from the SDK",
    "unsupported": "unsupported, recorded from the SDK",
}


def parity_table() -> str:
    """Return the table of every known operation, as Markdown."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    counts = {kind: sum(row.evidence == kind for row in OPERATIONS) for kind in _EVIDENCE}
    yield (
        f"{len(OPERATIONS)} operations: {counts['documents']} modelled from the documents, {counts['recorded']} "
        f"recorded from the SDK, {counts['unsupported']} unsupported (501). The date is when the evidence was read."
    )
    yield ""
    yield "| operation | request | in the SDK | in Python | evidence | date |"
    yield "|---|---|---|---|---|---|"
    for row in OPERATIONS:
        cells = (
            row.title,
            f"`{row.method} {row.path}`",
            f"`{row.sdk}`" if row.sdk else "no",
            _python(row),
            _EVIDENCE[row.evidence],
            row.date,
        )
        yield f"| {' | '.join(cells)} |"


def _python(row: Operation) -> str:
    if row.is_supported:
        return f"`{row.name}`"
    nearest = BY_NAME[row.nearest]
    return f"nearest: `{nearest.name}`"


def with_table(text: str) -> str:
    """Return a README whose table of operations is up to date."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}{parity_table()}{_END}{after}"


def main() -> None:
    """Write the table into the README."""
    README.write_text(with_table(README.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
