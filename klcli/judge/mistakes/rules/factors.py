"""Small changes of a factor, a power or a function that undo mistakes.

A rule knows the roles of the symbols and nothing else; whether a change makes the formula the KL is for the
judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from klcli.formula.tree import (
    Call,
    Negative,
    Number,
    Operation,
    Reduction,
    Symbol,
    Tree,
    number,
    operation,
)
from klcli.judge.mistakes.rules.rewriting import (
    HALF,
    TWO,
    Site,
    SymbolRoles,
    chain,
    chains,
    factored,
    is_half,
    joined,
    times,
)
from klcli.values import replace


def _is_log(site: Site, symbols: SymbolRoles) -> bool:
    """Whether a node is a logarithm of a scale, or a head that stands for one."""
    node = site.node
    if isinstance(node, Call) and node.function in ("log", "log1p"):
        return not symbols.of_means(node.argument)
    if isinstance(node, Operation) and node.operator == "-":
        return symbols.is_head(node.left) and symbols.is_head(node.right) and site.is_term
    return symbols.is_head(node) and site.is_term


def factor_lost(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """Twice a logarithm."""
    if _is_log(site, symbols):
        yield operation("*", TWO, site.node)
    if (found := factored(site.node)) and _is_log(Site(found[1], site.above, site.put), symbols):
        yield times(Fraction(2), site.node)


def factor_doubled(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """Half a logarithm."""
    if _is_log(site, symbols):
        if not site.has_factor:
            yield operation("*", HALF, site.node)
        match site.node:
            case Call("log", Operation("^", base, Number(value))) if value == 2:
                yield Call("log", base)
    if (found := factored(site.node)) and _is_log(Site(found[1], site.above, site.put), symbols):
        yield times(Fraction(1, 2), site.node)


def not_squared(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The square of a scale."""
    if isinstance(site.node, Call) and site.node.function in ("exp", "log", "log1p", "expm1"):
        return
    of_heads = symbols.of_heads(site.node)
    if isinstance(site.node, Call) and site.node.function == "sqrt" and site.is_term and of_heads:
        yield site.node.argument
    parent = site.parent
    squared = isinstance(parent, Operation) and parent.operator == "^"
    if of_heads and site.is_term and not squared and not isinstance(site.node, Negative):
        yield operation("^", site.node, TWO)


def exp_not_squared(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The exponential of twice the argument."""
    if isinstance(site.node, Call) and site.node.function == "exp" and symbols.of_heads(site.node):
        if not factored(site.node.argument):
            yield Call("exp", operation("*", TWO, site.node.argument))
        yield operation("^", site.node, TWO)
        yield Call("exp", times(Fraction(2), site.node.argument))


def squared_too_often(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The base of a square, the exponential of half the argument."""
    if not symbols.of_heads(site.node):
        return
    match site.node:
        # A square, and the square of a square.
        case Operation("^", base, Number(value)) if value in (2, 4):
            yield base if value == 2 else operation("^", base, TWO)
        case Operation("*", left, right) if left == right:
            yield left
        case Call("exp", argument):
            yield Call("exp", times(Fraction(1, 2), argument))
        case _ if symbols.is_head(site.node) and site.is_term:
            yield Call("sqrt", site.node)


def half_missing(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """Half a term, or a factor that reaches over all terms."""
    if not site.is_term:
        return
    parent = site.parent
    in_sum = isinstance(parent, Operation) and parent.operator in "+-"
    if parent is None or isinstance(parent, Negative) or in_sum:
        yield times(Fraction(1, 2), site.node)
    # A bracket that closes too early: -0.5 * (1 + s) - mu^2 - exp(s)
    for start, terms in chains(site):
        if len(terms) > 1 and (found := factored(start)):
            value, rest = found
            factor = number(value, "0.5" if is_half(number(value)) else "")
            if isinstance(rest, Reduction):
                whole = joined([*chain(rest.body), *terms[1:]])
                yield operation("*", factor, replace(rest, body=whole, span=None))
            else:
                yield operation("*", factor, joined([*chain(rest), *terms[1:]]))


def half_too_often(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """Twice a term that is halved."""
    found = factored(site.node)
    if site.is_term and found and abs(found[0]) <= Fraction(1, 2):
        yield times(Fraction(2), site.node)


def factor_missing(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The whole times -1/2."""
    if not site.above:
        yield operation("*", Negative(HALF), site.node)


def mean_not_squared(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The square of a mean."""
    node, parent = site.node, site.parent
    squared = isinstance(parent, Operation) and parent.operator == "^"
    if squared or not symbols.of_means(node) or not site.is_term:
        return
    match node:
        case Symbol() | Operation("-") | Call("sqrt"):
            yield operation("^", node, TWO)
        case Call("abs" | "exp", argument):
            yield operation("^", argument, TWO)
        case Operation("^", base, Number(value)) if value not in (1, 2):
            yield operation("^", base, TWO)
        case Operation("*", base, Number(value)) | Operation("*", Number(value), base) if value == 2:
            yield operation("^", base, TWO)


def log_squared(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The logarithm of a square."""
    match site.node:
        case Operation("^", Call("log", argument) as log, Number(value)) if (
            symbols.of_heads(log) and value == 2
        ):
            yield Call("log", operation("^", argument, TWO))
            yield operation("*", TWO, log)
