"""Where the pictures of a result go: into a file, into its words, or nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klcli.cli.help import F, in_group
from klcli.cli.options.completing import files
from klcli.errors import KlcliError

if TYPE_CHECKING:
    from klcli.report.document import Document
    from klcli.report.report import Report

_HERE, _NOWHERE = "-", "none"


def plot_option(command: F) -> F:
    """Add ``--plot`` to a command whose result can have pictures."""
    option = in_group("Output")(
        "--plot",
        metavar="FILE",
        shell_complete=files,
        help="Draw the result into FILE.svg or FILE.png; - draws among the words, none nowhere.",
    )
    return option(command)


def check_plot(plot: str | None) -> None:
    """Check that there can be such a file before anything is computed.

    Raises:
        KlcliError: there cannot.
    """
    if plot not in (None, _HERE, _NOWHERE):
        from klcli.render.image_formats import check

        check(str(plot))


def save_pictures(report: Report, plot: str | None) -> None:
    """Write the pictures to the file that was asked for.

    Raises:
        KlcliError: there are none, or the file cannot be written.
    """
    if plot in (None, _NOWHERE):
        return
    pictures = report.pictures()
    if not pictures:
        raise KlcliError("there is no picture of this result", "it is told without: leave --plot out")
    if plot != _HERE:
        from klcli.cli.writing import save
        from klcli.render.image_formats import drawn

        save(str(plot), drawn(pictures, str(plot)), "--plot")


def illustrated(report: Report, plot: str | None, *, is_page: bool, is_terminal: bool) -> Document:
    """The document, with its pictures where they are wanted.

    Args:
        report: the result.
        plot: where they are to go, if that was said.
        is_page: whether the format holds pictures.
        is_terminal: whether somebody looks at a terminal.
    """
    is_wanted = is_page or (is_terminal and plot is None and report.is_pictured)
    if plot == _NOWHERE or not (is_wanted or plot == _HERE):
        return report.document
    from klcli.report.document import with_pictures

    return with_pictures(report.document, report.pictures())
