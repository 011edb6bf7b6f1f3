"""Ctrl-C: how it is told from other errors, and what is said of it."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs
    from types import FrameType

INTERRUPTED = 130
"""The status of a shell for a program that was interrupted: 128 and the number of the signal."""

_IMPORTS = "<frozen importlib._bootstrap>"
"""The file of the frames that are between the one who imports and the module that is imported."""

_pressed = False
"""Whether Ctrl-C came, whatever Python or a library made of it."""


def listen() -> None:
    """Put off a Ctrl-C that comes during an import to its end, unless somebody else answers or ignores it.

    Python, and the code that modules run while they are loaded, drop some of what is raised there, about one
    Ctrl-C in a hundred: in callbacks of weak references, where C code asks whether an attribute is there.
    A second Ctrl-C is not put off.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _note)
        sys.unraisablehook = _raise_again


def is_interrupt(error: BaseException | None) -> bool:
    """Whether Ctrl-C is what happened, or behind it.

    Python 3.11 makes another error of it in some places, and forgets the cause of some: a Ctrl-C while it
    loads the names of characters is "can't load unicodedata module".
    """
    while error and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return _pressed or error is not None


def interrupted() -> int:
    """Say that Ctrl-C has ended the work; the status that goes with it."""
    print("interrupted", file=sys.stderr)
    return INTERRUPTED


def _note(number: int, frame: FrameType | None) -> None:
    global _pressed
    importer = None if _pressed else _importer(frame)
    _pressed = True
    if importer is None:
        signal.default_int_handler(number, frame)
    else:
        _raise_in(importer)


def _importer(frame: FrameType | None) -> FrameType | None:
    """The outermost frame that waits for an import, if one does."""
    importer = None
    while frame:
        if frame.f_code.co_filename == _IMPORTS:
            importer = frame.f_back
        frame = frame.f_back
    return importer


def _raise_again(dropped: UnraisableHookArgs) -> None:
    """Raise a Ctrl-C that came in a callback, where Python says what is raised, and goes on."""
    if isinstance(dropped.exc_value, KeyboardInterrupt):
        _raise_in(sys._getframe(1))
    else:
        sys.__unraisablehook__(dropped)


def _raise_in(frame: FrameType) -> None:
    """Raise ``KeyboardInterrupt`` when a frame comes to its next line, by the means of debuggers."""
    frame.f_trace = _raise
    sys.settrace(lambda *_: None)


def _raise(*_: object) -> None:
    sys.settrace(None)
    raise KeyboardInterrupt
