"""What one run is to do: the flags of the command line over the configuration of the project."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from typing import TYPE_CHECKING

from klcli.cli.linting.finding_selection import Selection, codes
from klcli.cli.linting.linting_settings import Configuration, configuration_for
from klcli.cli.linting.sources import MOST_BYTES, Sources
from klcli.cli.linting.walk import Walked, walk
from klcli.cli.standard_input import read_standard_input
from klcli.errors import KlcliError
from klcli.render.character_spellings import visible
from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.cli.linting.gitignore_patterns import Patterns

_STDIN = "<stdin>"


@dataclass(frozen=True, slots=True)
class Flags:
    """What was typed; None, False and nothing stand for what was not."""

    paths: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    gitignore: bool | None = None
    show_terms: bool | None = None
    notes: bool | None = None
    baseline: str | None = None
    write_baseline: str | None = None
    fix: bool = False
    diff: bool = False
    jobs: int | None = None
    stdin_filename: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is read and what is shown.

    Attributes:
        walked: the files.
        trees: the real paths of the folders that are named, and of those of the files that are: in these and
            nowhere else, where links may lead, files are changed.
        sources: where they are read.
        selection: the findings that are wanted.
        show_terms: whether to show what is right, too.
        notes: whether to show findings that are notes.
        baseline: the file of what is accepted.
    """

    walked: Walked
    trees: tuple[str, ...]
    sources: Sources
    selection: Selection
    show_terms: bool
    notes: bool
    baseline: str | None


def plan(flags: Flags) -> Plan:
    """What the flags and the project's configuration ask for.

    Raises:
        KlcliError: they contradict each other, or name what does not exist.
    """
    _check(flags)
    found = configuration_for(_first(flags))
    excluded = _excluded(flags, found)
    gitignore = found.gitignore if flags.gitignore is None else flags.gitignore
    named = [path for path in flags.paths if path != "-"]
    walked = walk(named, excluded, gitignore=gitignore)
    given = {path: _piped(path) for path in named if path in walked.files and _is_pipe(path)}
    if "-" in flags.paths:
        name = flags.stdin_filename or _STDIN
        if flags.stdin_filename and any(each.matches(name) for each in excluded):
            walked.excluded.append(name)
            walked.named.append(name)
        else:
            given[name] = read_standard_input(MOST_BYTES + 1)
            walked.files[:] = dict.fromkeys((*walked.files, name))
    _check_walk(walked, flags.paths)
    return Plan(
        walked,
        tuple(os.path.realpath(path if os.path.isdir(path) else os.path.dirname(path)) for path in named),
        Sources(given),
        Selection(
            codes(flags.select, "--select") if flags.select else found.select or ("KL",),
            codes(flags.ignore, "--ignore") if flags.ignore else found.ignore or (),
            found.per_file_ignores,
        ),
        found.show_terms if flags.show_terms is None else flags.show_terms,
        found.notes if flags.notes is None else flags.notes,
        None if flags.write_baseline else flags.baseline or found.baseline,
    )


def _check(flags: Flags) -> None:
    """Refuse what contradicts itself.

    Raises:
        KlcliError: it does.
    """
    if not flags.paths:
        raise KlcliError("no file or folder is given", "for example: klcli lint src/, or klcli lint .")
    if flags.stdin_filename and "-" not in flags.paths:
        raise KlcliError("--stdin-filename names standard input, which is not read", "add - to the paths")
    if flags.fix and "-" in flags.paths:
        raise KlcliError("--fix changes files, and standard input is none", "--diff shows the changes")
    if flags.baseline and flags.write_baseline:
        raise KlcliError("--baseline reads a file and --write-baseline writes one", "give one of them")
    if flags.write_baseline and (flags.fix or flags.diff):
        raise KlcliError("--write-baseline accepts what --fix would mend", "--fix first")


def _check_walk(walked: Walked, paths: Sequence[str]) -> None:
    """Refuse to check nothing, unless all that is named are files that somebody excluded.

    Raises:
        KlcliError: there is nothing to check.
    """
    if walked.files or walked.unreadable or (walked.named and not any(map(os.path.isdir, paths))):
        return
    shown = visible(", ".join(paths))
    if walked.excluded:
        raise KlcliError(
            f"nothing was checked: every Python file in {shown} is excluded",
            "by --exclude, or by exclude in [tool.klcli] of pyproject.toml",
        )
    raise KlcliError(
        f"there is no Python file in {shown}",
        "*.py, *.pyi and *.ipynb are read; --no-gitignore reads what .gitignore leaves out, too",
    )


def _first(flags: Flags) -> str:
    """The path whose project counts."""
    path = flags.paths[0]
    return (flags.stdin_filename or os.curdir) if path == "-" else path


def _excluded(flags: Flags, found: Configuration) -> Sequence[Patterns]:
    if flags.exclude:
        from klcli.cli.linting.gitignore_patterns import patterns

        return [patterns(flags.exclude, os.curdir, "--exclude")]
    return [found.exclude] if found.exclude else []


def _is_pipe(path: str) -> bool:
    """Whether it is something else than a file, if anybody may know, and can be read only once."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False


def _piped(path: str) -> bytes:
    """What comes out of a pipe that is named like a file, which can be read only once.

    Raises:
        KlcliError: nothing does.
    """
    try:
        with open(path, "rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise KlcliError(
            f"cannot read {visible(path)}: {error.strerror}", "for example: klcli lint src/"
        ) from None
