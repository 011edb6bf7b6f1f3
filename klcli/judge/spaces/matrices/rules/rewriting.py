"""What the changes that undo mistakes in formulas of matrices are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from klcli.formula.traversal import children, free_symbols, rebuilt, substitute, walk
from klcli.formula.tree import (
    Call,
    MatrixCall,
    MatrixProduct,
    Negative,
    Number,
    Operation,
    Reduction,
    Symbol,
    Tree,
    operation,
)
from klcli.formula.value.small_arrays import ShapeError
from klcli.formula.value.symbol_kinds import Manner, SymbolKind, kind_of
from klcli.judge.spaces.matrices.readings import CHOLESKY, COVARIANCE, PRECISION
from klcli.judge.ways import Head, Way
from klcli.values import dataclass, field

_MINUS_ONE = Negative(Number(Fraction(1)))


@dataclass(frozen=True, slots=True)
class Setting:
    """What the rules know of a formula: the kinds and roles of its symbols, and how it writes products.

    `others` are the values of the numbers that are neither mean nor matrix nor number of dimensions.
    """

    manner: Manner
    kinds: Mapping[str, SymbolKind]
    way: Way
    others: Mapping[str, Fraction] = field(default_factory=dict)

    def kind(self, tree: Tree) -> SymbolKind | None:
        """The kind of a part; None if it has none."""
        try:
            return kind_of(tree, self.kinds, self.manner)
        except (ShapeError, KeyError):
            return None

    def is_matrix(self, tree: Tree) -> bool:
        """Whether a part is a matrix."""
        return self.kind(tree) == "matrix"

    def product(self, left: Tree, right: Tree) -> Tree:
        """The product of two parts, as the text writes it."""
        return operation("*", left, right) if self.manner.mathematical else MatrixProduct(left, right)

    def inverse(self, tree: Tree) -> Tree:
        """The inverse, as the text writes it."""
        return operation("^", tree, _MINUS_ONE) if self.manner.mathematical else MatrixCall("inverse", tree)

    def gram(self, tree: Tree) -> Tree:
        """A matrix times its transpose."""
        return self.product(tree, MatrixCall("transpose", tree))

    def covariance(self, head: Head) -> Tree:
        """The covariance of a Gaussian by its matrix."""
        symbol = Symbol(head.name)
        if head.reading is COVARIANCE:
            return symbol
        return self.gram(symbol) if head.reading is CHOLESKY else self.inverse(symbol)

    def precision(self, head: Head) -> Tree:
        """The inverse of the covariance of a Gaussian by its matrix."""
        return Symbol(head.name) if head.reading is PRECISION else self.inverse(self.covariance(head))

    def factors(self, tree: Tree) -> list[Tree]:
        """The factors of a product of matrices and vectors, from left to right."""
        match tree:
            case MatrixProduct(left, right):
                return [*self.factors(left), *self.factors(right)]
            case Operation("*", left, right) if self.manner.mathematical:
                return [*self.factors(left), *self.factors(right)]
        return [tree]

    def joined(self, factors: list[Tree]) -> Tree:
        """The product of factors."""
        whole = factors[0]
        for factor in factors[1:]:
            whole = self.product(whole, factor)
        return whole

    def form(self, row: Tree, between: list[Tree], vector: Tree) -> Tree:
        """The number row @ between @ vector; without transposes in Python, where vectors have one axis.

        Args:
            row: a vector that lies.
            between: matrices.
            vector: one that stands.
        """
        if not self.manner.mathematical and isinstance(row, MatrixCall) and row.function == "transpose":
            row = row.argument
        return self.joined([row, *between, vector])

    def inverted(self, tree: Tree) -> Tree | None:
        """What a part is the inverse of."""
        match tree:
            case MatrixCall("inverse", argument):
                return argument
            case Operation("^", base, exponent) if exponent == _MINUS_ONE and self.is_matrix(base):
                return base
        return None

    def is_volume(self, tree: Tree) -> bool:
        """Whether a part is the logarithm of a determinant, or a sum of logarithms of a diagonal."""
        match tree:
            case MatrixCall("logdet"):
                return True
            case Call("log", argument):
                return self.kind(argument) == "scalar" and any(
                    isinstance(node, MatrixCall) and node.function in ("det", "bars")
                    for node in walk(argument)
                )
            case Reduction(body=body):
                return any(isinstance(node, Call) and node.function == "log" for node in walk(body))
        return False

    def has_volume(self, tree: Tree) -> bool:
        """Whether a part has the logarithm of a determinant in it."""
        return any(map(self.is_volume, walk(tree)))

    def exchanged(self, tree: Tree) -> Tree:
        """A part with the matrices of posterior and prior exchanged."""
        q, p = self.way.head("q"), self.way.head("p")
        if q is None or p is None or not {q.name, p.name} & {*free_symbols(tree)}:
            return tree
        return substitute(tree, {q.name: Symbol(p.name), p.name: Symbol(q.name)})


def everywhere(tree: Tree, change: Callable[[Tree], Tree | None]) -> Tree:
    """The tree with every part replaced for which `change` gives another one."""
    if (found := change(tree)) is not None:
        return found
    return rebuilt(tree, [everywhere(child, change) for child in children(tree)])
