"""What goes to standard error: the one way there, which makes every text safe to look at."""

from __future__ import annotations

import sys
from contextlib import suppress

__all__ = ["say"]


def say(text: str) -> None:
    r"""Put lines on standard error, without characters that act on a terminal instead of being seen.

    Names of files and of columns, and what an input holds, are somebody else's: an escape code in them is
    shown as ``\x1b``. A name that may hold line ends is made `visible` by who puts it into a text of several
    lines. Nobody may be there to be told any more; that changes no result and no status.
    """
    from klcli.render.signs import visible

    with suppress(OSError):
        print("\n".join(map(visible, text.split("\n"))), file=sys.stderr, flush=True)
