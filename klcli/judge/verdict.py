"""The verdict on a formula under a reading: which KL it is, if it is one.

From the coefficients a, l, b, g, d of mu^2, mu, sigma^2, log sigma and 1 (see
`klcli.judge.identification`): the formula is k KL(q || N(m, t^2)) + c exactly if a = b > 0 and g < 0,
with k = -g, t^2 = k / (2 a), m = -l / (2 a). In the reversed direction, with the terms divided by sigma^2,
it is k KL(N(m, t^2) || q) + c exactly if g = 2 a > 0 and t^2 = b / a - m^2 > 0, with k = g, m = -l / (2 a).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, getcontext, localcontext
from fractions import Fraction
from typing import Literal, TypeAlias, get_args

from klcli.formula.arithmetic import context
from klcli.formula.budget import remembered
from klcli.formula.tree import Call, Number, Operation, Tree, free_symbols, walk
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.identification import FORWARD, Coefficients, identify
from klcli.judge.pairs import fit_pair
from klcli.judge.roles import Roles, roles

__all__ = [
    "KINDS",
    "MEANINGS",
    "STANDARD",
    "FixedPrior",
    "Kind",
    "Quantity",
    "ScaledKL",
    "Verdict",
    "exact_under",
    "judge",
    "judge_as",
    "judge_pair",
    "recovered",
    "without_kl",
]

Kind: TypeAlias = Literal["exact", "scaled", "other-prior", "reversed", "other", "wrong", "not-kl"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The verdicts, the best first."""

MEANINGS: Mapping[Literal[Kind, "unreadable"], str] = {
    "exact": "The formula is the KL: it has its value at every mean and head, under that reading.",
    "scaled": "It is a positive multiple of the KL, perhaps plus a constant. The factor is an effective "
    "beta: training weighs the KL with it. The constant changes no gradient. A mean over the latents in the "
    "place of their sum is a factor 1/d. --allow-scale accepts these.",
    "other-prior": "It is a multiple of the KL to another prior than the one asked for. The optimum is that "
    "prior; say it with --prior-mu and --prior-sigma if it is meant.",
    "reversed": "It is KL(p || q), the other direction, up to a factor and a constant. The two agree "
    "where the variances are equal, and differ elsewhere.",
    "other": "It is a known quantity that is no KL: a capacity objective |KL - C|, or the Jeffreys, "
    "Bhattacharyya, Hellinger or Wasserstein-2 divergence of the two Gaussians; or a loss on "
    "log-probabilities that has the gradient of a KL and not its value. It is named.",
    "wrong": "It has the ingredients of a KL and is no multiple of one. Where one of the known mistakes "
    "explains it, that is named, with the corrected line.",
    "not-kl": "It lacks the ingredients of a KL: no logarithm or exponential of a head.",
    "unreadable": "The text is no formula. The error says where reading stopped.",
}
"""What every verdict means."""

Quantity: TypeAlias = Fraction | Decimal
"""A number that was found: the exact rational where it is one, otherwise its digits."""


@dataclass(frozen=True, slots=True)
class FixedPrior:
    """The prior N(mean, variance) that a formula without a prior's symbols is held to."""

    mean: Fraction = Fraction(0)
    variance: Fraction = Fraction(1)


STANDARD = FixedPrior()


