"""The closed form reached step by step, from the definition to the form in the head's own number.

Each step is a formula tree with the rule that leads to it. Before a derivation is handed out, every step
is evaluated at probe points to 50 digits and compared with the one before, so that none is shown that
does not hold there. That the steps hold everywhere is proved with sympy in the tests.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial, reduce

from klcli.formula.numeral import number_text
from klcli.formula.read.math_parser import known
from klcli.formula.traversal import free_symbols, substitute
from klcli.formula.tree import Reduction, Symbol, Tree, number, operation
from klcli.formula.value.interval import enclose
from klcli.formula.write.printing import to_text
from klcli.gaussian import derivation_rules as rules
from klcli.gaussian.derivation_check import PROBES, first_unequal, indexed, value_at
from klcli.gaussian.derivation_step import DIGITS, ESSENTIAL, DerivationStep, rule_of_head, step_of
from klcli.gaussian.diagonal_divergence import divergence
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence_result import Unit, per_unit
from klcli.gaussian.heads import Heads
from klcli.gaussian.parameterization import Parameterization
from klcli.gaussian.scale_formulas import is_far
from klcli.values import dataclass, replace

_MOST_NUMBERS = 3
"""Dimensions up to which the numbers of each are written out."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """Steps that were found equal, each to the one before.

    Attributes:
        steps: from the definition to the numbers.
        probes: the number of points at which they were compared.
        digits: the digits of that comparison.
    """

    steps: tuple[DerivationStep, ...]
    probes: int
    digits: int


def derive(q: Gaussian[Heads], p: Gaussian[Heads], unit: Unit = "nats", *, short: bool = False) -> Derivation:
    """The derivation of KL(q || p), with the value of each step; a short one has the essential steps only.

    In more than one dimension every step is a sum over the dimensions j.

    A step has no value where the arithmetic has none: scales that are no decimals, or so far from the means
    that more digits would be needed than are spent.

    Args:
        q: the posterior.
        p: the prior.
        unit: of the value: nats or bits.
        short: whether steps that only move a factor are left out.

    Raises:
        KlcliError: a value beyond the doubles.
        RuntimeError: a step does not equal the one before, which would be an error in this module.
    """
    standard = _is_standard(p)
    several = q.dimension > 1
    symbolic = derive_symbolic(
        q.spread.parameterization, unit, standard=standard, several=several, short=short
    )
    steps = list(symbolic.steps)
    if q.dimension <= _MOST_NUMBERS:
        last = _in_head(q.spread.parameterization, standard=standard)
        steps.append(DerivationStep(("numbers put in",), per_unit(_with_numbers(last.tree, q, p), unit)))
    value: float | None = divergence(q, p, unit).value
    for step in steps[1:]:
        found = value_at(step.tree, q, p)
        if found is None:
            value = None
            break
        if found != value:
            raise RuntimeError(f"the step '{step.words}' gives {found} at the input and not {value}")
    return replace(symbolic, steps=tuple(replace(step, value=value) for step in steps))


def derive_symbolic(
    reading: Parameterization,
    unit: Unit = "nats",
    *,
    standard: bool = True,
    several: bool = False,
    short: bool = False,
) -> Derivation:
    """The derivation in symbols, without values.

    Args:
        reading: of the posterior's head.
        unit: of the result.
        standard: whether the prior is N(0, 1) and not any Gaussian.
        several: whether there are several dimensions j to sum over.
        short: whether only the essential steps are wanted.

    Raises:
        RuntimeError: a step does not equal the one before, which would be an error in this module.
    """
    steps = tuple(
        replace(step, tree=per_unit(_summed(step.tree) if several else step.tree, unit))
        for step in steps_of_one_dimension(reading, standard=standard, short=short)
    )
    wrong = first_unequal([step.tree for step in steps], reading, standard=standard, several=several)
    if wrong is not None:
        raise RuntimeError(f"the step '{steps[wrong].words}' does not equal the one before")
    return Derivation(steps, len(PROBES), DIGITS)


def steps_of_one_dimension(
    reading: Parameterization, *, standard: bool, short: bool = False
) -> list[DerivationStep]:
    """The steps in nats, all or the essential ones; `standard` says that the prior is N(0, 1).

    Args:
        reading: of the head of the posterior.
        standard: whether the prior is N(0, 1).
        short: whether only the essential steps are wanted.
    """
    rows = [*rules.TO_THE_GENERAL_FORM, *(rules.WITH_UNIT_PRIOR if standard else rules.WITH_ANY_PRIOR)]
    if _is_of_variance(reading):
        rows.append(rules.SQUARE if standard else rules.SQUARES)
    wanted = [(words, formula) for words, formula in rows if words.startswith(ESSENTIAL) or not short]
    return [
        *(step_of(words, formula, known) for words, formula in wanted),
        _in_head(reading, standard=standard),
    ]


def _in_head(reading: Parameterization, *, standard: bool) -> DerivationStep:
    """The last step: the form in the number that a network puts out."""
    sigma, form = ("sigma", rules.IN_HEAD) if standard else ("sigma_1", rules.IN_HEAD_GENERAL)
    subject, spread = known(sigma), reading.sigma
    if _is_of_variance(reading):
        subject, spread = known(f"{sigma}^2"), reading.variance
    tree = substitute(known(form), {"l": reading.log_variance, "v": reading.variance})
    return DerivationStep(rule_of_head(reading, subject, spread), tree)


def _is_of_variance(reading: Parameterization) -> bool:
    """Whether sigma^2 and not sigma is what is the simpler in the head."""
    return len(to_text(reading.variance)) < len(to_text(reading.sigma))


def _with_numbers(tree: Tree, q: Gaussian[Heads], p: Gaussian[Heads]) -> Tree:
    """The form of one dimension with the numbers put in, once for each dimension, added up."""
    terms = []
    for mean, head, prior_mean, prior_head in zip(q.mean, q.spread.head, p.mean, p.spread.head, strict=True):
        mu, prior_sigma = (
            _numeral(mean),
            substitute(p.spread.parameterization.sigma, {"s": _numeral(prior_head)}),
        )
        numbers = {"mu": mu, "mu_1": mu, "s": _numeral(head), "mu_2": _numeral(prior_mean)}
        terms.append(substitute(tree, numbers | {"sigma_2": prior_sigma}))
    return reduce(partial(operation, "+"), terms)


def _numeral(value: Fraction) -> Tree:
    shown = number_text(abs(value))
    return number(value, "" if shown.isdigit() or "/" in shown else shown)


def _summed(tree: Tree) -> Tree:
    """A term of one dimension as the sum over the dimensions j."""
    of_dimension = {name: Symbol(indexed(name)) for name in free_symbols(tree)}
    return Reduction("sum", "j", substitute(tree, of_dimension))


def _is_standard(p: Gaussian[Heads]) -> bool:
    """Whether the prior is exactly N(0, 1) in every dimension."""
    if any(p.mean) or any(is_far(p.spread.parameterization, head) for head in p.spread.head):
        return False
    variances = (enclose(p.spread.parameterization.variance, {"s": head}, DIGITS) for head in p.spread.head)
    return all(found.low == found.high == 1 for found in variances)
