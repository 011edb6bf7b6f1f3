"""Which files hold the posteriors: those that are named, those of a folder, or one for each array."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from klcli.errors import KlcliError
from klcli.tables.inputs import Input, files_of
from klcli.values import dataclass

_EXAMPLE = "for example: klcli latents latents.npz, or klcli latents --mean mu.npy --logvar logvar.npy"


@dataclass(frozen=True, slots=True)
class TableInputs:
    """The tables, and the names of the arrays in them.

    Attributes:
        tables: one or more.
        mean: the name of the means; None to find it.
        heads: the name of the spreads by their reading; an empty name is that of the file's only array.
    """

    tables: tuple[Input, ...]
    mean: str | None
    heads: Mapping[str, str]


def inputs(paths: Sequence[str], mean: str | None, heads: Mapping[str, str]) -> TableInputs:
    """The tables that arguments and options name.

    Args:
        paths: files and folders.
        mean: the array with the means; a file with them, if there are no paths.
        heads: the same of the spreads, by their reading.

    Raises:
        KlcliError: nothing is named, or a folder has no such file.
    """
    if len(heads) > 1:
        flags = " and ".join(f"--{reading}" for reading in heads)
        raise KlcliError(f"{flags} say the same thing twice", "give the spread once")
    if paths:
        files = [file for path in paths for file in files_of(path)]
        return TableInputs(tuple(Input((file,), order) for order, file in enumerate(files)), mean, heads)
    if mean is None or not heads:
        raise KlcliError("no table is given", _EXAMPLE)
    return TableInputs((Input((mean, next(iter(heads.values())))),), None, heads)
