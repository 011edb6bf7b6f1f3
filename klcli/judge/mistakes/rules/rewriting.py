"""Small changes at one place of a formula: what the repairs of mistakes are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import reduce

from klcli.formula.traversal import children, free_symbols, rebuilt
from klcli.formula.tree import Call, Negative, Number, Operation, Symbol, Tree, number, operation
from klcli.values import dataclass

ONE, TWO, HALF = Number(Fraction(1)), Number(Fraction(2)), Number(Fraction(1, 2), "0.5")


@dataclass(frozen=True, slots=True)
class SymbolRoles:
    """The symbols of a formula by their roles, and the variance of a prior with a head of its own."""

    means: frozenset[str]
    heads: frozenset[str]
    prior_variance: Tree | None = None

    def is_head(self, tree: Tree) -> bool:
        """Whether a tree is the symbol of a head."""
        return isinstance(tree, Symbol) and tree.name in self.heads

    def of_heads(self, tree: Tree) -> bool:
        """Whether a tree depends on heads and on nothing else."""
        names = free_symbols(tree)
        return bool(names) and set(names) <= self.heads

    def of_means(self, tree: Tree) -> bool:
        """Whether a tree depends on means and on nothing else."""
        names = free_symbols(tree)
        return bool(names) and set(names) <= self.means


@dataclass(frozen=True, slots=True)
class Site:
    """One node of a formula, what is above it, and the formula with another tree in its place."""

    node: Tree
    above: tuple[Tree, ...]
    put: Callable[[Tree], Tree]

    @property
    def parent(self) -> Tree | None:
        """The node directly above."""
        return self.above[-1] if self.above else None

    @property
    def is_term(self) -> bool:
        """Whether nothing but sums, signs and factors is above."""
        return not any(
            isinstance(node, Call) or (isinstance(node, Operation) and node.operator == "^")
            for node in self.above
        )

    @property
    def is_whole(self) -> bool:
        """Whether the value of the formula is proportional to that of the node."""
        sums = (isinstance(node, Operation) and node.operator in "+-" for node in self.above)
        return self.is_term and not any(sums)

    @property
    def has_factor(self) -> bool:
        """Whether a number multiplies the node, or divides it."""
        parent = self.parent
        if not isinstance(parent, Operation) or parent.operator not in "*/":
            return False
        other = parent.right if parent.left is self.node else parent.left
        return isinstance(other, Number | Negative) and not free_symbols(other)


def sites(tree: Tree) -> Iterator[Site]:
    """Every node of a formula with its surroundings."""

    def visit(node: Tree, above: tuple[Tree, ...], put: Callable[[Tree], Tree]) -> Iterator[Site]:
        yield Site(node, above, put)
        below = children(node)
        for place, child in enumerate(below):

            def put_below(new: Tree, place: int = place) -> Tree:
                return put(rebuilt(node, (*below[:place], new, *below[place + 1 :])))

            yield from visit(child, (*above, node), put_below)

    yield from visit(tree, (), lambda new: new)


def factored(tree: Tree) -> tuple[Fraction, Tree] | None:
    """A product with a number in front, a quotient by one or a negative as the number and the rest."""
    match tree:
        case Negative(operand):
            return (Fraction(-1), operand) if not isinstance(operand, Number) else None
        case Operation("*", Number(value), rest) | Operation("*", rest, Number(value)):
            return value, rest
        case Operation("*", Negative(Number(value)), rest) | Operation("*", rest, Negative(Number(value))):
            return -value, rest
        case Operation("/", rest, Number(value)) if value:
            return 1 / value, rest
    return None


def times(factor: Fraction, tree: Tree) -> Tree:
    """A number times a tree, joined with the number that stands in front of it already."""
    value, rest = factored(tree) or (Fraction(1), tree)
    value *= factor
    if value == 1:
        return rest
    if value == -1:
        return Negative(rest)
    # 0.5, 0.25 and 0.125 are as short as the fractions.
    written = str(float(value)) if value.denominator in (2, 4, 8) else ""
    return operation("*", number(value, written.removeprefix("-")), rest)


def is_half(tree: Tree) -> bool:
    """Whether a tree is 1/2 or -1/2."""
    bare = tree.operand if isinstance(tree, Negative) else tree
    return isinstance(bare, Number) and bare.value == Fraction(1, 2)


def chain(tree: Tree) -> list[tuple[bool, Tree]]:
    """The terms of a sum with their signs: True for what is subtracted."""
    if isinstance(tree, Operation) and tree.operator in ("+", "-"):
        return [*chain(tree.left), (tree.operator == "-", tree.right)]
    return [(False, tree)]


def joined(terms: list[tuple[bool, Tree]]) -> Tree:
    """The sum of terms with signs."""
    (negative, first), *rest = terms
    start = Negative(first) if negative else first
    return reduce(lambda sum_, term: operation("-" if term[0] else "+", sum_, term[1]), rest, start)


def chains(site: Site) -> Iterator[tuple[Tree, list[tuple[bool, Tree]]]]:
    """The terms of the whole sum that begins at a node."""
    parent = site.parent
    inner = isinstance(parent, Operation) and parent.operator in "+-" and parent.left is site.node
    if isinstance(site.node, Operation) and site.node.operator in "+-" and not inner:
        terms = chain(site.node)
        yield terms[0][1], terms


def is_inner(site: Site) -> bool:
    """Whether a sum is only the beginning of one."""
    parent = site.parent
    return isinstance(parent, Operation) and parent.operator in "+-" and parent.left is site.node
