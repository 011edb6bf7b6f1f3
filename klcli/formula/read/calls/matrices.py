"""Functions of matrices: torch, numpy, scipy, JAX, TensorFlow spelling.

They are read in a text about matrices only. ``*`` stays elementwise and ``@`` is a product; ``solve(A, b)``
is the inverse of A times b, whatever the way in which it is computed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import partial

from klcli.formula.read.ast_parts import is_true, literal, words_in
from klcli.formula.read.calls.distributions import MATRIX_DIVERGENCES, MULTIVARIATE
from klcli.formula.read.calls.matrix_einsum import matrix_einsum, outer, transposed
from klcli.formula.read.calls.row import CallReader, CallRow, Invocation, keywords_of, of_first, row
from klcli.formula.tree import MatrixCall, MatrixProduct, Reshape, Tree
from klcli.values import replace

Read = Callable[[CallReader, Invocation], Tree | None]

_HARMLESS = frozenset(
    (
        *("dim1", "dim2", "axis1", "axis2", "perm", "axes", "dim0", "keepdims"),
        *("dtype", "device", "check_finite", "overwrite_a", "overwrite_b", "assume_a", "hermitian"),
        *("jitter", "keepdim", "lower", "upper", "num_rows", "conjugate"),
        *("transpose_a", "transpose_b", "adjoint_b"),
    )
)
"""Arguments that change nothing, or are read."""
_NUMPY = ("np", "numpy", "jnp")


def _checked(read: Read) -> Read:
    """A reader that refuses arguments which are not understood first."""

    def checked(reader: CallReader, call: Invocation) -> Tree | None:
        _check_keywords(reader, call)
        return read(reader, call)

    return checked


def _check_keywords(reader: CallReader, call: Invocation) -> None:
    for keyword in call.node.keywords:
        value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
        upper = (keyword.arg == "upper" and value is not False and call.name not in SOLVERS) or (
            keyword.arg == "lower" and value is False and not call.name.endswith(("solve", "triangular"))
        )
        if upper or not _is_known(call.name, keyword.arg, value):
            hint = "write the transpose out" if upper else ""
            raise reader.error(f"{keyword.arg or '**'}= is not understood here", call.node, hint)


def _is_known(name: str, keyword: str | None, value: object) -> bool:
    """Whether a keyword of a function is understood, with this value."""
    match keyword:
        case "ord" | "p":
            return name == "norm"
        case "offset":
            return value == 0
        case "left" | "left_side":
            return value is True
        case "dim" | "axis":
            return name in ("diag", "diagonal", "transpose")
    return keyword in _HARMLESS


def _of_one(function: str) -> Read:
    """Reads a function of one matrix, and nothing beside it."""

    def read(reader: CallReader, call: Invocation) -> Tree | None:
        if len(call.arguments) > 1:
            raise reader.error(f"{call.name} is read with one argument only", call.arguments[1])
        return MatrixCall(function, reader.tree(call.arguments[0])) if call.arguments else None

    return read


def _diagonal(reader: CallReader, call: Invocation) -> Tree | None:
    if call.name == "diag" and _root(call.node) == "tf":
        raise reader.error(
            "tf.linalg.diag makes a matrix of a vector", call.node, "write the sum over entries"
        )
    return _of_one("diagonal")(reader, call)


def _cholesky(reader: CallReader, call: Invocation) -> Tree | None:
    if call.name == "cholesky" and "scipy" in reader.source.text and not _is_true(call, "lower"):
        raise reader.error("scipy's cholesky is upper by itself", call.node, "write lower=True")
    return _of_one("cholesky")(reader, call)


def _norm(reader: CallReader, call: Invocation) -> Tree | None:
    """Only the root of the sum of squares is read, which is 2 for vectors and 'fro' for matrices."""
    orders = call.arguments[1:] + keywords_of(call, "ord", "p")
    is_flat = (
        not any("linalg" in word for word in words_in(call.node.func)) and _root(call.node) not in _NUMPY
    )
    read = ("fro", "euclidean", None, *((2,) if is_flat else ()))  # 2 is the spectral norm elsewhere
    if not all(isinstance(order, ast.Constant) and order.value in read for order in orders):
        raise reader.error("only the root of the sum of squares is read", call.node, "leave the order out")
    return MatrixCall("norm", reader.tree(call.arguments[0])) if call.arguments else None


_eye = of_first(partial(MatrixCall, "eye"))


def _identity(reader: CallReader, call: Invocation) -> Tree | None:
    """numpy's; that of other libraries gives its argument back."""
    if _root(call.node) not in _NUMPY:
        return None
    return _checked(_eye)(reader, replace(call, name="eye"))


def _slogdet(reader: CallReader, call: Invocation) -> Tree | None:
    raise reader.error("slogdet gives a sign and a logarithm", call.node, "write slogdet(S)[1]")


def _product(reader: CallReader, call: Invocation) -> Tree | None:
    if len(call.arguments) < 2:
        return None
    left, right = map(reader.tree, call.arguments[:2])
    if call.name == "inner":
        right = transposed(right)
    if _is_true(call, "transpose_a"):
        left = transposed(left)
    if _is_true(call, "transpose_b") or _is_true(call, "adjoint_b"):
        right = transposed(right)
    return MatrixProduct(left, right)


