"""Functions that compute what a formula says in several operations: norms, choices, errors."""

from __future__ import annotations

import ast
from fractions import Fraction

from klcli.formula.read.ast_parts import axes_in, is_true, literal
from klcli.formula.read.callee import is_module
from klcli.formula.read.calls.masks import complement, mask_in
from klcli.formula.read.calls.row import CallReader, CallRow, Invocation, keywords_of, row
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.read.vocabulary import AXIS_NAMES
from klcli.formula.traversal import unshaped
from klcli.formula.tree import Call, MatrixProduct, Number, Reduction, Tree, operation

_LOWEST_THRESHOLD = 15
"""log(1 + e^15) is 15 but for 3e-7."""
_ZERO, _ONE, _TWO = (Number(Fraction(value)) for value in (0, 1, 2))


def _square(value: Tree, *_: Tree) -> Tree:
    return operation("^", value, _TWO)


def _root(value: Tree, *_: Tree) -> Tree:
    return Call("sqrt", _square(value))


def _norm(reader: CallReader, call: Invocation) -> Tree | None:
    """The root of the sum of squares; of any other order the answer is not known."""
    if not call.arguments:
        return None
    orders = keywords_of(call, "p", "ord") + call.arguments[1:2]
    if any(not _is_euclidean(order) for order in orders):
        return None
    axes = keywords_of(call, *AXIS_NAMES) + call.arguments[2:3]
    kept = any(map(is_true, keywords_of(call, "keepdim", "keepdims")))
    square = _square(reader.tree(call.arguments[0]))
    return Call("sqrt", Reduction("sum", "", square, axes_in(axes), kept))


def _is_euclidean(order: ast.expr) -> bool:
    return isinstance(order, ast.Constant) and order.value in (2, "fro", None, "euclidean")


def _where(reader: CallReader, call: Invocation) -> Tree | None:
    """``where(mask, a, b)`` is mask a + (1 - mask) b; a comparison is no mask."""
    if len(call.arguments) != 3:
        return None
    condition = call.arguments[0]
    mask = mask_in(reader, condition)
    if not mask and isinstance(condition, ast.Compare | ast.BoolOp):
        return None
    mask, chosen, other = mask or reader.tree(condition), *map(reader.tree, call.arguments[1:])
    first = operation("*", mask, chosen)
    if isinstance(other, Number) and not other.value:
        return first
    return operation("+", first, operation("*", complement(mask), other))


def _einsum(reader: CallReader, call: Invocation) -> Tree | None:
    """A sum over entries of one array, or of two with the same axes: ``bd,bd->b``."""
    match call.arguments:
        case [ast.Constant(value=str(pattern)), *operands]:
            inputs, arrow, output = pattern.replace(" ", "").partition("->")
            labels = inputs.split(",")
            if len(set(labels)) > 1 or len(labels) != len(operands) or len(set(labels[0])) != len(labels[0]):
                return None
            trees = list(map(reader.tree, operands))
            if len(trees) == 2 and len(labels[0]) == 1 and arrow + output in ("", "->"):
                return MatrixProduct(trees[0], trees[1])  # of vectors alone, which a batch is none of
            product = trees[0]
            for factor in trees[1:]:
                product = operation("*", product, factor)
            kept = output if arrow else ("" if len(labels) > 1 else labels[0])
            # Counted from the end, the first axis is none of an array with fewer axes than the pattern.
            places = (-len(labels[0]), *range(1, len(labels[0])))
            axes = tuple(place for place, label in zip(places, labels[0], strict=True) if label not in kept)
            return Reduction("sum", "", product, axes) if axes else product
    return None


def _squared_error(reader: CallReader, call: Invocation) -> Tree | None:
    """``mse_loss(mu, zeros_like(mu), reduction="sum")`` is a square.

    Of anything else it is another term, a symbol; that it is a squared difference is noted.
    """
    try:
        trees = [reader.tree(argument) for argument in call.arguments]
    except FormulaError:
        return None
    if len(trees) != 2:
        return None
    rest = [tree for tree in trees if unshaped(tree) != _ZERO]
    square = _reduced(call, operation("^", rest[0] if len(rest) == 1 else operation("-", *trees), _TWO))
    if square is None or len(rest) == 1:
        return square
    symbol = reader.named(call.node, call.name)
    reader.losses[symbol.name] = square
    return symbol


def _reduced(call: Invocation, entries: Tree) -> Tree | None:
    """Entries, reduced as torch's losses are; None where it is not known how."""
    options = {entry.arg: literal(entry.value) for entry in call.node.keywords}
    kind = options.pop("reduction", "mean")
    if options or kind not in ("mean", "sum", "none"):
        return None
    return entries if kind == "none" else Reduction("sum" if kind == "sum" else "mean", "", entries)


