"""``klcli runlog``: the KLs in the logs of a run, what they are, and where their levels changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from klcli.cli.help import Command
from klcli.cli.options.completing import files as completed_files
from klcli.cli.output import Settings, output_options
from klcli.cli.plotting import plot_option
from klcli.cli.table_sources import open_source
from klcli.errors import KlcliError, clipped
from klcli.names.logged_kls import LOGGED_KL, metric_of
from klcli.report.report import Report
from klcli.report.runlog import LoggedSeries, runlog_report
from klcli.samples.change_point import level_changes
from klcli.tables.series import LogSeries, logged_series

_EPILOG = """\b
Examples:
  klcli runlog wandb_export.csv
  klcli runlog events.out.tfevents.1700000000.host
  klcli runlog history.jsonl --column train/objective/kl --json

A FILE is a CSV or JSON with a row for each step, as Weights & Biases and trainers write them, an event
file of TensorBoard, or a folder of event files. The columns with a KL are found by their names, and what
trainers mean by these is said: trl, verl, OpenRLHF, trlx, CleanRL and Stable-Baselines3 log different
things as a KL. A change of level is looked for in each; samples themselves go to klcli estimate.
"""
_MOST_LISTED = 12
"""Names in a hint."""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("paths", metavar="FILE...", shell_complete=completed_files, nargs=-1)
@click.option("--column", "columns", metavar="NAME", multiple=True, help="The column with a KL; repeatable.")
@output_options
@plot_option
def runlog(
    settings: Settings,
    paths: tuple[str, ...],
    columns: tuple[str, ...],
    **_: Any,
) -> tuple[Report, Settings]:
    """The KLs that a run has logged: what they are, how they moved, and where their levels changed.

    Files are put together in the order in which they are named, as those of a run that was taken up again.
    """
    if not paths:
        raise KlcliError("no log is given", "for example: klcli runlog wandb_export.csv")
    found: dict[str, LogSeries] = {}
    names: dict[str, None] = {}
    files, wanted = [], frozenset(columns)
    for path in [file for given in paths for file in _files(given)]:
        with open_source(path) as source:
            files.append(source.name)
            series, others = logged_series(source, lambda name: _is_wanted(name, wanted))
        names |= dict.fromkeys(others)
        for one in series:
            known = found.setdefault(one.name, one)
            if known is not one:
                known.extend(one)
    logged = [one for one in found.values() if one.values]
    missing = [name for name in columns if not any(_is_wanted(one.name, frozenset({name})) for one in logged)]
    if missing or not logged:
        raise _nothing(files, missing, list(names))
    return runlog_report(files, [_searched(one) for one in logged]), settings


def _files(path: str) -> list[str]:
    """The file itself, or the event files of a folder in the order of their names, which tell their time."""
    if path == "-" or not Path(path).is_dir():
        return [path]
    found = sorted(str(file) for file in Path(path).rglob("*tfevents*") if file.is_file())
    if not found:
        raise KlcliError(
            f"there is no event file in {path}",
            "they have tfevents in their names; CSV and JSON lines are named one by one, in their order",
        )
    return found


def _is_wanted(name: str, columns: frozenset[str]) -> bool:
    """Whether a column is asked for, with or without the run that wandb writes before its metric."""
    return not columns.isdisjoint((name, metric_of(name))) if columns else LOGGED_KL.says(name)


def _searched(series: LogSeries) -> LoggedSeries:
    import numpy

    return LoggedSeries(series, level_changes(numpy.array(series.values)))


def _nothing(sources: Sequence[str], columns: Sequence[str], names: Sequence[str]) -> KlcliError:
    empty = next((name for name in names if _is_wanted(name, frozenset(columns))), None)
    if empty is not None:
        return KlcliError(
            f"{clipped(empty)} has no numbers in {', '.join(sources)}", "a log has a row for each step"
        )
    shown = ", ".join(clipped(name) for name in names[:_MOST_LISTED])
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    hint = f"--column NAME names it; there are {shown}{more}" if names else "its first line names the columns"
    what = f"column {columns[0]!r}" if columns else "column that is called like a KL"
    return KlcliError(f"there is no {what} with numbers in {', '.join(sources)}", hint)
