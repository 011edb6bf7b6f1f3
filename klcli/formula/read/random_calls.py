"""Calls that draw random numbers: which arguments are a mean and a scale, and which say only a shape."""

from __future__ import annotations

import ast

from klcli.formula.read.callee import called, is_module
from klcli.formula.read.vocabulary import NOISE, Noise

PARAMETERS = {
    **dict.fromkeys(("mean", "loc", "avg"), "mean"),
    **dict.fromkeys(("std", "stddev", "scale", "sigma"), "scale"),
}
"""What the arguments of random numbers are called."""
_PARAMETERS_FIRST = frozenset(("np", "numpy", "torch", "th"))
_GENERATORS = ("random", "rng", "generator")
"""Whose ``random()`` is uniform: numpy's module, and its objects by their usual names."""
_KEY_FIRST = frozenset(("jax", "jrandom", "random", "jr"))


def noise_kind(node: ast.Call) -> Noise | None:
    """Which random numbers a call draws; None for another call."""
    name = called(node).removesuffix("_")
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    if name in ("normal", "uniform") and owner is None:
        return None
    if name == "random" and owner is not None:
        return "rand" if getattr(owner, "attr", getattr(owner, "id", "")) in _GENERATORS else None
    return NOISE.get(name)


def noise_parameters(node: ast.Call) -> dict[str, ast.expr]:
    """The mean and the scale of random numbers, as far as they are given.

    numpy and torch put both first, TensorFlow and Keras a shape, JAX a key and a shape; methods in place
    have no shape, and those of a generator of random numbers any of these.
    """
    name = called(node).removesuffix("_")
    positional = node.args
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    roots = {part.id for part in ast.walk(owner) if isinstance(part, ast.Name)} if owner else set()
    if name.startswith(("randn", "rand_", "standard")) or name == "rand":
        positional = []
    elif (owner is None or is_module(owner)) and not (
        name in ("normal", "uniform") and (roots & _PARAMETERS_FIRST or _begins_with_numbers(node))
    ):
        positional = [] if roots & _KEY_FIRST else node.args[1:]
    positional = [] if positional and _is_shape(positional[0]) else positional
    given = dict(zip(("mean", "scale"), positional, strict=False))
    return given | {PARAMETERS[entry.arg]: entry.value for entry in node.keywords if entry.arg in PARAMETERS}


def _begins_with_numbers(node: ast.Call) -> bool:
    """Whether a mean and a scale come first, as two numbers: ``xp.random.normal(0, 1, shape)``."""
    return len(node.args) > 1 and all(isinstance(entry, ast.Constant) for entry in node.args[:2])


def _is_shape(node: ast.expr) -> bool:
    match node:
        case ast.Tuple() | ast.List() | ast.Attribute(attr="shape"):
            return True
        case ast.Call():
            return called(node) in ("shape", "size", "int_shape", "get_shape")
    return False
