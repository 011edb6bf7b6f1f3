"""What compare says of a formula under a reading, in words, and what training with it would do."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from klcli.formula.numeral import significant
from klcli.formula.tree import Negative, Tree
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.landscape import Limit, Minimum
from klcli.judge.recognized_constants import constant_text, shift_text
from klcli.judge.roles import exchanged, roles
from klcli.judge.verdict import Verdict, judge_as

_SHARES = {
    Fraction(1, 8): "an eighth of",
    Fraction(1, 4): "a quarter of",
    Fraction(1, 2): "half of",
    Fraction(1): "exactly",
    Fraction(2): "twice",
    Fraction(4): "4 times",
    Fraction(8): "8 times",
}
"""Ratios that a lost or a doubled 2 leaves, once in a factor or in several; all others are told in digits."""
_DIGITS = 3
"""Of a ratio or a power in a sentence."""
_EXPONENTIAL = 50.0
"""Growth as a power of sigma beyond which it is called exponential."""


def explain(
    tree: Tree,
    verdict: Verdict,
    exact_under: tuple[str, ...],
    lowest: Minimum | Limit | None,
    growth: float | None,
) -> str:
    """One line: which KL the formula is, or how its minimum, curvature and growth differ from those of one.

    Args:
        tree: the formula.
        verdict: its verdict under the reading.
        exact_under: the readings under which the formula is exact.
        lowest: its minimum, or where it is lowest if it has none.
        growth: the power of sigma with which it grows; 2 for a KL.
    """
    if verdict.kind in ("wrong", "not-kl"):
        parts = [_denial(tree, verdict, exact_under), *shape_words(lowest, growth)]
    else:
        parts = [_identity(verdict)]
    parts.extend(_about_roles(tree, verdict))
    return "; ".join(parts)


def _about_roles(tree: Tree, verdict: Verdict) -> Iterator[str]:
    """What there is to say of the symbols' roles: a missing one, a guess, an exchange that would help."""
    mean, head = verdict.roles.mean, verdict.roles.head
    if mean is None:
        yield "the mean does not occur in it"
    elif len(roles(tree)) > 1:
        yield f"with {mean} as the mean and {head} as the head"
    elif head and verdict.kind == "wrong":
        other = judge_as(tree, exchanged(verdict.roles), verdict.parameterization)
        if other.kind == "exact":
            yield f"it would be the KL with {mean} and {head} exchanged"


def _identity(verdict: Verdict) -> str:
    """The KL that the formula is: ``1/2 KL(q || N(0, 1/2)) - 0.0767132``."""
    if verdict.kind == "exact":
        return "is KL(q || N(0, 1)) itself"
    kl = verdict.kl
    assert kl
    assert kl.prior_mean is not None
    assert kl.prior_variance is not None
    prior = f"N({constant_text(kl.prior_mean)}, {constant_text(kl.prior_variance)})"
    factor = "" if kl.scale == 1 else f"{constant_text(kl.scale)} "
    constant = shift_text(kl.shift)
    pair = f"{prior} || q" if verdict.kind == "reversed" else f"q || {prior}"
    meaning = {
        "scaled": "an effective beta" if factor else "the constant changes no gradient",
        "other-prior": "another prior than N(0, 1)",
        "reversed": "the reversed direction",
    }[verdict.kind]
    return f"is {factor}KL({pair}){constant}: {meaning}"


def _denial(tree: Tree, verdict: Verdict, exact_under: tuple[str, ...]) -> str:
    if verdict.kind == "not-kl":
        return "has not the ingredients of a KL"
    meant = " or ".join(PARAMETERIZATIONS[name].meaning for name in exact_under)
    if (negative := judge_as(Negative(tree), verdict.roles, verdict.parameterization)).kl:
        return f"is the negative of one that {_identity(negative)}: its sign is flipped"
    return "is no KL under this reading" + (f", it is the one for {meant}" if meant else "")


def shape_words(lowest: Minimum | Limit | None, growth: float | None) -> list[str]:
    """Where a formula is lowest, how it bends there and how it grows, for a sentence about it."""
    if lowest is None:
        return ["has no value for any sigma"]
    if isinstance(lowest, Limit):
        if lowest.unbounded:
            return [f"has no minimum: it falls without bound as {lowest.where}"]
        depth = "is lowest" if lowest.value is None else f"falls to {significant(lowest.value)}"
        return [f"has no minimum: it {depth} as {lowest.where}"]
    if lowest.sigma is None:
        return ["does not depend on the spread"]
    parts = [_minimum(lowest)]
    # A power that has not settled to a hundredth is still one of 2.
    if growth is not None and abs(growth - 2) > 0.01:
        parts.append(f"grows {_power(growth)} where the KL grows like sigma^2")
    return parts


def _minimum(found: Minimum) -> str:
    where = [f"sigma = {significant(found.sigma or 1)}"] if found.sigma != 1 else []
    if found.mu:
        where.insert(0, f"mu = {significant(found.mu)}")
    if where:
        return f"has its minimum at {', '.join(where)} instead of mu = 0, sigma = 1"
    if found.curvature is None:
        return "keeps the minimum but has no curvature there"
    if found.curvature == 2:
        return "keeps the minimum and the curvature in sigma of the KL there"
    return f"keeps the minimum but charges {_share(found.curvature / 2)} the true curvature there"


def _share(ratio: float) -> str:
    # Shares that have a word are those of small numbers.
    exact = Fraction(Decimal(repr(ratio))).limit_denominator(1000)
    return _SHARES.get(exact, f"{significant(ratio, _DIGITS)} times")


def _power(growth: float) -> str:
    if growth > _EXPONENTIAL:
        return "exponentially with sigma"
    # From sigma to 100 sigma a logarithm grows by less than any power that people write.
    if abs(growth) < 0.2:
        return "like log sigma"
    # Three digits tell a power; within a hundredth of 1 it is 1.
    return f"like sigma^{significant(growth, _DIGITS)}" if abs(growth - 1) > 0.01 else "like sigma"
