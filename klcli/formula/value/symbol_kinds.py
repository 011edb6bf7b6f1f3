"""The kinds of the symbols of a formula: numbers, vectors and matrices, found from their use.

Nothing is concluded from a name. A symbol may be of any kind under which every part of the formula has one
and the whole is a number; what fits as a matrix is one, before what fits as a vector or as a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice, product
from typing import Literal, TypeAlias

from klcli.errors import clipped
from klcli.formula.traversal import free_symbols, walk
from klcli.formula.tree import (
    Call,
    Clip,
    MatrixCall,
    MatrixProduct,
    Negative,
    Number,
    Operation,
    Reduction,
    Reshape,
    Stop,
    Symbol,
    Tree,
)
from klcli.formula.value.small_arrays import ShapeError
from klcli.formula.write.printing import to_text
from klcli.lazy_regex import regex
from klcli.values import dataclass

SymbolKind: TypeAlias = Literal["scalar", "vector", "row", "matrix"]
_ENTRY = regex(r"_(ii|jj|kk)\Z")
"""The indices of an entry of the diagonal."""
_ORDER: tuple[SymbolKind, ...] = ("matrix", "vector", "scalar")
_SHOWN = 60
"""Characters of a formula in a message, which then fits into a line."""
_MOST_SYMBOLS = 8
"""Each symbol more has three kinds more to be tried with all others."""
_MOST_VISITS = 500_000
"""Nodes that are visited to find the kinds of all symbols."""
_OF_MATRICES = frozenset(("det", "logdet", "inverse", "cholesky"))


@dataclass(frozen=True, slots=True)
class Manner:
    """How a text writes products.

    Attributes:
        mathematical: whether ``*`` and juxtaposition of matrices are their product; elementwise in Python.
        flat: whether vectors have one axis, so that a transpose does nothing to them.
        entrywise: whether the square of a matrix is that of its entries, as in ``sum(L^2)``.
    """

    mathematical: bool
    flat: bool = False
    entrywise: bool = False


def kind_of(tree: Tree, kinds: Mapping[str, SymbolKind], manner: Manner) -> SymbolKind:
    """The kind of a formula whose symbols have these kinds.

    Args:
        tree: the formula.
        kinds: scalar, vector or matrix, by symbol.
        manner: how products of matrices are written.

    Raises:
        ShapeError: parts of it do not fit together.
    """

    def below(node: Tree) -> SymbolKind:
        return kind_of(node, kinds, manner)

    _check_judged(tree)
    match tree:
        case Symbol(name):
            return kinds[name]
        case Negative(operand):
            return below(operand)
        case MatrixProduct(left, right):
            return product_kind(below(left), below(right), manner, tree, explicit=True)
        case Operation("^", base, exponent):
            return power_kind(below(base), below(exponent), exponent, manner, tree)
        case Operation(operator, left, right):
            return joined_kind(operator, below(left), below(right), manner, tree)
        case Call(function, argument):
            found = below(argument)
            if found == "matrix" and manner.mathematical:
                raise _misfit(tree, f"{function} of a matrix is not understood")
            return found
        case MatrixCall(function, argument):
            return _call_kind(function, below(argument), manner, tree)
        case Reshape(operand, "transpose"):
            return _call_kind("transpose", below(operand), manner, tree)
        case Reshape(operand, "entry") if below(operand) != "scalar":
            raise _misfit(tree, "an entry of a matrix is not followed")
        case Stop(operand) | Reshape(operand):
            return below(operand)
        case Reduction(body=body):
            return "vector" if below(body) == "matrix" and tree.has_one_axis else "scalar"
    return "scalar"


def _check_judged(tree: Tree) -> None:
    """Refuse what has no place in a formula of matrices, whatever the kinds of its symbols are."""
    match tree:
        case Symbol(name) if _ENTRY.search(name):
            raise _misfit(tree, "an entry of a matrix is not followed, write log det L")
        case Clip():
            raise _misfit(tree, "a clip is not judged in a formula of matrices")
        case MatrixCall(function, argument):
            if function in _OF_MATRICES and any(map(_is_made_of_several, walk(argument))):
                raise _misfit(tree, "a matrix that is a sum of several is not judged")
        case Reduction("E"):
            raise _misfit(tree, "an expectation has no place in a formula of matrices")


def _is_made_of_several(tree: Tree) -> bool:
    """Whether a part is a sum of several symbols, beside the identity."""
    names = {*free_symbols(tree)} - {"I"}
    return isinstance(tree, Operation) and tree.operator in "+-" and len(names) > 1


def _misfit(tree: Tree, problem: str) -> ShapeError:
    return ShapeError(f"{problem}: {clipped(to_text(tree), _SHOWN)}")


def product_kind(
    left: SymbolKind, right: SymbolKind, manner: Manner, tree: Tree, *, explicit: bool = False
) -> SymbolKind:
    """The kind of a product of matrices, vectors and numbers; `explicit` for one written with ``@``.

    Args:
        left: the kind of the first operand.
        right: the kind of the second one.
        manner: how products of matrices are written.
        tree: the formula.
        explicit: whether @ is written.
    """
    if "scalar" in (left, right):
        if explicit and not manner.mathematical:
            raise _misfit(tree, "a number has no product with @")
        return right if left == "scalar" else left
    match left, right:
        case "matrix", "matrix":
            return "matrix"
        case "matrix", "vector":
            return "vector"
        case "row", "matrix":
            return "row"
        case "row", "vector":
            return "scalar"
        case "vector", "row":
            return "matrix"
        case "vector", "vector" if explicit and (manner.flat or manner.mathematical):
            return "scalar"
        case "vector", "matrix" if explicit and manner.flat:
            return "vector"
    raise _misfit(tree, f"a {left} times a {right}")


def joined_kind(operator: str, left: SymbolKind, right: SymbolKind, manner: Manner, tree: Tree) -> SymbolKind:
    """The kind of a sum, a product or a quotient.

    Args:
        operator: one of + - * / ^.
        left: the kind of the first operand.
        right: the kind of the second one.
        manner: how products of matrices are written.
        tree: the formula.
    """
    if operator == "*" and manner.mathematical:
        return product_kind(left, right, manner, tree)
    if left == right:
        if operator == "/" and manner.mathematical and left != "scalar":
            raise _misfit(tree, f"a {left} divided by a {right}")
        return left
    broadcast = not manner.mathematical or (operator == "/" and right == "scalar")
    if "scalar" in (left, right) and broadcast:
        return right if left == "scalar" else left
    words = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
    raise _misfit(tree, f"a {left} {words[operator]} a {right}")


def power_kind(base: SymbolKind, exponent: SymbolKind, power: Tree, manner: Manner, tree: Tree) -> SymbolKind:
    """The kind of a power; one of a matrix is its inverse or its square in mathematical writing.

    Args:
        base: the kind of what is raised.
        exponent: its kind.
        power: the exponent itself.
        manner: how products of matrices are written.
        tree: the formula.
    """
    if exponent != "scalar":
        raise _misfit(tree, f"a {exponent} as an exponent")
    if base == "matrix" and manner.mathematical and power not in (_MINUS_ONE, _TWO):
        raise _misfit(tree, "a power of a matrix that is no inverse and no square")
    return base


_TWO = Number(Fraction(2))
_MINUS_ONE = Negative(Number(Fraction(1)))


def _call_kind(function: str, argument: SymbolKind, manner: Manner, tree: Tree) -> SymbolKind:
    match function, argument:
        case "trace", "matrix":
            return "scalar"
        case "trace", "scalar":
            return "scalar"  # tr(x^T S x)
        case "det" | "logdet", "matrix":
            return "scalar"
        case "inverse" | "cholesky", "matrix":
            return "matrix"
        case "transpose", "vector" | "row":
            return "vector" if manner.flat or argument == "row" else "row"
        case "transpose", _:
            return argument
        case "diagonal", "matrix":
            return "vector"
        case "diagonal", "vector":
            return "matrix"
        case "bars" | "norm" | "numel", _:
            return "scalar"
        case "eye", "scalar":
            return "matrix"
    raise _misfit(tree, f"the {function} of a {argument}")


def typings(tree: Tree, manner: Manner) -> Iterator[dict[str, SymbolKind]]:
    """The kinds that the symbols can have so that the formula is a number with a matrix in it.

    Raises:
        ShapeError: there are none; what does not fit under the likeliest kinds.
    """
    names = free_symbols(tree)
    if len(names) > _MOST_SYMBOLS:
        raise ShapeError(f"it has {len(names)} symbols, and at most {_MOST_SYMBOLS} are told apart")
    fixed = {
        node.argument.name
        for node in walk(tree)
        if isinstance(node, MatrixCall)
        and node.function in _OF_MATRICES
        and isinstance(node.argument, Symbol)
    }
    choices = [("matrix",) if name in fixed else _ORDER for name in names]
    problem: ShapeError | None = None
    count = 0
    for choice in islice(product(*choices), _MOST_VISITS // len(list(walk(tree)))):
        kinds: dict[str, SymbolKind] = dict(zip(names, choice, strict=True))
        if "matrix" not in choice:
            continue
        try:
            found = kind_of(tree, kinds, manner)
        except ShapeError as error:
            problem = problem or error
            continue
        if found == "scalar":
            count += 1
            yield kinds
        else:
            problem = problem or ShapeError(f"the formula is a {found} and not a number")
    if not count:
        raise problem or ShapeError("no symbol of it can be a matrix")
