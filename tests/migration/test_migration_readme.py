"""The commands in orderquery/migration/README.md print what it shows."""

from __future__ import annotations

import re
from pathlib import Path

from command_line import shell
from project import ROOT

TEXT = (ROOT / "orderquery" / "migration" / "README.md").read_text("utf-8").partition("## Documents\n")[2]


def test_the_commands_of_documents_print_what_is_shown(here: Path) -> None:
    for name, text in re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", TEXT, re.DOTALL):
        Path(name).write_text(text)
    (block,) = re.findall(r"^```console\n(.*?)^```", TEXT.partition("\n## ")[0], re.MULTILINE | re.DOTALL)
    for command, shown in re.findall(r"^\$ (.*?)\n(.*?)(?=^\$ |\Z)", block, re.MULTILINE | re.DOTALL):
        done = shell(command.replace("orderquery", "oq", 1), here)
        assert (done.stdout + done.stderr).startswith(shown.partition("...\n")[0]), command
