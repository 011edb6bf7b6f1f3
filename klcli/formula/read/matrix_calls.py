"""Reads calls of functions of matrices in Python: torch, numpy, scipy, JAX, TensorFlow spelling.

They are read in a text about matrices only. ``*`` stays elementwise and ``@`` is a product; ``solve(A, b)``
is the inverse of A times b, whatever the way in which it is computed.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Sequence

from klcli.formula.read.callee import is_module
from klcli.formula.read.calls import Calls
from klcli.formula.tree import Length, MatrixCall, MatrixProduct, Reduction, Reshape, Tree, operation

__all__ = ["MATRIX_CALLS", "MatrixCalls"]

_FUNCTIONS = {
    "trace": "trace",
    "det": "det",
    **dict.fromkeys(("logdet", "log_det"), "logdet"),
    **dict.fromkeys(("inv", "inverse", "pinv", "pinverse", "matrix_inverse"), "inverse"),
    **dict.fromkeys(("diag", "diagonal", "diag_part", "matrix_diag_part"), "diagonal"),
    **dict.fromkeys(("cholesky", "safe_cholesky", "psd_safe_cholesky"), "cholesky"),
    **{name: name for name in ("norm", "eye")},
}
_TRANSPOSES = ("transpose", "t", "adjoint", "matrix_transpose", "swapaxes")
_PRODUCTS = ("mm", "mv", "bmm", "matvec", "matmul", "dot", "vdot", "inner")
_SOLVERS = ("solve", "solve_triangular", "triangular_solve", "matrix_triangular_solve")
_CHOLESKY_SOLVERS = ("cho_solve", "cholesky_solve")
MATRIX_CALLS = frozenset(
    (
        *(*_FUNCTIONS, *_TRANSPOSES, *_SOLVERS, *_CHOLESKY_SOLVERS),
        *("cholesky_inverse", "einsum", "numel", "nelement", "outer", "slogdet"),
    )
)
"""The names of the functions of matrices."""

_HARMLESS = frozenset(
    (
        *("dim1", "dim2", "axis1", "axis2", "perm", "axes", "dim0", "keepdims"),
        *("dtype", "device", "check_finite", "overwrite_a", "overwrite_b", "assume_a", "hermitian"),
        *("jitter", "keepdim", "lower", "upper", "num_rows", "conjugate"),
    )
)
_DECOMPOSITIONS = MATRIX_CALLS | frozenset(
    ("cho_factor", "eigh", "eigvalsh", "eig", "eigvals", "svd", "svdvals", "qr", "lu", "ldl", "sqrtm")
)
"""Functions of matrices by whose names a value is known to be one."""
_EINSUMS = {
    "i,i->": ("dot", (0, 1)),
    "i,i": ("dot", (0, 1)),
    "ij,ij->": ("sum", (0, 1)),
    "ij,ij": ("sum", (0, 1)),
    "ij,ji->": ("trace", (0, 1)),
    "ij,ji": ("trace", (0, 1)),
    "ii->": ("trace", (0,)),
    "ii": ("trace", (0,)),
    "i,ij,j->": ("form", (0, 1, 2)),
    "i,ij,j": ("form", (0, 1, 2)),
    "ij,jk->ik": ("product", (0, 1)),
    "ij,j->i": ("product", (0, 1)),
    "i,j->ij": ("outer", (0, 1)),
}


class MatrixCalls(Calls, ABC):
    """The calls of a reader, with those of functions of matrices.

    Attributes:
        text: what is read.
        matrices: whether the text is about matrices.
    """

    text: str
    matrices: bool

    @abstractmethod
    def _tree(self, node: ast.expr) -> Tree:
        """The tree of an expression."""

    def of_matrices(self, node: ast.expr) -> Tree | None:
        """The tree of what is written with attributes and subscripts; None for anything else."""
        match node:
            case ast.Attribute(value=owner, attr="H"):
                return Reshape(self.tree(owner), "transpose")
            case ast.Attribute(value=owner, attr="size") if not is_module(owner):
                return Length(self.tree(owner), None)
            case ast.Subscript(value=owner, slice=entry) if _only_reshapes(entry):
                return self.tree(owner)
            case ast.Subscript(value=ast.Attribute(attr="shape")):
                return None
            case ast.Subscript(value=ast.Name() | ast.Attribute(), slice=ast.Tuple()):
                raise self.error("entries of a matrix are not followed", node, "write diagonal(L)")
            case ast.Subscript(value=ast.Call() as call, slice=ast.Constant(value=int(place))):
                if place in (0, 1) and (parts := self.parts(call)):
                    return self._tree(parts[place])
                if place == 0 and self._callee(call)[0] == "triangular_solve":
                    return self._tree(call)  # torch's own gives the factor back, too
            case ast.Attribute(value=ast.Call() as call, attr="logabsdet" | "sign" as attribute):
                if parts := self.parts(call):
                    return self._tree(parts[attribute == "logabsdet"])
        return None

    def parts(self, value: ast.expr) -> Sequence[ast.expr]:
        """What a value gives to the names of a tuple; nothing where that is not known.

        ``sign, log = slogdet(S)``: the sign is that of a positive definite matrix.
        """
        if self.matrices and isinstance(value, ast.Call) and self._callee(value)[0] == "slogdet":
            one = ast.Call(func=ast.Name("ones_like"), args=[], keywords=[])
            log = ast.Call(func=ast.Name("logdet"), args=value.args, keywords=value.keywords)
            return [ast.copy_location(part, value) for part in (one, log)]
        return value.elts if isinstance(value, ast.Tuple | ast.List) else []

    def must_read(self, value: ast.expr) -> bool:
        """Whether a value that cannot be read is an error, and not what a network computes.

        A matrix that is computed in a way that is not understood is not what its name would say.
        """
        names = (getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(value))
        return self.matrices and not _DECOMPOSITIONS.isdisjoint(names)

    def _applied(self, name: str, arguments: list[ast.expr], node: ast.Call) -> Tree:
        found = self._of_matrices(name, arguments, node) if self.matrices else None
        return found or super()._applied(name, arguments, node)

    def _of_matrices(self, name: str, arguments: list[ast.expr], node: ast.Call) -> Tree | None:
        count = len(arguments)
        if name == "identity" and _root(node) in ("np", "numpy", "jnp"):
            name = "eye"
        if name == "slogdet":
            raise self.error("slogdet gives a sign and a logarithm", node, "write slogdet(S)[1]")
        if name in MATRIX_CALLS or name in _PRODUCTS:
            self._check_keywords(name, node)
            self._check_arguments(name, arguments, node)
        if name == "norm":
            self._check_norm(arguments, node)
        if name in _TRANSPOSES and arguments:
            return Reshape(self.tree(arguments[0]), "transpose")
        if name in _FUNCTIONS and arguments:
            return MatrixCall(_FUNCTIONS[name], self.tree(arguments[0]))
        if name in _PRODUCTS and count >= 2:
            return self._product(arguments, node)
        if name in _SOLVERS and count >= 2:
            return self._solve(name, arguments, node)
        if name in _CHOLESKY_SOLVERS and count >= 2:
            return self._cholesky_solve(name, arguments, node)
        if name == "cholesky_inverse" and arguments:
            return MatrixCall("inverse", _gram(self.tree(arguments[0])))
        if name in ("outer", "ger") and count == 2:
            return _outer(*map(self.tree, arguments))
        return self._einsum(arguments, node) if name == "einsum" and count >= 2 else None

    def _check_keywords(self, name: str, node: ast.Call) -> None:
        for keyword in node.keywords:
            value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
            upper = (keyword.arg == "upper" and value is not False and name not in _SOLVERS) or (
                keyword.arg == "lower" and value is False and not name.endswith(("solve", "triangular"))
            )
            known = keyword.arg in _HARMLESS or keyword.arg in ("transpose_a", "transpose_b", "adjoint_b")
            known = known or (name == "norm" and keyword.arg in ("ord", "p"))
            known = known or (keyword.arg == "offset" and value == 0)
            known = known or (keyword.arg in ("left", "left_side") and value is True)
            known = known or (keyword.arg in ("dim", "axis") and name in ("diag", "diagonal", "transpose"))
            if upper or not known:
                hint = "write the transpose out" if upper else ""
                raise self.error(f"{keyword.arg or '**'}= is not understood here", node, hint)

    def _check_arguments(self, name: str, arguments: list[ast.expr], node: ast.Call) -> None:
        """Refuse what changes a function's meaning: offsets, upper triangles, the other side."""
        path = ast.unparse(node.func)
        if name in _FUNCTIONS and name not in ("eye", "norm") and len(arguments) > 1:
            raise self.error(f"{name} is read with one argument only", arguments[1])
        if name == "diag" and path.startswith("tf."):
            raise self.error("tf.linalg.diag makes a matrix of a vector", node, "write the sum over entries")
        if name == "cholesky" and "scipy" in self.text and not _is_true(node, "lower"):
            raise self.error("scipy's cholesky is upper by itself", node, "write lower=True")
        if name == "triangular_solve" and _root(node) in ("lax", "jax") and not _is_true(node, "left_side"):
            raise self.error("this solves from the right by itself", node, "write left_side=True")

    def _check_norm(self, arguments: list[ast.expr], node: ast.Call) -> None:
        """Only the root of the sum of squares is read, which is 2 for vectors and 'fro' for matrices."""
        orders = arguments[1:] + [entry.value for entry in node.keywords if entry.arg in ("ord", "p")]
        flat = "linalg" not in ast.unparse(node.func) and _root(node) not in ("np", "numpy", "jnp")
        read = ("'fro'", "'euclidean'", "None", *(("2",) if flat else ()))  # 2 is the spectral norm elsewhere
        if any(ast.unparse(order) not in read for order in orders):
            raise self.error("only the root of the sum of squares is read", node, "leave the order out")

    def _product(self, arguments: list[ast.expr], node: ast.Call) -> Tree:
        left, right = map(self.tree, arguments[:2])
        if self._callee(node)[0] == "inner":
            right = _turned(right)
        turned = {entry.arg for entry in node.keywords if ast.unparse(entry.value) == "True"}
        if "transpose_a" in turned:
            left = _turned(left)
        if turned & {"transpose_b", "adjoint_b"}:
            right = _turned(right)
        return MatrixProduct(left, right)

    def _solve(self, name: str, arguments: list[ast.expr], node: ast.Call) -> Tree:
        """The matrix is last in torch's triangular_solve; TensorFlow's alone is lower by itself."""
        of_tf = _root(node) in ("tf", "lax")
        swapped = name == "triangular_solve" and not of_tf
        system, side = map(self.tree, reversed(arguments[:2]) if swapped else arguments[:2])
        if name != "solve":
            given = {
                entry.arg: entry.value.value
                for entry in node.keywords
                if isinstance(entry.value, ast.Constant)
            }
            lower = given.get("lower", not given.get("upper", not of_tf))
            turned = isinstance(system, Reshape) and system.kind == "transpose"
            if lower is turned:
                hint = "for a lower factor L write lower=True (upper=False in torch), or L.T"
                raise self.error(f"which triangle does {name} take here?", node, hint)
        return MatrixProduct(MatrixCall("inverse", system), side)

    def _cholesky_solve(self, name: str, arguments: list[ast.expr], node: ast.Call) -> Tree:
        """The factor comes first in scipy, jax and TensorFlow, last in torch."""
        first, second = arguments[:2]
        if isinstance(first, ast.Tuple) and len(first.elts) == 2:
            if ast.unparse(first.elts[1]) not in ("True", "1"):
                raise self.error("the factor is upper here", first, "write (L, True) for a lower factor")
            first = first.elts[0]
        elif name == "cholesky_solve" and _root(node) != "tf":
            first, second = second, first
        return MatrixProduct(MatrixCall("inverse", _gram(self.tree(first))), self.tree(second))

    def _einsum(self, arguments: list[ast.expr], node: ast.Call) -> Tree:
        pattern = arguments[0]
        written = pattern.value if isinstance(pattern, ast.Constant) else None
        form = _EINSUMS.get(_canonical(written)) if isinstance(written, str) else None
        if form is None or len(arguments) != len(form[1]) + 1:
            hint = "write it with @ and trace"
            raise self.error("this einsum is not understood", node, hint)
        parts = [self.tree(argument) for argument in arguments[1:]]
        match form[0]:
            case "trace" if len(parts) == 1:
                return MatrixCall("trace", parts[0])
            case "trace":
                return MatrixCall("trace", MatrixProduct(parts[0], parts[1]))
            case "dot" | "sum":
                return Reduction("sum", "", operation("*", parts[0], parts[1]))
            case "outer":
                return _outer(parts[0], parts[1])
            case "form":
                return Reduction("sum", "", operation("*", parts[0], MatrixProduct(parts[1], parts[2])))
        return MatrixProduct(parts[0], parts[1])


