"""Standard input, which is read only where ``-`` asks for it."""

from __future__ import annotations

import os
import sys
from typing import BinaryIO

from klcli.cli.standard_error import say
from klcli.errors import KlcliError

_END = "Ctrl-Z" if os.name == "nt" else "Ctrl-D"
_HINT = "- reads what comes through a pipe or from < FILE"


def standard_input() -> BinaryIO:
    """The bytes of standard input.

    Raises:
        KlcliError: it was closed before the start (``<&-``).
    """
    if sys.stdin is None:
        raise KlcliError("standard input is closed", _HINT)
    if sys.stdin.isatty():
        say(f"note: waiting for what is typed, which {_END} ends; {_HINT}")
    return sys.stdin.buffer


def read_standard_input(most: int) -> bytes:
    """The first `most` bytes of standard input, or all of it if it is shorter.

    Raises:
        KlcliError: it is closed, or cannot be read.
    """
    stream = standard_input()
    try:
        return stream.read(most)
    except OSError as error:  # it is open for writing alone, or its terminal went away
        raise KlcliError(f"cannot read standard input: {error.strerror or error}", _HINT) from None