@dataclass(frozen=True, slots=True)
class ScaledKL:
    """`scale` times a KL, plus `shift`; its prior is N(`prior_mean`, `prior_variance`).

    The scale is an effective beta; the shift changes no gradient. A prior with symbols of its own has no
    numbers here.
    """

    scale: Quantity
    shift: Quantity
    prior_mean: Quantity | None = None
    prior_variance: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a formula is under one reading.

    Attributes:
        kind: one of `KINDS`.
        parameterization: the reading.
        roles: which symbol is the mean and which the head.
        kl: which KL the formula is; None if it is none.
        prior_parameterization: the reading of the prior's head; None where the prior is fixed.
        prior: the fixed prior that the formula was held to.
    """

    kind: Kind
    parameterization: Parameterization
    roles: Roles
    kl: ScaledKL | None = None
    prior_parameterization: Parameterization | None = None
    prior: FixedPrior = STANDARD


def judge(tree: Tree, reading: Parameterization) -> Verdict:
    """The best verdict on a formula under a reading, over the roles that its symbols can have.

    It rests on agreement to 50 digits or more at ten points; it is not a proof.

    Raises:
        KlcliError: the formula has no symbol or more than two.
    """
    verdicts = [judge_as(tree, role, reading) for role in roles(tree)]
    return min(verdicts, key=lambda verdict: KINDS.index(verdict.kind))


def exact_under(tree: Tree) -> tuple[str, ...]:
    """The names of the readings under which a formula is KL(q || N(0, 1)) itself."""
    return tuple(name for name, reading in PARAMETERIZATIONS.items() if judge(tree, reading).kind == "exact")


def judge_as(tree: Tree, role: Roles, reading: Parameterization, prior: FixedPrior = STANDARD) -> Verdict:
    """The verdict on a formula whose symbols have these roles, against a fixed prior."""
    kl, found = None, identify(tree, role, reading)
    if found:
        basis, coefficients = found
        with localcontext(context(coefficients.digits)):
            kl = _forward_kl(coefficients) if basis is FORWARD else _reversed_kl(coefficients)
        if kl:
            return Verdict(_kind(kl, prior, reverse=basis is not FORWARD), reading, role, kl, None, prior)
    return Verdict(without_kl(tree, role), reading, role, None, None, prior)


def judge_pair(
    tree: Tree, role: Roles, reading: Parameterization, prior_reading: Parameterization
) -> Verdict:
    """The verdict on a formula whose prior has symbols of its own, each head under its reading."""
    fit = fit_pair(tree, role, reading, prior_reading)
    if fit is None:
        return Verdict(without_kl(tree, role), reading, role, None, prior_reading)
    kl = ScaledKL(recovered(fit.scale, fit.digits), recovered(fit.shift, fit.digits))
    plain = kl.scale == 1 and kl.shift == 0
    kind: Kind = "reversed" if fit.reverse else "exact" if plain else "scaled"
    return Verdict(kind, reading, role, kl, prior_reading)


def without_kl(tree: Tree, role: Roles) -> Kind:
    """The verdict on what is no KL: whether it has the ingredients of one."""
    return "wrong" if _has_ingredients(tree, role) else "not-kl"


def _kind(kl: ScaledKL, prior: FixedPrior, *, reverse: bool) -> Kind:
    if reverse:
        return "reversed"
    if kl.prior_mean != prior.mean or kl.prior_variance != prior.variance:
        return "other-prior"
    return "exact" if kl.scale == 1 and kl.shift == 0 else "scaled"


def _forward_kl(found: Coefficients) -> ScaledKL | None:
    """The k KL(q || N(m, t^2)) + c of these coefficients, if they are of that form."""
    if not (_equal(found.square, found.scale) and found.square > 0 > found.logarithm):
        return None
    k = -found.logarithm
    variance = k / (2 * found.square)
    mean = -found.linear / (2 * found.square)
    shift = found.constant - k * (variance.ln() + mean * mean / variance - 1) / 2
    return ScaledKL(*(recovered(number, found.digits) for number in (k, shift, mean, variance)))


def _reversed_kl(found: Coefficients) -> ScaledKL | None:
    """The k KL(N(m, t^2) || q) + c of these coefficients, if they are of that form."""
    if not (_equal(found.logarithm, 2 * found.square) and found.square > 0):
        return None
    k = found.logarithm
    mean = -found.linear / (2 * found.square)
    variance = found.scale / found.square - mean * mean
    if recovered(variance, found.digits) <= 0:
        return None
    shift = found.constant + k * (variance.ln() + 1) / 2
    return ScaledKL(*(recovered(number, found.digits) for number in (k, shift, mean, variance)))


def _equal(left: Decimal, right: Decimal) -> bool:
    """Whether two numbers agree in all but the last five digits of the current context."""
    slack = Decimal(1).scaleb(5 - getcontext().prec)
    return abs(left - right) <= slack * max(abs(left), abs(right))


def recovered(number: Decimal, digits: int) -> Quantity:
    """The rational that a number is in all but its last ten digits, where there is a plain one."""
    exact = Fraction(number)
    near = exact.limit_denominator(10 ** (digits // 4))
    slack = Fraction(1, 10 ** (digits - 10))
    return near if abs(near - exact) <= slack * max(Fraction(1), abs(near)) else number


def _is_transcendental(node: Tree) -> bool:
    match node:
        case Call(function):
            return function not in ("sqrt", "abs", "trunc")
        case Operation("^", Number(), exponent):
            return bool(free_symbols(exponent))
    return False


@remembered(256)
def _has_ingredients(tree: Tree, role: Roles) -> bool:
    """Whether a formula looks like a KL at all: it has a head, and a logarithm or an exponential."""
    return (
        any(map(_is_transcendental, walk(tree))) and role.head is not None and role.head in free_symbols(tree)
    )
