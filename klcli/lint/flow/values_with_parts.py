"""Values with parts: tuples, dictionaries and distributions, whose entries are followed by their keys."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from klcli.formula.read.callee import called
from klcli.formula.read.vocabulary import NORMALS
from klcli.values import dataclass, replace

_MULTIVARIATE = frozenset(
    ("MultivariateNormal", "MultivariateNormalDiag", "MultivariateNormalDiagWithSoftplusScale")
)
"""Those whose divergences and log densities are sums over the last dimension."""
_OF_SOFTPLUS = frozenset(("NormalWithSoftplusScale", "MultivariateNormalDiagWithSoftplusScale"))
_UNIT_BY_DEFAULT = frozenset(("MultivariateNormalDiag",))
"""Those whose standard deviations are 1 where none are given."""
_LOCATIONS, _SCALES = ("loc", "mean", "mu"), ("scale", "scale_diag", "stddev", "std", "sigma")
_MATRICES = ("covariance_matrix", "scale_tril")
_OF_DIAGONALS = frozenset(("diag", "diag_embed"))
_WRAPPERS = frozenset(("Independent",))


@dataclass(frozen=True, slots=True)
class Structure:
    """The parts of a value by what is written behind it: ``[0]``, ``['mu']``, ``.scale``.

    Attributes:
        parts: expressions for the parts.
        is_normal: whether it is a normal distribution with the parts ``.loc`` and ``.scale``.
        is_summed: whether the divergences of the distribution are summed over the last dimension.
    """

    parts: Mapping[str, ast.expr]
    is_normal: bool = False
    is_summed: bool = False

    @property
    def summed(self) -> Structure:
        """The distribution over all of the last dimension."""
        return replace(self, is_summed=True)


def structure_of(value: ast.expr) -> Structure | None:
    """The parts of a literal, or of a record that is made with named parts."""
    match value:
        case ast.Tuple(elts=entries) | ast.List(elts=entries):
            return Structure({f"[{number}]": entry for number, entry in enumerate(entries)})
        case ast.Dict(keys=keys, values=values):
            named = [
                (key, entry) for key, entry in zip(keys, values, strict=True) if isinstance(key, ast.Constant)
            ]
            return Structure({f"[{key.value!r}]": entry for key, entry in named})
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
            return Structure({f"[{entry.arg!r}]": entry.value for entry in keywords})
        case ast.Call():
            if distribution := normal(value):
                return distribution
            name = value.func.id if isinstance(value.func, ast.Name) else ""
            if name[:1].isupper() and value.keywords and not value.args:
                return Structure({f".{entry.arg}": entry.value for entry in value.keywords})
    return None


def is_normal(call: ast.Call) -> bool:
    """Whether a call makes a normal distribution."""
    return called(call) in NORMALS


def normal(call: ast.Call) -> Structure | None:
    """The mean and the scale of a normal distribution that a call makes."""
    name = called(call)
    if name in _WRAPPERS and call.args and isinstance(call.args[0], ast.Call):
        inner = normal(call.args[0])
        return inner and inner.summed
    if name not in NORMALS:
        return None
    given = dict(zip(("mean", "scale"), map(_entry, call.args), strict=False))
    for entry in call.keywords:
        if entry.arg in _LOCATIONS:
            given["mean"] = _entry(entry.value)
        elif entry.arg in _SCALES:
            given["scale"] = _entry(entry.value)
        elif entry.arg in _MATRICES:
            given[entry.arg] = entry.value
    if name == "MultivariateNormal":
        given = _diagonal(given)
    if name in _UNIT_BY_DEFAULT and "mean" in given:
        given.setdefault("scale", ast.copy_location(ast.Constant(1.0), call))
    if len(given) != 2 or any(isinstance(value, ast.Starred) for value in given.values()):
        return None
    if name in _OF_SOFTPLUS:
        function = ast.Name("softplus", ast.Load())
        made = ast.copy_location(ast.Call(function, [given["scale"]], []), given["scale"])
        given["scale"] = ast.fix_missing_locations(made)
    variance = ast.BinOp(given["scale"], ast.Pow(), ast.Constant(2))
    return Structure(
        {
            **dict.fromkeys((".loc", ".mean"), given["mean"]),
            **dict.fromkeys((".scale", ".stddev", ".scale_diag"), given["scale"]),
            ".variance": ast.fix_missing_locations(ast.copy_location(variance, given["scale"])),
        },
        is_normal=True,
        is_summed=name in _MULTIVARIATE,
    )


def _entry(value: ast.expr) -> ast.expr:
    """The number of which a list has several: 0 for ``[0.0] * d``."""
    match value:
        case ast.BinOp(left=ast.List(elts=[ast.Constant() as entry]), op=ast.Mult()):
            return entry
    return value


def _diagonal(given: Mapping[str, ast.expr]) -> dict[str, ast.expr]:
    """The arguments of a normal distribution with a diagonal covariance, as those of a mean and a scale.

    Without a scale, where the covariance is not seen to be diagonal.
    """
    found = {"mean": given["mean"]} if "mean" in given else {}
    matrix = given.get("covariance_matrix", given.get("scale"))
    factor = given.get("scale_tril")
    if isinstance(matrix, ast.Call) and called(matrix) == "eye":
        found["scale"] = ast.copy_location(ast.Constant(1.0), matrix)
    elif (diagonal := _diagonal_of(matrix)) is not None:
        root = ast.BinOp(diagonal, ast.Pow(), ast.Constant(0.5))
        found["scale"] = ast.fix_missing_locations(ast.copy_location(root, diagonal))
    elif (diagonal := _diagonal_of(factor)) is not None:
        found["scale"] = diagonal
    return found


def _diagonal_of(matrix: ast.expr | None) -> ast.expr | None:
    """The entries on the diagonal of a matrix that is made of them."""
    match matrix:
        case ast.Call(args=[entries, *_]) if called(matrix) in _OF_DIAGONALS:
            return entries
        case ast.Call(func=ast.Attribute(value=entries), args=[]) if called(matrix) in _OF_DIAGONALS:
            return entries
    return None


def annotated(value: ast.expr, kind: str) -> Structure | None:
    """The parts of a parameter that is said to be a normal distribution: its own mean and scale."""
    mean, scale = (
        ast.copy_location(ast.Attribute(value, name, ast.Load()), value) for name in ("loc", "scale")
    )
    return normal(ast.copy_location(ast.Call(ast.Name(kind, ast.Load()), [mean, scale], []), value))


def part(node: ast.Attribute | ast.Subscript) -> str | None:
    """What is written behind a value to name a part of it."""
    match node:
        case ast.Attribute(attr=name):
            return f".{name}"
        case ast.Subscript(slice=ast.Constant(value=key)):
            return f"[{key!r}]"
    return None
