"""Proves that a formula is zero for all values of its symbols, by an exact normal form.

`NormalForms` is an arithmetic for `klcli.formula.value.arithmetic.evaluate`. Its numbers are sums of
rationals times products of powers of generators: symbols, primes, pi, exponentials and logarithms of what
cannot be taken apart further, positive sums, and abs and clips, of which nothing else is known. The rules are

    e^(a + b) = e^a e^b,   e^(c log x) = x^c,   log(x y) = log x + log y,   log x^c = c log x,
    (x y)^c = x^c y^c,   (x^2)^c = |x|^(2 c),   |x y| = |x| |y|,   |x|^2 = x^2,

each only where it holds: for x, y > 0, or where c is a whole number. What divides, or has its logarithm or
its root taken, has to be seen to be > 0 (>= 0 under a root) for all values of the symbols; otherwise there
is no normal form, and nothing is proved. So what is zero here has a value and is zero everywhere. That the
difference of two equal formulas comes out as zero is not promised for all, but for the forms of a KL.

The work is bounded: what would take more is an ArithmeticError, as is what may have no value.
"""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction

from klcli.formula.tree import Operator
from klcli.formula.value.polynomials import (
    ONE,
    UNIT,
    Monomial,
    Polynomial,
    Ring,
    added,
    bounded_power,
    power_of,
    primes,
    product_of,
    scaled,
)
from klcli.values import dataclass

_MOST_PARTS = 16
"""Factors of a product that are remembered."""


@dataclass(frozen=True, slots=True)
class NormalForm:
    """A normal form.

    `sign` is 2 where it is > 0 for all values of the symbols, 1 where it is >= 0, -2 and -1 likewise for
    < 0 and <= 0, and 0 where nothing is seen. `parts` are the factors of a product with their exponents,
    where multiplying out has hidden them.
    """

    terms: Polynomial
    sign: int
    parts: tuple[tuple[NormalForm, Fraction], ...] = ()


