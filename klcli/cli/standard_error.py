"""What goes to standard error: the one way there, which makes every text safe to look at."""

from __future__ import annotations

import sys
from contextlib import suppress

from klcli.cli.coloring import CHOICE, is_colored

_COLORS = {"error": "1;31", "warning": "33", "note": "36", "hint": "36"}
"""The codes of terminals for red, yellow and cyan, as in reports."""


def say(text: str) -> None:
    r"""Put lines on standard error, without characters that act on a terminal instead of being seen.

    Names of files and of columns, and what an input holds, are somebody else's: an escape code in them is
    shown as ``\x1b``. A name that may hold line ends is made `visible` by who puts it into a text of several
    lines. Nobody may be there to be told any more; that changes no result and no status.
    """
    from klcli.render.character_spellings import visible

    lines = list(map(visible, text.split("\n")))
    with suppress(OSError):
        if is_colored(CHOICE.get(), sys.stderr):
            lines[0] = _in_color(lines[0])
        print("\n".join(lines), file=sys.stderr, flush=True)


def _in_color(line: str) -> str:
    """The line with its first word, which says what kind of message it is, in colour."""
    word, colon, rest = line.partition(":")
    color = _COLORS.get(word)
    return f"\x1b[{color}m{word}{colon}\x1b[0m{rest}" if color else line
