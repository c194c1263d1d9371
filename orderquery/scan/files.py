"""The source files of a folder, as a linter walks it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ..diagnostics.errors import MissingExtra, UsageError
from .languages import language_of

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SKIPPED_FOLDERS = frozenset({
    ".bzr", ".direnv", ".eggs", ".git", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".next", ".nox", ".nuxt",
    ".pytest_cache", ".ruff_cache", ".svelte-kit", ".svn", ".tox", ".venv", "__pycache__", "__pypackages__",
    "bower_components", "node_modules", "site-packages", "venv",
})  # fmt: skip
"""Folders of tools and of other people's code."""
_MINIFIED = (".min.js", ".min.mjs", ".min.cjs", "-min.js", ".bundle.js", ".chunk.js")


class SourceFile(NamedTuple):
    """A file to scan; ``is_named`` if the caller named it and not only its folder."""

    path: str
    is_named: bool


@dataclass(frozen=True)
class IgnoreRules:
    """The rules of one folder, by paths relative to it."""

    folder: str
    lines: tuple[str, ...]

    @cached_property
    def _spec(self) -> GitIgnoreSpec:
        try:
            from pathspec import GitIgnoreSpec
        except ImportError as problem:
            raise MissingExtra("scan", problem) from None
        return GitIgnoreSpec.from_lines(self.lines)

    def ignores(self, path: str, *, is_folder: bool) -> bool | None:
        """Return whether the rules leave out an absolute path.

        ``None`` if they say nothing.
        """
        relative = os.path.relpath(path, self.folder).replace(os.sep, "/")
        if relative.startswith("../"):
            return None
        return self._spec.check_file(f"{relative}/" if is_folder else relative).include


def source_files(paths: Iterable[str], exclude: Iterable[str] = ()) -> Iterator[SourceFile]:
    """Yield the files to scan, each once, in the order of their names.

    ``exclude`` are patterns as in ``.gitignore``, relative to the working directory.

    Raises:
        UsageError: there is no such path, or a named file has no language.
        MissingExtra: the extra ``scan`` is not installed.

    """
    excluded = IgnoreRules(os.getcwd(), tuple(exclude))
    seen: set[str] = set()
    for path in paths:
        if not os.path.exists(path):
            raise UsageError(f"file not found: {path}")
        is_folder = os.path.isdir(path)
        if not is_folder and language_of(path) is None:
            raise UsageError(f'"{path}" is not a source file: its name ends with none of .js, .ts, .py, .html, .vue')
        found: Iterable[str] = _Walk(excluded).files(path) if is_folder else [path]
        for name in found:
            absolute = os.path.abspath(name)
            if absolute not in seen and (is_folder or not excluded.lines or not _is_excluded(excluded, absolute)):
                seen.add(absolute)
                yield SourceFile(name, is_named=not is_folder)


def _is_excluded(excluded: IgnoreRules, path: str) -> bool:
    return bool(excluded.ignores(path, is_folder=False))


class _Walk:
    """Walks one folder."""

    def __init__(self, excluded: IgnoreRules) -> None:
        self._excluded = excluded

    def files(self, folder: str) -> Iterator[str]:
        """Yield the source files under a folder."""
        start = os.path.abspath(folder)
        name = "" if folder in (".", "./") else os.path.join(folder, "")
        yield from self._files(start, name, list(_outer_rules(start)))

    def _files(self, folder: str, name: str, rules: list[IgnoreRules]) -> Iterator[str]:
        waiting = [(folder, name, rules)]
        while waiting:
            folder, name, rules = waiting.pop()
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError:
                continue
            own = _rules_of(folder) if any(entry.name == ".gitignore" for entry in entries) else None
            here = rules if own is None else [*rules, own]
            below = []
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in SKIPPED_FOLDERS and not self._is_ignored(entry.path, here, is_folder=True):
                        below.append((entry.path, f"{name}{entry.name}{os.sep}", here))
                elif self._is_source(entry) and not self._is_ignored(entry.path, here, is_folder=False):
                    yield name + entry.name
            waiting += reversed(below)

    @staticmethod
    def _is_source(entry: os.DirEntry[str]) -> bool:
        """Return whether a file has a language.

        Links are left out, as their files are found elsewhere.
        """
        is_minified = entry.name.lower().endswith(_MINIFIED)
        return language_of(entry.name) is not None and not is_minified and entry.is_file(follow_symlinks=False)

    def _is_ignored(self, path: str, rules: list[IgnoreRules], *, is_folder: bool) -> bool:
        if self._excluded.lines and self._excluded.ignores(path, is_folder=is_folder):
            return True
        for rule in reversed(rules):
            found = rule.ignores(path, is_folder=is_folder)
            if found is not None:
                return found
        return False


def _outer_rules(folder: str) -> Iterator[IgnoreRules]:
    """Yield the rules of the folders above, from the repository's root."""
    above, at = [], folder
    while not os.path.exists(os.path.join(at, ".git")):
        parent = os.path.dirname(at)
        if parent == at:
            return
        above.append(parent)
        at = parent
    own = _rules_of(at, os.path.join(".git", "info", "exclude"))
    if own is not None:
        yield own
    for outer in reversed(above):
        found = _rules_of(outer)
        if found is not None:
            yield found


def _rules_of(folder: str, name: str = ".gitignore") -> IgnoreRules | None:
    try:
        with open(os.path.join(folder, name), encoding="utf-8", errors="surrogateescape") as file:
            return IgnoreRules(folder, tuple(file.read().splitlines()))
    except OSError:
        return None
