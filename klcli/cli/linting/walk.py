"""The Python sources below paths, as linters walk them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from klcli.errors import KlcliError
from klcli.render.character_spellings import visible
from klcli.values import dataclass, field

if TYPE_CHECKING:
    from klcli.cli.linting.gitignore_patterns import Patterns

_SUFFIXES = (".py", ".pyi", ".ipynb")
_SKIPPED = frozenset(("__pycache__", "__pypackages__", "dist", "node_modules", "site-packages", "venv"))
_ENVIRONMENT = ("pyvenv.cfg", "conda-meta")


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk came upon.

    Attributes:
        files: to be linted, in order, each once.
        excluded: files and folders that were left out because somebody asked for it.
        named: the files among them that are themselves named.
        unreadable: the folders that could not be read, and why.
    """

    files: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Spot:
    """A folder or a file: as it was typed, as it is, and the patterns of the folders above it."""

    path: str
    real: str
    levels: tuple[Patterns, ...]


def walk(paths: Sequence[str], excluded: Sequence[Patterns] = (), *, gitignore: bool = True) -> Walked:
    """Every file that is named, and every Python file and notebook below a folder that is, each once.

    Hidden folders, virtual environments, caches and what .gitignore leaves out are skipped, unless they are
    named; links to folders are not followed. A folder that cannot be read does not stop it.

    Args:
        paths: files and folders, as they are typed.
        excluded: what is left out, even if it is named.
        gitignore: whether to respect .gitignore.

    Raises:
        KlcliError: there is no such path.
    """
    walked = Walked()
    seen: set[str] = set()
    for path in paths:
        is_folder = _is_named_folder(path)
        for file in _below(path, walked, excluded, gitignore) if is_folder else [path]:
            real = os.path.realpath(file)
            if real not in seen:
                seen.add(real)
                left_out = any(each.matches(file) for each in excluded)
                (walked.excluded if left_out else walked.files).append(file)
                if left_out and not is_folder:
                    walked.named.append(file)
    return walked


def _is_named_folder(path: str) -> bool:
    """Whether what is named is a folder and no file.

    Raises:
        KlcliError: there is no such path, or nobody may see it.
    """
    hint = "for example: klcli lint src/"
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        raise KlcliError(f"there is no file or folder {visible(path) or repr(path)}", hint) from None
    except OSError as error:
        raise KlcliError(f"cannot read {visible(path)}: {error.strerror}", hint) from None


def _below(path: str, walked: Walked, excluded: Sequence[Patterns], gitignore: bool) -> Iterator[str]:
    from klcli.cli.linting.gitignore_patterns import is_ignored  # not for files that are named

    real = os.path.realpath(path)
    start = "" if os.path.normpath(path) == os.curdir else path
    waiting = [_Spot(start, real, _above(real) if gitignore else ())]
    while waiting:
        folder = waiting.pop()
        if any(each.says(folder.real, is_folder=True) for each in excluded):
            walked.excluded.append(folder.path)
            continue
        entries = _entries(folder, walked)
        levels = _levels(folder, entries) if gitignore else ()
        below = []
        for entry in entries:
            inner = _Spot(
                os.path.join(folder.path, entry.name), os.path.join(folder.real, entry.name), levels
            )
            is_folder = _is_folder(entry)
            if not (_is_followed(entry) if is_folder else _is_source(entry)):
                continue
            if not is_ignored(levels, inner.real, is_folder=is_folder):
                if is_folder:
                    below.append(inner)
                else:
                    yield inner.path
        waiting += reversed(below)


def _entries(folder: _Spot, walked: Walked) -> list[os.DirEntry[str]]:
    """What lies in a folder, by name; nothing if it cannot be read, which is noted."""
    path = folder.path or os.curdir
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        walked.unreadable[path] = error.strerror or "it cannot be read"
        return []


def _levels(folder: _Spot, entries: Sequence[os.DirEntry[str]]) -> tuple[Patterns, ...]:
    """The patterns that hold in a folder; a repository within another begins anew."""
    names = {entry.name for entry in entries}
    if names.isdisjoint((".git", ".gitignore")):
        return folder.levels
    from klcli.cli.linting.gitignore_patterns import ignored_in

    return (*(() if ".git" in names else folder.levels), *ignored_in(folder.real))


def _above(real: str) -> tuple[Patterns, ...]:
    """The patterns of the folders above, up to the repository's; none if they leave out what was named."""
    from klcli.cli.linting.gitignore_patterns import ignored_in, is_ignored

    levels: list[Patterns] = []
    folder = real
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return ()
        folder = parent
        levels[:0] = ignored_in(folder)
    return () if is_ignored(levels, real, is_folder=True) else tuple(levels)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_followed(entry: os.DirEntry[str]) -> bool:
    name = entry.name
    if name.startswith(".") or name in _SKIPPED or name.endswith(".egg-info") or entry.is_symlink():
        return False
    return not any(os.path.exists(os.path.join(entry.path, mark)) for mark in _ENVIRONMENT)


def _is_source(entry: os.DirEntry[str]) -> bool:
    """Whether it is a regular file with the ending of one; a pipe would be waited for."""
    try:
        return entry.name.endswith(_SUFFIXES) and entry.is_file()
    except OSError:
        return False
