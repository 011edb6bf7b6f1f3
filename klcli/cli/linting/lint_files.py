"""``klcli.lint_files``: the linter for programs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from klcli.cli.linting.flags_over_configuration import Flags
from klcli.cli.linting.lint_project import cores
from klcli.cli.linting.run_and_notes import run_of
from klcli.cli.output import Settings
from klcli.report.lint_data import LintData


def lint_files(
    paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
    *,
    select: Sequence[str] | str = (),
    ignore: Sequence[str] | str = (),
    exclude: Sequence[str] | str = (),
    notes: bool | None = None,
    jobs: int | None = 1,
) -> LintData:
    """The KL terms and the samples in Python files and notebooks, and what is wrong with them.

    Nothing that is read is run or imported, and nothing is written.

    Args:
        paths: files and folders, or one of them.
        select: codes of the findings that are wanted, such as ``KL101`` or ``KL2``, or one; all without it.
        ignore: those that are not.
        exclude: patterns of paths to be left out, as in a .gitignore.
        notes: whether notes are wanted, which are no findings for the status.
        jobs: processes; one, as a program that starts others has to be made for it. None: as many as cores.

    Returns:
        The fields of the JSON of ``klcli lint``. The project's ``[tool.klcli]`` counts as it does there.

    Raises:
        KlcliError: there is nothing to check, or codes, patterns or the configuration mean nothing.
    """
    several = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    named = tuple(os.fspath(path) for path in several)
    codes = (_words(select), _words(ignore))
    flags = Flags(named, *codes, _words(exclude), notes=notes, jobs=jobs or cores())
    run = run_of(flags, Settings(quiet=1))
    data: LintData = run.report(run.linted()).data
    return data


def _words(given: Sequence[str] | str) -> tuple[str, ...]:
    """Several words, or one, which is no sequence of letters here."""
    return (given,) if isinstance(given, str) else tuple(given)
