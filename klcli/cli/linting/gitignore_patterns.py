"""Patterns of paths, as a .gitignore holds them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from klcli.cli.linting.gitignore_globs import Glob, as_git_sees, glob
from klcli.errors import KlcliError
from klcli.values import dataclass, field

_MOST_CHARACTERS = 10_000_000
"""Of a .gitignore, so that none takes all the memory; git reads 100 MB."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """Patterns, and the folder from which they are seen.

    Attributes:
        folder: its real path.
        globs: in their order; the last that speaks of a path decides.
    """

    folder: str
    globs: tuple[Glob, ...] = ()
    _folders: dict[tuple[str, ...], bool | None] = field(default_factory=dict, repr=False, compare=False)

    def says(self, path: str, *, is_folder: bool = False) -> bool | None:
        """Whether the last pattern that speaks of a real path takes it in or out; None if none does.

        What lies in a folder that is taken in is taken in, whatever is said of itself.
        """
        above = self.folder.rstrip(os.sep) + os.sep
        if not self.globs or not path.startswith(above):
            return None
        names = tuple(as_git_sees(path[len(above) :]).split(os.sep))
        return self._of_folder(names) if is_folder else self._of(names, is_folder=False)

    def matches(self, path: str) -> bool:
        """Whether a file, its path as it is typed, or a folder that it lies in, is taken in."""
        return bool(self.says(located(path)))

    def _of_folder(self, names: tuple[str, ...]) -> bool | None:
        """What is said of a folder, kept for all that lies in it."""
        if names not in self._folders:
            self._folders[names] = self._of(names, is_folder=True)
        return self._folders[names]

    def _of(self, names: tuple[str, ...], *, is_folder: bool) -> bool | None:
        # From the top down, so that no folder is deeper than Python's calls may be.
        if any(self._of_folder(names[:length]) for length in range(1, len(names)) if names[:length]):
            return True
        for each in reversed(self.globs):
            if each.matches(names, is_folder=is_folder):
                return each.excludes
        return None


def patterns(lines: Iterable[str], folder: str, where: str) -> Patterns:
    """Patterns that somebody typed.

    Args:
        lines: one pattern each.
        folder: from where they are seen.
        where: the option or the key that holds them.

    Raises:
        KlcliError: one of them is none.
    """
    globs = []
    for line in lines:
        found = glob(line)
        if found is None:
            raise KlcliError(
                f"{where}: {line!r} is no pattern", "for example: tests/ or *_pb2.py, as in .gitignore"
            )
        globs.append(found)
    return Patterns(os.path.realpath(folder), tuple(globs))


def ignored_in(folder: str) -> list[Patterns]:
    """What .git/info/exclude and .gitignore of a folder leave out; the second comes before the first."""
    real = os.path.realpath(folder)
    files = (os.path.join(real, ".git", "info", "exclude"), os.path.join(real, ".gitignore"))
    return [Patterns(real, globs) for file in files if (globs := _of_file(file))]


def is_ignored(levels: Sequence[Patterns], path: str, *, is_folder: bool) -> bool:
    """Whether patterns leave out a real path; those of the deepest folder, which stand last, come first.

    Args:
        levels: patterns, each of a folder, the outermost first.
        path: as `os.path.realpath` has it.
        is_folder: whether it is one, as some patterns are for folders only.
    """
    for level in reversed(levels):
        said = level.says(path, is_folder=is_folder)
        if said is not None:
            return said
    return False


def located(path: str) -> str:
    """The absolute path, with the links of its folders followed, but not its own."""
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(folder), name)


def _of_file(path: str) -> tuple[Glob, ...]:
    """The patterns in a file; none where there is none that can be read. Lines that are none do not count."""
    if not os.path.isfile(path):  # a pipe would be waited for
        return ()
    try:
        with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="\n") as file:
            lines = file.read(_MOST_CHARACTERS).split("\n")
    except OSError:
        return ()
    kept = (line.removesuffix("\r") for line in lines if not line.startswith("#"))
    return tuple(found for line in kept if (found := glob(line)))