def _added(reader: CallReader, call: Invocation) -> Tree | None:
    """``self.add_loss(kl)`` gives the loss to the framework."""
    function = call.node.func
    is_method = isinstance(function, ast.Attribute) and not is_module(function.value)
    values = call.arguments[is_method:]
    return reader.tree(values[0]) if len(values) == 1 else None


def _added_product(reader: CallReader, call: Invocation) -> Tree | None:
    """torch's ``addcmul(a, b, c, value=1)``: a + value * b * c."""
    if len(call.arguments) != 3:
        return None
    first, *factors = map(reader.tree, call.arguments)
    product = operation("*", *factors)
    for entry in call.node.keywords:
        if entry.arg != "value":
            raise reader.error(f"{entry.arg or '**'}= is not understood here", call.node)
        product = operation("*", reader.tree(entry.value), product)
    return operation("+", first, product)


def _added_quotient(reader: CallReader, call: Invocation) -> Tree | None:
    """torch's ``addcdiv(a, b, c, value=1)``: a + value * b / c."""
    known = keywords_of(call, "value")
    if len(call.arguments) != 3 or len(known) != len(call.node.keywords):
        return None
    first, above, below = map(reader.tree, call.arguments)
    return operation("+", first, _times(reader, known, operation("/", above, below)))


def _times(reader: CallReader, factors: list[ast.expr], tree: Tree) -> Tree:
    for factor in factors:
        tree = operation("*", reader.tree(factor), tree)
    return tree


def _with_alpha(reader: CallReader, call: Invocation) -> Tree | None:
    """torch's ``sub(x, y, alpha=1)``, x - alpha * y, and ``rsub``, which exchanges x and y."""
    known = keywords_of(call, "alpha")
    if (
        len(call.arguments) != 2
        or len(known) != len(call.node.keywords)
        or not (known or call.name == "rsub")
    ):
        return None
    first, second = map(reader.tree, call.arguments[:: -1 if call.name == "rsub" else 1])
    return operation("+" if call.name == "add" else "-", first, _times(reader, known, second))


def _softplus(reader: CallReader, call: Invocation) -> Tree | None:
    """``softplus(x, beta=1)``: log(1 + exp(beta x)) / beta, which is x above a high threshold."""
    betas = [*call.arguments[1:2], *keywords_of(call, "beta")]
    thresholds = [*call.arguments[2:3], *keywords_of(call, "threshold")]
    if not betas + thresholds or len(betas + thresholds) + 1 != len(call.arguments) + len(call.node.keywords):
        return None
    if any(map(_is_low, thresholds)):
        raise reader.error("a softplus that is cut off is another function", call.node)
    operand, beta = reader.tree(call.arguments[0]), reader.tree(betas[0]) if betas else _ONE
    if beta == _ONE:
        return Call("softplus", operand)
    return operation("/", Call("softplus", operation("*", beta, operand)), beta)


def _is_low(threshold: ast.expr) -> bool:
    """Whether a softplus is cut off where it is not yet its argument to single precision."""
    value = literal(threshold)
    return not isinstance(value, int | float) or value < _LOWEST_THRESHOLD


def _other_divergence(reader: CallReader, call: Invocation) -> Tree | None:
    """``F.kl_div(log_q, p)`` of tables of probabilities beside something else: another term of a loss."""
    return None if reader.source.is_all(call.node) else reader.named(call.node, call.name)


COMPOSED: tuple[CallRow, ...] = (
    row(
        "norm",
        "x, order, axis",
        "the root of the sum of squares",
        _norm,
        build=_root,
        is_sure=False,
    ),
    row(
        "addcmul",
        "a, b, c",
        "a + value * b * c, for a value of 1 unless another one is given",
        _added_product,
        build=lambda a, b, c: operation("+", a, operation("*", b, c)),
    ),
    row("addcdiv", "a, b, c", "a + value * b / c", _added_quotient, is_sure=False),
    row("add sub subtract rsub", "x, y", "x + alpha y, x - alpha y, y - alpha x", _with_alpha, is_sure=False),
    row("softplus", "x, beta", "log(1 + exp(beta x)) / beta", _softplus, is_sure=False),
    row("where", "mask, x, y", "mask x + (1 - mask) y", _where, is_sure=False),
    row("einsum", "pattern, x, ...", "a sum over axes of a product", _einsum, is_sure=False),
    row("kl_div", "log q, p", "another term of a loss", _other_divergence, is_sure=False),
    row(
        "mse_loss",
        "x, y, reduction",
        "a sum or mean of (x - y)^2",
        _squared_error,
        build=_square,
        is_sure=False,
    ),
    row("add_loss", "x", "x, which the framework adds to the loss", _added, is_sure=False),
)
"""Not every call of these is one that is understood: another one is another term of a loss, or an error."""
