"""Masks: which tokens count, said by an array of 0 and 1, or of False and True."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DROPS = -1e4
"""What is added to a logit to drop it is this or less: float16 ends at -65504, so that some take -1e4."""


def kept_by(mask: NDArray[Any], name: str, numbers: Sequence[int], noun: str) -> NDArray[Any]:
    """Whether each number of a mask keeps its token, in the shape of the mask.

    Args:
        mask: of shape (rows,) or (rows, tokens).
        name: of the mask and its file, for messages.
        numbers: of each row in its file.
        noun: what these count.

    Raises:
        KlcliError: it has other numbers than 0 and 1.
    """
    import numpy

    values = mask.astype(float)
    kept: NDArray[Any] = values == 1
    wrong = ~(kept | (values == 0))
    if wrong.any():
        place = tuple(numpy.argwhere(wrong)[0])
        said = "no number" if numpy.isnan(values[place]) else f"{values[place]:g}"
        raise KlcliError(
            f"{noun} {numbers[place[0]]:,}: {name} has {said}, and a mask has 0 or 1",
            "0 keeps a token in a mask that is added to logits: save mask == 0"
            if (kept | (values == 0) | (values <= _DROPS)).all()
            else "1 or true where a token counts, 0 or false where none does; is it another array?",
        )
    return kept