def _solve(reader: CallReader, call: Invocation) -> Tree | None:
    """The matrix is last in torch's triangular_solve; TensorFlow's alone is lower by itself."""
    name, node = call.name, call.node
    root = _root(node)
    if name == "triangular_solve" and root in ("lax", "jax") and not _is_true(call, "left_side"):
        raise reader.error("this solves from the right by itself", node, "write left_side=True")
    if len(call.arguments) < 2:
        return None
    of_tf = root in ("tf", "lax")
    swapped = name == "triangular_solve" and not of_tf
    system, side = map(reader.tree, reversed(call.arguments[:2]) if swapped else call.arguments[:2])
    if name != "solve":
        given = {
            entry.arg: entry.value.value for entry in node.keywords if isinstance(entry.value, ast.Constant)
        }
        is_lower = given.get("lower", not given.get("upper", not of_tf))
        if is_lower is (isinstance(system, Reshape) and system.kind == "transpose"):
            hint = "for a lower factor L write lower=True (upper=False in torch), or L.T"
            raise reader.error(f"which triangle does {name} take here?", node, hint)
    return MatrixProduct(MatrixCall("inverse", system), side)


def _cholesky_solve(reader: CallReader, call: Invocation) -> Tree | None:
    """The factor comes first in scipy, jax and TensorFlow, last in torch."""
    if len(call.arguments) < 2:
        return None
    first, second = call.arguments[:2]
    if isinstance(first, ast.Tuple) and len(first.elts) == 2:
        if literal(first.elts[1]) not in (True, 1):
            raise reader.error("the factor is upper here", first, "write (L, True) for a lower factor")
        first = first.elts[0]
    elif call.name == "cholesky_solve" and _root(call.node) != "tf":
        first, second = second, first
    return MatrixProduct(MatrixCall("inverse", _gram(reader.tree(first))), reader.tree(second))


def _outer(reader: CallReader, call: Invocation) -> Tree | None:
    return outer(*map(reader.tree, call.arguments)) if len(call.arguments) == 2 else None


def _elsewhere(_: CallReader, __: Invocation) -> None:
    """Nothing: the row of arrays reads it."""


def _is_true(call: Invocation, name: str) -> bool:
    """Whether a keyword is given as True."""
    return any(map(is_true, keywords_of(call, name)))


def _gram(factor: Tree) -> Tree:
    return MatrixProduct(factor, transposed(factor))


def _root(node: ast.Call) -> str:
    """The name that a dotted function begins with."""
    below: ast.expr = node.func
    while isinstance(below, ast.Attribute):
        below = below.value
    return below.id if isinstance(below, ast.Name) else ""


_SOLVE = row(
    "solve solve_triangular triangular_solve matrix_triangular_solve", "A, b, lower", "A^-1 b", _solve
)
SOLVERS = _SOLVE.names
_OF_VOLUMES: tuple[CallRow, ...] = (
    row("det", "A", "the determinant", _of_one("det")),
    row("logdet log_det", "A", "the logarithm of the determinant", _of_one("logdet")),
    row("slogdet", "A", "the sign and the logarithm of the determinant, by entries only", _slogdet),
    row("diag diagonal diag_part matrix_diag_part", "A", "the entries of the diagonal", _diagonal),
)
"""Determinants, and the diagonal, whose product is that of a Cholesky factor."""
_OF_MATRICES: tuple[CallRow, ...] = (
    *_OF_VOLUMES,
    row("trace", "A", "the trace", _of_one("trace")),
    row("inv inverse pinv pinverse matrix_inverse", "A", "the inverse", _of_one("inverse")),
    row("cholesky safe_cholesky psd_safe_cholesky", "A", "the lower Cholesky factor", _cholesky),
    row("norm", "x, order", "the root of the sum of squares", _norm),
    row("eye", "d", "the identity matrix", _eye),
    row("transpose t adjoint matrix_transpose swapaxes", "A", "A transposed", of_first(transposed)),
    _SOLVE,
    row("cho_solve cholesky_solve", "L, b", "(L L')^-1 b", _cholesky_solve),
    row("cholesky_inverse", "L", "(L L')^-1", of_first(lambda factor: MatrixCall("inverse", _gram(factor)))),
    row("einsum", "pattern, A, ...", "a trace, a form or a product", matrix_einsum),
    row("outer", "x, y", "the outer product", _outer),
    row("numel nelement", "A", "the number of entries", _elsewhere),
)
_OF_ARRAYS: tuple[CallRow, ...] = (
    row("mm mv bmm matvec matmul dot vdot inner", "A, B", "the product", _product),
)
_CHECKED = tuple(replace(one, read=_checked(one.read)) for one in (*_OF_MATRICES, *_OF_ARRAYS))
_UNCHECKED = (
    row("identity", "d", "the identity matrix of numpy", _identity),
    row("ger", "x, y", "the outer product", _outer),
    *MATRIX_DIVERGENCES,
)

MATRIX_ROWS: Mapping[str, tuple[CallRow, ...]] = {
    name: (one,) for one in (*_CHECKED, *_UNCHECKED) for name in one.names
}
"""The rows of functions of matrices, by name; a text about matrices asks them before those of arrays."""
MATRIX_CALLS = frozenset((*(name for one in _OF_MATRICES for name in one.names), *MULTIVARIATE))
"""The names by which a text is known to be about matrices."""
DETERMINANTS = frozenset(name for one in _OF_VOLUMES for name in one.names)
"""The functions one of which stands in every KL of matrices."""
DECOMPOSITIONS = MATRIX_CALLS | frozenset(
    ("cho_factor", "eigh", "eigvalsh", "eig", "eigvals", "svd", "svdvals", "qr", "lu", "ldl", "sqrtm")
)
"""Functions of matrices by whose names a value is known to be one."""
