"""Patterns of paths, as a .gitignore holds them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from klcli.errors import KlcliError

__all__ = ["Patterns", "ignored_in", "is_ignored", "located", "patterns"]


@dataclass(frozen=True, slots=True)
class Patterns:
    """Patterns, and the folder from which they are seen.

    Attributes:
        folder: its real path.
        spec: what matches them; None where there are none.
    """

    folder: str
    spec: Any = field(default=None, repr=False)

    def says(self, path: str, *, is_folder: bool = False) -> bool | None:
        """Whether the last pattern that speaks of a real path takes it in or out; None if none does."""
        above = self.folder.rstrip(os.sep) + os.sep
        if self.spec is None or not path.startswith(above):
            return None
        found: bool | None = self.spec.check_file(path[len(above) :] + os.sep * is_folder).include
        return found

    def matches(self, path: str) -> bool:
        """Whether a file, its path as it is typed, or a folder that it lies in, is taken in."""
        return bool(self.says(located(path)))


def patterns(lines: Iterable[str], folder: str, where: str) -> Patterns:
    """Patterns that somebody typed.

    Args:
        lines: one pattern each.
        folder: from where they are seen.
        where: the option or the key that holds them.

    Raises:
        KlcliError: one of them is none.
    """
    kept = list(lines)
    for line in kept:
        if _spec([line]) is None:
            raise KlcliError(
                f"{where}: {line!r} is no pattern", "for example: tests/ or *_pb2.py, as in .gitignore"
            )
    return Patterns(os.path.realpath(folder), _spec(kept) if kept else None)


def ignored_in(folder: str) -> list[Patterns]:
    """What .git/info/exclude and .gitignore of a folder leave out; the second comes before the first."""
    real = os.path.realpath(folder)
    files = (os.path.join(real, ".git", "info", "exclude"), os.path.join(real, ".gitignore"))
    return [Patterns(real, spec) for file in files if (spec := _of_file(file))]


def is_ignored(levels: Sequence[Patterns], path: str, *, is_folder: bool) -> bool:
    """Whether patterns leave out a real path; those of the deepest folder, which stand last, come first."""
    for level in reversed(levels):
        said = level.says(path, is_folder=is_folder)
        if said is not None:
            return said
    return False


def located(path: str) -> str:
    """The absolute path, with the links of its folders followed, but not its own."""
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(folder), name)


def _of_file(path: str) -> Any:
    try:
        with open(path, encoding="utf-8-sig", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError:
        return None
    kept = [line for line in lines if line.strip() and not line.startswith("#") and _spec([line])]
    return _spec(kept) if kept else None


def _spec(lines: list[str]) -> Any:
    """What matches gitignore patterns; None if one of them is broken."""
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return None
