"""Names that numerical Python code uses for axes, modules, random numbers and the logistic function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Literal, TypeAlias

from klcli.formula.tree import Call, Negative, Number, Tree, operation

AXIS_NAMES = ("axis", "dim", "reduction_indices")
"""What the axis of a reduction is called: numpy and TensorFlow, torch, TensorFlow 1."""

Noise: TypeAlias = Literal["randn", "rand", "truncated"]

_ONE, _TWO = Number(Fraction(1)), Number(Fraction(2))


def _sigmoid(value: Tree) -> Tree:
    return operation("/", _ONE, operation("+", _ONE, Call("exp", Negative(value))))


def _log_sigmoid(value: Tree) -> Tree:
    return Negative(Call("softplus", Negative(value)))


def _tanh(value: Tree) -> Tree:
    return operation("-", operation("*", _TWO, _sigmoid(operation("*", _TWO, value))), _ONE)


LOGISTIC: Mapping[str, Callable[[Tree], Tree]] = {
    **dict.fromkeys(("sigmoid", "expit"), _sigmoid),
    **dict.fromkeys(("logsigmoid", "log_sigmoid", "log_expit"), _log_sigmoid),
    "tanh": _tanh,
}
"""The logistic function, its logarithm, and the hyperbolic tangent, which is it from -1 to 1, by what they
are made of."""

NOISE: Mapping[str, Noise] = {
    **dict.fromkeys(("randn", "randn_like", "standard_normal", "random_normal", "normal"), "randn"),
    **dict.fromkeys(("rand", "rand_like", "random_sample", "random_uniform", "uniform"), "rand"),
    **dict.fromkeys(("truncated_normal", "trunc_normal"), "truncated"),
}
"""Draws of standard normal and of other random numbers, by the symbol that stands for them in a formula.

Those that are cut off at two standard deviations have the standard deviation 0.88.
"""

UNIT_NOISE = tuple(dict.fromkeys(NOISE.values()))

NORMALS = frozenset(
    (
        *("Normal", "DiagGaussian", "NormalWithSoftplusScale", "MultivariateNormal"),
        *("MultivariateNormalDiag", "MultivariateNormalDiagWithSoftplusScale"),
    )
)
"""Normal distributions of torch, TensorFlow, numpyro, distrax and gym."""
DISTRIBUTIONS = NORMALS | {"Independent", "kl_divergence"}
"""What is known of libraries of distributions by its name."""

VIEWS = frozenset(
    (
        *("detach", "expand", "expand_as", "flatten", "reshape", "squeeze", "unsqueeze"),
        *("view", "view_as", "contiguous", "to"),
    )
)
"""Functions and methods that may give back the same object."""

LIBRARIES = frozenset(
    (
        *("torch", "numpy", "math", "cmath", "scipy", "tensorflow", "keras", "jax", "jaxlib", "cupy"),
        *("mxnet", "paddle", "mindspore", "oneflow", "mlx", "tinygrad", "jittor", "autograd", "theano"),
        *("aesara", "pytensor", "chainer", "functorch", "flax", "haiku", "equinox", "optax", "distrax"),
        *("pyro", "numpyro", "tensorflow_probability", "lightning", "pytorch_lightning", "mpmath"),
    )
)
"""Libraries whose functions have the names that are read; those of any other are its own."""
SUBMODULES = frozenset(
    ("functional", "nn", "special", "backend", "ops", "random", "numpy", "math", "linalg", "init")
)
MODULES = SUBMODULES | frozenset(
    (
        *("torch", "np", "onp", "jnp", "jax", "scipy", "tf", "keras", "K", "th", "mx", "nd", "F", "T"),
        *("tensor", "xp", "cupy"),
    )
)
"""Names of modules, so that ``torch.exp(x)`` is told apart from the method ``x.exp()``."""
