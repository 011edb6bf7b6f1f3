"""A divergence in closed form, with its terms and what bounds its error; and the units of it."""

from __future__ import annotations

from collections.abc import Callable
from math import log
from typing import Literal, TypeAlias, get_args

from klcli.errors import KlcliError
from klcli.formula.read.math_parser import known
from klcli.formula.tree import Tree, operation
from klcli.formula.value.interval import Interval
from klcli.values import dataclass, replace

Unit: TypeAlias = Literal["nats", "bits"]
UNITS: tuple[Unit, ...] = get_args(Unit)


def known_unit(unit: Unit) -> Unit:
    """The unit itself.

    Raises:
        KlcliError: there is none of that name.
    """
    if unit not in UNITS:
        raise KlcliError(f"unknown unit {unit!r:.60}", f"one of: {', '.join(UNITS)}")
    return unit


_LOG_2 = "log 2"
NEAREST = 2.0**-53
"""The relative error of a double that is the nearest to its value."""

Enclosure: TypeAlias = Callable[[int], Interval]
"""An interval with a number in it, computed with so many digits: the more, the narrower."""


@dataclass(frozen=True, slots=True)
class KlTerms:
    """A KL and its two terms, each rounded by itself; all in the unit that was asked for.

    Attributes:
        value: KL(q || p).
        spread: the part that depends on the scales only.
        shift: the part that the means add.
    """

    value: float
    spread: float
    shift: float


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """A divergence in closed form, in the unit that was asked for.

    Attributes:
        value: KL(q || p); inf where q has mass and p has none, or q has no density where p has one.
        spread: the part that depends on the scales only; None where KL = spread + shift says nothing.
        shift: the part that the means add.
        per_dimension: the terms of each dimension, where these are independent.
        dimension: their number.
        trace: of Gaussians with matrices tr(S_p^-1 S_q), a pure number as are the next two; None beside an
            infinite value.
        log_determinant: log(|S_q| / |S_p|).
        mahalanobis: (mu_q - mu_p)^T S_p^-1 (mu_q - mu_p).
        method: in which arithmetic.
        error: a bound on the relative error of the value; None where `rounding` bounds it.
        rounding: a bound on its error in units of the value; 0 where the value has all of its digits.
        formula: of a prior that is no Gaussian.
        source: where that formula is from; empty where klcli derives it, step by step.
        reason: why the value is infinite, if it is.
    """

    value: float
    spread: float | None = None
    shift: float | None = None
    per_dimension: tuple[KlTerms, ...] = ()
    dimension: int = 1
    trace: float | None = None
    log_determinant: float | None = None
    mahalanobis: float | None = None
    method: str = "exact arithmetic"
    error: float | None = NEAREST
    rounding: float = 0.0
    formula: str = ""
    source: str = ""
    reason: str = ""

    @property
    def is_nearest(self) -> bool:
        """Whether the value is the double nearest to the true one."""
        return self.error == NEAREST


def in_bits(found: ClosedForm) -> ClosedForm:
    """A closed form in nats whose doubles have errors anyway, divided by log 2."""
    nats = log(2)
    spread, shift = (None if term is None else term / nats for term in (found.spread, found.shift))
    value = found.value / nats if spread is None or shift is None else spread + shift
    error = None if found.error is None else found.error + 2 * NEAREST
    return replace(
        found, value=value, spread=spread, shift=shift, error=error, rounding=found.rounding / nats
    )


def per_unit(tree: Tree, unit: Unit) -> Tree:
    """A formula in nats as one in `unit`: one bit is log 2 nats."""
    return operation("/", tree, known(_LOG_2)) if unit == "bits" else tree
