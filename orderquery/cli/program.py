"""The program round the commands: help in sections, and every error as a message and an exit status."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from importlib import import_module
from typing import Any

import click

from ..version import __version__
from . import help as overview
from .output import discard_stdout, flush_stdout, say, wants_colour

FINE, PROBLEMS, WRONG_USAGE, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 130, 141
SETTINGS = {"help_option_names": list(overview.HELP_OPTIONS), "max_content_width": overview.WIDEST}


class Command(click.Command):
    """A command with ``--no-color`` and with examples under its help."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        kwargs.setdefault("context_settings", SETTINGS)
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)
        self.params.append(no_color_option())

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, each on a line of its own."""
        with formatter.section("Examples" if len(self.examples) > 1 else "Example"):
            for example in self.examples:
                formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


def no_color_option() -> click.Option:
    """``--no-color``, of the program and of every command."""
    return click.Option(
        ["--no-color"], is_flag=True, expose_value=False, callback=_no_color, help=overview.NO_COLOR_SAYS
    )


def _no_color(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        ctx.find_root().color = False


class _Commands(MutableMapping[str, click.Command]):
    """Every command by its name. The module that declares it is imported when the command is looked up."""

    def __init__(self) -> None:
        self._found: dict[str, click.Command | None] = dict.fromkeys(overview.HOMES)

    def __getitem__(self, name: str) -> click.Command:
        command = self._found[name]
        if command is None:
            command = getattr(import_module(f".{overview.HOMES[name]}", __package__), name)
            assert isinstance(command, click.Command)
            self._found[name] = command
        return command

    def __contains__(self, name: object) -> bool:
        return name in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._found[name] = command

    def __delitem__(self, name: str) -> None:
        del self._found[name]


class Program(click.Group):
    """The group of all commands, each imported when it is run."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, context_settings=SETTINGS, **kwargs)
        self.commands = _Commands()
        self.params.append(no_color_option())

    def get_help(self, ctx: click.Context) -> str:
        """Say what the program does, as :mod:`.overview` has it."""
        return overview.text(ctx.command_path, overview.width())

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; of an unknown one, name the nearest."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], self.commands, 1, 0.6)
            hint = f"Did you mean {close[0]}?" if close else f"It is one of {', '.join(self.commands)}."
            raise click.UsageError(f"There is no command {args[0]!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; whatever it raises for the user's fault is said, and becomes its exit status."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        try:
            result = super().invoke(ctx)
            flush_stdout()
        except click.exceptions.Exit:
            raise
        except Exception as problem:
            status = _said(problem)
            if status is None:
                raise
            return status
        return result

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command line and exit with its status; not standing alone, return it."""
        try:
            result = super().main(args, prog_name, complete_var, False, **extra)
        except click.ClickException as problem:
            if not standalone_mode:
                raise
            problem.show()
            result = problem.exit_code
        except click.Abort:
            if not standalone_mode:
                raise
            say("interrupted")
            result = INTERRUPTED
        status = result if isinstance(result, int) else FINE
        return sys.exit(status) if standalone_mode else status


def _said(problem: Exception) -> int | None:
    """Say what is wrong; the exit status, or ``None`` where it is no fault of the user's."""
    from ..compiler.report import QueryError
    from ..diagnostics.errors import DocumentError, OrderQueryError

    if isinstance(problem, QueryError):
        say_problems(problem)
        return PROBLEMS
    if isinstance(problem, OrderQueryError):
        say(f"orderquery: {problem}")
        return PROBLEMS if isinstance(problem, DocumentError) else WRONG_USAGE
    if isinstance(problem, BrokenPipeError):
        discard_stdout()
        return BROKEN_PIPE
    if isinstance(problem, OSError):
        discard_stdout()
        where = f"{problem.filename}: " if problem.filename else ""
        say(f"orderquery: {where}{problem.strerror or problem}")
        return WRONG_USAGE
    if isinstance(problem, UnicodeEncodeError):
        say("orderquery: an argument holds bytes that are not UTF-8")
        return WRONG_USAGE
    if isinstance(problem, MemoryError | RecursionError):
        say("orderquery: " + ("not enough memory" if isinstance(problem, MemoryError) else "the input nests too deep"))
        return WRONG_USAGE
    return None


def say_problems(problem: Any, name: str = "") -> None:
    """Say every diagnostic of a ``QueryError`` on standard error, as ``check`` shows them."""
    from ..compiler.render import render_diagnostics, render_report

    colour = wants_colour(sys.stderr)
    report = problem.report
    shown = (
        render_diagnostics(problem.diagnostics, None, name, colour=colour)
        if report is None
        else render_report(report, name, colour=colour)
    )
    say(shown, keep_lines=True)


def program_name() -> str:
    """How this program was called, for the commands it prints."""
    context = click.get_current_context(silent=True)
    return (context.find_root().info_name if context is not None else None) or "orderquery"


@click.group(cls=Program, name="orderquery")
@click.version_option(
    __version__, "--version", prog_name="orderquery", message="%(prog)s %(version)s", help=overview.VERSION_SAYS
)
def program() -> None:
    """The command line; its help is :mod:`.overview`."""
