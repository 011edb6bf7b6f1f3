"""A KL that is estimated from one sample of the posterior: ``log q(z) - log p(z)``, written out.

In the noise of a reparameterised sample it is a parabola, whose expectation is the mean of its values at 1
and at -1: these two points integrate polynomials up to the third degree exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import partial

from klcli.formula.program_reader import Program, rewritten
from klcli.formula.traversal import free_symbols, substitute, unplaced
from klcli.formula.tree import Negative, Number, Symbol, Tree, operation
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.condition_kinds import Condition
from klcli.judge.loss_context.symbol_influence import degree
from klcli.names.means_and_spreads import is_mean, suggested
from klcli.names.noise import is_noise, is_sample
from klcli.names.posterior_or_prior import is_prior

_ONE, _TWO = Number(Fraction(1)), Number(Fraction(2))


def sampled_kls(program: Program) -> Iterator[tuple[Program, Condition]]:
    """The expectations of a formula over symbols that can be noise or samples, with what is said of them.

    Args:
        program: the formula.
    """
    names = free_symbols(program.tree)
    means = [name for name in names if is_mean(name) and is_prior(name) is not True]
    heads = [name for name in names if suggested(name) and is_prior(name) is not True]
    for name in names:
        of_sample = is_sample(name) and len(means) == len(heads) == 1
        others = [*heads, *(other for other in names if other != name)]
        is_uniform = name == "rand"  # which has another expectation
        if not (of_sample or is_noise(name)) or is_uniform or not others or degree(program.tree, name) != 2:
            continue
        unit = operation("+", operation("*", Number(Fraction(0)), Symbol(others[0])), _ONE)  # of its shape
        values = [unit, Negative(unit)]
        if of_sample:
            sigma = unplaced(PARAMETERIZATIONS[suggested(heads[0]) or ""].sigma)
            spread = substitute(sigma, {"s": Symbol(heads[0])})
            values = [operation("+", Symbol(means[0]), operation("*", spread, one)) for one in values]
        words = "a sample of the posterior" if of_sample else "standard normal noise"
        text = f"it is an estimate of that, right in expectation: {name} is taken for {words}"
        expected = rewritten(program, partial(_mean, name=name, values=values))
        yield expected, Condition("one-sample", text, False)


def is_estimate(needed: Iterable[str | Condition]) -> bool:
    """Whether an expectation is judged and not the text, which cannot be corrected by it.

    Args:
        needed: what an answer needs, and warnings.
    """
    return any(isinstance(one, Condition) and one.kind == "one-sample" for one in needed)


def _mean(tree: Tree, name: str, values: list[Tree]) -> Tree:
    """The mean of a formula over two values of a symbol."""
    first, second = (substitute(tree, {name: value}) for value in values)
    return operation("/", operation("+", first, second), _TWO)
