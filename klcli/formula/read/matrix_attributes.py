"""What Python code says of matrices without a call: attributes, subscripts, the parts of a pair."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from klcli.formula.read.callee import called, is_module
from klcli.formula.read.calls.matrices import DECOMPOSITIONS
from klcli.formula.read.calls.row import CallReader
from klcli.formula.tree import Length, Reshape, Tree


def matrix_value(reader: CallReader, node: ast.expr) -> Tree | None:
    """The tree of what is written with attributes and subscripts; None for anything else."""
    match node:
        case ast.Attribute(value=owner, attr="H"):
            return Reshape(reader.tree(owner), "transpose")
        case ast.Attribute(value=owner, attr="size") if not is_module(owner):
            return Length(reader.tree(owner), None)
        case ast.Subscript(value=owner, slice=entry) if _only_reshapes(entry):
            return reader.tree(owner)
        case ast.Subscript(value=ast.Attribute(attr="shape")):
            return None
        case ast.Subscript(
            value=ast.Call() | ast.BinOp() as owner, slice=ast.Tuple(elts=[*_, one, other])
        ) if _is_first(one) and _is_first(other):
            return Reshape(reader.tree(owner), "entry")
        case ast.Subscript(
            value=ast.Subscript(value=ast.Call() | ast.BinOp() as owner, slice=one), slice=other
        ) if _is_first(one) and _is_first(other):
            return Reshape(reader.tree(owner), "entry")
        case ast.Subscript(value=ast.Name() | ast.Attribute(), slice=ast.Tuple()):
            raise reader.error("entries of a matrix are not followed", node, "write diagonal(L)")
        case ast.Subscript(value=ast.Call() as call, slice=ast.Constant(value=int(place))):
            if place in (0, 1) and (parts := parts_of(call)):
                return reader.tree(parts[place])
            if place == 0 and called(call) == "triangular_solve":
                return reader.tree(call)  # torch's own gives the factor back, too
        case ast.Attribute(value=ast.Call() as call, attr="logabsdet" | "sign" as attribute):
            if parts := parts_of(call):
                return reader.tree(parts[attribute == "logabsdet"])
    return None


def parts_of(value: ast.expr, *, of_matrices: bool = True) -> Sequence[ast.expr]:
    """What a value gives to the names of a tuple; nothing where that is not known.

    ``sign, log = slogdet(S)``: the sign is that of a positive definite matrix.
    """
    if of_matrices and isinstance(value, ast.Call) and called(value) == "slogdet":
        one = ast.Call(func=ast.Name("ones_like"), args=[], keywords=[])
        log = ast.Call(func=ast.Name("logdet"), args=value.args, keywords=value.keywords)
        return [ast.copy_location(part, value) for part in (one, log)]
    return value.elts if isinstance(value, ast.Tuple | ast.List) else []


def is_decomposition(value: ast.expr) -> bool:
    """Whether a value is made of a function of matrices, so that it is no matrix of the text's own.

    A matrix that is computed in a way that is not understood is not what its name would say.
    """
    names = (getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(value))
    return not DECOMPOSITIONS.isdisjoint(names)


def _is_first(place: ast.expr) -> bool:
    return isinstance(place, ast.Constant) and place.value == 0 and place.value is not False


def _only_reshapes(entry: ast.expr) -> bool:
    """Whether a subscript is made of ``:``, ``None`` and ``...``, as in ``mu[:, None]``."""
    parts = entry.elts if isinstance(entry, ast.Tuple) else [entry]
    return bool(parts) and all(
        (isinstance(part, ast.Slice) and part.lower is part.upper is part.step is None)
        or (isinstance(part, ast.Constant) and (part.value is None or part.value is ...))
        or (isinstance(part, ast.Attribute) and part.attr == "newaxis")
        for part in parts
    )
