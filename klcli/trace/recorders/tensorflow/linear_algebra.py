"""Linear algebra of TensorFlow as leaves that keep their operands, by the types of its operations.

`klcli.trace.recorders.matrix_calls` says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..calls import are_nodes
from ..notes import Node
from ..products import entrywise_product
from ..views import diagonal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CALLS: dict[str, dict[str, Any]] = {
    "Cholesky": {"call": "cholesky", "upper": False},
    "MatrixInverse": {"call": "inverse"},
    "MatrixSolve": {"call": "solve"},
    "MatrixDeterminant": {"call": "det"},
    "LogMatrixDeterminant": {"call": "slogdet"},
}
_BANDS = {(-1, 0): "tril", (0, -1): "triu"}
"""Which triangle is kept, by how many diagonals below and above the main one are; -1 are all."""


def algebra(kind: str, given: Sequence[Any], attributes: Mapping[str, Any], index: int) -> Node | None:
    """The node of an operation of linear algebra; None for any other.

    Args:
        kind: the type of the operation.
        given: its operands, as nodes or numbers.
        attributes: its other arguments.
        index: of the result.
    """
    first = given[0] if given else None
    if not isinstance(first, Node):
        return None
    if kind == "Pack":
        return _leaf(kind, given, call="stack", axis=attributes.get("axis", 0)) if are_nodes(given) else None
    if kind == "MatrixDiagPartV3":
        return diagonal(first, "diagonal") if given[1] == 0 else None
    if kind == "MatrixDiagV3":
        return _leaf(kind, [first], call="diag") if given[1] == 0 else None
    if kind == "MatrixBandPart":
        band = _BANDS.get(tuple(given[1:3]))  # type: ignore[arg-type]
        return _leaf(kind, [first], call=band, offset=0) if band else None
    if kind == "MatrixTriangularSolve":
        upper = not attributes.get("lower", True)
        plain = are_nodes(given) and not attributes.get("adjoint")
        return _leaf(kind, given, call="solve_triangular", upper=upper) if plain else None
    if kind in ("MatMul", "BatchMatMulV2", "Einsum"):
        return _product(kind, given, attributes)
    if kind not in _CALLS or attributes.get("adjoint") or not are_nodes(given):
        return None
    return _leaf(kind, given, **_CALLS[kind], part=index)


def _product(kind: str, given: Sequence[Any], attributes: Mapping[str, Any]) -> Node | None:
    """A product of matrices, of which either may be transposed, or of entries."""
    if not are_nodes(given):
        return None
    equation = attributes.get("equation")
    if equation is None:
        names = ("transpose_a", "transpose_b") if kind == "MatMul" else ("adj_x", "adj_y")
        left, right = (bool(attributes.get(name)) for name in names)
        if not left and not right and (product := entrywise_product("matmul", list(given))):
            return product
        equation = "...{},...{}->...ik".format("ji" if left else "ij", "kj" if right else "jk")
    elif product := entrywise_product("einsum", [_text(equation), *given]):
        return product
    return _leaf(kind, given, call="einsum", equation=_text(equation))


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _leaf(kind: str, operands: Sequence[Node], **options: Any) -> Node | None:
    node = Node("leaf", operands, made_by=kind, **options)
    return node if node.origins is not None else None
