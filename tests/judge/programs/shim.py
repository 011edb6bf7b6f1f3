"""What torch, numpy and their like do with small arrays: enough of it to run the text of a program.

Nothing here uses the package: a program's text is executed as it stands.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

__all__ = ["NAMES", "Tensor", "running"]


class Tensor(np.ndarray):
    """A numpy array with the methods and the manners of torch; arrays without axes stay arrays."""

    stopped: ClassVar[list[Any]] = []
    """The values below stopped gradients, in the order in which they were computed."""
    replayed: ClassVar[list[Any] | None] = None
    """The same of another run, given back in the place of what is computed now."""

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Tensor:
        return np.asarray(array).view(Tensor)

    def sum(self, dim: Any = None, keepdim: bool = False, **given: Any) -> Tensor:  # type: ignore[override]
        return self._reduced(np.sum, dim, keepdim, given)

    def mean(self, dim: Any = None, keepdim: bool = False, **given: Any) -> Tensor:  # type: ignore[override]
        return self._reduced(np.mean, dim, keepdim, given)

    def _reduced(self, function: Any, dim: Any, keepdim: bool, given: dict[str, Any]) -> Tensor:
        axis = given.get("axis", dim)
        keeps = bool(keepdim or given.get("keepdims") or given.get("keep_dims"))
        if not self.ndim and axis in (0, -1):
            axis = None  # legal in torch
        axis = tuple(axis) if isinstance(axis, list) else axis
        return np.asarray(function(np.asarray(self), axis=axis, keepdims=keeps)).view(Tensor)

    def size(self, dim: int) -> int:  # type: ignore[override]
        return int(self.shape[dim])

    def numel(self) -> int:
        return int(np.prod(self.shape))

    def detach(self) -> Tensor:
        place = len(Tensor.stopped)
        Tensor.stopped.append(np.array(self))
        return self if Tensor.replayed is None else Tensor.replayed[place].view(Tensor)

    def int(self) -> Tensor:
        return np.trunc(self).view(Tensor)

    def sigmoid(self) -> Tensor:
        return _sigmoid(self)

    def exp(self) -> Tensor:
        return np.exp(self).view(Tensor)

    def log(self) -> Tensor:
        return np.log(self).view(Tensor)

    def sqrt(self) -> Tensor:
        return np.sqrt(self).view(Tensor)

    def pow(self, power: Any) -> Tensor:
        return (self**power).view(Tensor)

    def square(self) -> Tensor:
        return (self * self).view(Tensor)

    def mul(self, other: Any) -> Tensor:
        return (self * other).view(Tensor)

    def add(self, other: Any) -> Tensor:
        return (self + other).view(Tensor)

    def clamp(self, low: Any = None, high: Any = None) -> Tensor:
        return np.clip(np.asarray(self), low, high).view(Tensor)


def _tensor(value: Any) -> Tensor:
    return np.asarray(value, dtype=float).view(Tensor)


def softplus(value: Any) -> Tensor:
    """log(1 + e^s) without an overflow."""
    return np.logaddexp(0.0, np.asarray(value, dtype=float)).view(Tensor)


def _sigmoid(value: Any) -> Tensor:
    return _tensor(1 / (1 + np.exp(-np.asarray(value, dtype=float))))


def _stopped(value: Any) -> Tensor:
    return _tensor(value).detach()


def _sum(value: Any, *given: Any, **named: Any) -> Tensor:
    return _tensor(value).sum(*given, **named)


def _mean(value: Any, *given: Any, **named: Any) -> Tensor:
    return _tensor(value).mean(*given, **named)


def _dot(left: Any, right: Any) -> Tensor:
    if np.ndim(left) != 1 or np.ndim(right) != 1:
        raise ValueError("1D tensors expected")
    return _tensor(np.dot(left, right))


def _clamped(value: Any, low: Any = None, high: Any = None, **named: Any) -> Tensor:
    return _tensor(value).clamp(named.get("min", low), named.get("max", high))


_MODULE = SimpleNamespace(
    exp=lambda value: _tensor(np.exp(value)),
    log=lambda value: _tensor(np.log(value)),
    sqrt=lambda value: _tensor(np.sqrt(value)),
    log2=lambda value: _tensor(np.log2(value)),
    log10=lambda value: _tensor(np.log10(value)),
    log1p=lambda value: _tensor(np.log1p(value)),
    square=lambda value: _tensor(value) ** 2,
    pow=lambda value, power: _tensor(value) ** power,
    power=lambda value, power: _tensor(value) ** power,
    clamp=_clamped,
    maximum=lambda value, low: _tensor(value).clamp(low),
    clip=lambda value, low=None, high=None: _tensor(value).clamp(low, high),
    clip_by_value=lambda value, low, high: _tensor(value).clamp(low, high),
    softplus=softplus,
    sigmoid=_sigmoid,
    stop_gradient=_stopped,
    cast=lambda value, kind: _tensor(value).int(),
    int32="int32",
    dot=_dot,
    einsum=lambda indices, *parts: _tensor(np.einsum(indices, *map(np.asarray, parts))),
    sum=_sum,
    mean=_mean,
    reduce_sum=_sum,
    reduce_mean=_mean,
)
_MODULE.nn = SimpleNamespace(functional=_MODULE, softplus=softplus, sigmoid=_sigmoid)
_MODULE.math, _MODULE.lax = _MODULE, _MODULE

NAMES: dict[str, Any] = {
    **dict.fromkeys(("torch", "np", "F", "jnp", "jax", "tf", "N"), _MODULE),
    **{name: getattr(_MODULE, name) for name in ("exp", "log", "sqrt", "softplus")},
}


def running(code: Any, result: str, given: dict[str, Any]) -> Tensor:
    """The value of a name after a text was executed.

    Raises:
        ValueError: the arrays do not fit together.
    """
    Tensor.stopped = []
    names = NAMES | {
        name: _tensor(value) if isinstance(value, np.ndarray) else value for name, value in given.items()
    }
    with np.errstate(all="ignore"):
        exec(code, names)
    return _tensor(names[result])
