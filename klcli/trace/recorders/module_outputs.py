"""What a module gave back: its arrays one by one, with their keys.

Arrays of all frameworks have a shape.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def entries(out: Any) -> Iterator[tuple[str, Any]]:
    """What was given back, one by one, with its key where it has one."""
    if hasattr(out, "items"):
        yield from ((str(key), one) for key, one in out.items())
    elif hasattr(out, "_fields"):
        yield from zip(out._fields, out)  # noqa: B905
    elif hasattr(out, "__dataclass_fields__"):
        yield from ((name, getattr(out, name)) for name in out.__dataclass_fields__)
    elif isinstance(out, (tuple, list)):
        for one in out:
            yield from entries(one) if isinstance(one, (tuple, list)) else (("", one),)
    else:
        yield "", out


def shape_of(array: Any) -> tuple[int, ...]:
    """The lengths of the axes of an array."""
    return tuple(map(int, array.shape))


def size_of(array: Any) -> int:
    """How many entries an array has."""
    return math.prod(shape_of(array))
