"""The small changes that undo mistakes in formulas of matrices: for one node, the trees that may replace it.

Whether a change makes the formula the KL is for the judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from klcli.formula.traversal import walk
from klcli.formula.tree import (
    Call,
    MatrixCall,
    MatrixProduct,
    Number,
    Operation,
    Reduction,
    Symbol,
    Tree,
    operation,
)
from klcli.judge.mistakes.rules.rewriting import HALF, TWO, Site, chain, factored, is_inner, joined, times
from klcli.judge.spaces.matrices.readings import COVARIANCE
from klcli.judge.spaces.matrices.rules.rewriting import Setting, everywhere


def volume_not_doubled(site: Site, setting: Setting) -> Iterator[Tree]:
    """Twice the logarithm of a determinant."""
    if setting.is_volume(site.node) and site.is_term:
        yield operation("*", TWO, site.node)
    found = factored(site.node)
    if found and site.is_term and setting.is_volume(found[1]):
        yield times(Fraction(2), site.node)


def volume_doubled(site: Site, setting: Setting) -> Iterator[Tree]:
    """Half the logarithm of a determinant."""
    if setting.is_volume(site.node) and site.is_term and not site.has_factor:
        yield operation("*", HALF, site.node)
    found = factored(site.node)
    if found and site.is_term and setting.is_volume(found[1]):
        yield times(Fraction(1, 2), site.node)


def dimension(site: Site, setting: Setting) -> Iterator[Tree]:
    """The number of dimensions subtracted where it is no term yet, or in the place of a number."""
    names = setting.way.dimensions
    size = Symbol(names[0] if names else "d")
    parent = site.parent
    above = isinstance(parent, Operation) and parent.operator in "+-"
    if not site.is_term:
        return
    if isinstance(site.node, Number) and above:
        yield operation("*", site.node, size) if site.node.value != 1 else size
    is_sum = isinstance(site.node, Operation) and site.node.operator in "+-" and not is_inner(site)
    if is_sum and not _has_term((*site.above, site.node)[0], size):
        terms = chain(site.node)
        yield joined([*terms, (True, size)])
        yield joined([*terms, (False, size)])
        yield joined([*terms, (True, operation("*", HALF, size))])


def _has_term(tree: Tree, symbol: Symbol) -> bool:
    """Whether a symbol is a term of a sum somewhere, by itself or times numbers."""
    sums = [node for node in walk(tree) if isinstance(node, Operation) and node.operator in "+-"]
    return any(_is_multiple(part, symbol) for node in sums for part in (node.left, node.right))


def _is_multiple(term: Tree, symbol: Symbol) -> bool:
    """Whether a term is a symbol, times numbers."""
    found = factored(term)
    return _is_multiple(found[1], symbol) if found else term == symbol


def inverse_misplaced(site: Site, setting: Setting) -> Iterator[Tree]:
    """The inverse of the other matrix, or none."""
    if not site.above:
        yield everywhere(site.node, lambda node: _without_misplaced(node, setting))
    match site.node:
        case MatrixCall("trace", argument):
            yield MatrixCall("trace", setting.exchanged(argument))
    if setting.inverted(site.node) is not None:
        yield setting.exchanged(site.node)
        yield setting.inverted(site.node) or site.node
    factors = setting.factors(site.node)
    for place, factor in enumerate(factors):
        if len(factors) > 2 and setting.inverted(factor) is not None:
            yield setting.joined([*factors[:place], *factors[place + 1 :]])


def _without_misplaced(node: Tree, setting: Setting) -> Tree | None:
    """A term that has an inverse in it, with the two matrices exchanged; None for what is no such term."""
    if setting.is_volume(node):
        return node
    if isinstance(node, MatrixCall) and node.function == "trace":
        return MatrixCall("trace", setting.exchanged(node.argument))
    return setting.exchanged(node) if setting.inverted(node) is not None else None


def ratio_upside_down(site: Site, setting: Setting) -> Iterator[Tree]:
    """The other sign of the logarithms of determinants."""
    node = site.node
    match node:
        case Call("log", Operation("/", above, below)) if setting.is_volume(node):
            yield Call("log", operation("/", below, above))
        case Call("log") | MatrixCall("logdet") if setting.is_volume(node):
            if (changed := setting.exchanged(node)) is not node:
                yield changed
        case Operation("+", left, right) if setting.has_volume(right):
            yield operation("-", left, right)
        case Operation("-", left, right) if setting.has_volume(right):
            yield operation("+", left, right)
    if isinstance(node, Operation) and node.operator in "+-" and not is_inner(site):
        terms = [(sign != setting.has_volume(term), term) for sign, term in chain(node)]
        if setting.has_volume(terms[0][1]):
            terms[0] = (False, times(Fraction(-1), terms[0][1]))
        yield joined(terms)
    if not site.above:
        yield everywhere(node, lambda part: setting.exchanged(part) if setting.is_volume(part) else None)


def trace_of_product(site: Site, setting: Setting) -> Iterator[Tree]:
    """The trace of a product taken apart into a sum; one factor where there are two of one matrix."""
    if not isinstance(site.node, MatrixCall) or site.node.function != "trace":
        return
    factors = setting.factors(site.node.argument)
    shared = factors[:1] if setting.inverted(factors[0]) is not None else []
    moments = [setting.kind(factor) for factor in factors[-2:]] == ["vector", "row"]
    if moments and len(factors) - len(shared) > 2:
        first = MatrixCall("trace", setting.joined(factors[:-2]))
        yield operation("+", first, setting.form(factors[-1], shared, factors[-2]))
    if len(factors) == 2 and factors[0] == factors[1]:
        yield MatrixCall("trace", factors[0])


def inverse_forgotten(site: Site, setting: Setting) -> Iterator[Tree]:
    """The inverse of a matrix; the prior's precision within an inner product."""
    node, parent = site.node, site.parent
    prior = setting.way.head("p")
    if any(map(setting.is_volume, site.above)):
        return
    if isinstance(node, Symbol) and setting.is_matrix(node) and not _inverts(parent):
        yield setting.inverse(node)
    if prior is None or prior.reading is not COVARIANCE:
        return
    weighed = _weighed(node, prior.name, setting)
    if weighed is not None:
        yield weighed
    if not site.above:
        yield everywhere(node, lambda part: _with_precision(part, prior.name, setting))


