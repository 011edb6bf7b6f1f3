"""Numbers that a function has besides its arrays: as they were written, computed with in double precision.

JAX rounds them to the precision of the arrays; the 0.1 of a prior would be another number in its square than
in its logarithm.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

if TYPE_CHECKING:
    from collections.abc import Sequence

_FORMATS = {"float16": "e", "float32": "f"}
_ENTRYWISE = (
    *("add", "sub", "mul", "div", "pow", "integer_pow", "square", "sqrt", "rsqrt", "abs", "neg", "sign"),
    *("exp", "exp2", "expm1", "log", "log1p", "max", "min", "logistic", "tanh", "floor", "ceil"),
    "convert_element_type",
)
"""Primitives of single entries, which work on numbers by themselves just as well."""
_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
"""Of numbers, whose answer is a number, too: 1 or 0."""
_MOST_DIGITS = 9
"""Decimals that tell any two numbers of single precision apart."""


def with_doubles() -> Any:
    """A context in which arrays may be of double precision, by the name that it has in this release."""
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    from jax.experimental import enable_x64

    return enable_x64()


def has_numbers(value: Any) -> bool:
    """Whether an array, or a value of Python, holds numbers, and no keys of a generator."""
    dtype = getattr(value, "dtype", None)
    if dtype is None:
        return isinstance(value, (int, float))
    return bool(jnp.issubdtype(dtype, jnp.number) or jnp.issubdtype(dtype, jnp.bool_))


def number(value: Any) -> float:
    """The only entry of an array, or a number: the shortest decimal that is the same in its precision."""
    found = float(value.reshape(-1)[0]) if hasattr(value, "reshape") else float(value)
    form = _FORMATS.get(str(getattr(value, "dtype", "")))
    if form is None:
        return found
    short = (float(f"{found:.{digits}g}") for digits in range(1, _MOST_DIGITS))
    return next((one for one in short if _rounded(one, form) == found), found)


def _rounded(value: float, form: str) -> float:
    try:
        return float(struct.unpack(form, struct.pack(form, value))[0])
    except OverflowError:
        return float("inf")


def folded(equation: Any, given: Sequence[Any]) -> float | None:
    """The number that an equation of single entries makes of numbers, in arrays or by themselves.

    Args:
        equation: the equation.
        given: the numbers; None for an array of others.
    """
    aval = equation.outvars[0].aval if equation.outvars else None
    name = equation.primitive.name
    if not given or aval is None or None in given or name not in _ENTRYWISE + _COMPARISONS:
        return None
    if name not in _COMPARISONS and not jnp.issubdtype(aval.dtype, jnp.number):
        return None
    if name == "convert_element_type" and jnp.issubdtype(aval.dtype, jnp.floating):
        return float(given[0])
    with jax.ensure_compile_time_eval(), with_doubles():
        own = [jnp.asarray(one, _wide(variable.aval.dtype)) for one, variable in zip(given, equation.invars)]  # noqa: B905
        return number(equation.primitive.bind(*own, **equation.params))


def _wide(dtype: Any) -> Any:
    return "float64" if jnp.issubdtype(dtype, jnp.floating) else dtype


def applied(equation: Any, given: Sequence[Any]) -> Sequence[Any]:
    """What an equation makes of values."""
    found = equation.primitive.get_bind_params(equation.params)
    functions, params = found if isinstance(found, tuple) else ((), found)
    out = equation.primitive.bind(*functions, *given, **params)
    return out if equation.primitive.multiple_results else [out]
