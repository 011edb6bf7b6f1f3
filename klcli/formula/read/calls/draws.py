"""Random numbers: standard normal ones, scaled and moved as their arguments say, and others."""

from __future__ import annotations

import ast
from fractions import Fraction

from klcli.formula.read.callee import called
from klcli.formula.read.calls.row import CallReader, CallRow, Invocation, row
from klcli.formula.read.random_calls import PARAMETERS, noise_kind, noise_parameters
from klcli.formula.read.vocabulary import NOISE
from klcli.formula.traversal import unshaped
from klcli.formula.tree import Number, Symbol, Tree, operation

_ZERO, _ONE = Number(Fraction(0)), Number(Fraction(1))


def _noise(reader: CallReader, call: Invocation) -> Tree | None:
    """The symbol of the kind of random numbers, scaled and moved; None for another call of that name."""
    kind = noise_kind(call.node)
    if kind is None or kind == "rand":
        return None if kind is None else Symbol(kind)
    tree: Tree = Symbol(kind)
    given = noise_parameters(call.node)
    if "scale" in given and (scale := reader.tree(given["scale"])) != _ONE:
        tree = operation("*", scale, tree)
    if "mean" in given and unshaped(mean := reader.tree(given["mean"])) != _ZERO:
        tree = operation("+", mean, tree)
    return tree


def _sample(reader: CallReader, call: Invocation) -> Tree | None:
    """A draw from ``Normal(mean, scale)``."""
    node = call.arguments[0] if call.arguments else None
    if not isinstance(node, ast.Call) or called(node) != "Normal":
        return None
    given = dict(zip(("mean", "scale"), node.args, strict=False))
    given |= {PARAMETERS[entry.arg]: entry.value for entry in node.keywords if entry.arg in PARAMETERS}
    if len(given) != 2:
        return None
    scaled = operation("*", reader.tree(given["scale"]), Symbol("randn"))
    return operation("+", reader.tree(given["mean"]), scaled)


def _distribution(_: CallReader, __: Invocation) -> None:
    """Nothing: a distribution is no number, and a draw from it is one."""


DRAWS: tuple[CallRow, ...] = (
    row(" ".join(NOISE), "mean, scale, shape", "random numbers", _noise),
    row("random", "shape", "uniform random numbers, of a generator", _noise, is_sure=False),
    row("sample rsample", "Normal(mean, scale)", "mean + scale * randn", _sample),
    row("Normal", "mean, scale", "a distribution to draw from", _distribution),
)
