"""The KL of two normal distributions that are written out: ``kl_divergence(Normal(m, s), Normal(n, t))``."""

from __future__ import annotations

import ast
from fractions import Fraction
from typing import Literal, TypeAlias

from klcli.formula.read.callee import called
from klcli.formula.read.calls.matrix_einsum import transposed
from klcli.formula.read.calls.normal_methods import NORMAL_DIVERGENCE, NORMAL_DIVERGENCE_OF_VARIANCES
from klcli.formula.read.calls.row import CallReader, CallRow, Invocation, row
from klcli.formula.traversal import substitute, unshaped
from klcli.formula.tree import (
    Length,
    MatrixCall,
    MatrixProduct,
    Negative,
    Number,
    Reduction,
    Tree,
    operation,
)
from klcli.values import dataclass, replace

SpreadKind: TypeAlias = Literal["scale", "variance", "covariance", "factor", "precision"]
"""What the second parameter is: of every entry by itself, or a matrix."""

_ELEMENTWISE: tuple[SpreadKind, ...] = ("scale", "variance")
_PARAMETERS: dict[str, tuple[tuple[str, SpreadKind], ...]] = {
    "Normal": (("scale", "scale"),),
    "MultivariateNormalDiag": (("scale_diag", "scale"),),
    "MultivariateNormalTriL": (("scale_tril", "factor"),),
    "MultivariateNormalFullCovariance": (("covariance_matrix", "covariance"),),
    "MultivariateNormal": (
        ("covariance_matrix", "covariance"),
        ("precision_matrix", "precision"),
        ("scale_tril", "factor"),
    ),
}
"""The parameters of the constructors of torch, pyro, numpyro, TensorFlow and distrax behind the mean, the one
that is given without a name first."""
MULTIVARIATE = tuple(name for name in _PARAMETERS if name != "Normal")
"""The constructors of vectors."""
CONSTRUCTORS = frozenset((*_PARAMETERS, "Independent", "to_event"))
"""What makes a distribution, which is no array and stands where it is made."""
_OF_ENTRIES: dict[SpreadKind, SpreadKind] = {"covariance": "variance", "factor": "scale"}
"""What the entries of a diagonal are, by what the matrix is."""
_DIAGONALS = ("diag", "diag_embed", "diagflat", "matrix_diag")
"""Functions that make a matrix of its diagonal."""
_UNIT_MATRICES = ("eye", "identity")
"""Functions that make the unit matrix."""
_ZERO, _ONE, _TWO, _HALF = (Number(Fraction(value)) for value in ("0", "1", "2", "1/2"))


@dataclass(frozen=True, slots=True)
class WrittenNormal:
    """A normal distribution of a text.

    Attributes:
        mean: its mean.
        spread: its second parameter; None for 1.
        kind: what that is.
        summed: over how many of the last axes a log-probability is summed.
    """

    mean: ast.expr
    spread: ast.expr | None
    kind: SpreadKind
    summed: int

    @property
    def is_elementwise(self) -> bool:
        """Whether every entry is one of its own, so that the KL is a sum over them."""
        return self.kind in _ELEMENTWISE


def _normal(node: ast.expr) -> WrittenNormal | None:
    """The distribution that a call makes; None for any other."""
    match node:
        case ast.Call(func=ast.Attribute(value=below, attr="to_event"), args=[axes]):
            return _joined(_normal(below), _axes(axes))
        case ast.Call(func=ast.Attribute(value=below, attr="expand")):
            return _normal(below)
        case ast.Call(args=[below, *rest]) if called(node) == "Independent":
            given = [*rest, *(entry.value for entry in node.keywords if entry.arg != "validate_args")]
            return _joined(_normal(below), _axes(given[0]) if given else 1)
        case ast.Call() if (name := called(node)) in _PARAMETERS:
            return _made(node, name)
    return None


