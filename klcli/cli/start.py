"""Where the process begins: what has to be done before anything heavy is loaded."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

from klcli.cli.interrupts import interrupted, is_interrupt, listen

_OBJECTS = 100_000
"""New objects after which cycles are looked for: what a start loads stays, and looking at it takes 6 ms."""

_THREADS = (
    "OPENBLAS_NUM_THREADS",
    "GOTO_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""What the libraries behind numpy (OpenBLAS, MKL, BLIS, Accelerate) read once, when they are loaded."""


def run() -> NoReturn:
    """Run the command line and exit with its status; Ctrl-C is answered from here on, also during imports."""
    gc.set_threshold(_OBJECTS)
    try:
        listen()
        open_streams()
        use_one_thread()
        from klcli.cli.main import run as run_command_line

        run_command_line()
    except SystemExit:
        raise
    except BaseException as error:
        if not is_interrupt(error):
            raise
        sys.exit(interrupted())
    finally:
        gc.freeze()  # what is there at the end is not searched for cycles once more, which takes 15 to 25 ms


def open_streams() -> None:
    """Give a stream that was closed before the start (``>&-``) somewhere to write to."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open to the end


def use_one_thread() -> None:
    """Keep the matrix products of numpy in one thread, unless the user has said how many there shall be.

    The many small products of a divergence wake all threads each time, which takes ten times the work of one.
    """
    if not any(os.environ.get(name) for name in _THREADS):
        os.environ.update(dict.fromkeys(_THREADS, "1"))
