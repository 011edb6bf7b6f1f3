"""Numbers of fifty digits in the place of arrays: the text of a program for one latent of one example.

Doubles cannot tell a factor of 1 + 1e-12 from 1; where the oracle finds a KL in them, it is held against mpmath.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import mpmath

from tests import reference

__all__ = ["Digits", "names", "number"]


class Digits:
    """A number with the operators and methods that programs use."""

    shape = (1, 1)

    def __init__(self, value: Any) -> None:
        self.value = mpmath.mpf(value)

    def __len__(self) -> int:
        return 1

    def __neg__(self) -> Digits:
        return Digits(-self.value)

    def __add__(self, other: Any) -> Digits:
        return Digits(self.value + number(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Digits:
        return Digits(self.value - number(other))

    def __rsub__(self, other: Any) -> Digits:
        return Digits(number(other) - self.value)

    def __mul__(self, other: Any) -> Digits:
        return Digits(self.value * number(other))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Digits:
        return Digits(self.value / number(other))

    def __rtruediv__(self, other: Any) -> Digits:
        return Digits(number(other) / self.value)

    def __pow__(self, other: Any) -> Digits:
        return Digits(self.value ** number(other))

    def __rpow__(self, other: Any) -> Digits:
        return Digits(number(other) ** self.value)

    def exp(self) -> Digits:
        return Digits(mpmath.exp(self.value))

    def log(self) -> Digits:
        return Digits(mpmath.log(self.value))

    def sqrt(self) -> Digits:
        return Digits(mpmath.sqrt(self.value))

    def pow(self, power: Any) -> Digits:
        return self**power

    def square(self) -> Digits:
        return self * self

    def int(self) -> Digits:
        return Digits(mpmath.floor(self.value) if self.value > 0 else mpmath.ceil(self.value))

    def sigmoid(self) -> Digits:
        return Digits(1 / (1 + mpmath.exp(-self.value)))

    def astype(self, kind: Any) -> Digits:
        return self.int()

    def detach(self) -> Digits:
        return self

    def numel(self) -> int:
        return 1

    def size(self, axis: int) -> int:
        return self.shape[axis]

    def sum(self, *axes: Any, **named: Any) -> Digits:
        return self

    def mean(self, *axes: Any, **named: Any) -> Digits:
        return self


def number(value: Any) -> Any:
    """A number of mpmath; one that is written as 0.1 is a tenth."""
    if isinstance(value, Digits):
        return value.value
    return reference.exact(repr(value)) if isinstance(value, float) else mpmath.mpf(value)


def _whole(value: Any, *axes: Any, **named: Any) -> Digits:
    return Digits(number(value))


def _product(indices: str, *parts: Any) -> Digits:
    return Digits(mpmath.fprod(map(number, parts)))


def _of(function: Any) -> Any:
    return lambda value: Digits(function(number(value)))


def _clamped(value: Any, low: Any = None, high: Any = None, **named: Any) -> Digits:
    found = number(value)
    low, high = named.get("min", low), named.get("max", high)
    found = found if low is None else max(found, number(low))
    return Digits(found if high is None else min(found, number(high)))


_MODULE = SimpleNamespace(
    exp=_of(mpmath.exp),
    log=_of(mpmath.log),
    sqrt=_of(mpmath.sqrt),
    log2=_of(lambda value: mpmath.log(value) / mpmath.log(2)),
    log1p=_of(lambda value: mpmath.log(1 + value)),
    softplus=_of(lambda value: mpmath.log(1 + mpmath.exp(value))),
    sigmoid=_of(lambda value: 1 / (1 + mpmath.exp(-value))),
    square=_of(lambda value: value * value),
    dot=lambda left, right: Digits(number(left) * number(right)),
    einsum=_product,
    clamp=_clamped,
    clip=_clamped,
    clip_by_value=_clamped,
    maximum=_clamped,
    stop_gradient=_whole,
    cast=lambda value, kind: Digits(number(value)).int(),
    int32="int32",
    sum=_whole,
    mean=_whole,
    reduce_sum=_whole,
    reduce_mean=_whole,
)
_MODULE.nn = _MODULE.math = _MODULE.lax = _MODULE


def names() -> dict[str, Any]:
    """What a program finds when it is executed."""
    own = {name: getattr(_MODULE, name) for name in ("exp", "log", "sqrt", "softplus")}
    modules = dict.fromkeys(("torch", "np", "F", "jnp", "jax", "tf"), _MODULE)
    return {
        **modules,
        **own,
        "total_i": _whole,
        "total_j": _whole,
        "e_": Digits(mpmath.e),
        "pi": Digits(mpmath.pi),
    }
