"""``klcli lint``: the KL terms and the samples of real source code."""

from __future__ import annotations

from typing import Any

import click

from klcli.cli.help import Command
from klcli.cli.linting.flags_over_configuration import Flags
from klcli.cli.linting.run_and_notes import run
from klcli.cli.options.completing import codes, files
from klcli.cli.options.types import Whole
from klcli.cli.output import Settings, findings_options
from klcli.cli.plotting import plot_option
from klcli.report.report import Report

_EPILOG = """\b
Examples:
  klcli lint src/
  klcli lint model.py train.ipynb --show-terms
  klcli lint . --ignore KL206 --exclude tests/ --json
  klcli lint src/ --diff                     what --fix would change
  klcli lint src/ --write-baseline kl.json   accept what is there today,
  klcli lint src/ --baseline kl.json         and find what is new
  cat model.py | klcli lint - --stdin-filename model.py

Nothing that is read is run or imported. On a line, the comment "# klcli: ignore" or
"# klcli: ignore[KL201]" accepts what is found there. .gitignore is respected;
hidden folders and virtual environments are skipped; a file that is named
is read in any case, unless it is excluded. [tool.klcli] in the project's
pyproject.toml has the keys select, ignore, exclude, per-file-ignores, baseline, gitignore, notes and
show-terms; options come before it.

Places in notebooks are cells, counted from 1, and their lines: train.ipynb:cell 3:5:1. In sarif and github,
which know files only, they are lines of the .ipynb file.

Exit status: 0 no errors and warnings (with --diff: no changes), 1 some, 2 usage, or not all could be read,
or nothing was checked, 3 a bug in klcli. Where several hold, 3 goes before 1, and 1 before 2. What could not
be read is said on stderr, also with -q; so are files that are named and excluded, which are no failure.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="PATH...", shell_complete=files)
@click.option("--show-terms/--no-show-terms", default=None, help="Every KL and every sample, right or wrong.")
@click.option("--notes/--no-notes", default=None, help="Harmless oddities, such as misleading names.")
@click.option(
    "--select", multiple=True, metavar="CODES", shell_complete=codes, help="Only these: KL101,KL2 and so on."
)
@click.option("--ignore", multiple=True, metavar="CODES", shell_complete=codes, help="All but these.")
@click.option(
    "--exclude", multiple=True, metavar="PATTERN", help="Leave out, as .gitignore would; repeatable."
)
@click.option("--gitignore/--no-gitignore", default=None, help="Respect .gitignore; the default.")
@click.option("--baseline", metavar="FILE", shell_complete=files, help="Accept the findings that FILE holds.")
@click.option(
    "--write-baseline", metavar="FILE", shell_complete=files, help="Write the findings of today to FILE."
)
@click.option("--fix", is_flag=True, help="Mend what is wrong under every reading, in the files.")
@click.option("--diff", is_flag=True, help="Show what --fix would change; write nothing.")
@click.option("--stdin-filename", metavar="NAME", help="The name of what - reads.")
# More than any machine has cores.
@click.option("--jobs", type=Whole(1, 1_000, 4), help="Processes; default all cores.")
@findings_options
@plot_option
def lint(settings: Settings, **flags: Any) -> tuple[Report, Settings]:
    """Find Gaussian KL terms and reparameterised samples in Python files and notebooks, and what is wrong.

    Decided by algebra, with the judge of klcli verify; the names in the code serve for the words only.
    """
    return run(Flags(**flags), settings)
