"""Rows chosen at random by their places in the files: the choice does not depend on who reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FILE = 44
"""Bits of the number of a row; those above tell its file."""


def places(order: int, rows: NDArray[Any]) -> NDArray[Any]:
    """What tells a row from every other one of the same tables.

    Args:
        order: of its file among all files.
        rows: whole numbers of rows in the file, of any shape.
    """
    import numpy

    found: NDArray[Any] = rows.astype(numpy.uint64) + (numpy.uint64(order) << numpy.uint64(_FILE))
    return found


def hashed(numbers: NDArray[Any], seed: int) -> NDArray[Any]:
    """Whole numbers without visible order, by the finalizer of SplitMix64 (Steele and others, 2014)."""
    import numpy

    with numpy.errstate(over="ignore"):
        mixed = (numbers + numpy.uint64(seed)) * numpy.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        found: NDArray[Any] = mixed ^ (mixed >> numpy.uint64(31))
    return found
