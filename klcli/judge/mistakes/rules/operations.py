"""Small changes of brackets, quotients and functions that undo mistakes in the operations of a formula.

A rule knows the roles of the symbols and nothing else; whether a change makes the formula the KL is for the
judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from klcli.formula.traversal import children, free_symbols, rebuilt, walk
from klcli.formula.tree import Call, Number, Operation, Tree, operation
from klcli.judge.mistakes.rules.rewriting import (
    ONE,
    TWO,
    Site,
    SymbolRoles,
    chain,
    chains,
    factored,
    joined,
    times,
)


def _square(tree: Tree) -> Tree:
    return operation("^", tree, TWO)


def _squared(tree: Tree) -> Tree | None:
    """What a tree is the square of; None where it is none."""
    match tree:
        case Operation("^", base, Number(value)) if value == 2:
            return base
    return None


def square_apart(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The squares of a mean and of a scale for the square of their sum, and the square of a difference."""
    if (base := _squared(site.node)) and (parts := _by_roles(base, symbols)):
        yield operation("+", *map(_square, parts))
    match site.node:
        case Operation("-", left, right) if (below := _squared(right)) and symbols.of_means(site.node):
            yield _square(operation("-", _squared(left) or left, below))
    for _, terms in chains(site):
        squares = [(place, base) for place, (_, term) in enumerate(terms) if (base := _squared(term))]
        means = [(place, base) for place, base in squares if symbols.of_means(base)]
        for place, base in means:
            for other, below in means:
                if place < other and terms[place][0] != terms[other][0]:
                    whole = (terms[place][0], _square(operation("-", base, below)))
                    rest = [whole if n == place else one for n, one in enumerate(terms)]
                    yield joined([one for n, one in enumerate(rest) if n != other])


def _by_roles(base: Tree, symbols: SymbolRoles) -> tuple[Tree, Tree] | None:
    """The means and the scales of a sum of both."""
    terms = chain(base)
    means = [one for one in terms if symbols.of_means(one[1])]
    heads = [one for one in terms if symbols.of_heads(one[1])]
    whole = bool(means and heads) and len(means) + len(heads) == len(terms)
    return (joined(heads), joined(means)) if whole else None


def quotient_turned(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """A quotient of scales the other way around, or for their product or difference."""
    match site.node:
        case Operation("/", above, below) if symbols.of_heads(below):
            if symbols.of_heads(above):
                yield operation("/", below, above)
            elif not free_symbols(above):
                yield operation("*", above, below)
        case Operation("*", left, right) if symbols.of_heads(right) and symbols.of_means(left):
            yield operation("/", left, right)
        case Operation("*", left, right) if symbols.of_heads(left) and symbols.of_means(right):
            yield operation("/", right, left)
    for _, terms in chains(site):
        scales = [place for place, (_, term) in enumerate(terms) if _is_scale(term, symbols)]
        for place in scales:
            for other in scales:
                if terms[place][0] != terms[other][0] and not terms[place][0]:
                    ratio = (False, operation("/", terms[place][1], terms[other][1]))
                    rest = [ratio if n == place else one for n, one in enumerate(terms)]
                    yield joined([one for n, one in enumerate(rest) if n != other])


def _is_scale(term: Tree, symbols: SymbolRoles) -> bool:
    """Whether a term is a variance or a standard deviation: of one head, and no logarithm of it."""
    is_log = any(isinstance(node, Call) and node.function == "log" for node in walk(term))
    return symbols.of_heads(term) and len(free_symbols(term)) == 1 and not is_log


def product_for_sum(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The sum and the difference of what is multiplied, one a term of means and one of scales."""
    match site.node:
        case Operation("*", left, right) if site.is_term and (
            (symbols.of_means(left) and symbols.of_heads(right))
            or (symbols.of_heads(left) and symbols.of_means(right))
        ):
            yield operation("+", left, right)
            yield operation("-", left, right)


def constant_in_log(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The constant outside of the logarithm."""
    match site.node:
        case Call(
            "log",
            Operation("+", Number() as constant, argument) | Operation("+", argument, Number() as constant),
        ):
            yield operation("+", constant, Call("log", argument))
        case Call("log1p", argument):
            yield operation("+", ONE, Call("log", argument))


def deviation_for_variance(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The variance wherever the standard deviation stands, which is more than once."""
    if site.above:
        return
    places: list[Tree] = []

    def whole(node: Tree) -> Tree:
        found = factored(node)
        match node:
            case Call("sqrt", argument) if symbols.is_head(argument):
                places.append(node)
                return argument
        if found and found[0] == Fraction(1, 2) and _is_log_scale(found[1], symbols):
            places.append(node)
            return found[1]
        return rebuilt(node, list(map(whole, children(node))))

    changed = whole(site.node)
    if len(places) > 1:
        yield changed


def _is_log_scale(tree: Tree, symbols: SymbolRoles) -> bool:
    match tree:
        case Call("log", argument):
            return symbols.is_head(argument)
    return symbols.is_head(tree)


def other_base(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The natural logarithm for one of another base, which is divided by that of the base."""
    match site.node:
        case Operation("/", Call("log", argument) as log, Call("log", base)) if free_symbols(
            argument
        ) and not free_symbols(base):
            yield log


def factor_in_square(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The factor outside of the square."""
    if (base := _squared(site.node)) and (found := factored(base)) and found[0] > 0:
        yield times(found[0], _square(found[1]))


def square_in_exponential(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The square of an exponential."""
    match site.node:
        case Call("exp", argument) if (base := _squared(argument)) and symbols.of_heads(base):
            yield _square(Call("exp", base))


def functions_exchanged(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """Two terms with each other's functions: an exponential and a square, a logarithm and its argument."""
    if not site.above:
        yield _powers_exchanged(site.node, symbols)
    for _, terms in chains(site):
        for place, (_, term) in enumerate(terms):
            for other, (_, function) in enumerate(terms):
                if isinstance(function, Call) and function.argument == term and symbols.of_heads(term):
                    own = {place: (terms[place][0], function), other: (terms[other][0], term)}
                    yield joined([own.get(n, one) for n, one in enumerate(terms)])


def _powers_exchanged(node: Tree, symbols: SymbolRoles) -> Tree:
    """The square of a mean for its exponential, and the exponential of a head for its square."""
    match node:
        case Call("exp", argument) if symbols.of_means(argument):
            return _square(argument)
    if (base := _squared(node)) and symbols.is_head(base):
        return Call("exp", base)
    return rebuilt(node, [_powers_exchanged(child, symbols) for child in children(node)])
