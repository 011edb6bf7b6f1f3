"""A term of the spread that a formula has lost: the logarithm, that of one of two scales, or the variance.

No small change brings it back. What the mean is charged says how many times the formula is a KL; with the
lost term as many times it has to be one.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import log

from klcli.formula.traversal import substitute
from klcli.formula.tree import Negative, Number, Symbol, Tree, operation
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.roles import Roles
from klcli.judge.verdict import Verdict, judge_as
from klcli.names.means_and_spreads import suggested
from klcli.values import replace

_LARGEST_DENOMINATOR = 64
"""Factors that people write are halves, quarters and small counts."""
_CLOSE = 1e-9
"""Relative: far above the rounding of doubles, far below what another term is."""
_POINTS = (
    (0.37, 1.31, -0.52, 0.83),
    (-1.13, 0.43, 0.71, 1.57),
    (1.41, 1.73, 1.09, 0.62),
    (-0.71, 0.79, -0.37, 2.21),
)
"""Means and standard deviations of q and p, the spreads on both sides of each other."""


def has_lost_a_term(tree: Tree, verdict: Verdict) -> bool:
    """Whether a formula that is no KL is one with a logarithm or a variance more.

    Args:
        tree: the formula.
        verdict: on it, under a way.
    """
    if not (verdict.roles.mean and verdict.roles.head):
        return False
    return any(_has_lost(tree, one) for one in (verdict, _as_named(verdict)) if one)


def _as_named(verdict: Verdict) -> Verdict | None:
    """The verdict under the reading of the prior's head that its name states, if that is another."""
    head, other = verdict.roles.prior_head, verdict.prior_parameterization
    stated = suggested(head) if head else None
    if not stated or (other and other.name == stated):
        return None
    return replace(verdict, way=replace(verdict.way, prior_reading=PARAMETERIZATIONS[stated]))


def _has_lost(tree: Tree, verdict: Verdict) -> bool:
    try:
        share = _share(tree, verdict)
        found = [term for term in _terms(verdict) if share and _may_be(tree, term, share, verdict)]
    except ArithmeticError:
        return False
    return any(_is_kl(operation("+", tree, _times(share / 2, term)), verdict) for term in found)


def _times(factor: Fraction, tree: Tree) -> Tree:
    return operation("*", Number(factor), tree)


def _share(tree: Tree, verdict: Verdict) -> Fraction:
    """How many times a formula charges the mean of a KL, by its second differences; 0 where it does not."""
    at = [evaluate(tree, _values(verdict, (mean, 1.0, 0.0, 1.0)), Doubles()) for mean in (-1.0, 0.0, 1.0)]
    found = at[0] - 2 * at[1] + at[2]
    found *= 1.0 if verdict.roles.has_prior else float(verdict.prior.variance)
    share = Fraction(found).limit_denominator(_LARGEST_DENOMINATOR)
    return share if share > 0 and abs(float(share) - found) < _CLOSE * found else Fraction(0)


def _values(verdict: Verdict, point: tuple[float, float, float, float]) -> dict[str, float]:
    """The values of the symbols where the two Gaussians have these means and standard deviations."""
    reading = verdict.parameterization
    mean, sigma, prior_mean, prior_sigma = point
    run = Doubles()
    heads = [evaluate(reading.head, {"sigma": reading.within(sigma)}, run)]
    if other := verdict.prior_parameterization:
        heads.append(evaluate(other.head, {"sigma": other.within(prior_sigma)}, run))
    return verdict.roles.given(mean, heads[0], prior_mean, heads[-1])


def _terms(verdict: Verdict) -> Iterator[Tree]:
    """What may be lost, twice as large as in a KL."""
    roles, other = verdict.roles, verdict.prior_parameterization
    own: dict[str, Tree] = {"s": Symbol(str(roles.head))}
    log_scale = substitute(verdict.parameterization.log_variance, own)
    variance = substitute(verdict.parameterization.variance, own)
    yield Negative(log_scale)
    if roles.prior_head and other:
        of_prior: dict[str, Tree] = {"s": Symbol(roles.prior_head)}
        prior_log = substitute(other.log_variance, of_prior)
        yield prior_log
        yield operation("-", prior_log, log_scale)
        yield operation("/", variance, substitute(other.variance, of_prior))
    else:
        yield operation("/", variance, Number(verdict.prior.variance))


def _may_be(tree: Tree, term: Tree, share: Fraction, verdict: Verdict) -> bool:
    """Whether a formula with a term more is k KL + c, as far as doubles can tell."""
    rests = []
    size = 1.0
    for point in _POINTS:
        values = _values(verdict, point)
        whole = evaluate(tree, values, Doubles()) + float(share) / 2 * evaluate(term, values, Doubles())
        rests.append(whole - float(share) * _kl(verdict, point))
        size = max(size, abs(whole))
    return max(rests) - min(rests) <= _CLOSE * size


def _kl(verdict: Verdict, point: tuple[float, float, float, float]) -> float:
    """KL(q || p) at a point; a fixed prior is that of the verdict."""
    mean, sigma, prior_mean, prior_sigma = point
    roles, other = verdict.roles, verdict.prior_parameterization
    variance = verdict.parameterization.within(sigma) ** 2
    prior_variance = float(verdict.prior.variance)
    if roles.has_prior:
        prior_variance = (other.within(prior_sigma) if roles.prior_head and other else 1.0) ** 2
    fixed_mean = 0.0 if roles.has_prior else float(verdict.prior.mean)
    distance = mean - (prior_mean if roles.prior_mean else fixed_mean)
    return (log(prior_variance / variance) + (variance + distance**2) / prior_variance - 1) / 2


def _is_kl(tree: Tree, verdict: Verdict) -> bool:
    """Whether a formula is a KL, by the digits that decide."""
    roles: Roles = verdict.roles
    other = verdict.prior_parameterization
    found = judge_as(tree, roles, verdict.parameterization, verdict.prior, other)
    # Without its constant, mu^2 + exp(s) may be anything.
    return found.kind in ("exact", "scaled") and found.kl is not None and found.kl.shift == 0
