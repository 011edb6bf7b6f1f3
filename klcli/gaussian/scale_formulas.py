"""Scales as formulas of their heads, also where no decimal holds them.

The exponents of decimals end at 1e18, so that e^s has no value for a head s of 1e300; its logarithm has one,
and a KL needs two variances only as their quotient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

from klcli.formula.read.math_parser import known
from klcli.formula.traversal import substitute
from klcli.formula.tree import Symbol, Tree, operation
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.rationals import Rationals
from klcli.gaussian.parameterization import Parameterization, find
from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.gaussian.distribution import Gaussian
    from klcli.gaussian.heads import Heads

_FARTHEST = 10**17
"""Size of a head up to which variances, their quotients and the squares of these are decimals."""

_RATIO, _SCALE_RATIO = "e^(l_q - l_p)", "e^((l_q - l_p)/2)"
_PRECISION, _INVERSE_SCALE = "e^(-l_p)", "e^(-l_p/2)"

T = TypeVar("T")


def is_far(reading: Parameterization, head: Fraction) -> bool:
    """Whether the scale may be no decimal, so that only its logarithm is to be used."""
    exponential = reading.domain == "real" and (head < 0 or not reading.tail)
    return exponential and abs(head) > _FARTHEST


def reading_at(reading: Parameterization, head: Fraction) -> Parameterization:
    """The reading by which to compute: where e^s is no decimal, softplus(s) is e^s for all purposes.

    That neglects less than e^s of the scale, which 1e16 digits do not show.
    """
    return find(reading.tail) if reading.tail and head < -_FARTHEST else reading


@dataclass(frozen=True, slots=True)
class Scales:
    """What is needed of the scales of q and p in one dimension, as formulas of the heads s_q and s_p.

    Attributes:
        q: the reading of the head s_q.
        p: that of s_p.
        far: whether a scale may be no decimal.
    """

    q: Parameterization
    p: Parameterization
    far: bool

    def log_variance(self, index: str) -> Tree:
        """log sigma^2 of q or p."""
        return _in_head((self.q if index == "q" else self.p).log_variance, index)

    def variance_ratio(self) -> Tree:
        """sigma_q^2/sigma_p^2."""
        if self.far:
            return self._by_logarithms(_RATIO)
        return operation("/", _in_head(self.q.variance, "q"), _in_head(self.p.variance, "p"))

    def over_variance_of_p(self, tree: Tree) -> Tree:
        """A formula divided by sigma_p^2."""
        if self.far:
            return operation("*", tree, self._by_logarithms(_PRECISION))
        return operation("/", tree, _in_head(self.p.variance, "p"))

    def ratio(self) -> Tree:
        """sigma_q/sigma_p."""
        if self.far:
            return self._by_logarithms(_SCALE_RATIO)
        return operation("/", _in_head(self.q.sigma, "q"), _in_head(self.p.sigma, "p"))

    def over_scale_of_p(self, tree: Tree) -> Tree:
        """A formula divided by sigma_p."""
        if self.far:
            return operation("*", tree, self._by_logarithms(_INVERSE_SCALE))
        return operation("/", tree, _in_head(self.p.sigma, "p"))

    def _by_logarithms(self, text: str) -> Tree:
        return substitute(known(text), {"l_q": self.log_variance("q"), "l_p": self.log_variance("p")})


def each(q: Heads, p: Heads, make: Callable[[Scales], T]) -> Iterator[T]:
    """What `make` makes of the scales of each dimension, made once for equal ones.

    Args:
        q: the heads of the posterior.
        p: those of the prior, in as many dimensions.
        make: of the scales of one dimension.
    """
    made: dict[tuple[str, str, bool], T] = {}
    for head_q, head_p in zip(q.head, p.head, strict=True):
        of_q, of_p = q.parameterization, p.parameterization
        far = is_far(of_q, head_q) or is_far(of_p, head_p)
        of_q, of_p = reading_at(of_q, head_q), reading_at(of_p, head_p)
        key = (of_q.name, of_p.name, far)
        if key not in made:
            made[key] = make(Scales(of_q, of_p, far))
        yield made[key]


def are_equal(q: Gaussian[Heads], p: Gaussian[Heads]) -> bool:
    """Whether both are one distribution, as far as that can be said of heads that are rationals.

    Variances that are rationals are compared, and their logarithms where these are; e^s is no rational for
    a rational s but 0 (Lindemann). Of softplus only equal heads are known to be equal.
    """
    if q.mean != p.mean:
        return False
    of_q, of_p = q.spread.parameterization, p.spread.parameterization
    return all(
        (of_q == of_p and head_q == head_p) or not _exact(of_q, head_q).isdisjoint(_exact(of_p, head_p))
        for head_q, head_p in zip(q.spread.head, p.spread.head, strict=True)
    )


def _exact(reading: Parameterization, head: Fraction) -> set[tuple[str, Fraction]]:
    """The variance and its logarithm, those of them that are rationals."""
    found: set[tuple[str, Fraction]] = set()
    for name, tree in (("variance", reading.variance), ("logarithm", reading.log_variance)):
        with suppress(ArithmeticError):
            found.add((name, evaluate(tree, {"s": head}, Rationals())))
    return found | {("variance", Fraction(1))} if ("logarithm", Fraction(0)) in found else found


def _in_head(tree: Tree, index: str) -> Tree:
    return substitute(tree, {"s": Symbol(f"s_{index}")})
