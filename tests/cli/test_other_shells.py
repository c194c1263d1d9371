"""Completion in a real zsh and a real fish, where they are installed."""

import shutil
import time

import pytest
from command_line import HANG_S, ROOT, run
from terminal import Terminal, environment, install

PROMPT = "ready> "
# Ctrl-T writes the line to a file and empties it.
STARTS = {
    "zsh": """\
PROMPT='{prompt}'; unset zle_bracketed_paste
autoload -Uz compinit && compinit -u -D
note() {{ print -r -- "$BUFFER" >> lines; zle kill-whole-line }}
zle -N note; bindkey '^T' note
source complete.zsh
""",
    "fish": """\
function fish_prompt; printf '{prompt}'; end
function fish_greeting; end
bind \\ct 'commandline >> lines; commandline ""'
source complete.fish
""",
}
COMMANDS = {"zsh": ["zsh", "-i"], "fish": ["fish", "--no-config", "--init-command", "source start.fish"]}


def lines_after(terminal, here, keys):
    """Type keys; return the line that they lead to."""
    terminal.type(f"{keys}\x14")
    end = time.monotonic() + HANG_S
    while not (here / "lines").exists() or not (here / "lines").read_text().endswith("\n"):
        assert time.monotonic() < end, terminal.text
        time.sleep(0.01)
    line = (here / "lines").read_text().removesuffix("\n")
    (here / "lines").unlink()
    return line


@pytest.mark.parametrize("shell", list(STARTS))
def test_a_real_shell_completes(shell, here):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (here / "orders.jsonl").write_text("")
    (here / "shop.db").write_text("")
    (here / f"complete.{shell}").write_text(run("completion", shell).stdout)
    (here / (".zshrc" if shell == "zsh" else "start.fish")).write_text(STARTS[shell].format(prompt=PROMPT))
    env = environment(install(here / "bin"), PYTHONPATH=str(ROOT), HOME=str(here), ZDOTDIR=str(here))
    terminal = Terminal(COMMANDS[shell], here, env, columns=200)
    terminal.read_until(PROMPT)
    # What is typed, and what the line is after the tab.
    for keys, line in (
        ("orderquery completi\t", "orderquery completion "),
        ("orderquery search --form\t", "orderquery search --format "),
        ("orderquery search --format=cs\t", "orderquery search --format=csv "),
        ("orderquery load shop.db ord\t", "orderquery load shop.db orders.jsonl "),
        ("orderquery sql x --dialect po\t", "orderquery sql x --dialect postgres "),
        ("orderquery search shop.db 'paymentSt\t", "orderquery search shop.db 'paymentStatus "),
        ("orderquery search shop.db 'paymentStatus = PAI\t", "orderquery search shop.db 'paymentStatus = PAID "),
        ('orderquery search shop.db "archived = t\t', 'orderquery search shop.db "archived = true '),
        (
            "orderquery search shop.db 'status = APPROVED and fulfillmentStatus = NOT\t",
            "orderquery search shop.db 'status = APPROVED and fulfillmentStatus = NOT_FULFILLED ",
        ),
    ):
        assert lines_after(terminal, here, keys).rstrip() == line.rstrip()
    terminal.type("exit\n")
    terminal.end()