def _is_true(node: ast.Call, name: str) -> bool:
    """Whether a keyword is given as True."""
    return any(entry.arg == name and ast.unparse(entry.value) == "True" for entry in node.keywords)


def _canonical(pattern: str) -> str:
    """An einsum's pattern with the letters i, j, k in the order in which they appear."""
    names: dict[str, str] = {}
    plain = pattern.replace(" ", "").replace("...", "")
    return "".join(
        names.setdefault(sign, "ijklmnop"[len(names) % 8]) if sign.isalpha() else sign for sign in plain
    )


def _turned(tree: Tree) -> Tree:
    return Reshape(tree, "transpose")


def _gram(factor: Tree) -> Tree:
    return MatrixProduct(factor, _turned(factor))


def _outer(left: Tree, right: Tree) -> Tree:
    return MatrixProduct(left, _turned(right))


def _root(node: ast.Call) -> str:
    """The name that a dotted function begins with."""
    below: ast.expr = node.func
    while isinstance(below, ast.Attribute):
        below = below.value
    return below.id if isinstance(below, ast.Name) else ""


def _only_reshapes(entry: ast.expr) -> bool:
    """Whether a subscript is made of ``:``, ``None`` and ``...``, as in ``mu[:, None]``."""
    parts = entry.elts if isinstance(entry, ast.Tuple) else [entry]
    return bool(parts) and all(
        (isinstance(part, ast.Slice) and part.lower is part.upper is part.step is None)
        or (isinstance(part, ast.Constant) and (part.value is None or part.value is ...))
        or (isinstance(part, ast.Attribute) and part.attr == "newaxis")
        for part in parts
    )
