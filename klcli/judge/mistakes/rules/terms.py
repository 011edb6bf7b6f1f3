"""Small changes of terms, their signs, symbols and brackets that undo mistakes.

A rule knows the roles of the symbols and nothing else; whether a change makes the formula the KL is for the
judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Call, Negative, Number, Operation, Symbol, Tree, number, operation
from klcli.judge.mistakes.rules.rewriting import (
    HALF,
    ONE,
    TWO,
    Site,
    SymbolRoles,
    chains,
    factored,
    is_half,
    joined,
    times,
)


def plus_for_times(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The product of what is added to 1/2."""
    match site.node:
        case Operation("+" | "-", left, right) if is_half(left):
            yield operation("*", left, right)
        case Operation("+" | "-", left, right) if is_half(right):
            yield operation("*", left, right)
    for start, terms in chains(site):
        if is_half(start) and len(terms) > 2:
            yield operation("*", start, joined(terms[1:]))


def sign_of_term(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The other sign of a term."""
    match site.node:
        case Operation(_, Number(value)) if value == 0:
            pass  # other terms were set aside: the sign is that of the whole
        case Operation("+", left, right):
            yield operation("-", left, right)
        case Operation("-", left, right):
            yield operation("+", left, right)
            if set(free_symbols(site.node)) == symbols.heads and len(symbols.heads) > 1:
                yield operation("-", right, left)  # log s1 - log s2, which are one term of the KL
        case Call("exp", argument):
            yield Call("exp", times(Fraction(-1), argument))
    for start, terms in chains(site):
        yield joined([(False, times(Fraction(-1), start)), *terms[1:]])
        yield from _with_exchanged_logs(terms, symbols)


def _with_exchanged_logs(terms: list[tuple[bool, Tree]], symbols: SymbolRoles) -> Iterator[Tree]:
    """A sum in which the logarithms of the two scales, one term of the KL, have each other's signs."""
    logs = [number for number, (_, term) in enumerate(terms) if _is_log_scale(term, symbols)]
    if len(logs) != len(symbols.heads) or len(logs) < 2:
        return
    if {terms[number][0] for number in logs} == {True, False}:
        yield joined([(negative != (number in logs), term) for number, (negative, term) in enumerate(terms)])


def _is_log_scale(term: Tree, symbols: SymbolRoles) -> bool:
    """Whether a term is a head, or the logarithm of one, perhaps with a factor."""
    found = factored(term)
    rest = found[1] if found else term
    return symbols.of_heads(rest) and (
        isinstance(rest, Symbol) or (isinstance(rest, Call) and rest.function == "log")
    )


def sign_of_whole(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The other sign of the whole."""
    if not site.is_whole:
        return
    match site.node:
        case Negative(operand):
            yield operand
        case Operation("-", Number(value) as left, right) if value == 0:
            yield operation("+", left, right)
        case Operation("+", Number(value) as left, right) if value == 0:  # another term, which stays
            yield operation("-", left, right)
            yield Negative(site.node)
        case Operation("+", left, Number(value) as right) if value == 0:
            yield operation("+", Negative(left), right)
            yield Negative(site.node)
        case Number():
            yield Negative(site.node)
        case _ if not site.above:
            yield Negative(site.node)


def other_symbol(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The symbol of the other Gaussian."""
    if isinstance(site.node, Symbol):
        for names in (symbols.heads, symbols.means):
            if site.node.name in names:
                yield from (Symbol(name) for name in sorted(names) if name != site.node.name)


def constant(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """Another constant."""
    if not site.is_term:
        return
    parent = site.parent
    is_added = parent is None or (isinstance(parent, Operation) and parent.operator in "+-")
    match site.node:
        case Number(value) if is_added:
            for change in (Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(-1, 2)):
                if value + change > 0:
                    yield number(value + change)
    for start, terms in chains(site):
        for place, (_, term) in enumerate(terms):
            if isinstance(term, Number) and len(terms) > 2 and place:
                yield joined(terms[:place] + terms[place + 1 :])
        if isinstance(start, Number):
            yield joined(terms[1:])
        yield joined([(False, ONE), *terms])
        yield joined([*terms, (True, ONE)])
        yield joined([*terms, (True, HALF)])
        yield joined([*terms, (False, HALF)])


def log_ratio(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """The logarithm of a quotient."""
    match site.node:
        case Operation("/", Call("log", above), Call("log", below)):
            yield Call("log", operation("/", above, below))
            yield operation("-", Call("log", above), Call("log", below))
        case Operation("/", above, below) if (
            symbols.is_head(above) and symbols.is_head(below) and site.is_term
        ):
            yield operation("-", above, below)
        case Call("exp", Operation("/", above, below)) if symbols.of_heads(site.node):
            yield Call("exp", operation("-", above, below))


def prior_variance(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """A term divided by the variance of the prior."""
    prior, parent = symbols.prior_variance, site.parent
    divides = isinstance(parent, Operation) and parent.operator == "/" and parent.right is site.node
    squared = isinstance(parent, Operation) and parent.operator == "^"
    if prior is None or divides or squared or not site.is_term:
        return
    match site.node:
        case Operation("^" | "/" | "+" | "-") | Symbol() | Call("exp" | "sqrt" | "softplus"):
            yield operation("/", site.node, prior)


def bracket_too_short(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """Two terms of a sum, the first of which has to be divided, too, as one quotient."""
    if not site.is_term:
        return
    for _, terms in chains(site):
        for place, (negative, term) in enumerate(terms):
            for other, (sign, divided) in enumerate(terms):
                if other == place or sign != negative or not (_quadratic(term) and _is_halved(divided)):
                    continue
                for whole in _gathered(divided, term, symbols):
                    rest = [(sign, whole) if n == other else one for n, one in enumerate(terms)]
                    yield joined([one for n, one in enumerate(rest) if n != place])


def _quadratic(term: Tree) -> bool:
    return bool(free_symbols(term)) and not (isinstance(term, Call) and term.function == "log")


def _is_halved(divided: Tree) -> bool:
    """Whether a number is lost with the bracket: without one, only the variance of the prior is forgotten."""
    parts = (divided.left, divided.right) if isinstance(divided, Operation) else ()
    return any(factored(part) for part in (divided, *parts))


def _gathered(divided: Tree, term: Tree, symbols: SymbolRoles) -> Iterator[Tree]:
    """A quotient with one more term in its numerator, or a product with the inverse of a variance."""
    match divided:
        case Operation("/", above, below):
            if not symbols.of_means(below):
                yield operation("/", operation("+", term, above), below)
            for whole in _gathered(above, term, symbols):
                yield operation("/", whole, below)
        case Operation("*", left, right):
            for one, other, is_left in ((left, right, True), (right, left, False)):
                if symbols.of_heads(other) or not free_symbols(other):
                    both = operation("+", term, one)
                    yield operation("*", both, other) if is_left else operation("*", other, both)


def two_readings(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """What another reading would have in the place of a term of the head."""
    node = site.node
    if not symbols.of_heads(node):
        return
    match node:
        case Operation("/", above, below) if symbols.is_head(above) and symbols.is_head(below):
            yield Call("exp", operation("-", above, below))
            yield Call("exp", operation("*", TWO, operation("-", above, below)))
        case Call("log" | "exp" | "sqrt", argument):
            yield argument
        case Operation("^", base, Number(value)) if value == 2:
            yield Call("exp", base)
            yield Call("exp", operation("*", TWO, base))
    if (found := factored(node)) and isinstance(found[1], Call) and found[1].function == "log":
        yield found[1].argument
    match node:
        case Call("exp", argument):
            bare = found[1] if (found := factored(argument)) else argument
            yield operation("^", bare, TWO)
            yield bare
    if symbols.is_head(node) and site.is_term:
        yield Call("log", node)
        yield Call("exp", node)
        yield operation("*", TWO, Call("log", node))
        yield Call("exp", operation("*", TWO, node))
