"""Sums of rational numbers times products of powers: what the normal form of an expression is made of.

A sum is a mapping of monomials to their numbers. A monomial is a product of generators with rational
exponents, as sorted pairs (generator, exponent): the generators are counted in a `Ring`, which knows what
each stands for. The rules of the functions are those of `klcli.formula.value.normal_form`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from fractions import Fraction
from math import floor, gcd, lcm
from typing import NamedTuple, TypeAlias

Monomial: TypeAlias = tuple[tuple[int, Fraction], ...]
Polynomial: TypeAlias = Mapping[Monomial, Fraction]

ONE: Monomial = ()
"""The empty product."""
UNIT = Fraction(1)

_MOST_WORK = 20_000
"""Terms that are made in one proof, about 0.1 s; the closed forms of a KL take some hundred."""
_MOST_BITS = 4_000
"""Of a number: 1000 digits are more than anybody writes."""
_LARGEST_DIVISOR = 1_000
"""Up to which primes are looked for in a number; what is left counts as one."""


class Generator(NamedTuple):
    """A quantity that is not taken apart further.

    `kind` is ``symbol``, ``prime`` (a whole number > 1), ``pi``, ``exp`` (of a monomial), ``log`` (of a
    generator), ``sum`` and ``abs`` (of terms) or ``clip`` (of terms, between two others), and `of` what it is
    that of. `sign` is 2 where it is > 0 for all values of the symbols, 1 where it is >= 0, 0 where neither is
    known.
    """

    kind: str
    of: Hashable
    sign: int


class Ring:
    """The sums over the generators of one proof, and the work that was done on them.

    In what its methods return, primes have exponents in [0, 1), positive sums no exponent >= 1, and absolute
    values none >= 2.
    """

    def __init__(self) -> None:
        self._generators: list[Generator] = []
        self._terms: dict[int, Polynomial] = {}
        self._numbers: dict[tuple[str, Hashable], int] = {}
        self._work = 0

    def __getitem__(self, number: int) -> Generator:
        return self._generators[number]

    def number(self, kind: str, of: Hashable, sign: int, terms: Polynomial | None = None) -> int:
        """The number of a generator, a new one where it was not met before; `terms` are for `terms`.

        Args:
            kind: of generator, such as ``exp``, ``abs`` or ``prime``.
            of: what it is made of; those of one kind that are made of the same are one.
            sign: as in `NormalForm`.
            terms: those that it is made of, where `terms` is to give them back.
        """
        key = kind, of
        if key not in self._numbers:
            self._numbers[key] = len(self._generators)
            self._generators.append(Generator(kind, of, sign))
            if terms is not None:
                self._terms[self._numbers[key]] = terms
        return self._numbers[key]

    def terms(self, number: int) -> Polynomial:
        """The terms of a generator that is a sum, or the absolute value of one; none of others."""
        return self._terms.get(number, {})

    def sign(self, terms: Polynomial) -> int:
        """2 where a sum is seen to be > 0 everywhere, 1 for >= 0, -2 and -1 for < 0 and <= 0, 0 otherwise."""
        signs = [self._sign(monomial) * (1 if factor > 0 else -1) for monomial, factor in terms.items()]
        if not signs:
            return 1
        return max(signs) if min(signs) > 0 else min(signs) if max(signs) < 0 else 0

    def _sign(self, monomial: Monomial) -> int:
        signs = [2]
        for number, exponent in monomial:
            own = self._generators[number].sign
            signs.append(own or int(exponent > 0 and exponent % 2 == 0))
        return min(signs)

    def times(self, left: Polynomial, right: Polynomial) -> Polynomial:
        """The product of two sums."""
        self.count(len(left) * len(right))
        return self.settled(added(*(scaled(left, factor, monomial) for monomial, factor in right.items())))

    def count(self, terms: int) -> None:
        """Note that so many terms are made.

        Raises:
            OverflowError: they are too many.
        """
        self._work += terms
        if self._work > _MOST_WORK:
            raise OverflowError("too many terms")

    def settled(self, terms: Polynomial) -> Polynomial:
        """The same sum, with the powers that the class excludes written out.

        Raises:
            OverflowError: it is too large to be written out.
        """
        done: list[Polynomial] = []
        for monomial, factor in terms.items():
            if _bits(factor) > _MOST_BITS:
                raise OverflowError("a number of too many digits")
            place, whole = self._whole(monomial)
            if not whole:
                done.append({monomial: factor})
                continue
            number, exponent = monomial[place]
            rest = ((number, exponent - whole),) if exponent != whole else ()
            left: Polynomial = {(*monomial[:place], *rest, *monomial[place + 1 :]): factor}
            done.append(self.times(left, self._written_out(number, whole)))
        return added(*done)

    def _whole(self, monomial: Monomial) -> tuple[int, int]:
        """The place of a power that can be written out, and its exponent; 0 if there is none."""
        for place, (number, exponent) in enumerate(monomial):
            kind = self._generators[number].kind
            if kind == "prime" and (whole := floor(exponent)):
                return place, whole
            if kind in ("sum", "abs"):
                size = 1 if kind == "sum" else 2
                if (whole := floor(exponent / size) * size) > 0:
                    return place, whole
        return 0, 0

    def _written_out(self, number: int, whole: int) -> Polynomial:
        generator = self._generators[number]
        if generator.kind == "prime":
            assert isinstance(generator.of, int)
            return {ONE: bounded_power(Fraction(generator.of), whole)}
        return self.power(self._terms[number], whole)

    def power(self, terms: Polynomial, exponent: int) -> Polynomial:
        """A sum multiplied by itself, `exponent` >= 1 times."""
        if len(terms) == 1:
            ((monomial, factor),) = terms.items()
            return self.settled({power_of(monomial, Fraction(exponent)): bounded_power(factor, exponent)})
        if exponent > _MOST_WORK:
            raise OverflowError("a power too high to be multiplied out")
        found: Polynomial = {ONE: UNIT}
        for bit in f"{exponent:b}":
            found = self.times(found, found)
            found = self.times(found, terms) if bit == "1" else found
        return found

    def without_divisors(self, terms: Polynomial) -> tuple[Polynomial, Monomial]:
        """A sum as one without negative powers of sums, times a monomial of them."""
        lowest: dict[int, Fraction] = {}
        for monomial in terms:
            for number, exponent in monomial:
                if exponent < lowest.get(number, 0) and self._generators[number].kind == "sum":
                    lowest[number] = exponent
        divisors = tuple(sorted(lowest.items()))
        if not divisors:
            return terms, ONE
        return self.settled(scaled(terms, UNIT, power_of(divisors, -UNIT))), divisors

    def content(self, terms: Polynomial) -> tuple[Fraction, Monomial]:
        """What the terms have in common: a number > 0, and powers of generators that are > 0.

        Without it the numbers are coprime integers, and the lowest power of every such generator is 0.
        """
        factors = terms.values()
        common = Fraction(
            gcd(*(factor.numerator for factor in factors)), lcm(*(factor.denominator for factor in factors))
        )
        powers = [dict(monomial) for monomial in terms]
        positive = {number for own in powers for number in own if self._generators[number].sign == 2}
        lowest = {number: min(own.get(number, Fraction(0)) for own in powers) for number in sorted(positive)}
        return common, tuple((number, exponent) for number, exponent in lowest.items() if exponent)


def product_of(left: Monomial, right: Monomial) -> Monomial:
    """Two monomials multiplied: the exponents are added."""
    if not left or not right:
        return left or right
    exponents = dict(left)
    for number, exponent in right:
        exponents[number] = exponents.get(number, 0) + exponent
    return tuple(sorted((number, exponent) for number, exponent in exponents.items() if exponent))


def power_of(monomial: Monomial, exponent: Fraction) -> Monomial:
    """A monomial to a power."""
    return tuple((number, own * exponent) for number, own in monomial) if exponent else ONE


def added(*sums: Polynomial) -> Polynomial:
    """Sums added, without the terms that cancel."""
    total: dict[Monomial, Fraction] = {}
    for terms in sums:
        for monomial, factor in terms.items():
            total[monomial] = total[monomial] + factor if monomial in total else factor
    return {monomial: factor for monomial, factor in total.items() if factor}


def scaled(terms: Polynomial, factor: Fraction, monomial: Monomial = ONE) -> Polynomial:
    """A sum with every term multiplied by a number that is not 0 and by a monomial.

    Args:
        terms: by monomials.
        factor: of every coefficient.
        monomial: that every term is multiplied by.
    """
    return {product_of(own, monomial): number * factor for own, number in terms.items()}


def bounded_power(base: Fraction, exponent: int) -> Fraction:
    """A rational to a whole power.

    Raises:
        OverflowError: it has too many digits.
    """
    if _bits(base) * abs(exponent) > _MOST_BITS and abs(base) != 1:
        raise OverflowError("a number of too many digits")
    return base**exponent


def primes(number: int) -> Iterator[tuple[int, int]]:
    """The prime factors of a whole number > 0 with their exponents; a large rest counts as prime."""
    divisor = 2
    while divisor <= _LARGEST_DIVISOR and divisor * divisor <= number:
        exponent = 0
        while number % divisor == 0:
            number //= divisor
            exponent += 1
        if exponent:
            yield divisor, exponent
        divisor += 1 if divisor == 2 else 2
    if number > 1:
        yield number, 1


def _bits(number: Fraction) -> int:
    return number.numerator.bit_length() + number.denominator.bit_length()
