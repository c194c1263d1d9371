"""The program round the commands: help in sections, and every error as a message and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import click

from .output import close_stdout, discard_stdout, flush_stdout, say, wants_colour

FINE, PROBLEMS, WRONG_USAGE, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 130, 141
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Command(click.Command):
    """A command with ``--no-color``, and an epilog of examples that keeps its lines."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        kwargs.setdefault("context_settings", SETTINGS)
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)
        self.params.append(no_color_option())

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        if self.examples:
            with formatter.section("Examples" if len(self.examples) > 1 else "Example"):
                for example in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


def no_color_option() -> click.Option:
    """``--no-color``, of the program and of every command."""
    return click.Option(
        ["--no-color"], is_flag=True, expose_value=False, callback=_no_color,
        help="Plain output; so does the environment variable NO_COLOR.",
    )  # fmt: skip


def _no_color(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        ctx.find_root().color = False


class Program(click.Group):
    """The group of all commands, listed in sections."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections: dict[str, list[str]] = {}
        self.params.append(no_color_option())

    def add(self, section: str, *commands: click.Command) -> None:
        """Add commands under a heading of the help."""
        for command in commands:
            assert command.name is not None
            self.add_command(command)
            self.sections.setdefault(section, []).append(command.name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands section by section, in the order in which they are met."""
        for section, names in self.sections.items():
            with formatter.section(section):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(limit=90)) for name in names])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; of an unknown one, name the nearest."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], self.commands, 1, 0.6)
            hint = f" Did you mean {close[0]}?" if close else f" It is one of {', '.join(self.commands)}."
            raise click.UsageError(f"There is no command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command line; standing alone, exit with its status instead of raising."""

        def run() -> Any:
            return super(Program, self).main(args, prog_name or self.name, complete_var, False, **extra)

        return _exit(run) if standalone_mode else run()


def _exit(run: Callable[[], Any]) -> NoReturn:
    status = _status(run)
    if status != BROKEN_PIPE:
        status = _status(flush_stdout) or status
    if status == BROKEN_PIPE:
        discard_stdout()
    sys.exit(status)


def _status(run: Callable[[], Any]) -> int:
    """Run something; whatever it raises for the user's fault is said, and becomes the exit status."""
    from ..diagnostics import DocumentError, OrderQueryError, QueryError

    try:
        result = run()
        return result if isinstance(result, int) else FINE
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("interrupted")
        return INTERRUPTED
    except QueryError as problem:
        _say_diagnostics(problem)
        return PROBLEMS
    except OrderQueryError as problem:
        say(f"orderquery: {problem}")
        return PROBLEMS if isinstance(problem, DocumentError) else WRONG_USAGE
    except BrokenPipeError:
        return BROKEN_PIPE
    except OSError as problem:
        where = f"{problem.filename}: " if problem.filename else ""
        say(f"orderquery: {where}{problem.strerror or problem}")
        return WRONG_USAGE
    except (MemoryError, RecursionError) as problem:
        what = "not enough memory" if isinstance(problem, MemoryError) else "the input nests too deep"
        say(f"orderquery: {what}")
        return WRONG_USAGE


def _say_diagnostics(problem: Any) -> None:
    from ..render import render_diagnostics

    source = problem.report.source if problem.report is not None else None
    say(render_diagnostics(problem.diagnostics, source, colour=wants_colour(sys.stderr)), keep_lines=True)


def program_name() -> str:
    """How this program was called, for the commands it prints."""
    context = click.get_current_context(silent=True)
    name = context.find_root().info_name if context is not None else None
    return os.path.basename(name) if name and " " not in name else name or "orderquery"


__all__ = ["Command", "Program", "close_stdout", "program_name"]
