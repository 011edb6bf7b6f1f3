"""Which files hold the log densities: those that are named, those of a folder, or one for each column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from klcli.cli.table_sources import is_stream
from klcli.errors import KlcliError
from klcli.tables.inputs import STREAM, Input, files_of
from klcli.tables.log_ratio_columns import RatioColumns
from klcli.values import dataclass

_EXAMPLE = "for example: klcli estimate logprobs.csv, or klcli estimate --log-q policy.npy --log-p ref.npy"


@dataclass(frozen=True, slots=True)
class RatioInputs:
    """The tables, and what they are called together.

    Attributes:
        tables: one or more.
        name: as the report calls them; None where that of the only table will do.
        columns: which ones hold what.
    """

    tables: tuple[Input, ...]
    name: str | None
    columns: RatioColumns


def inputs(paths: Sequence[str], columns: RatioColumns, mask: str | None = None) -> RatioInputs:
    """The tables that arguments and options name.

    Args:
        paths: files and folders.
        columns: which of their columns hold what; files with log q and log p, if there are no paths.
        mask: the file that says which tokens count, beside such files.

    Raises:
        KlcliError: nothing is named, or standard input beside other files.
    """
    if paths:
        if mask is not None:
            raise KlcliError(
                "--mask is a file beside those of --log-q and --log-p",
                "a mask in TABLE is found by its name, such as response_mask",
            )
        files = [file for path in paths for file in files_of(path)]
        name = None if len(files) == 1 else _together(paths, len(files))
        found = RatioInputs(tuple(Input((file,), order) for order, file in enumerate(files)), name, columns)
    else:
        found = RatioInputs((Input(_side_by_side(columns, mask)),), None, RatioColumns())
    is_stream(found.tables, may_be_read=bool(paths))
    return found


def _together(paths: Sequence[str], files: int) -> str:
    return f"{files:,} files" + (f" of {paths[0]}" if len(paths) == 1 else "")


def _side_by_side(columns: RatioColumns, mask: str | None) -> tuple[str, ...]:
    """The files with log q, log p and perhaps a mask."""
    files: Mapping[str, str | None] = {"--log-q": columns.log_q, "--log-p": columns.log_p, "--mask": mask}
    if columns.log_q is None or columns.log_p is None:
        raise KlcliError("no table is given", _EXAMPLE)
    for flag, file in files.items():
        if file is not None and file != STREAM and not Path(file).exists():
            raise KlcliError(
                f"no table is given, and {flag} {file} is no file",
                f"{flag} names a column of TABLE, or a file where there is no TABLE; {_EXAMPLE}",
            )
    return tuple(file for file in files.values() if file is not None)
