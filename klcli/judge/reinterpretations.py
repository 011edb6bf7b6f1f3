"""What a formula can be read as besides what it says: variables as heads, symbols that belong together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from itertools import permutations
from math import isclose
from typing import TypeAlias

from klcli.errors import KlcliError
from klcli.formula.minimal_edits import in_habit
from klcli.formula.program_reader import Program, read_again, rewritten
from klcli.formula.traversal import children, free_symbols, rebuilt, substitute, unplaced, walk
from klcli.formula.tree import Call, Number, Operation, Symbol, Tree, operation
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.formula.write.printing import to_text
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.condition_kinds import Condition
from klcli.judge.sampled_kls import sampled_kls
from klcli.judge.transformed_symbols import transformed
from klcli.names.losses import is_mask
from klcli.names.means_and_spreads import side_beside, square_of, suggested, suggested_beside
from klcli.names.noise import is_sample
from klcli.names.posterior_or_prior import is_prior

_OF_RELATIVE = 3
"""A mean and a head that count from those of the prior, and the head of the prior."""
_SMALL = 1e-3
"""Relative: what a small number adds that guards a logarithm."""
_CLOSE = 1e-9
"""Relative: far above the rounding of doubles, far below what another formula is off."""
_MOST_HELPERS = 8
"""Helper variables that are tried as symbols."""

Substitutions: TypeAlias = dict[str, tuple[Tree, str]]
"""What symbols are taken for, as a tree and in words."""


def ways_to_read(program: Program) -> Iterator[tuple[Program, set[str], tuple[str | Condition, ...]]]:
    """The formula itself, and what else it can be read as, each with the heads that this is about.

    With a helper variable that stays a symbol: ``std = 0.1 + softplus(x)`` is no reading of x, but the
    formula can be right in std. With all names that get a new value from their old one as symbols, as in
    ``logstd = logstd * 0.01``. With symbols that are functions of others: exp(logvar) put in for var where
    both are symbols. With a symbol that is a sample of the posterior.
    """
    yield program, set(), ()
    yield from _with_opaque_helpers(program)
    own = free_symbols(program.tree)
    links = _links([name for name in own if name not in program.helpers])
    squares = _squares(own)
    # Each by itself first: a way that asks for less is likelier.
    for taken in (links, squares, links | squares if links and squares else {}):
        if taken:
            texts = tuple(f"{name} is taken for {words}" for name, (_, words) in taken.items())
            values = {name: tree for name, (tree, _) in taken.items()}
            yield rewritten(program, partial(substitute, values=values)), set(), texts
    yield from _based(program)
    yield from _relative(program)
    for name, head in _samples(program.tree):
        text = f"{name} is taken for a sample of the posterior: right in expectation, {name} being its mean"
        in_expectation = partial(_in_expectation, name=name, variance=head)
        yield rewritten(program, in_expectation), set(), (text,)
    for expected, condition in sampled_kls(program):
        yield expected, set(), (condition,)
    for one in transformed(program):
        yield one.program, set(), one.conditions


def _with_opaque_helpers(program: Program) -> Iterator[tuple[Program, set[str], tuple[str, ...]]]:
    """The formula with a helper variable that stays a symbol, or all that get a value from their old one."""
    own = free_symbols(program.tree)
    # The result may have a name, too, and is none of what it is made of.
    helpers = [
        name
        for name, tree in program.helpers.items()
        if tree != program.tree and not _is_misnamed(name, tree)
    ]
    changed = frozenset(name for name in helpers if name in own)
    for names in [
        *([changed] if changed else []),
        *(frozenset((name,)) for name in helpers[:_MOST_HELPERS]),
        *([frozenset(helpers)] if 1 < len(helpers) <= _MOST_HELPERS else []),
    ]:
        try:
            other = read_again(program, program.source, names)
        except KlcliError:
            continue
        shown = {s: name for s in free_symbols(other.tree) if (name := other.spellings.get(s, s)) in names}
        if shown:
            listed = " and ".join(sorted(set(shown.values())))
            verb = "is" if len(set(shown.values())) == 1 else "are"
            yield other, set(shown), (f"what {listed} {verb} computed from is not judged",)


def _is_misnamed(name: str, tree: Tree) -> bool:
    """Whether a helper is called a variance and is the standard deviation of its head, or the reverse.

    In ``var = exp(logvar / 2)`` one of the two names is wrong, and what is right in var may be no KL.
    """
    stated, symbols = suggested(name), free_symbols(tree)
    reading = PARAMETERIZATIONS.get(str(suggested(symbols[0]))) if len(symbols) == 1 else None
    if reading is None or stated not in ("std", "var"):
        return False
    other = reading.sigma if stated == "var" else reading.variance
    # A head that every reading allows, and at which no sigma is its own square.
    try:
        values = (evaluate(tree, {symbols[0]: 0.7}, Doubles()), evaluate(other, {"s": 0.7}, Doubles()))
    except (ArithmeticError, ValueError):
        return False
    return isclose(*values, rel_tol=_SMALL)


def _squares(names: Sequence[str]) -> Substitutions:
    """Symbols whose names are those of squares of a mean: ``mu2`` beside ``sigma2``."""
    means = {name: mean for name in names if (mean := square_of(name, names))}
    return {
        name: (operation("^", Symbol(mean), Number(Fraction(2))), f"the square of {mean}")
        for name, mean in means.items()
    }


def _based(program: Program) -> Iterator[tuple[Program, set[str], tuple[str, ...]]]:
    """The formula with a head that is a logarithm to another base than e, where that base is raised to it.

    With 2^s for a variance s is log2 of it: in the symbol t = s log 2 the formula is one of exp(t).
    """
    powers = [node for node in walk(program.tree) if isinstance(node, Operation) and node.operator == "^"]
    bases = {
        (name, node.left.value)
        for node in powers
        if isinstance(node.left, Number) and node.left.value > 1
        for name in free_symbols(node.right)
    }
    if len({base for _, base in bases}) != 1:
        return
    names, base = sorted(name for name, _ in bases), Number(min(base for _, base in bases))
    scale = Call("log", base)
    # A name that ends in its side, as s_q does, has to end in it again.
    scaled = {
        name: f"nat_{name}" if is_prior(f"{name}_ln") != is_prior(name) else f"{name}_ln" for name in names
    }
    values = {name: operation("/", Symbol(other), scale) for name, other in scaled.items()}
    spellings = {
        other: f"({in_habit(program, operation('*', Symbol(name), scale))})" for name, other in scaled.items()
    }

    def natural(tree: Tree) -> Tree:
        return substitute(_as_exponentials(tree, base), values)

    text = "; ".join(
        f"{program.spellings.get(name, name)} is read as a logarithm to the base {to_text(base)}, "
        f"and {other} is {spellings[other][1:-1]}"
        for name, other in scaled.items()
    )
    yield rewritten(program, natural, spellings), set(), (text,)


def _as_exponentials(tree: Tree, base: Number) -> Tree:
    """The powers of a number as exponentials."""
    found = rebuilt(tree, [_as_exponentials(child, base) for child in children(tree)])
    match found:
        case Operation("^", left, right) if left == base and free_symbols(right):
            return Call("exp", operation("*", right, Call("log", base)))
    return found


def _relative(program: Program) -> Iterator[tuple[Program, set[str], tuple[str, ...]]]:
    """The formula in heads of their own, where one is the log of the ratio of the variances.

    KL(N(m + d, v r) || N(m, v)) = 1/2 (d^2/v + r - log r - 1): the prior only divides the square.
    """
    names = free_symbols(program.tree)
    if len(names) != _OF_RELATIVE:
        return
    for mean, head, prior in permutations(names):
        if is_mask(prior) or not _only_divides(program.tree, mean, head, prior):
            continue
        shown = program.spellings.get(head, head)
        name = f"{head}_q"
        text = (
            f"{shown} is taken for the log of the ratio of the variances of posterior and prior, "
            f"{name} for the log-variance of the posterior"
        )
        for reading in ("logvar", "var", "std"):
            of_prior = PARAMETERIZATIONS[reading].log_variance
            own = unplaced(substitute(of_prior, {"s": Symbol(prior)}))
            whole = f"({shown} + {to_text(own)})"
            put_in = partial(substitute, values={head: operation("-", Symbol(name), own)})
            yield rewritten(program, put_in, {name: whole}), set(), (text,)


def _only_divides(tree: Tree, mean: str, head: str, prior: str) -> bool:
    """Whether a symbol counts only where the mean is not 0, as far as doubles can tell."""
    try:
        still = [
            evaluate(tree, {mean: 0.0, head: at, prior: of}, Doubles())
            # Positive, as heads may have to be, and no two alike.
            for at in (0.4, 1.1)
            for of in (0.6, 1.7)
        ]
        # At one of these heads, and both of these priors.
        moved = [evaluate(tree, {mean: 1.0, head: 0.4, prior: of}, Doubles()) for of in (0.6, 1.7)]
    except ArithmeticError:
        return False
    return (
        abs(still[0] - still[1]) + abs(still[2] - still[3])
        < _CLOSE
        < min(abs(moved[0] - moved[1]), abs(still[0] - still[2]))
    )


def _samples(tree: Tree) -> Iterator[tuple[str, Tree]]:
    """Symbols named like a sample, with the variance that their posterior has by the name of its head."""
    names = free_symbols(tree)
    heads = [name for name in names if suggested(name) and is_prior(name) is not True]
    for name in names:
        if is_sample(name) and len(heads) == 1:
            reading = PARAMETERIZATIONS[suggested(heads[0]) or ""]
            yield name, unplaced(substitute(reading.variance, {"s": Symbol(heads[0])}))


def _in_expectation(tree: Tree, name: str, variance: Tree) -> Tree:
    """The formula with the expectation of (z - m)^2 for the square: (mu - m)^2 + sigma^2, mu written z."""
    match tree:
        case Operation("^", Operation("-", Symbol(left), Symbol(right)), Number(two)) if two == 2:
            return operation("+", tree, variance) if name in (left, right) else tree
    return rebuilt(tree, [_in_expectation(child, name, variance) for child in children(tree)])


def _owner(name: str) -> list[str]:
    """What a name says beside the spread that it states: ``old`` of ``old_std`` and of ``old_log_std``."""
    return [word for word in name.split("_") if word not in ("log", "ln") and suggested(word) is None]


def _links(names: Sequence[str]) -> Substitutions:
    """Symbols whose names state a variance or a standard deviation, beside one that states its logarithm.

    Without a logarithm, those of variances beside one of a standard deviation.
    """
    found: Substitutions = {}
    logs = [name for name in names if suggested_beside(name, names) in ("logvar", "logstd")]
    bases = logs or [name for name in names if suggested_beside(name, names) == "std"]
    for name in names:
        reading = suggested_beside(name, names)
        side = side_beside(name, names)
        beside = [base for base in bases if base != name and side_beside(base, names) == side]
        if len(beside) > 1:  # other.var belongs to other.logvar
            beside = [base for base in beside if _owner(base) == _owner(name)]
        if reading in ("var", "std") and len(beside) == 1 and reading != suggested_beside(beside[0], names):
            stated = PARAMETERIZATIONS[suggested_beside(beside[0], names) or ""]
            sigma = substitute(stated.sigma, {"s": Symbol(beside[0])})
            head = {"sigma": sigma}
            tree = unplaced(
                substitute(stated.variance, {"s": Symbol(beside[0])})
                if reading == "var"
                else substitute(PARAMETERIZATIONS[reading].head, head)
            )
            found[name] = tree, to_text(tree)
    return found
