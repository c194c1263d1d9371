"""Write the tables of modules into the READMEs of the packages.

Each module says what it is in the first line of its docstring. ``make reference`` runs this; a test compares the two.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent
_BEGIN, _END = "<!-- files -->\n", "<!-- end of files -->\n"
_LITERAL = re.compile(r"``([^`]+)``|:[a-z]+:`[~.]*([^`]+)`")


def readmes() -> list[Path]:
    """Return the READMEs with a table of modules."""
    return [path for path in sorted(PACKAGE.rglob("README.md")) if _BEGIN in path.read_text("utf-8")]


def file_table(folder: Path) -> str:
    """Return the modules of a package and of the folders in it, as Markdown."""
    return "".join(f"{line}\n" for line in _lines(folder))


def _lines(folder: Path) -> Iterator[str]:
    yield "| file | what it is |"
    yield "|---|---|"
    modules = [path for path in folder.rglob("*.py") if path.name != "__init__.py"]
    for module in sorted(modules, key=lambda path: (len(path.parts), path)):
        title = (ast.get_docstring(ast.parse(module.read_text("utf-8"))) or "").partition("\n")[0]
        words = _LITERAL.sub(lambda found: f"`{found[1] or found[2]}`", title).removesuffix(".").replace("|", "\\|")
        yield f"| `{module.relative_to(folder).as_posix()}` | {words} |"


def with_file_table(text: str, folder: Path) -> str:
    """Return a README whose table of modules is up to date."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}{file_table(folder)}{_END}{after}"


def main() -> None:
    """Write the tables into the READMEs."""
    for path in readmes():
        path.write_text(with_file_table(path.read_text("utf-8"), path.parent), "utf-8")


if __name__ == "__main__":
    main()
