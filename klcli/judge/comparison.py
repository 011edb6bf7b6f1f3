"""The formulas met online beside the truth, under a reading of the head."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache

from klcli.formula.program_reader import Program
from klcli.formula.read.math_parser import parse
from klcli.formula.read.math_source import PlainText
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree
from klcli.formula.value.arithmetic import context
from klcli.formula.write.printing import to_text
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import divergence
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.acceptance import passes
from klcli.judge.answer import stated, verify
from klcli.judge.comparison_wording import explain
from klcli.judge.landscape import Limit, Minimum, derivatives, growth, lowest
from klcli.judge.loss_context.preparation import Prepared
from klcli.judge.probes import of_formula
from klcli.judge.question import Question
from klcli.judge.roles import Roles
from klcli.judge.scaled_kl import STANDARD, FixedPrior
from klcli.judge.spaces.space import Answer
from klcli.judge.verdict import Verdict, VerdictKind, exact_under, judge
from klcli.values import dataclass

FORMULAS: Mapping[str, Tree] = {
    "A": parse("-1/2 (2 log s - s^2 - mu^2 + 1)"),
    "B": parse("-1/2 (log s - s - mu^2 + 1)"),
    "C": parse("-1/2 (1 + s - mu^2 - e^s)"),
    "D": parse("-1/2 (1 + 2 s - mu^2 - e^(2 s))"),
}
"""The simplifications of KL(N(mu, sigma^2) || N(0, 1)) that are met online, in the head s."""

GRID = tuple(map(Fraction, ("0.1", "0.5", "0.9", "1.1", "2", "10")))
"""Standard deviations at which formulas are compared with the truth."""


_MOST_SYMBOLS = 2
"""A mean and a head; what else a formula has is set aside."""


def grid_of(reading: Parameterization) -> tuple[Fraction, ...]:
    """Standard deviations of a reading at which formulas are compared with the truth."""
    own = tuple(filter(reading.reaches, GRID))
    return own if len(own) > 1 else tuple(map(reading.within, GRID))


@dataclass(frozen=True, slots=True)
class GridPoint:
    """A formula beside the truth at one sigma; None where it has no value or the ratio no meaning."""

    sigma: float
    truth: float
    value: float | None
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What a formula is under a reading.

    Attributes:
        name: of the formula.
        formula: as it was given.
        roles: which of its symbols is the mean and which the head.
        found: the answer of `klcli verify` under the reading, or on log-probabilities.
        exact_under: the readings under which it is KL(q || N(0, 1)).
        explanation: all that is said of it, in words.
        value: at the point of the comparison, in nats; None where it has none.
        ratio: of that value to the truth; None where the truth is zero.
        minimum: where it is lowest; None if it has no minimum.
        limit: where it falls if it has no minimum.
        curvature: its second derivative in sigma at its minimum; the true one is 2, at sigma = 1.
        slope_at_truth: its derivative in sigma at mu = 0, sigma = 1, where the true one is 0.
        curvature_at_truth: its second derivative there, where the true one is 2.
        slope: its derivative in sigma at the point of the comparison.
        grid: the formula beside the truth at `grid_of` its reading, with the mean of the point.
    """

    name: str
    formula: Tree
    roles: Roles
    found: Answer
    exact_under: tuple[str, ...]
    explanation: str
    value: float | None = None
    ratio: float | None = None
    minimum: Minimum | None = None
    limit: Limit | None = None
    curvature: float | None = None
    slope_at_truth: float | None = None
    curvature_at_truth: float | None = None
    slope: float | None = None
    grid: tuple[GridPoint, ...] = ()

    @property
    def verdict(self) -> str:
        """The kind of the answer."""
        return self.found.kind

    @property
    def is_of_gaussians(self) -> bool:
        """Whether it has values at means and heads."""
        return bool(self.grid)


@dataclass(frozen=True, slots=True)
class ComparisonEntry:
    """One entry of the table of formulas by readings."""

    parameterization: str
    name: str
    verdict: VerdictKind
    value: float | None


def compare(
    formulas: Mapping[str, Tree],
    reading: Parameterization,
    mu: Fraction,
    sigma: Fraction,
    programs: Mapping[str, Program] | None = None,
) -> tuple[Judged, ...]:
    """Judge every formula under a reading, and put it beside the truth at a point.

    Args:
        formulas: the formulas of one latent, by name.
        reading: what their head means.
        mu: the mean at the point.
        sigma: the standard deviation there.
        programs: those of the formulas that are whole lines of code, whose sums, casts and conditions count.

    Raises:
        KlcliError: a formula has no symbol or more than two.
    """
    given = programs or {}
    lines = {
        name: given.get(name) or Program(PlainText(to_text(tree)), "math", tree, tree)
        for name, tree in formulas.items()
    }
    return tuple(_judged(name, line, reading, mu, sigma) for name, line in lines.items())


