"""Elementwise functions of numpy arrays: what they take, in which blocks they work, how they refuse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from klcli.errors import KlcliError
from klcli.gaussian.double_double import FloatArray
from klcli.gaussian.given_arrays import given_array
from klcli.values import dataclass

BLOCK = 32768
"""Elements handled at a time, so that the temporaries stay in the second-level cache."""

# glibc gives freed memory at the top of the heap back to the system, to be faulted in again, unless a larger
# block was freed before; for the temporaries that costs a factor of 3. So free one: 4 MiB, never touched.
np.empty(16 * BLOCK)

_DOUBLE = np.dtype(np.float64)
_EXACT = "one float each; exact numbers are for klcli.Gaussian.from_head and klcli.divergence"
_SHORT = 'a type that numpy computes with: x.astype("float32")'


class InvalidError(Exception):
    """A block has a value that is not allowed; `elementwise` finds it and says where."""


@dataclass(frozen=True, slots=True)
class ArrayArgument:
    """What an argument is.

    Attributes:
        name: of the argument.
        what: its values are, for messages.
        positive: whether they have to be > 0; finite they have to be in any case.
    """

    name: str
    what: str
    positive: bool = False


def require(values: FloatArray, positive: bool = False) -> None:
    """Check that all values are finite, and positive if they have to be.

    Raises:
        InvalidError: they are not.
    """
    low = 0.0 if positive else -np.inf
    if not (values.min() > low and values.max() < np.inf):  # true with a NaN among them
        raise InvalidError


def elementwise(
    function: Callable[..., FloatArray],
    operands: Sequence[ArrayArgument],
    given: Sequence[ArrayLike],
    out: Any = None,
    dtype: DTypeLike | None = None,
) -> NDArray[Any]:
    """A function of 1-d arrays of float64 on operands that broadcast.

    Args:
        function: of a block of each operand; raises `InvalidError` for values that are not allowed.
        operands: what they are.
        given: numbers or arrays, which are only read. The masks of masked arrays are carried: the result
            is masked wherever one of them is, and what lies below a mask is not looked at.
        out: an array of the broadcast shape that receives the result; it may overlap with the operands.
        dtype: of the result, a type of floats; what is computed in float64 is rounded to it.

    Returns:
        `out`, or a new array, or a scalar for scalars.

    Raises:
        KlcliError: operands that are no real numbers or do not broadcast, values that are not allowed, an
            `out` that cannot hold the result.
    """
    arrays = [_numbers(*pair) for pair in zip(operands, given, strict=True)]
    shape = _common_shape(operands, arrays)
    kind = _result_type(out, dtype, shape)
    mask = _common_mask(arrays, shape)
    if mask is not None:
        if out is not None:
            raise KlcliError(
                "out cannot take the masks of the arguments", "leave out away: a masked array returns"
            )
        arrays = [np.ma.filled(array, 1.0) for array in arrays]  # which is allowed everywhere
    try:
        found = _blockwise(function, arrays, out)
    except InvalidError:
        _refuse(operands, arrays)
    if out is not None:
        return found
    if kind is not _DOUBLE:
        with np.errstate(all="ignore"):
            found = found.astype(kind)
    return found[()] if mask is None else np.ma.MaskedArray(found, mask=mask)


def _blockwise(function: Callable[..., FloatArray], arrays: Sequence[NDArray[Any]], out: Any) -> NDArray[Any]:
    """Block by block; nditer broadcasts, and copies only what it must."""
    target = ["writeonly", "allocate"] if out is None else ["writeonly"]
    roles: list[list[Any]] = [["readonly"]] * len(arrays) + [target]
    blocks = np.nditer(
        [*arrays, out],
        flags=["external_loop", "buffered", "zerosize_ok", "copy_if_overlap"],
        op_flags=roles,
        op_dtypes=[np.float64] * (len(arrays) + 1),
        casting="same_kind",
        buffersize=BLOCK,
    )
    with blocks, np.errstate(all="ignore"):
        for *arguments, result in blocks:
            result[...] = function(*arguments)
        found: NDArray[Any] = blocks.operands[-1]
    return found if out is None else out


def _numbers(operand: ArrayArgument, given: ArrayLike) -> NDArray[Any]:
    """The operand as an array of real numbers."""
    array = given_array(given, operand.name)
    if array.dtype.kind in "biuf":
        return array
    if array.dtype.kind == "O" and array.size:
        raise KlcliError(f"{operand.name} must be floats, got {type(array.flat[0]).__name__}", _EXACT)
    # The short floats of JAX and TensorFlow, which numpy knows as nothing but bytes that can be cast.
    hint = _SHORT if np.can_cast(array.dtype, np.float64) else _EXACT
    raise KlcliError(f"{operand.name} must be floats, got an array of {array.dtype}", hint)


def _common_shape(operands: Sequence[ArrayArgument], arrays: Sequence[NDArray[Any]]) -> tuple[int, ...]:
    first = arrays[0].shape
    if all(array.shape in (first, ()) for array in arrays):
        return first
    try:
        return np.broadcast_shapes(*(array.shape for array in arrays))
    except ValueError:
        shapes = ", ".join(f"{row.name} {array.shape}" for row, array in zip(operands, arrays, strict=True))
        raise KlcliError(
            f"the shapes do not broadcast: {shapes}",
            "equal shapes, or 1 where one differs; see numpy's rules",
        ) from None


def _common_mask(arrays: Sequence[NDArray[Any]], shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    """Where any of them is masked; None where none has a mask to carry."""
    masks = [array.mask for array in arrays if isinstance(array, np.ma.MaskedArray)]
    if not masks:
        return None
    mask = np.zeros(shape, dtype=bool)
    for each in masks:
        mask |= each
    return mask


def _result_type(out: Any, dtype: DTypeLike | None, shape: tuple[int, ...]) -> np.dtype[Any]:
    """The type of the result.

    Raises:
        KlcliError: it is none of floats, or `out` is not what it has to be.
    """
    if out is None and dtype is None:
        return _DOUBLE
    try:
        kind = np.dtype(np.float64 if dtype is None else dtype)
    except TypeError:
        raise KlcliError(f"dtype must be a type of floats, got {dtype!r}", "float32, for example") from None
    if kind.kind != "f":
        raise KlcliError(f"dtype must be a type of floats, got {kind}", "float32, for example")
    if out is None:
        return kind
    if not isinstance(out, np.ndarray) or isinstance(out, np.ma.MaskedArray):
        raise KlcliError(f"out must be a numpy array, got {type(out).__name__}", "numpy.empty(shape)")
    if out.dtype.kind != "f" or (dtype is not None and out.dtype != kind):
        wanted = "floats" if dtype is None else str(kind)
        raise KlcliError(f"out must hold {wanted}, got {out.dtype}", f"numpy.empty({shape}, dtype={kind})")
    if out.shape != shape:
        raise KlcliError(f"out must have the shape {shape}, got {out.shape}", f"numpy.empty({shape})")
    if not out.flags.writeable:
        raise KlcliError("out is read-only", f"numpy.empty({shape})")
    return kind if dtype is not None else np.dtype(out.dtype)


def _refuse(operands: Sequence[ArrayArgument], arrays: Sequence[NDArray[Any]]) -> NoReturn:
    """Name the first value that is not allowed, where it is, and how many there are."""
    for row, array in zip(operands, arrays, strict=True):
        allowed = np.isfinite(array) & (array > 0) if row.positive else np.isfinite(array)
        if allowed.all():
            continue
        index = tuple(map(int, np.argwhere(~allowed)[0]))
        value, others = array[index], int((~allowed).sum()) - 1
        place = f" at {row.name}[{', '.join(map(str, index))}]" if index else ""
        more = f", and {others:,} more that {'is' if others == 1 else 'are'} not" if others else ""
        wanted = "> 0 and finite" if row.positive else "finite"
        raise KlcliError(
            f"{row.what} must be {wanted}, got {float(value)}{place}{more}", _advice(row, float(value))
        )
    raise AssertionError("a block was refused, and no value in it is wrong")


def _advice(row: ArrayArgument, value: float) -> str:
    if row.positive and value <= 0 and value > -np.inf:
        return "a head that can be negative is a logarithm or a softplus: logstd, logvar, softplus"
    return "only finite numbers have a finite KL; numpy.ma.masked_invalid(x) leaves the others out"
