"""Numbers that are made of the lengths of axes: monomials, polynomials, and how they are written.

A program's factor and constant depend on the batch size B and the number of latents d. They are found as
numbers at several shapes, and from these as ``1/B``, ``d``, ``B d/2 - B/2``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import log, prod
from operator import add

from klcli.judge.engine import solved
from klcli.values import dataclass

_LARGEST_DENOMINATOR = 4096
"""Factors of programs are plain numbers; a longer one is a number that the program has in it."""
_HIGHEST = 4
"""Powers of a length: a sum within a sum within a sum has three."""
_CLOSE = 1e-8
"""Relative error of a number that a fit in doubles gives."""


@dataclass(frozen=True, slots=True)
class LengthMonomial:
    """`factor` times powers of the lengths of the axes, the batch first."""

    factor: Fraction
    powers: tuple[int, ...] = ()

    @property
    def is_one(self) -> bool:
        """Whether it is 1 at every shape."""
        return self.factor == 1 and not any(self.powers)

    def times(self, factor: Fraction, powers: Sequence[int]) -> LengthMonomial:
        """The product with a number and powers of the lengths."""
        own = self.powers or (0,) * len(powers)
        return LengthMonomial(self.factor * factor, tuple(map(add, own, powers)))

    def text(self, names: Sequence[str]) -> str:
        """``1/B``, ``2 d``, with the names of the lengths."""
        above: list[str] = []
        below: list[str] = []
        for name, power in zip(names, self.powers, strict=False):
            shown = name if abs(power) == 1 else f"{name}^{abs(power)}"
            if power:
                (above if power > 0 else below).append(shown)
        numerator, denominator = abs(self.factor.numerator), self.factor.denominator
        over = " ".join([*([str(numerator)] if numerator != 1 or not above else []), *above])
        under = " ".join([*([str(denominator)] if denominator != 1 else []), *below])
        sign = "-" if self.factor < 0 else ""
        if not under:
            return f"{sign}{over}"
        return f"{sign}{over}/{under if ' ' not in under else f'({under})'}"


ONE = LengthMonomial(Fraction(1))


@dataclass(frozen=True, slots=True)
class LengthPolynomial:
    """A sum of monomials of B and d; no term is 0."""

    terms: tuple[LengthMonomial, ...] = ()

    def plus(self, other: LengthMonomial) -> LengthPolynomial:
        """The sum with a monomial."""
        factors = {term.powers: term.factor for term in self.terms}
        factors[other.powers] = factors.get(other.powers, Fraction(0)) + other.factor
        return LengthPolynomial(
            tuple(LengthMonomial(factor, powers) for powers, factor in factors.items() if factor)
        )

    def times(self, other: LengthMonomial) -> LengthPolynomial:
        """The product with a monomial."""
        return LengthPolynomial(tuple(other.times(term.factor, term.powers) for term in self.terms))

    def text(self, names: Sequence[str]) -> str:
        """``B d/2 - B/2``; ``0`` for no terms."""
        written = [term.text(names) for term in self.terms]
        first, *rest = written or ["0"]
        return first + "".join(f" - {one[1:]}" if one[0] == "-" else f" + {one}" for one in rest)


def added_up(terms: Iterable[tuple[Fraction, str]]) -> str:
    """``1/2 mu^2 - log sigma``; empty for no terms. A term without a word is its factor."""
    text = ""
    for factor, word in terms:
        size = LengthMonomial(abs(factor)).text(())
        sign = ("-" if factor < 0 else "") if not text else (" - " if factor < 0 else " + ")
        text += sign + (word if size == "1" and word else f"{size} {word}".strip())
    return text


def fitted_monomial(shapes: Sequence[Sequence[int]], values: Sequence[float]) -> LengthMonomial | None:
    """The monomial that has these values at these shapes; None if there is none with whole powers."""
    sign = 1 if values[0] > 0 else -1
    if not all(sign * value > 0 for value in values):
        return None
    rows = [[1.0, *(log(length) for length in shape)] for shape in shapes]
    count = len(rows[0])
    found = solved(rows[:count], [log(sign * value) for value in values[:count]])
    if found is None:
        return None
    powers = tuple(round(power) for power in found[1:])
    if max(map(abs, powers)) > _HIGHEST:
        return None
    factors = [value / _at(shape, powers) for shape, value in zip(shapes, values, strict=True)]
    if any(abs(factor - factors[0]) > _CLOSE * abs(factors[0]) for factor in factors):
        return None
    return LengthMonomial(plain_fraction(factors[0]), powers)


_TERMS = (
    ((1, 1), (1, 0), (0, 1), (0, 0), (1, 2), (2, 1), (2, 0)),
    ((1, 0), (0, 1), (0, 0), (0, 2)),
)
"""The powers of B and d that a constant can have: d counted d times in a sum over a batch is B d^2, and d^2
in the loss of every example; B^2 is a batch size in the place of d there.

Not all at once, as there are more shapes than terms.
"""


def fitted_polynomial(shapes: Sequence[Sequence[int]], values: Sequence[float]) -> LengthPolynomial | None:
    """The polynomial of B and d, or of d alone, that has these values; None if it is no such thing."""
    size = max(map(abs, values), default=0.0)
    if size < _CLOSE:
        return LengthPolynomial()
    found = (_fitted(shapes, values, powers, size) for powers in _TERMS)
    return next((one for one in found if one), None)


def _fitted(
    shapes: Sequence[Sequence[int]],
    values: Sequence[float],
    powers_of: Sequence[tuple[int, int]],
    size: float,
) -> LengthPolynomial | None:
    """The polynomial with terms of these powers, if one has these values."""
    rank = len(shapes[0])
    terms = list(dict.fromkeys(powers[-rank:] for powers in powers_of)) if rank <= 2 else []
    if len(shapes) <= len(terms) or not terms:
        return None
    rows = [[float(_at(shape, powers)) for powers in terms] for shape in shapes]
    found = solved(rows[: len(terms)], values[: len(terms)])
    if found is None:
        return None
    for row, value in zip(rows, values, strict=True):
        if abs(sum(one * factor for one, factor in zip(row, found, strict=True)) - value) > _CLOSE * size:
            return None
    pairs = [(plain_fraction(factor), powers) for factor, powers in zip(found, terms, strict=True)]
    return LengthPolynomial(
        tuple(LengthMonomial(factor, powers) for factor, powers in pairs if abs(factor) > _CLOSE)
    )


def _at(shape: Sequence[int], powers: Sequence[int]) -> float:
    return prod(float(length) ** power for length, power in zip(shape, powers, strict=True))


def plain_fraction(number: float) -> Fraction:
    """The plain fraction that a number from a fit in doubles is, or the number itself where it is none."""
    near = Fraction(number).limit_denominator(_LARGEST_DENOMINATOR)
    return near if abs(float(near) - number) <= _CLOSE * max(1.0, abs(number)) else Fraction(number)