def _weighed(node: Tree, prior: str, setting: Setting) -> Tree | None:
    """An inner product with the prior's precision between its factors; None for what is none."""
    factors = setting.factors(node)
    plain = len(factors) == 2 and {setting.kind(part) for part in factors} <= {"vector", "row"}
    if not plain or setting.kind(node) != "scalar":
        return None
    return setting.joined([factors[0], setting.inverse(Symbol(prior)), factors[1]])


def _with_precision(node: Tree, prior: str, setting: Setting) -> Tree | None:
    """A term with the prior's precision; None for what is no such term."""
    if setting.is_volume(node) or setting.inverted(node) is not None:
        return node
    if node == Symbol(prior):
        return setting.inverse(node)
    return _weighed(node, prior, setting)


def _inverts(parent: Tree | None) -> bool:
    return (isinstance(parent, MatrixCall) and parent.function == "inverse") or (
        isinstance(parent, Operation) and parent.operator == "^"
    )


def sum_for_trace(site: Site, setting: Setting) -> Iterator[Tree]:
    """The trace of what is summed."""
    if isinstance(site.node, Reduction) and setting.is_matrix(site.node.body):
        yield MatrixCall("trace", site.node.body)


def factor_for_covariance(site: Site, setting: Setting) -> Iterator[Tree]:
    """A Cholesky factor times its transpose."""
    if isinstance(site.node, Symbol) and setting.is_matrix(site.node) and site.is_term:
        yield setting.gram(site.node)


def log_forgotten(site: Site, setting: Setting) -> Iterator[Tree]:
    """The logarithm of a determinant."""
    node = site.node
    match node:
        case MatrixCall("det" | "bars", argument) if setting.is_matrix(argument):
            yield Call("log", node)
        case Operation("/", MatrixCall("det" | "bars"), MatrixCall("det" | "bars")):
            yield Call("log", node)
        case Call("log", MatrixCall("trace", argument)):
            yield Call("log", MatrixCall("det", argument))
        case Reduction(kind, index, MatrixCall("diagonal") as diagonal):
            yield Reduction(kind, index, Call("log", diagonal))


def transpose_forgotten(site: Site, setting: Setting) -> Iterator[Tree]:
    """A matrix times its transpose in the place of its square."""
    match site.node:
        case MatrixProduct(left, right) | Operation("*", left, right) if left == right:
            if setting.is_matrix(left):
                yield setting.gram(left)
        case Operation("^", base, Number(value)) if value == 2 and setting.is_matrix(base):
            yield setting.gram(base)
