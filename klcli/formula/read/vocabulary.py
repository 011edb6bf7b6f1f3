"""The names that numerical Python code uses for the operations of a formula.

Torch, Keras, TensorFlow, JAX and numpy spell the same few operations in different ways, as functions and as
methods; a trailing underscore (torch's methods that work in place) is left out before a name is looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from typing import Literal, TypeAlias

from klcli.formula.tree import FUNCTIONS, Call, Negative, Number, Operator, ReductionKind, Tree, operation

__all__ = [
    "AXES",
    "CASTS",
    "CLIPS",
    "KERAS_EPSILON",
    "LOGISTIC",
    "MODULES",
    "NOISE",
    "OF_ONE",
    "OF_TWO",
    "REDUCTIONS",
    "RESHAPES",
    "SAME",
    "STOPS",
    "SUBMODULES",
    "TRUNCATIONS",
    "ClipKind",
    "Noise",
    "UNIT_NOISE",
    "VIEWS",
]

KERAS_EPSILON = Number(Fraction("1e-7"), "1e-7")
"""The small number of Keras, unless a configuration says another: ``K.epsilon()``, once ``K._epsilon``."""

ClipKind: TypeAlias = Literal["both", "low", "high"]
Noise: TypeAlias = Literal["randn", "rand", "truncated"]

_ONE = Number(Fraction(1))

_OPERATORS: Mapping[str, Operator] = {
    "add": "+",
    "sub": "-",
    "subtract": "-",
    "mul": "*",
    "multiply": "*",
    "div": "/",
    "divide": "/",
    "true_divide": "/",
    "truediv": "/",
    "pow": "^",
    "power": "^",
}


def _squared(value: Tree) -> Tree:
    return operation("^", value, Number(Fraction(2)))


OF_TWO: Mapping[str, Callable[[Tree, Tree], Tree]] = {
    **{name: partial(operation, operator) for name, operator in _OPERATORS.items()},
    "squared_difference": lambda left, right: _squared(operation("-", left, right)),
}


def _logarithm(base: int) -> Callable[[Tree], Tree]:
    return lambda value: operation("/", Call("log", value), Call("log", Number(Fraction(base))))


def _sigmoid(value: Tree) -> Tree:
    return operation("/", _ONE, operation("+", _ONE, Call("exp", Negative(value))))


def _log_sigmoid(value: Tree) -> Tree:
    return Negative(Call("softplus", Negative(value)))


LOGISTIC: Mapping[str, Callable[[Tree], Tree]] = {
    **dict.fromkeys(("sigmoid", "expit"), _sigmoid),
    **dict.fromkeys(("logsigmoid", "log_sigmoid", "log_expit"), _log_sigmoid),
}
"""The logistic function and its logarithm, by what these are made of."""

OF_ONE: Mapping[str, Callable[[Tree], Tree]] = {
    **{name: partial(Call, name) for name in FUNCTIONS},
    **LOGISTIC,
    "log2": _logarithm(2),
    "log10": _logarithm(10),
    "exp2": lambda value: operation("^", Number(Fraction(2)), value),
    "absolute": partial(Call, "abs"),
    "square": _squared,
    "sqr": _squared,
    "reciprocal": lambda value: operation("/", _ONE, value),
    "rsqrt": lambda value: operation("/", _ONE, Call("sqrt", value)),
    "neg": Negative,
    "negative": Negative,
}
REDUCTIONS: Mapping[str, ReductionKind] = {
    "sum": "sum",
    "reduce_sum": "sum",
    "prod": "prod",
    "reduce_prod": "prod",
    "mean": "mean",
    "reduce_mean": "mean",
    "E": "E",
}
AXES = ("axis", "dim", "keepdim", "keepdims", "keep_dims", "dtype", "reduction_indices")
"""Arguments of a reduction by name; `AXES[:2]` and the last of them say over what it runs."""

CLIPS: Mapping[str, ClipKind] = {
    "clip": "both",
    "clamp": "both",
    "clip_by_value": "both",
    "clamp_min": "low",
    "maximum": "low",
    "max": "low",
    "clamp_max": "high",
    "minimum": "high",
    "min": "high",
}

STOPS = frozenset(("detach", "stop_gradient", "item"))
"""Functions and methods whose value has no gradient."""

RESHAPES: Mapping[str, Literal["flatten", "unsqueeze", "squeeze", "transpose"]] = {
    **dict.fromkeys(("flatten", "ravel", "view", "reshape"), "flatten"),
    **dict.fromkeys(("unsqueeze", "expand_dims"), "unsqueeze"),
    "squeeze": "squeeze",
    "t": "transpose",
}
"""Functions and methods that give an array another shape."""

TRUNCATIONS = frozenset(("int", "long", "trunc", "fix"))
"""Functions and methods that cut a number to an integer; so do the casts of `CASTS` with such a type."""
CASTS = frozenset(("to", "type", "astype", "cast"))

SAME = frozenset(
    (
        *(
            "asarray",
            "astype",
            "cast",
            "clone",
            "contiguous",
            "convert_to_tensor",
            "copy",
            "cpu",
            "cuda",
        ),
        *(
            "double",
            "expand",
            "expand_as",
            "float",
            "identity",
            "nan_to_num",
            "numpy",
        ),
        *(
            "Variable",
            "to",
            "type",
            "type_as",
            "view_as",
            "batch_flatten",
            "half",
        ),
    )
)
"""Functions and methods that give back their first argument in another shape, type or place."""

NOISE: Mapping[str, Noise] = {
    **dict.fromkeys(("randn", "randn_like", "standard_normal", "random_normal", "normal"), "randn"),
    **dict.fromkeys(("rand", "rand_like", "random_sample", "random_uniform", "uniform"), "rand"),
    **dict.fromkeys(("truncated_normal", "trunc_normal"), "truncated"),
}
"""Draws of standard normal and of other random numbers, by the symbol that stands for them in a formula.

Those that are cut off at two standard deviations have the standard deviation 0.88.
"""

UNIT_NOISE = tuple(dict.fromkeys(NOISE.values()))

DISTRIBUTIONS = frozenset(
    ("Normal", "MultivariateNormal", "MultivariateNormalDiag", "Independent", "kl_divergence")
)
"""What is known of libraries of distributions by its name."""

VIEWS = frozenset(
    (
        "detach",
        "expand",
        "expand_as",
        "flatten",
        "reshape",
        "squeeze",
        "unsqueeze",
        "view",
        "view_as",
        "contiguous",
        "to",
    )
)
"""Functions and methods that may give back the same object."""

SUBMODULES = frozenset(("functional", "nn", "special", "backend", "ops", "random", "numpy", "math", "linalg"))
MODULES = SUBMODULES | frozenset(
    (
        *("torch", "np", "onp", "jnp", "jax", "scipy", "tf", "keras", "K", "th", "mx", "nd", "F", "T"),
        *("tensor", "xp", "cupy"),
    )
)
"""Names of modules, so that ``torch.exp(x)`` is told apart from the method ``x.exp()``."""
