"""The command ``explain``: a diagnostic code, or what replaces an old event."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .output import write_line, write_message
from .program import EXIT_OK, EXIT_USAGE, Command

if TYPE_CHECKING:
    from ..diagnostics.codes import Code

_TEXT_COLUMNS = 100


@click.command(
    cls=Command,
    paged=True,
    examples=(
        "orderquery explain",
        "orderquery explain ignored-key",
        "orderquery explain event wixStores-order-paid",
    ),
)
@click.argument("words", metavar="[CODE | event [NAME]]", nargs=-1)
def explain(words: tuple[str, ...]) -> int:
    """Explain a diagnostic code, or an event.

    Prints what the code means, what Wix does with such a request, the class of the fix, and an example. Without CODE,
    lists all codes.

    With event, prints which event of the eCommerce API replaces an event of the Stores API, or what a new event
    replaces. NAME is a topic, a title or a type. Without NAME, lists all events.
    """
    if words[:1] == ("event",):
        return _explain_event(" ".join(words[1:]).strip())
    return _explain_code(" ".join(words).strip())


def _explain_code(code: str) -> int:
    from ..diagnostics.codes import CODES

    name = code.lower()
    if not name:
        width = max(map(len, CODES))
        for row in CODES.values():
            write_line(f"{row.severity:<8} {row.name:<{width}}  {row.title}")
        return EXIT_OK
    if name not in CODES:
        from difflib import get_close_matches

        from ..migration.webhooks import find_events

        close = get_close_matches(name, CODES, 1, 0.5)
        fix = f'did you mean "{close[0]}"?' if close else 'run "orderquery explain" for the list'
        if any(find_events(code)):
            fix = f'for the event write: orderquery explain event "{code}"'
        write_message(f'orderquery: unknown code "{code}"; {fix}')
        return EXIT_USAGE
    write_line(_render(CODES[name]))
    return EXIT_OK


def _explain_event(name: str) -> int:
    from ..emulator.event_types import EVENT_TYPES, is_event_type
    from ..migration.webhooks import all_events, describe_event, find_events, known_names

    if not name:
        width = max(len(row.topic or "-") for row in all_events())
        for row in all_events():
            write_line(f"{row.topic or '-':<{width}}  {row.new or '-'}")
        return EXIT_OK
    rows = [*find_events(name)]
    known = [wanted for wanted in EVENT_TYPES if is_event_type(wanted, name)]
    if not rows and not known:
        from difflib import get_close_matches

        names = {known.lower(): known for known in (*known_names(), *EVENT_TYPES)}
        close = get_close_matches(name.lower(), names, 1, 0.5)
        fix = f'did you mean "{names[close[0]]}"?' if close else 'run "orderquery explain event" for the list'
        write_message(f'orderquery: unknown event "{name}"; {fix}')
        return EXIT_USAGE
    blocks = ["\n".join(describe_event(row)) for row in rows]
    write_line("\n\n".join(blocks or [f"{known[0]}: replaces no event of the Stores API"]))
    return EXIT_OK


def _render(row: Code) -> str:
    from textwrap import fill, indent

    note = row.effect_note
    fix = fill(f"Fix: {row.fix}.", _TEXT_COLUMNS, break_on_hyphens=False)
    lines = [
        f"{row.severity}[{row.name}]: {row.title}", "", fill(row.why, _TEXT_COLUMNS), "",
        f"{note[0].upper()}{note[1:]}.", "", fix,
    ]  # fmt: skip
    if row.wrong:
        form = "text form" if row.shape == "text" else f"JSON, --as {row.shape}"
        lines += ["", f"Example ({form}):", "", f"  wrong  {row.wrong}", f"  right  {row.right}"]
    if row.wrong_code:
        lines += ["", "Wrong (JavaScript):", "", indent(row.wrong_code, "  ")]
        lines += ["", "Right:", "", indent(row.right_code, "  ")]
    return "\n".join(lines)
