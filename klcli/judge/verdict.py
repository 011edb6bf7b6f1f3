"""The verdict on a formula under a reading: which KL it is, if it is one.

From the coefficients a, l, b, g, d of mu^2, mu, sigma^2, log sigma and 1 (see
`klcli.judge.identification`): the formula is k KL(q || N(m, t^2)) + c exactly if a = b > 0 and g < 0,
with k = -g, t^2 = k / (2 a), m = -l / (2 a). In the reversed direction, with the terms divided by sigma^2,
it is k KL(N(m, t^2) || q) + c exactly if g = 2 a > 0 and t^2 = b / a - m^2 > 0, with k = g, m = -l / (2 a).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, getcontext, localcontext
from fractions import Fraction
from typing import Literal, TypeAlias, get_args

from klcli.formula.arithmetic import context
from klcli.formula.tree import Call, Tree, free_symbols, walk
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.identification import (
    FORWARD,
    REVERSED,
    Coefficients,
    Roles,
    identify,
    roles,
)

__all__ = ["KINDS", "Kind", "Quantity", "ScaledKL", "Verdict", "exact_under", "judge", "judge_as"]

Kind: TypeAlias = Literal["exact", "scaled", "other-prior", "reversed", "wrong", "not-kl"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The verdicts, the best first."""

Quantity: TypeAlias = Fraction | Decimal
"""A number that was found: the exact rational where it is one, otherwise its digits."""


@dataclass(frozen=True, slots=True)
class ScaledKL:
    """`scale` times a KL, plus `shift`; its prior is N(`prior_mean`, `prior_variance`).

    The scale is an effective beta; the shift changes no gradient.
    """

    scale: Quantity
    shift: Quantity
    prior_mean: Quantity
    prior_variance: Quantity


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a formula is under one reading.

    Attributes:
        kind: one of `KINDS`.
        parameterization: the reading.
        roles: which symbol is the mean and which the head.
        kl: which KL the formula is; None if it is none.
    """

    kind: Kind
    parameterization: Parameterization
    roles: Roles
    kl: ScaledKL | None = None


def judge(tree: Tree, reading: Parameterization) -> Verdict:
    """The best verdict on a formula under a reading, over the roles that its symbols can have.

    It rests on agreement to 40 digits or more at ten points; it is not a proof.

    Raises:
        KlcliError: the formula has no symbol or more than two.
    """
    verdicts = [judge_as(tree, role, reading) for role in roles(tree)]
    return min(verdicts, key=lambda verdict: KINDS.index(verdict.kind))


def exact_under(tree: Tree) -> tuple[str, ...]:
    """The names of the readings under which a formula is KL(q || N(0, 1)) itself."""
    return tuple(name for name, reading in PARAMETERIZATIONS.items() if judge(tree, reading).kind == "exact")


def judge_as(tree: Tree, role: Roles, reading: Parameterization) -> Verdict:
    """The verdict on a formula whose symbols have these roles."""
    kl = None
    forward = identify(tree, role, reading, FORWARD)
    found = forward or identify(tree, role, reading, REVERSED)
    if found:
        with localcontext(context(found.digits)):
            kl = _forward_kl(found) if forward else _reversed_kl(found)
    if kl:
        return Verdict(_kind(kl, reverse=not forward), reading, role, kl)
    return Verdict("wrong" if _has_ingredients(tree, role) else "not-kl", reading, role)


def _kind(kl: ScaledKL, *, reverse: bool) -> Kind:
    if reverse:
        return "reversed"
    if kl.prior_mean != 0 or kl.prior_variance != 1:
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
    return ScaledKL(*(_exact(number, found.digits) for number in (k, shift, mean, variance)))


def _reversed_kl(found: Coefficients) -> ScaledKL | None:
    """The k KL(N(m, t^2) || q) + c of these coefficients, if they are of that form."""
    if not (_equal(found.logarithm, 2 * found.square) and found.square > 0):
        return None
    k = found.logarithm
    mean = -found.linear / (2 * found.square)
    variance = found.scale / found.square - mean * mean
    if _exact(variance, found.digits) <= 0:
        return None
    shift = found.constant + k * (variance.ln() + 1) / 2
    return ScaledKL(*(_exact(number, found.digits) for number in (k, shift, mean, variance)))


def _equal(left: Decimal, right: Decimal) -> bool:
    """Whether two numbers agree in all but the last five digits of the current context."""
    slack = Decimal(1).scaleb(5 - getcontext().prec)
    return abs(left - right) <= slack * max(abs(left), abs(right))


def _exact(number: Decimal, digits: int) -> Quantity:
    """The rational that a number is in all but its last ten digits, where there is a plain one."""
    exact = Fraction(number)
    near = exact.limit_denominator(10 ** (digits // 4))
    slack = Fraction(1, 10 ** (digits - 10))
    return near if abs(near - exact) <= slack * max(Fraction(1), abs(near)) else number


def _has_ingredients(tree: Tree, role: Roles) -> bool:
    """Whether a formula looks like a KL at all: it has a head, and a logarithm or an exponential."""
    transcendental = any(
        isinstance(node, Call) and node.function not in ("sqrt", "abs") for node in walk(tree)
    )
    return transcendental and role.head is not None and role.head in free_symbols(tree)
