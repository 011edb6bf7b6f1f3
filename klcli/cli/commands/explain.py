"""``klcli explain``: the page of a mistake, a reading, a verdict, or how to use klcli; or all as HTML."""

from __future__ import annotations

from pathlib import Path

import click

from klcli.cli.help import Command
from klcli.cli.options.completing import terms
from klcli.cli.output import Settings, output_options
from klcli.cli.plotting import plot_option
from klcli.cli.writing import save
from klcli.errors import KlcliError
from klcli.render.character_spellings import visible
from klcli.report.explain import explain_report, list_report
from klcli.report.report import Report
from klcli.values import replace

_EPILOG = """\b
Examples:
  klcli explain
  klcli explain KL101
  klcli explain logvar
  klcli explain scripting
  klcli explain --all --output pages   every page as HTML, in a folder
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("term", required=False, shell_complete=terms)
@click.option("--all", "every", is_flag=True, help="Write every page as HTML into the folder of --output.")
@output_options
@plot_option
def explain(settings: Settings, term: str | None, every: bool) -> tuple[Report, Settings]:
    """Print the page of a mistake (KL101), a verdict, or a longer one, such as scripting.

    Without TERM, the list of all, by group.
    """
    if every:
        return _write_all(term, settings), replace(settings, output=None)
    return list_report() if term is None else explain_report(term), settings


def _write_all(term: str | None, settings: Settings) -> Report:
    """Write every page into a folder, which is made if it is not there.

    Raises:
        KlcliError: no folder is named, or it cannot be written.
    """
    from klcli.render import html
    from klcli.report.explain_links import linked_pages, written_report

    if term is not None:
        # As much of it as a line has room for.
        raise KlcliError(f"--all writes every page, not {term[:60]!r} alone", "leave one of the two out")
    if settings.output in (None, "-"):
        raise KlcliError("--all needs a folder", "klcli explain --all --output pages")
    folder = Path(settings.output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        text = f"cannot make the folder {visible(str(folder))}: {error.strerror}"
        raise KlcliError(text, "--output names another") from None
    files = []
    for page in linked_pages():
        text = html.render(page.document, links=page.links)
        save(str(folder / page.file), text.encode("utf-8"), "--output")
        files.append(page.file)
    return written_report(str(folder), files)