def is_exact(program: Program, reading: Parameterization, prior: FixedPrior = STANDARD) -> bool:
    """Whether a whole line is the KL to a prior under a reading, and every condition of it passes.

    Args:
        program: the text and its trees.
        reading: what its head means.
        prior: the fixed prior.
    """
    found = verify(program, Question(reading=reading, prior=prior, mended=False, described=False))
    own = found.best.verdict.parameterization is reading
    return own and passes(found.best.kind, found.conditions, ())


def matrix(formulas: Mapping[str, Tree], mu: Fraction, sigma: Fraction) -> tuple[ComparisonEntry, ...]:
    """The verdict and the value at a point of every formula under every reading.

    Args:
        formulas: by name.
        mu: the mean of the posterior.
        sigma: its standard deviation.
    """
    entries = []
    for reading in PARAMETERIZATIONS.values():
        for name, tree in formulas.items():
            verdict = judge(tree, reading)
            entries.append(
                ComparisonEntry(reading.name, name, verdict.kind, value_at(tree, verdict, mu, sigma))
            )
    return tuple(entries)


@cache
def truth_at(mu: Fraction, sigma: Fraction) -> float:
    """KL(N(mu, sigma^2) || N(0, 1)) in nats, correctly rounded."""
    return divergence(Gaussian.from_head(mu, sigma), Gaussian.from_head(0, 1)).value


def _judged(name: str, program: Program, reading: Parameterization, mu: Fraction, sigma: Fraction) -> Judged:
    if elsewhere := stated(program):
        return _of_another_space(name, program, elsewhere)
    found = verify(program, Question(reading=reading, described=False))
    tree, around = _of_one(program, found.prepared)
    verdict = judge(tree, reading)
    kind, about_whole = found.best.kind, f"; without {around}" if around else ""
    if kind != verdict.kind and found.best.mistake:
        about_whole += f"; {found.best.mistake.code} {found.best.mistake.sentence}"
    elif kind != verdict.kind:
        about_whole += f"; as a whole line it is {kind}: see klcli verify"
    about_whole += "".join(f"; but {one.text}" for one in found.conditions if not one.passes)
    names = exact_under(tree)
    function = of_formula(tree, verdict.roles, reading)
    end = lowest(tree, verdict.roles, reading)
    minimum = end if isinstance(end, Minimum) else None
    limit = end if isinstance(end, Limit) else None
    at_truth = derivatives(function, Decimal(0), Decimal(1))
    at_point = derivatives(function, _decimal(mu), _decimal(sigma))
    at_value = value_at(tree, verdict, mu, sigma)
    return Judged(
        name=name,
        formula=tree,
        roles=verdict.roles,
        found=found,
        exact_under=names,
        value=at_value,
        ratio=_ratio(at_value, truth_at(mu, sigma)),
        minimum=minimum,
        limit=limit,
        curvature=minimum.curvature if minimum else None,
        slope_at_truth=at_truth[0] if at_truth else None,
        curvature_at_truth=at_truth[1] if at_truth else None,
        slope=at_point[0] if at_point else None,
        grid=tuple(_grid_point(tree, verdict, mu, at) for at in grid_of(reading)),
        explanation=explain(tree, verdict, names, end, growth(function, _decimal(mu))) + about_whole,
    )


def _of_one(program: Program, prepared: Prepared) -> tuple[Tree, str]:
    """The formula of one mean and one head, and what was set aside for that, in words."""
    if len(free_symbols(program.tree)) <= _MOST_SYMBOLS:
        return program.tree, ""
    around = (*prepared.weights, *prepared.divisors, *prepared.others, *prepared.aside.counts)
    return prepared.tree, " and ".join(around)


def _of_another_space(name: str, program: Program, found: Answer) -> Judged:
    """A formula of no Gaussians, which has no value at a mean and a head."""
    words = f"a formula of {found.subject}, not of a mean and a head: see klcli verify"
    return Judged(
        name=name,
        formula=program.tree,
        roles=Roles(None, None),
        found=found,
        exact_under=(),
        explanation="; ".join(filter(None, (found.named, words))),
    )


def _grid_point(tree: Tree, verdict: Verdict, mu: Fraction, sigma: Fraction) -> GridPoint:
    truth, found = truth_at(mu, sigma), value_at(tree, verdict, mu, sigma)
    return GridPoint(float(sigma), truth, found, _ratio(found, truth))


def value_at(tree: Tree, verdict: Verdict, mu: Fraction, sigma: Fraction) -> float | None:
    """The value of a formula, read as the verdict says, in nats; None where it has none.

    Args:
        tree: the formula.
        verdict: on it, under a way.
        mu: the mean of the posterior.
        sigma: its standard deviation.
    """
    function = of_formula(tree, verdict.roles, verdict.parameterization)
    try:
        return float(function(_decimal(mu), _decimal(sigma))) + 0.0  # -0.0 becomes 0.0
    except ArithmeticError:
        return None


def _ratio(found: float | None, truth: float) -> float | None:
    return found / truth if found is not None and truth > 0 else None


def _decimal(value: Fraction) -> Decimal:
    # More digits than are compared.
    return context(60).divide(Decimal(value.numerator), Decimal(value.denominator))
