"""What must not be written: a file that is read, or one file twice."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from klcli.errors import KlcliError


def check_outputs(read: Sequence[str], written: Mapping[str, str | None]) -> None:
    """Refuse to write where something else is lost, before anything is read.

    Args:
        read: the files that are read.
        written: those that will be written, by the options that name them; None for one that was not given.

    Raises:
        KlcliError: a file that is written is read, too, or written by another option.
    """
    inputs = {os.path.realpath(path): path for path in read}
    options: dict[str, str] = {}
    for option, path in written.items():
        if path is None:
            continue
        place = os.path.realpath(path)
        if place in inputs:
            raise KlcliError(f"{option} would overwrite {inputs[place]}, which is read", "name another file")
        if place in options:
            raise KlcliError(
                f"{options[place]} and {option} are the same file", "name another for one of them"
            )
        options[place] = option