def _axes(node: ast.expr) -> int | None:
    """A number of axes that is written; None for one that is computed."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else None


def _joined(one: WrittenNormal | None, axes: int | None) -> WrittenNormal | None:
    """A distribution whose last axes are those of one event; None where it is not known how many."""
    return replace(one, summed=one.summed + axes) if one and axes is not None else None


def _made(node: ast.Call, name: str) -> WrittenNormal | None:
    """The distribution that a constructor makes of the mean and one parameter beside it."""
    parameters = _PARAMETERS[name]
    given = dict(zip(("loc", parameters[0][0]), node.args, strict=False))
    given |= {entry.arg or "": entry.value for entry in node.keywords}
    kinds = [(given[key], kind) for key, kind in parameters if key in given]
    if "loc" not in given or len(kinds) != 1:
        return None
    spread, kind = kinds[0]
    found = WrittenNormal(given["loc"], spread, kind, summed=int(name != "Normal"))
    return _of_diagonal(found) if kind in _OF_ENTRIES else found


def _of_diagonal(one: WrittenNormal) -> WrittenNormal:
    """A distribution whose matrix is a diagonal one, by its diagonal; any other stays what it is."""
    match one.spread:
        case ast.Call(args=[entries, *_]) as call if called(call) in _DIAGONALS:
            return replace(one, spread=entries, kind=_OF_ENTRIES[one.kind])
        case ast.Call() as call if called(call) in _UNIT_MATRICES:
            return replace(one, spread=None, kind=_OF_ENTRIES[one.kind])
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            for factor, other in ((left, right), (right, left)):
                if isinstance(factor, ast.Call) and called(factor) in _UNIT_MATRICES:
                    return replace(one, spread=other, kind=_OF_ENTRIES[one.kind])
    return one


def _pair(call: Invocation) -> tuple[WrittenNormal, WrittenNormal] | None:
    """The two distributions of a call, of a function of a module or of a method."""
    both = (call.node.args if len(call.node.args) > 1 else call.arguments)[:2]
    found = [one for argument in both if (one := _normal(argument))]
    return (found[0], found[1]) if len(found) == 2 else None


def _divergence(reader: CallReader, call: Invocation) -> Tree | None:
    """The KL of every entry, summed over the axes of an event."""
    pair = _pair(call)
    if pair is None or not all(one.is_elementwise for one in pair):
        return None
    q, p = pair
    from klcli.formula.read.math_parser import known

    spreads = [_spread(reader, one) for one in pair]
    text = NORMAL_DIVERGENCE
    if "variance" in (q.kind, p.kind):
        text = NORMAL_DIVERGENCE_OF_VARIANCES
        spreads = [
            operation("^", tree, _TWO) if one.kind == "scale" else tree
            for one, tree in zip(pair, spreads, strict=True)
        ]
    values = dict(zip("mnst", (reader.tree(q.mean), reader.tree(p.mean), *spreads), strict=True))
    axes = min(q.summed, p.summed)
    entries = substitute(known(text), values)
    return Reduction("sum", "", entries, tuple(range(-axes, 0))) if axes else entries


def _matrix_divergence(reader: CallReader, call: Invocation) -> Tree | None:
    """The KL of two distributions of vectors, one of which at least has a matrix: Duchi's closed form."""
    pair = _pair(call)
    if pair is None or all(one.is_elementwise for one in pair):
        return None
    q, p = (_mean_and_covariance(reader, one) for one in pair)
    if q is None or p is None:
        return None
    (mean, own), (other_mean, other) = q, p
    distance = mean if unshaped(other_mean) == _ZERO else operation("-", mean, other_mean)
    inverse = MatrixCall("inverse", other)
    is_unit = isinstance(other, MatrixCall) and other.function == "eye"
    trace = MatrixCall("trace", own if is_unit else MatrixProduct(inverse, own))
    form = MatrixProduct(transposed(distance), distance if is_unit else MatrixProduct(inverse, distance))
    size = Length(other_mean if unshaped(mean) == _ZERO else mean, None)
    terms = operation("-", operation("+", trace, form), size)
    logs: Tree = Negative(MatrixCall("logdet", own))
    if not is_unit:
        logs = operation("-", MatrixCall("logdet", other), MatrixCall("logdet", own))
    return operation("*", _HALF, operation("+", terms, logs))


def _spread(reader: CallReader, one: WrittenNormal) -> Tree:
    return reader.tree(one.spread) if one.spread else _ONE


def _mean_and_covariance(reader: CallReader, one: WrittenNormal) -> tuple[Tree, Tree] | None:
    """The mean and the covariance matrix of a distribution; None for a diagonal one but the unit matrix."""
    mean, spread = reader.tree(one.mean), _spread(reader, one)
    match one.kind:
        case "covariance":
            return mean, spread
        case "factor":
            return mean, MatrixProduct(spread, transposed(spread))
        case "precision":
            return mean, MatrixCall("inverse", spread)
    return (mean, MatrixCall("eye", _ONE)) if unshaped(spread) == _ONE else None


DIVERGENCES: tuple[CallRow, ...] = (
    row("kl_divergence", "Normal(m, s), Normal(n, t)", "the KL of two Gaussians", _divergence, is_sure=False),
)
"""The row of arrays, for distributions of independent entries."""
MATRIX_DIVERGENCES: tuple[CallRow, ...] = (
    row(
        "kl_divergence",
        "MultivariateNormal(m, S), MultivariateNormal(n, T)",
        "the KL of two Gaussians of vectors",
        _matrix_divergence,
        is_sure=False,
    ),
)
"""The row of matrices."""
