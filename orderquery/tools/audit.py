"""List the direct dependencies: who makes them, and what needs them.

``make audit`` runs it. It reads the project file and the metadata of installed packages, and asks no server.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path
from typing import Any, NamedTuple

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
WORK_EXTRAS = ("test", "lint", "browser", "trust")
"""Extras for work on this project. What the others bring is needed at run time, by those who install them."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_ADDRESS = re.compile(r"\s*<[^>]*>")
_MAX_MAKER_CHARS = 60


class Dependency(NamedTuple):
    """A package that the project asks for itself."""

    name: str
    wanted: str
    """The requirement, as in the project file."""
    needed_by: tuple[str, ...]
    """``always``, or the names of extras."""
    version: str
    makers: str

    @property
    def is_runtime(self) -> bool:
        """Whether the package itself imports it; what is for work on the project is not."""
        return any(extra not in WORK_EXTRAS for extra in self.needed_by)


def direct_dependencies(project: dict[str, Any]) -> list[Dependency]:
    """Return the direct dependencies of a project file, those of run time first."""
    wanted: dict[str, tuple[str, list[str]]] = {}
    for extra, requirement in _requirements(project):
        name = _normal(requirement)
        wanted.setdefault(name, (requirement, []))[1].append(extra)
    found = [Dependency(name, text, tuple(extras), *_installed(name)) for name, (text, extras) in wanted.items()]
    return sorted(found, key=lambda each: (not each.is_runtime, "always" not in each.needed_by, each.name))


def _requirements(project: dict[str, Any]) -> Iterator[tuple[str, str]]:
    table = project["project"]
    listed = {"always": table["dependencies"], **table["optional-dependencies"]}
    for extra, requirements in listed.items():
        for requirement in requirements:
            if _normal(requirement) != table["name"]:
                yield extra, requirement


def _normal(requirement: str) -> str:
    found = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else requirement


def _installed(name: str) -> tuple[str, str]:
    """Return the version and the makers of an installed package."""
    try:
        found = metadata(name)
    except PackageNotFoundError:
        return "not installed", ""
    return str(found["Version"]), _makers(found)


def _makers(found: PackageMetadata) -> str:
    """Return who makes a package: names without addresses, else the URL of its source."""
    for key in ("Author", "Author-email", "Maintainer", "Maintainer-email"):
        # Python 3.13 warns of a key that is not there.
        names = _ADDRESS.sub("", found[key] or "").replace('"', "").strip(" ,") if key in found else ""
        if names and "@" not in names:
            return names if len(names) <= _MAX_MAKER_CHARS else names[: _MAX_MAKER_CHARS - 3] + "..."
    links = [line.partition(", ") for line in found.get_all("Project-URL") or []]
    sources = [url for label, _, url in links if label.lower() in ("source", "source code", "repository", "homepage")]
    return str((sources or [found["Home-page"] or ""])[0]).removeprefix("https://")


def audit_table(dependencies: list[Dependency]) -> str:
    """Return the dependencies as a table."""
    rows = [("package", "installed", "needed", "by", "makers")]
    for each in dependencies:
        when = "at run time" if each.is_runtime else "for work on the project"
        rows.append((each.name, each.version, when, ", ".join(each.needed_by), each.makers))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    """Print the table."""
    found = direct_dependencies(tomllib.loads(PROJECT.read_text("utf-8")))
    sys.stdout.write(audit_table(found))
    runtime = sum(each.is_runtime for each in found)
    sys.stdout.write(f"\n{len(found)} direct dependencies, {runtime} of them at run time\n")


if __name__ == "__main__":
    main()