class NormalForms:
    """The arithmetic of normal forms; `ring` holds the generators of one proof."""

    def __init__(self) -> None:
        self.ring = Ring()

    def symbol(self, name: str, *, positive: bool = False) -> NormalForm:
        """A variable that takes every real value, or every positive one."""
        return self._form(self._generator("symbol", name, 2 if positive else 0))

    def is_zero(self, form: NormalForm) -> bool:
        """Whether a form is seen to be zero for all values of the symbols."""
        return not self.ring.without_divisors(form.terms)[0]

    def number(self, value: Fraction) -> NormalForm:
        return self._form({ONE: value} if value else {})

    def constant(self, name: str) -> NormalForm:
        return self._form(self._generator("pi", "", 2)) if name == "pi" else self.exp(self.number(UNIT))

    def negative(self, value: NormalForm) -> NormalForm:
        parts = value.parts and ((self.number(-UNIT), UNIT), *value.parts)
        return NormalForm(scaled(value.terms, -UNIT), -value.sign, parts)

    def operate(self, operator: Operator, left: NormalForm, right: NormalForm) -> NormalForm:
        match operator:
            case "+":
                sign = max(left.sign, right.sign) if min(left.sign, right.sign) > 0 else 0
                return self._form(added(left.terms, right.terms), sign)
            case "-":
                return self.operate("+", left, self.negative(right))
            case "*":
                return self._product(left, right)
            case "/":
                return self._product(left, self.power(right, -UNIT))
            case "^":
                if right.terms.keys() <= {ONE}:
                    return self.power(left, right.terms.get(ONE, Fraction(0)))
                return self.exp(self._product(right, self.log(left)))

    def call(self, function: str, value: NormalForm) -> NormalForm:
        one = self.number(UNIT)
        match function:
            case "exp":
                return self.exp(value)
            case "expm1":
                return self.operate("-", self.exp(value), one)
            case "log":
                return self.log(value)
            case "log1p":
                return self.log(self.operate("+", one, value))
            case "softplus":
                return self.log(self.operate("+", one, self.exp(value)))
            case "sqrt":
                return self.power(value, Fraction(1, 2))
            case "abs":
                return self._absolute(value)
        raise ArithmeticError(f"no rule for {function}")

    def clip(self, value: NormalForm, low: NormalForm | None, high: NormalForm | None) -> NormalForm:
        """A clip that is seen never to bind is its operand, every other one a generator."""
        is_over = low is None or self.operate("-", value, low).sign > 0
        is_under = high is None or self.operate("-", high, value).sign > 0
        if is_over and is_under:
            return value
        of = tuple(form and _key(form.terms) for form in (value, low, high))
        sign = min(low.sign, high.sign if high else 2) if low else 0
        return self._form(self._generator("clip", of, max(sign, 0)))

    def exp(self, value: NormalForm) -> NormalForm:
        """e to the power of a form: a product of one generator for each of its terms."""
        found = ONE
        for monomial, factor in value.terms.items():
            base = self._argument(monomial)
            if base is None:
                base = self.ring.number("exp", monomial, 2)
            found = product_of(found, ((base, factor),))
        return self._written_out(UNIT, found)

    def _argument(self, monomial: Monomial) -> int | None:
        """The generator whose logarithm a monomial is."""
        if len(monomial) != 1 or monomial[0][1] != 1:
            return None
        generator = self.ring[monomial[0][0]]
        return generator.of if generator.kind == "log" and isinstance(generator.of, int) else None

    def log(self, value: NormalForm) -> NormalForm:
        """The logarithm.

        Raises:
            ArithmeticError: the form is not seen to be > 0.
        """
        if known := self._known_parts(value):
            logs = [scaled(self.log(part).terms, exponent) for part, exponent in known]
            return self._form(added(*logs))
        if not self._is_positive(value):
            raise ArithmeticError("the logarithm of what may not be positive")
        factor, monomial = self._as_product(value)
        powers = product_of(self._primes(factor), monomial)
        return self._form(added(*(scaled(self._log_of(number), power) for number, power in powers)))

    def _log_of(self, number: int) -> Polynomial:
        """The logarithm of a generator that is > 0."""
        generator = self.ring[number]
        if generator.kind == "exp":
            assert isinstance(generator.of, tuple)
            return {generator.of: UNIT}
        beyond_one = added(self.ring.terms(number), {ONE: -UNIT})
        is_large = generator.kind in ("prime", "pi") or self.ring.sign(beyond_one) == 2
        return self._generator("log", number, 2 if is_large else 0)

    def power(self, base: NormalForm, exponent: Fraction) -> NormalForm:
        """A form to a rational power.

        Raises:
            ArithmeticError: the form is not seen to be > 0, >= 0 or not 0, whatever that power needs.
        """
        if not exponent:
            return self.number(UNIT)  # 0^0 is 1 in every arithmetic
        is_whole = exponent.denominator == 1
        if is_whole and exponent > 0:
            return self._whole_power(base, exponent)
        if known := self._known_parts(base):
            found = self.number(UNIT)
            for part, own in known:
                found = self._product(found, self.power(part, own * exponent))
            return found
        if is_whole and self._is_positive(negative := self.negative(base)):
            found = self.power(negative, exponent)
            return self.negative(found) if exponent % 2 else found
        if not (self._is_positive(base) or (base.sign == 1 and exponent > 0)):
            raise ArithmeticError("a power of what may be negative or zero")
        if self.is_zero(base):
            return self.number(Fraction(0))
        return self._root(*self._as_product(base), exponent)

    def _whole_power(self, base: NormalForm, exponent: Fraction) -> NormalForm:
        terms = self.ring.power(base.terms, exponent.numerator) if base.terms else {}
        sign = base.sign if exponent % 2 else max(abs(base.sign), 1)
        parts = tuple((part, own * exponent) for part, own in base.parts or ((base, UNIT),))
        return self._form(terms, sign, parts)

    def _root(self, factor: Fraction, monomial: Monomial, exponent: Fraction) -> NormalForm:
        """A product that is > 0, or >= 0 and the exponent > 0, to a power: (x^2)^(1/2) is |x|."""
        if exponent.denominator == 1:
            return self._written_out(bounded_power(factor, exponent.numerator), power_of(monomial, exponent))
        found = power_of(self._primes(factor), exponent)
        for number, own in monomial:
            if not self.ring[number].sign:  # its exponent is even, so that this is a power of its square
                inner: Polynomial = {((number, UNIT),): UNIT}
                number = self.ring.number("abs", _key(inner), 1, inner)
            found = product_of(found, ((number, own * exponent),))
        return self._written_out(UNIT, found)

    def _written_out(self, factor: Fraction, monomial: Monomial) -> NormalForm:
        """A number times a monomial, which knows the sums in it as its parts."""
        sums = [(number, own) for number, own in monomial if self.ring[number].kind == "sum"]
        parts = [(self._form(self.ring.terms(number), self.ring[number].sign), own) for number, own in sums]
        rest = tuple(power for power in monomial if power not in sums)
        parts.append((self._form(self.ring.settled({rest: factor})), UNIT))
        return self._form(self.ring.settled({monomial: factor}), 0, tuple(parts))

    def _product(self, left: NormalForm, right: NormalForm) -> NormalForm:
        if left.terms == right.terms:
            return self._whole_power(left, Fraction(2))
        sign = min(abs(left.sign), abs(right.sign)) * (1 if left.sign * right.sign > 0 else -1)
        parts = (*(left.parts or ((left, UNIT),)), *(right.parts or ((right, UNIT),)))
        return self._form(self.ring.times(left.terms, right.terms), sign, parts)

    def _absolute(self, value: NormalForm) -> NormalForm:
        """The absolute value; of x and -x, and of multiples that are > 0, it is one generator."""
        if value.sign:
            return value if value.sign > 0 else self.negative(value)
        factor, common = self.ring.content(value.terms)
        rest = scaled(value.terms, 1 / factor, power_of(common, -UNIT))
        rest = rest if rest[min(rest)] > 0 else scaled(rest, -UNIT)
        return self._form(scaled(self._generator("abs", _key(rest), 1, rest), factor, common))

    def _known_parts(self, value: NormalForm) -> list[tuple[NormalForm, Fraction]]:
        """The factors of a product that is > 0, made > 0; none where their signs are not seen.

        Those with even exponents are taken for their absolute values.
        """
        found, flips = [], 0
        for part, exponent in value.parts:
            is_even = exponent.denominator == 1 and exponent % 2 == 0
            if not (is_even or part.sign):
                return []
            flips += part.sign < 0 and not is_even
            found.append((self._absolute(part), exponent))
        return found if flips % 2 == 0 else []

    def _is_positive(self, value: NormalForm) -> bool:
        """Whether a form is seen to be > 0, also the difference of a x and b y: if log(a x/(b y)) > 0."""
        if value.sign == 2 or len(value.terms) != 2:
            return value.sign == 2
        (one, more), (other, less) = sorted(value.terms.items(), key=lambda term: -term[1])
        signs = [self.ring.sign({monomial: UNIT}) for monomial in (one, other)]
        if signs != [2, 2] or not more > 0 > less:
            return False
        ratio = {product_of(one, power_of(other, -UNIT)): -more / less}
        return self.log(self._form(self.ring.settled(ratio))).sign == 2

    def _as_product(self, value: NormalForm) -> tuple[Fraction, Monomial]:
        """A form that is >= 0, and not 0 everywhere, as a number > 0 times a monomial."""
        terms, divisors = self.ring.without_divisors(value.terms)
        if len(terms) == 1:
            ((monomial, factor),) = terms.items()
            return factor, product_of(monomial, divisors)
        factor, common = self.ring.content(terms)
        rest = scaled(terms, 1 / factor, power_of(common, -UNIT))
        own = self._generator("sum", _key(rest), 2 if self._is_positive(value) else 1, rest)
        return factor, product_of(product_of(common, divisors), next(iter(own)))

    def _primes(self, factor: Fraction) -> Monomial:
        """A number > 0 as a product of powers of primes."""
        found = ONE
        for whole, sign in ((factor.numerator, 1), (factor.denominator, -1)):
            for prime, exponent in primes(whole):
                number = self.ring.number("prime", prime, 2)
                found = product_of(found, ((number, Fraction(sign * exponent)),))
        return found

    def _generator(self, kind: str, of: Hashable, sign: int, terms: Polynomial | None = None) -> Polynomial:
        return {((self.ring.number(kind, of, sign, terms), UNIT),): UNIT}

    def _form(
        self, terms: Polynomial, sign: int = 0, parts: tuple[tuple[NormalForm, Fraction], ...] = ()
    ) -> NormalForm:
        """A form with its sign: what its terms show, or else what is known from how it was made."""
        self.ring.count(len(terms))
        kept = parts if len(terms) > 1 and len(parts) <= _MOST_PARTS else ()
        return NormalForm(terms, self.ring.sign(terms) or sign, kept)


def _key(terms: Polynomial) -> frozenset[tuple[Monomial, Fraction]]:
    return frozenset(terms.items())
