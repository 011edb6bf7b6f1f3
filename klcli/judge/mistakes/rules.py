"""The small changes that undo mistakes: for one node of a formula, the trees that may stand in its place.

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
    free_symbols,
    number,
    operation,
)
from klcli.judge.mistakes.rewriting import (
    HALF,
    ONE,
    TWO,
    Site,
    Symbols,
    chain,
    factored,
    is_half,
    joined,
    times,
)
from klcli.values import replace

__all__ = [
    "bracket_too_short",
    "constant",
    "exp_not_squared",
    "factor_doubled",
    "factor_lost",
    "factor_missing",
    "half_missing",
    "half_too_often",
    "log_ratio",
    "log_squared",
    "mean_not_squared",
    "not_squared",
    "other_symbol",
    "plus_for_times",
    "prior_variance",
    "sign_of_term",
    "sign_of_whole",
    "squared_too_often",
    "two_readings",
]


def _is_log(site: Site, symbols: Symbols) -> bool:
    """Whether a node is a logarithm of a scale, or a head that stands for one."""
    node = site.node
    if isinstance(node, Call) and node.function in ("log", "log1p"):
        return not symbols.of_means(node.argument)
    if isinstance(node, Operation) and node.operator == "-":
        return symbols.is_head(node.left) and symbols.is_head(node.right) and site.is_term
    return symbols.is_head(node) and site.is_term


def factor_lost(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """Twice a logarithm."""
    if _is_log(site, symbols):
        yield operation("*", TWO, site.node)
    if (found := factored(site.node)) and _is_log(Site(found[1], site.above, site.put), symbols):
        yield times(Fraction(2), site.node)


def factor_doubled(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """Half a logarithm."""
    if _is_log(site, symbols):
        if not site.has_factor:
            yield operation("*", HALF, site.node)
        match site.node:
            case Call("log", Operation("^", base, Number(value))) if value == 2:
                yield Call("log", base)
    if (found := factored(site.node)) and _is_log(Site(found[1], site.above, site.put), symbols):
        yield times(Fraction(1, 2), site.node)


def not_squared(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """The square of a scale."""
    if isinstance(site.node, Call) and site.node.function in ("exp", "log", "log1p", "expm1"):
        return
    if isinstance(site.node, Call) and site.node.function == "sqrt" and site.is_term:
        yield site.node.argument
    parent = site.parent
    squared = isinstance(parent, Operation) and parent.operator == "^"
    if symbols.of_heads(site.node) and site.is_term and not squared and not isinstance(site.node, Negative):
        yield operation("^", site.node, TWO)


def exp_not_squared(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """The exponential of twice the argument."""
    if isinstance(site.node, Call) and site.node.function == "exp" and symbols.of_heads(site.node):
        if not factored(site.node.argument):
            yield Call("exp", operation("*", TWO, site.node.argument))
        yield operation("^", site.node, TWO)
        yield Call("exp", times(Fraction(2), site.node.argument))


def squared_too_often(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """The base of a square, the exponential of half the argument."""
    if not symbols.of_heads(site.node):
        return
    match site.node:
        case Operation("^", base, Number(value)) if value in (2, 4):
            yield base if value == 2 else operation("^", base, TWO)
        case Operation("*", left, right) if left == right:
            yield left
        case Call("exp", argument):
            yield Call("exp", times(Fraction(1, 2), argument))
        case _ if symbols.is_head(site.node) and site.is_term:
            yield Call("sqrt", site.node)


def half_missing(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """Half a term, or a factor that reaches over all terms."""
    if not site.is_term:
        return
    parent = site.parent
    in_sum = isinstance(parent, Operation) and parent.operator in "+-"
    if parent is None or isinstance(parent, Negative) or in_sum:
        yield times(Fraction(1, 2), site.node)
    # A bracket that closes too early: -0.5 * (1 + s) - mu^2 - exp(s)
    for start, terms in _chains(site):
        if len(terms) > 1 and (found := factored(start)):
            value, rest = found
            factor = number(value, "0.5" if is_half(number(value)) else "")
            if isinstance(rest, Reduction):
                whole = joined([*chain(rest.body), *terms[1:]])
                yield operation("*", factor, replace(rest, body=whole, span=None))
            else:
                yield operation("*", factor, joined([*chain(rest), *terms[1:]]))


def _chains(site: Site) -> Iterator[tuple[Tree, list[tuple[bool, Tree]]]]:
    """The terms of the whole sum that begins at a node."""
    parent = site.parent
    inner = isinstance(parent, Operation) and parent.operator in "+-" and parent.left is site.node
    if isinstance(site.node, Operation) and site.node.operator in "+-" and not inner:
        terms = chain(site.node)
        yield terms[0][1], terms


def half_too_often(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """Twice a term that is halved."""
    found = factored(site.node)
    if site.is_term and found and abs(found[0]) <= Fraction(1, 2):
        yield times(Fraction(2), site.node)


def plus_for_times(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """The product of what is added to 1/2."""
    match site.node:
        case Operation("+" | "-", left, right) if is_half(left):
            yield operation("*", left, right)
        case Operation("+" | "-", left, right) if is_half(right):
            yield operation("*", left, right)
    for start, terms in _chains(site):
        if is_half(start) and len(terms) > 2:
            yield operation("*", start, joined(terms[1:]))


def sign_of_term(site: Site, symbols: Symbols) -> Iterator[Tree]:
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
    for start, terms in _chains(site):
        yield joined([(False, times(Fraction(-1), start)), *terms[1:]])
        yield from _with_exchanged_logs(terms, symbols)


def _with_exchanged_logs(terms: list[tuple[bool, Tree]], symbols: Symbols) -> Iterator[Tree]:
    """A sum in which the logarithms of the two scales, one term of the KL, have each other's signs."""
    logs = [number for number, (_, term) in enumerate(terms) if _is_log_scale(term, symbols)]
    if len(logs) != len(symbols.heads) or len(logs) < 2:
        return
    if {terms[number][0] for number in logs} == {True, False}:
        yield joined([(negative != (number in logs), term) for number, (negative, term) in enumerate(terms)])


