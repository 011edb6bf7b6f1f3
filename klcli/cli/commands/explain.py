"""``klcli explain``: the page of a mistake, a parameterization, a verdict, an exit status."""

from __future__ import annotations

import click

from klcli.cli.help import Command
from klcli.cli.output import Settings, output_options
from klcli.report.explain import explain_report, list_report
from klcli.report.report import Report

__all__ = ["explain"]

_EPILOG = """\b
Examples:
  klcli explain
  klcli explain KL101
  klcli explain logvar
  klcli explain scaled
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("term", required=False)
@output_options
@click.pass_obj
def explain(outer: Settings, /, settings: Settings, term: str | None) -> tuple[Report, Settings]:
    """Print the page of a mistake (KL101), a parameterization, a verdict or an exit status.

    Without TERM, the list of all.
    """
    report = list_report() if term is None else explain_report(term)
    return report, settings.over(outer)
