"""Calls of libraries that compute what a formula says in several operations: norms, choices, KLs."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from klcli.formula.read.callee import called, is_module
from klcli.formula.read.syntax import FormulaError
from klcli.formula.tree import Call, MatrixProduct, Number, Reduction, Tree, operation
from klcli.patterns import regex

__all__ = ["COMPOSED", "composed", "is_loss"]

Read = Callable[[ast.expr], Tree]

_LOSS = regex(
    r"(?!kl).*(loss|cross_?entropy(_with_logits)?|bce|mse|nll|criterion|likelihood|squared_error)",
    re.IGNORECASE,
)
"""Functions that compute another term of a loss, whatever they do inside; none that is called a KL."""
_ONE, _TWO = Number(Fraction(1)), Number(Fraction(2))
_HALF = Number(Fraction(1, 2))


def is_loss(name: str) -> bool:
    """Whether a function's name is that of another term of a loss, such as ``mse_loss``."""
    return _LOSS.fullmatch(name) is not None


def composed(name: str, node: ast.Call, arguments: list[ast.expr], read: Read) -> Tree | None:
    """The formula that a call computes; None where that is not known.

    Args:
        name: the bare name of the function.
        node: the call.
        arguments: what it is called with, the object of a method first.
        read: reads an argument.
    """
    return COMPOSED[name](node, arguments, read)


def _norm(node: ast.Call, arguments: list[ast.expr], read: Read) -> Tree | None:
    """The root of the sum of squares; of any other order the answer is not known."""
    orders = [entry.value for entry in node.keywords if entry.arg in ("p", "ord")] + arguments[1:2]
    if any(ast.unparse(order) not in ("2", "'fro'", "None", "'euclidean'") for order in orders):
        return None
    axes = [entry.value for entry in node.keywords if entry.arg in ("dim", "axis")] + arguments[2:3]
    kept = any(
        entry.arg in ("keepdim", "keepdims") and ast.unparse(entry.value) == "True" for entry in node.keywords
    )
    square = operation("^", read(arguments[0]), _TWO)
    return Call("sqrt", Reduction("sum", "", square, ", ".join(map(ast.unparse, axes)), kept))


def _where(node: ast.Call, arguments: list[ast.expr], read: Read) -> Tree | None:
    """``where(mask, a, b)`` is mask a + (1 - mask) b; a comparison is no mask."""
    if len(arguments) != 3 or isinstance(arguments[0], ast.Compare | ast.BoolOp):
        return None
    mask, chosen, other = map(read, arguments)
    first = operation("*", mask, chosen)
    if isinstance(other, Number) and not other.value:
        return first
    return operation("+", first, operation("*", operation("-", _ONE, mask), other))


def _einsum(node: ast.Call, arguments: list[ast.expr], read: Read) -> Tree | None:
    """A sum over entries of one array, or of two with the same axes: ``bd,bd->b``."""
    match arguments:
        case [ast.Constant(value=str(pattern)), *operands]:
            inputs, arrow, output = pattern.replace(" ", "").partition("->")
            labels = inputs.split(",")
            if len(set(labels)) > 1 or len(labels) != len(operands) or len(set(labels[0])) != len(labels[0]):
                return None
            trees = list(map(read, operands))
            if len(trees) == 2 and len(labels[0]) == 1 and arrow + output in ("", "->"):
                return MatrixProduct(trees[0], trees[1])  # of vectors alone, which a batch is none of
            product = trees[0]
            for factor in trees[1:]:
                product = operation("*", product, factor)
            kept = output if arrow else ("" if len(labels) > 1 else labels[0])
            # Counted from the end, the first axis is none of an array with fewer axes than the pattern.
            places = (-len(labels[0]), *range(1, len(labels[0])))
            axes = [place for place, label in zip(places, labels[0], strict=True) if label not in kept]
            return Reduction("sum", "", product, str(tuple(axes))) if axes else product
    return None


def _divergence(node: ast.Call, arguments: list[ast.expr], read: Read) -> Tree | None:
    """``kl_divergence(Normal(m, s), Normal(n, t))``: log(t/s) + (s^2 + (m - n)^2)/(2 t^2) - 1/2."""
    both = (node.args if len(node.args) > 1 else arguments)[:2]  # of a module or a method
    pairs = [_normal(argument) for argument in both]
    if len(pairs) != 2 or pairs[0] is None or pairs[1] is None:
        return None
    (mean, scale), (other_mean, other_scale) = (tuple(map(read, pair)) for pair in pairs if pair)
    moved = operation("^", operation("-", mean, other_mean), _TWO)
    second = operation("+", operation("^", scale, _TWO), moved)
    ratio = operation("/", second, operation("*", _TWO, operation("^", other_scale, _TWO)))
    logs = operation("-", Call("log", other_scale), Call("log", scale))
    entries = operation("-", operation("+", logs, ratio), _HALF)
    sums = [isinstance(one, ast.Call) and called(one) == "Independent" for one in both]
    return Reduction("sum", "", entries, "-1") if all(sums) else entries


def _normal(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Mean and scale of ``Normal(mean, scale)``, perhaps one of independent entries."""
    if not isinstance(node, ast.Call):
        return None
    if called(node) == "Independent" and node.args:
        return _normal(node.args[0])
    if called(node) != "Normal":
        return None
    given = dict(zip(("loc", "scale"), node.args, strict=False))
    given |= {entry.arg or "": entry.value for entry in node.keywords}
    return (given["loc"], given["scale"]) if {"loc", "scale"} <= set(given) else None


def _squared_error(node: ast.Call, arguments: list[ast.expr], read: Read) -> Tree | None:
    """``mse_loss(mu, zeros_like(mu), reduction="sum")`` is a square; of anything else it is another term."""
    if len(arguments) != 2:
        return None
    try:
        one, other = map(read, arguments)
    except FormulaError:
        return None
    rest = [one for one, zero in ((one, other), (other, one)) if isinstance(zero, Number) and not zero.value]
    options = {entry.arg: ast.unparse(entry.value).strip("'") for entry in node.keywords}
    kind = options.pop("reduction", "mean")
    if not rest or options or kind not in ("mean", "sum", "none"):
        return None
    square = operation("^", rest[0], _TWO)
    return square if kind == "none" else Reduction("sum" if kind == "sum" else "mean", "", square)


def _added(node: ast.Call, arguments: list[ast.expr], read: Read) -> Tree | None:
    """``self.add_loss(kl)`` gives the loss to the framework."""
    is_method = isinstance(node.func, ast.Attribute) and not is_module(node.func.value)
    values = arguments[is_method:]
    return read(values[0]) if len(values) == 1 else None


COMPOSED: Mapping[str, Callable[[ast.Call, list[ast.expr], Read], Tree | None]] = {
    "add_loss": _added,
    "einsum": _einsum,
    "kl_divergence": _divergence,
    "mse_loss": _squared_error,
    "norm": _norm,
    "where": _where,
}
"""The readers of such calls, by the bare names of the functions."""