def _is_log_scale(term: Tree, symbols: Symbols) -> bool:
    """Whether a term is a head, or the logarithm of one, perhaps with a factor."""
    found = factored(term)
    rest = found[1] if found else term
    return symbols.of_heads(rest) and (
        isinstance(rest, Symbol) or (isinstance(rest, Call) and rest.function == "log")
    )


def sign_of_whole(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """The other sign of the whole."""
    if not site.is_whole:
        return
    match site.node:
        case Negative(operand):
            yield operand
        case Operation("-", Number(value) as left, right) if value == 0:
            yield operation("+", left, right)
        case Number():
            yield Negative(site.node)
        case _ if not site.above:
            yield Negative(site.node)


def other_symbol(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """The symbol of the other Gaussian."""
    if isinstance(site.node, Symbol):
        for names in (symbols.heads, symbols.means):
            if site.node.name in names:
                yield from (Symbol(name) for name in sorted(names) if name != site.node.name)


def factor_missing(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """The whole times -1/2."""
    if not site.above:
        yield operation("*", Negative(HALF), site.node)


def constant(site: Site, symbols: Symbols) -> Iterator[Tree]:
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
    for start, terms in _chains(site):
        for place, (_, term) in enumerate(terms):
            if isinstance(term, Number) and len(terms) > 2 and place:
                yield joined(terms[:place] + terms[place + 1 :])
        if isinstance(start, Number):
            yield joined(terms[1:])
        yield joined([(False, ONE), *terms])
        yield joined([*terms, (True, ONE)])
        yield joined([*terms, (True, HALF)])
        yield joined([*terms, (False, HALF)])


def mean_not_squared(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """The square of a mean."""
    node, parent = site.node, site.parent
    squared = isinstance(parent, Operation) and parent.operator == "^"
    if squared or not symbols.of_means(node) or not site.is_term:
        return
    match node:
        case Symbol() | Operation("-"):
            yield operation("^", node, TWO)
        case Call("abs", argument):
            yield operation("^", argument, TWO)
        case Operation("*", base, Number(value)) | Operation("*", Number(value), base) if value == 2:
            yield operation("^", base, TWO)


def log_squared(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """The logarithm of a square."""
    match site.node:
        case Operation("^", Call("log", argument) as log, Number(value)) if (
            symbols.of_heads(log) and value == 2
        ):
            yield Call("log", operation("^", argument, TWO))
            yield operation("*", TWO, log)


def log_ratio(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """The logarithm of a quotient."""
    match site.node:
        case Operation("/", Call("log", above), Call("log", below)):
            yield Call("log", operation("/", above, below))
            yield operation("-", Call("log", above), Call("log", below))
        case Operation("/", above, below) if (
            symbols.is_head(above) and symbols.is_head(below) and site.is_term
        ):
            yield operation("-", above, below)


def prior_variance(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """A term divided by the variance of the prior."""
    prior, parent = symbols.prior_variance, site.parent
    divides = isinstance(parent, Operation) and parent.operator == "/" and parent.right is site.node
    squared = isinstance(parent, Operation) and parent.operator == "^"
    if prior is None or divides or squared or not site.is_term:
        return
    match site.node:
        case Operation("^" | "/" | "+" | "-") | Symbol() | Call("exp" | "sqrt" | "softplus"):
            yield operation("/", site.node, prior)


def bracket_too_short(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """Two terms of a sum, the first of which has to be divided, too, as one quotient."""
    if not site.is_term:
        return
    for _, terms in _chains(site):
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


def _gathered(divided: Tree, term: Tree, symbols: Symbols) -> Iterator[Tree]:
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


def two_readings(site: Site, symbols: Symbols) -> Iterator[Tree]:
    """What another reading would have in the place of a term of the head."""
    node = site.node
    if not symbols.of_heads(node):
        return
    match node:
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
