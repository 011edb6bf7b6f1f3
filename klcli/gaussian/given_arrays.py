"""Arrays as programs have them: lists, and what numpy takes for an array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError, first_line

if TYPE_CHECKING:
    from numpy.typing import NDArray


def given_array(given: Any, name: str) -> NDArray[Any]:
    """An array of whatever type; a masked one keeps its mask.

    Args:
        given: a number, a list or an array.
        name: of the argument, for messages.

    Raises:
        KlcliError: numpy makes no array of it: lists of unequal lengths, tensors of types that it does not
            have, such as bfloat16, or that are differentiated or stand in another memory.
    """
    import numpy

    if isinstance(given, numpy.ma.MaskedArray):
        return given
    try:
        return numpy.asarray(given)
    except (TypeError, ValueError, RuntimeError) as error:
        problem = first_line(error)
        raise KlcliError(
            f"{name} cannot be read as an array: {problem}",
            "rows of equal length; a tensor as tensor.detach().cpu().double().numpy()",
        ) from None


def unmasked_array(given: Any, name: str) -> NDArray[Any]:
    """An array all of whose entries count.

    Args:
        given: a number, a list or an array.
        name: of the argument, for messages.

    Raises:
        KlcliError: numpy makes no array of it, or some of its entries are masked.
    """
    import numpy

    found = given_array(given, name)
    if numpy.ma.is_masked(found):
        raise KlcliError(
            f"{name} has masked entries, and here every entry counts",
            "leave the rows out that do not, and the mask: x.compressed() of one column",
        )
    return numpy.asarray(found)
