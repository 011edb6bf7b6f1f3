"""What NumPy does in the place of the calls and functions of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

from klcli.trace.programs import UnfollowedError
from klcli.trace.recording import Step

if TYPE_CHECKING:
    from numpy.typing import NDArray

NumPyArray: TypeAlias = "NDArray[Any]"


def computed(step: Step, own: Sequence[Any]) -> Any:
    """What an operation gives for some operands.

    Raises:
        UnfollowedError: it is not known, or its array.
    """
    import numpy as np

    if step.op == "full":
        return np.full(step.shape, own[0])
    if step.op == "part":
        return _viewed(step, own[0])
    if step.op == "leaf" and own:
        call = _CALLS.get(str(step.more.get("call")))
        if call is None:
            raise UnfollowedError(f"what {step.more.get('made_by')} computes")
        return call(np, step.more, *own)
    if step.is_leaf:
        if step.values is None or step.grad or len(step.values) != prod(step.shape):
            raise UnfollowedError("an array whose values were not noted")
        return np.array(step.values).reshape(step.shape)
    if step.op in ("sum", "mean"):
        axes = step.more.get("axes")
        axes = None if axes is None else tuple(axes)
        return getattr(own[0], step.op)(axis=axes, keepdims=bool(step.more.get("keepdim")))
    if step.op == "shape":
        return own[0].reshape(step.shape)
    if step.op == "spread":
        return np.broadcast_to(own[0], step.shape)
    if step.op == "clamp":
        return np.clip(own[0], step.more.get("low"), step.more.get("high"))
    if step.op not in _OF_ENTRIES:
        raise UnfollowedError(f"the operation {step.op}")
    return _OF_ENTRIES[step.op](np, *own)


def _viewed(step: Step, array: NumPyArray) -> NumPyArray:
    """The entries that a view takes, by their places in the memory that both share."""
    if "view" not in step.more:
        raise UnfollowedError("a part of an array whose place was not noted")
    offset, strides, own_offset, own_strides = step.more["view"]
    return array.ravel()[_taken((array.shape, offset, *strides), (step.shape, own_offset, *own_strides))]


@lru_cache(256)  # a run has few views
def _taken(base: tuple[Any, ...], part: tuple[Any, ...]) -> NumPyArray:
    """The places in an array of the entries of a part: each by its shape, offset and strides."""
    import numpy as np

    places, wanted = _places(*base), _places(*part)
    order = np.argsort(places.ravel(), kind="stable")
    found = np.searchsorted(places.ravel()[order], wanted)
    if found.size and (found.max() >= order.size or (places.ravel()[order][found] != wanted).any()):
        raise UnfollowedError("a part of another array")
    taken: NumPyArray = order[found]
    return taken


def _places(shape: Sequence[int], offset: int, *strides: int) -> NumPyArray:
    import numpy as np

    found = np.full(tuple(shape), offset)
    for axis, (length, stride) in enumerate(zip(shape, strides, strict=True)):
        found += np.arange(length).reshape([-1 if one == axis else 1 for one in range(len(shape))]) * stride
    return found


def _transposed(array: NumPyArray) -> NumPyArray:
    return array.swapaxes(-1, -2)


def _triangular(np: Any, array: Any, more: Mapping[str, Any]) -> Any:
    """The triangle of a matrix that a call reads."""
    return np.triu(array) if more.get("upper") else np.tril(array)


def _factor(np: Any, array: Any, more: Mapping[str, Any]) -> Any:
    """The lower Cholesky factor that a call is given."""
    found = _triangular(np, array, more)
    return _transposed(found) if more.get("upper") else found


def _cholesky(np: Any, more: Mapping[str, Any], array: NumPyArray) -> Any:
    lower = np.linalg.cholesky(array)  # of which it reads the lower triangle alone
    return _transposed(lower) if more.get("upper") else lower


def _product_of_factor(np: Any, more: Mapping[str, Any], factor: NumPyArray) -> Any:
    lower = _factor(np, factor, more)
    return lower @ _transposed(lower)


def _solved(np: Any, more: Mapping[str, Any], array: NumPyArray, right: NumPyArray) -> Any:
    if right.ndim == array.ndim - 1 and right.shape == array.shape[:-1]:
        return np.linalg.solve(array, right[..., None])[..., 0]
    return np.linalg.solve(array, right)


def _log_determinant(np: Any, more: Mapping[str, Any], array: NumPyArray) -> Any:
    sign, found = np.linalg.slogdet(array)
    return np.where(sign > 0, found, np.nan)


def _on_diagonal(np: Any, more: Mapping[str, Any], array: NumPyArray) -> Any:
    if more.get("made_by") == "diag" and array.ndim == 2:
        return np.diagonal(array)
    return array[..., None] * np.eye(array.shape[-1])


_CALLS: Mapping[str, Callable[..., Any]] = {
    "function": lambda np, more, a: a,
    "matmul": lambda np, more, a, b: b @ a if more.get("made_by") == "rmatmul" else a @ b,
    "einsum": lambda np, more, *arrays: np.einsum(more["equation"], *arrays),
    "cholesky": _cholesky,
    "inverse": lambda np, more, a: np.linalg.inv(a),
    "solve": _solved,
    "solve_triangular": lambda np, more, a, b: np.linalg.solve(_triangular(np, a, more), b),
    "cholesky_solve": lambda np, more, b, a: np.linalg.solve(_product_of_factor(np, more, a), b),
    "cholesky_inverse": lambda np, more, a: np.linalg.inv(_product_of_factor(np, more, a)),
    "logdet": _log_determinant,
    "det": lambda np, more, a: np.linalg.det(a),
    "slogdet": lambda np, more, a: np.linalg.slogdet(a)[int(more["part"])],
    "trace": lambda np, more, a: np.trace(a),
    "tril": lambda np, more, a: np.tril(a, int(more["offset"])),
    "triu": lambda np, more, a: np.triu(a, int(more["offset"])),
    "diag": _on_diagonal,
    "flip": lambda np, more, a: np.flip(a, tuple(more["axes"])),
    "cat": lambda np, more, *arrays: np.concatenate(arrays, int(more["axis"])),
    "stack": lambda np, more, *arrays: np.stack(arrays, int(more["axis"])),
}
"""The calls of linear algebra; see `klcli.trace.recorders.matrix_calls`."""
_OF_ENTRIES: Mapping[str, Callable[..., Any]] = {
    "add": lambda np, a, b: a + b,
    "sub": lambda np, a, b: a - b,
    "mul": lambda np, a, b: a * b,
    "div": lambda np, a, b: a / b,
    "pow": lambda np, a, b: a**b,
    "neg": lambda np, a: -a,
    "square": lambda np, a: a * a,
    "reciprocal": lambda np, a: 1 / a,
    "rsqrt": lambda np, a: 1 / np.sqrt(a),
    "sigmoid": lambda np, a: 1 / (1 + np.exp(-a)),
    "softplus": lambda np, a: np.logaddexp(a, 0),
    "logsigmoid": lambda np, a: -np.logaddexp(-a, 0),
    **dict.fromkeys(("same", "stop"), lambda np, a: a),
    **{
        name: (lambda np, a, name=name: getattr(np, name)(a))
        for name in ("exp", "log", "sqrt", "abs", "expm1", "log1p", "log2", "log10", "exp2", "trunc")
    },
}
"""Functions of single entries."""
