"""The click group of all commands.

It loads commands when they are used, writes the help, and turns errors into messages and exit statuses.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

import click
from click.types import StringParamType

from ..version import __version__
from . import help as overview
from .argument_errors import explained_type, unquoted_search
from .command_words import keep_words
from .output import discard_stdout, flush_stdout, wants_colour, write_message

EXIT_OK, EXIT_PROBLEMS, EXIT_USAGE, EXIT_INTERRUPTED, EXIT_BROKEN_PIPE = 0, 1, 2, 130, 141
_NO_PAGER = "orderquery.no_pager"
_EXTRA_ARGUMENTS = "Got unexpected extra argument"
"""The start of a message of click."""
_SETTINGS = {"help_option_names": list(overview.HELP_OPTIONS), "max_content_width": overview.MAX_COLUMNS}


class Command(click.Command):
    """A command with the option ``--no-color`` and examples.

    If the command has a QUERY argument, its help explains what QUERY can be. A ``paged`` command shows long output in
    a pager.
    """

    def __init__(self, *args: Any, examples: Sequence[str] = (), paged: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("context_settings", _SETTINGS)
        super().__init__(*args, **kwargs)
        self.examples, self.paged = tuple(examples), paged
        if paged:
            self.params.append(_no_pager_option())
        self.params.append(_no_color_option())

        for param in self.params:
            param.type = _CompletedText() if param.type is click.STRING else explained_type(param.type)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; suggest the closest name for an unknown option."""
        words = list(args)
        keep_words(ctx, words)
        try:
            with _suggested_options(ctx):
                return super().parse_args(ctx, args)
        except click.UsageError as problem:
            unquoted = unquoted_search(ctx, words) if problem.message.startswith(_EXTRA_ARGUMENTS) else None
            if unquoted is None:
                raise
            raise click.UsageError(f"more arguments than {ctx.command.name} takes; {unquoted}", ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, in a pager where its output is longer than the terminal."""
        if not self.paged or ctx.meta.get(_NO_PAGER):
            return super().invoke(ctx)
        from .pager import paged_output

        # Without a result, as after the user has quit the pager, the status is that of success.
        with paged_output():
            return super().invoke(ctx)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the description, and what QUERY may be."""
        super().format_help_text(ctx, formatter)
        if any(param.name == "query" for param in self.params):
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(overview.QUERY_HELP)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, one a line."""
        with formatter.section("Examples" if len(self.examples) > 1 else "Example"):
            for example in self.examples:
                formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


class _CompletedText(StringParamType):
    """A text that a shell completes by the name of its argument."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """Return the candidates of the argument."""
        from .candidates import complete_parameter

        return complete_parameter(ctx, param, incomplete) or []


def _no_color_option() -> click.Option:
    return click.Option(
        ["--no-color"], is_flag=True, expose_value=False, callback=_disable_color, help=overview.NO_COLOR_HELP
    )


def _disable_color(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        ctx.find_root().color = False


def _no_pager_option() -> click.Option:
    return click.Option(
        ["--no-pager"], is_flag=True, expose_value=False, callback=_disable_pager, help=overview.NO_PAGER_HELP
    )


def _disable_pager(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.meta[_NO_PAGER] = value


@contextlib.contextmanager
def _suggested_options(ctx: click.Context) -> Iterator[None]:
    try:
        yield
    except click.NoSuchOption as problem:
        close = problem.possibilities
        fix = f'did you mean "{close[0]}"?' if close else f'for the options run "{ctx.command_path} --help"'
        raise click.UsageError(f'unknown option "{problem.option_name}"; {fix}', ctx) from None


class Program(click.Group):
    """The group of all commands; a command's module is imported when it runs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, context_settings=_SETTINGS, **kwargs)
        self.params.append(_no_color_option())

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; suggest the closest name for an unknown option."""
        with _suggested_options(ctx):
            return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order of the help."""
        return list(overview.COMMAND_NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command from the module that has its name, with ``_`` for ``-``."""
        if cmd_name not in overview.COMMAND_NAMES:
            return None
        module = cmd_name.replace("-", "_")
        command = getattr(import_module(f".{module}", __package__), module)
        assert isinstance(command, click.Command)
        return command

    def get_help(self, ctx: click.Context) -> str:
        """Return the overview in :mod:`.help`."""
        return overview.format_help(ctx.command_path, overview.help_columns())

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; suggest the closest name for an unknown one."""
        is_unknown = args and args[0] not in overview.COMMAND_NAMES and not args[0].startswith("-")
        if is_unknown and not ctx.resilient_parsing:
            from difflib import get_close_matches

            close = get_close_matches(args[0], overview.COMMAND_NAMES, 1, 0.6)
            fix = f'did you mean "{close[0]}"?' if close else f"commands: {', '.join(overview.COMMAND_NAMES)}"
            raise click.UsageError(f'unknown command "{args[0]}"; {fix}', ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command.

        Errors that the user can fix become messages and an exit status.
        """
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        try:
            result = super().invoke(ctx)
            flush_stdout()
        except click.exceptions.Exit:
            raise
        except Exception as problem:
            status = _report_error(problem)
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
        """Run a command line and exit with its status.

        If ``standalone_mode`` is False, return the status instead.
        """
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
            write_message("interrupted")
            result = EXIT_INTERRUPTED
        status = result if isinstance(result, int) else EXIT_OK
        return sys.exit(status) if standalone_mode else status


def _report_error(problem: Exception) -> int | None:
    """Write an error message and return the exit status.

    Return None, without a message, if the error is a bug in the program.
    """
    from ..compiler.report import QueryError
    from ..diagnostics.errors import DocumentError, OrderQueryError

    if isinstance(problem, QueryError):
        write_diagnostics(problem)
        return EXIT_PROBLEMS
    if isinstance(problem, OrderQueryError):
        write_message(f"orderquery: {problem}")
        return EXIT_PROBLEMS if isinstance(problem, DocumentError) else EXIT_USAGE
    if isinstance(problem, BrokenPipeError):
        discard_stdout()
        return EXIT_BROKEN_PIPE
    if isinstance(problem, OSError):
        discard_stdout()
        where = f"{problem.filename}: " if problem.filename else ""
        write_message(f"orderquery: {where}{problem.strerror or problem}")
        return EXIT_USAGE
    if isinstance(problem, UnicodeEncodeError):
        write_message("orderquery: an argument is not valid UTF-8")
        return EXIT_USAGE
    if isinstance(problem, MemoryError | RecursionError):
        cause = "out of memory" if isinstance(problem, MemoryError) else "the input is nested too deeply"
        write_message(f"orderquery: {cause}")
        return EXIT_USAGE
    return None


def write_diagnostics(problem: Any, name: str = "") -> None:
    """Write the diagnostics of a ``QueryError`` to standard error.

    The format is that of the command ``check``.
    """
    from ..compiler.render import render_diagnostics
    from ..compiler.report import render_report
    from .terminal import terminal_columns

    colour = wants_colour(sys.stderr)
    report = problem.report
    text = (
        render_diagnostics(problem.diagnostics, None, name, colour=colour)
        if report is None
        else render_report(report, name, colour=colour, columns=terminal_columns(sys.stderr))
    )
    write_message(text, keep_lines=True)


def program_name() -> str:
    """Return the name that the user called the program by, for commands in the output."""
    context = click.get_current_context(silent=True)
    return (context.find_root().info_name if context is not None else None) or "orderquery"


@click.group(cls=Program, name="orderquery")
@click.version_option(
    __version__, "--version", prog_name="orderquery", message="%(prog)s %(version)s", help=overview.VERSION_HELP
)
def program() -> None:
    """Run a command; :mod:`.help` has the help text."""
