"""``klcli lint``: the KL terms and the samples of real source code."""

from __future__ import annotations

from pathlib import Path

import click

from klcli.cli.output import Settings, findings_options
from klcli.cli.progress import progress
from klcli.cli.walk import sources
from klcli.errors import KlcliError
from klcli.lint.findings import Linted
from klcli.lint.linter import linted
from klcli.lint.source import UnreadableError, may_hold_terms, parsed, text_of
from klcli.report.lint import lint_report
from klcli.report.report import Report

__all__ = ["lint"]

_EPILOG = """\b
Examples:
  klcli lint src/
  klcli lint model.py train.ipynb --show-terms
  klcli lint . --json

\b
Nothing that is read is run or imported. A comment "# klcli: ignore" or "# klcli: ignore[KL201]" on a line
accepts what is found there. The status is 0 if nothing was found, 1 for findings, and 2 if no
file could be read.
"""


@click.command(epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--show-terms", is_flag=True, help="Every KL and every sample that was recognised, too.")
@click.option("--notes", is_flag=True, help="Harmless oddities as well, such as misleading names.")
@findings_options
@click.pass_obj
def lint(
    outer: Settings, /, settings: Settings, paths: tuple[str, ...], show_terms: bool, notes: bool
) -> tuple[Report, Settings]:
    """Find Gaussian KL terms and reparameterised samples in Python files and notebooks, and what is wrong.

    Decided by algebra, with the judge of klcli verify; the names in the code serve for the words only.
    """
    settings = settings.over(outer)
    if not paths:
        raise KlcliError("no file or folder is given", "for example: klcli lint src/")
    files = list(sources(paths))
    if not files:
        raise KlcliError(f"there is no Python file in {', '.join(paths)}", "*.py, *.pyi and *.ipynb are read")
    results = []
    with progress(len(files), "files", quiet=settings.quiet > 0) as advance:
        for path in files:
            results.append(_linted(path))
            if advance:
                advance(1)
    return lint_report(results, show_terms=show_terms, notes=notes), settings


def _linted(path: str) -> Linted:
    try:
        text = text_of(Path(path).read_bytes(), path)
        if not may_hold_terms(text):
            return Linted(path)
        return linted(parsed(text, path))
    except UnreadableError as error:
        return Linted(path, unreadable=str(error))
    except RecursionError:
        return Linted(path, unreadable="it is too deeply nested")
    except OSError as error:
        return Linted(path, unreadable=str(error.strerror))
