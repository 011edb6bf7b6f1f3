"""Whether a stream gets colours: as it is asked for, as the environment has it, as the stream is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextvars import ContextVar
from typing import TextIO

CHOICE: ContextVar[str | None] = ContextVar("color", default=None)
"""What the command line says, for messages that may come before it is understood."""


def is_colored(choice: str | None, stream: TextIO) -> bool:
    """``always`` and ``never`` hold; then NO_COLOR, FORCE_COLOR, TERM=dumb, and whether it is a terminal."""
    if choice in ("always", "never"):
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and stream.isatty()


def asked_for(arguments: Sequence[str]) -> str | None:
    """The word of the last ``--color`` on a command line."""
    found = None
    for place, text in enumerate(arguments):
        name, sign, word = text.partition("=")
        if name == "--color":
            found = word if sign else next(iter(arguments[place + 1 :]), None)
    return found
