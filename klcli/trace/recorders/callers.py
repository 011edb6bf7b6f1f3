"""The function of a program that computes something: where that stands, and what it calls an array."""

from __future__ import annotations

import inspect
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from .notes import Node

_MOST_TRIES = 4
"""Uses of an array at which a name is looked for: it has one by then, or none."""
_ONLY_OURS = 3
"""References to a frame's copy of its locals: of the frame, of a variable, of the call that counts them."""
_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
"""Where the recorders and their runner are."""


def place_of(skipped: tuple[str, ...]) -> tuple[FrameType | None, tuple[str, int, str] | None]:
    """The innermost frame that is neither here nor below the folders that are skipped, and its place."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if not path.startswith((_HERE, "<frozen ")) and not path.startswith(skipped):
            return frame, (path, frame.f_lineno, frame.f_code.co_name)
        frame = frame.f_back
    return None, None


def look_for_name(node: Node, frame: FrameType, array: Any) -> None:
    """Note what the local variable is called that holds an array; another function may call it otherwise.

    Args:
        node: of the array.
        frame: of the function that uses it.
        array: what the variable has to hold.
    """
    if node.tries < _MOST_TRIES:
        node.tries += 1
        found = search_locals(frame, lambda name, value: name if value is array else None)
        if found and found not in node.names:
            node.names.append(found)
            _look_at_caller(node, frame.f_back, array)


def _look_at_caller(node: Node, frame: FrameType | None, array: Any) -> None:
    """Note what an array is called where it is handed to a function, which may exchange names."""
    if frame is None or frame.f_code.co_filename.startswith((_HERE, "<frozen ")):
        return
    outer = search_locals(frame, lambda name, value: name if value is array else None)
    if outer:
        node.more.setdefault("handed_as", outer)


def search_locals(frame: FrameType, test: Callable[[str, Any], str | None]) -> str | None:
    """The first answer of a test to a local variable of a frame.

    Up to Python 3.12 a frame keeps a copy of its locals once it was asked for them, which would keep the
    arrays alive; it is emptied again, unless somebody else has it.
    """
    names = frame.f_locals
    found = next((said for name, value in list(names.items()) if (said := test(name, value))), None)
    is_copy = type(names) is dict and frame.f_code.co_flags & inspect.CO_OPTIMIZED
    if is_copy and sys.getrefcount(names) <= _ONLY_OURS:
        names.clear()
    return found
