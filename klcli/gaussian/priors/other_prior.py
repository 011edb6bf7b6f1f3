"""The prior that a text names: a Gaussian, a mixture of Gaussians, or a distribution of scipy.stats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NoReturn

from klcli.errors import KlcliError, nearest
from klcli.formula.numeral import decimal_text
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.heads import Heads
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.gaussian.priors.densities import Density, Product, names, parameters
from klcli.gaussian.priors.mixture import Mixture
from klcli.gaussian.priors.text import (
    MOST_SHOWN,
    Argument,
    Distribution,
    PriorNumber,
    PriorText,
    parse_prior,
)
from klcli.values import dataclass

_NORMAL = ("N", "normal", "norm", "gaussian")
_MEANS = ("mu", "mean", "loc")
_SPREADS = {**{name: name for name in PARAMETERIZATIONS}, "sigma": "std", "scale": "std"}


@dataclass(frozen=True, slots=True)
class SpreadNotation:
    """How the number for a Gaussian's spread was given.

    Attributes:
        name: of the reading.
        square: whether it was written as a square, ``0.1^2``.
        named: whether the text itself says what it is, ``std=0.1``.
    """

    name: str
    square: bool = False
    named: bool = False


@dataclass(frozen=True, slots=True)
class OtherPrior:
    """A prior that is no Gaussian, and how it was read.

    Attributes:
        text: what was typed.
        distribution: what it means.
        written: the distributions as they were typed, one for each component.
        spread: how the numbers for the spread were given; None for a distribution of scipy.stats.
    """

    text: str
    distribution: Mixture | Product
    written: tuple[str, ...]
    spread: SpreadNotation | None


def read_prior(text: str, param: str | None, dimension: int) -> Gaussian[Heads] | OtherPrior:
    """Read a prior in as many dimensions as the posterior has; one number serves all of them.

    Args:
        text: see `klcli.gaussian.priors.text`.
        param: what the second number of ``N(-1, 0.1)`` is; None was not said and means std.
        dimension: of the posterior.

    Raises:
        KlcliError: the text is no prior, a name is unknown, parameters are missing, too many or outside of
            their domain, weights do not add up to 1.
    """
    parsed = parse_prior(text)
    if len(parsed.terms) > 1 or parsed.mixture:
        return _mixture(parsed, param, dimension)
    (term,) = parsed.terms
    if term.weight not in (None, 1):
        raise parsed.error("a single distribution has the weight 1", term.start, "leave the weight out")
    if term.distribution.name in _NORMAL:
        return _gaussian(parsed, term.distribution, param, dimension)[0]
    product = _product(parsed, term.distribution, param, dimension)
    return OtherPrior(text, product, (parsed.written(term.distribution),), None)


def _mixture(parsed: PriorText, param: str | None, dimension: int) -> OtherPrior:
    rows = []
    for term in parsed.terms:
        if term.distribution.name not in _NORMAL:
            _refuse_component(parsed, term.distribution)
        rows.append(_gaussian(parsed, term.distribution, param, dimension))
    weights = _weights(parsed)
    for term, (_, spread) in zip(parsed.terms, rows, strict=True):
        if spread != rows[0][1]:
            raise parsed.error(
                "the spread of this component is written in another way than that of the first",
                term.distribution.start,
                "write all of them in one way, for example N(-1, 0.1) + N(1, 0.5)",
            )
    written = tuple(parsed.written(term.distribution) for term in parsed.terms)
    mixture = Mixture(weights, tuple(component for component, _ in rows))
    return OtherPrior(parsed.text, mixture, written, rows[0][1])


def _refuse_component(parsed: PriorText, found: Distribution) -> NoReturn:
    known = found.name in names()
    problem = (
        "a mixture has Gaussian components only"
        if known
        else f"unknown component '{found.name[:MOST_SHOWN]}'"
    )
    raise parsed.error(problem, found.start, "for example 0.3*N(-1, 0.1) + 0.7*N(1, 0.5)")


def _weights(parsed: PriorText) -> tuple[Fraction, ...]:
    """The weights, which are positive and add up to 1 exactly."""
    if len(parsed.terms) == 1 and parsed.terms[0].weight is None:
        return (Fraction(1),)
    found = []
    for term in parsed.terms:
        if term.weight is None:
            equal = _with_weights(parsed, [Fraction(1, len(parsed.terms))] * len(parsed.terms))
            raise parsed.error("this component has no weight", term.start, f"for equal weights: '{equal}'")
        if term.weight <= 0:
            problem = f"a weight must be > 0, got {decimal_text(term.weight)}"
            raise parsed.error(problem, term.start, "leave a component without weight out")
        found.append(term.weight)
    total = sum(found)
    if total != 1:
        normalized = _with_weights(parsed, [weight / total for weight in found])
        raise KlcliError(
            f"the weights add up to {decimal_text(Fraction(total))}, not to 1", f"'{normalized}'"
        )
    return tuple(found)


def _with_weights(parsed: PriorText, weights: list[Fraction]) -> str:
    terms = zip(weights, parsed.terms, strict=True)
    return " + ".join(f"{decimal_text(weight)}*{parsed.written(term.distribution)}" for weight, term in terms)


def _gaussian(
    parsed: PriorText, found: Distribution, param: str | None, dimension: int
) -> tuple[Gaussian[Heads], SpreadNotation]:
    """A Gaussian of mean and spread, by place or by name."""
    mean, head, named = _mean_and_head(parsed, found)
    name = _SPREADS[named] if named else param or "std"
    if named and param not in (None, name):
        raise parsed.error(
            f"{named} contradicts --prior-param {param}", found.start, "leave --prior-param out"
        )
    if head.squared:
        name = _square_reading(parsed, head, param, named)
    means, heads = (_repeated(parsed, value, dimension) for value in (mean, head))
    spread = SpreadNotation(name, head.squared, bool(named))
    try:
        return Gaussian.from_head(means, heads, name), spread
    except KlcliError as error:
        hint = "a log-variance may be negative: N(0, logvar=-2), or --prior-param logvar"
        raise parsed.error(f"the prior's {error.message}", head.start, hint) from None


def _square_reading(parsed: PriorText, head: PriorNumber, param: str | None, named: str) -> str:
    """``0.1^2`` is a variance, written as the square of the standard deviation 0.1."""
    reading = _SPREADS[named] if named else param
    if reading not in (None, "var"):
        number = decimal_text(head.numbers[0])
        problem = f"{number}^2 is a variance, which contradicts {named or f'--prior-param {param}'}"
        hint = f"write {number}, or leave {named or '--prior-param'} out"
        raise parsed.error(problem, head.start, hint)
    return "std"


def _mean_and_head(parsed: PriorText, found: Distribution) -> tuple[PriorNumber, PriorNumber, str]:
    """The values for the mean and the spread, and the name that stands before the spread."""
    means, heads = [], []
    for place, argument in enumerate(found.arguments):
        if argument.name in _MEANS or (not argument.name and place == 0):
            means.append(argument)
        elif argument.name in _SPREADS or (not argument.name and place == 1):
            heads.append(argument)
        else:
            _refuse_argument(parsed, argument, ("mu", *_SPREADS))
    if len(means) != 1 or len(heads) != 1:
        problem = f"{found.name} takes a mean and a spread, once each"
        raise parsed.error(problem, found.start, f"for example {found.name}(-1, 0.1)")
    if means[0].value.squared:
        raise parsed.error("a mean is no square", means[0].start, "write it as a number")
    return means[0].value, heads[0].value, heads[0].name


def _refuse_argument(parsed: PriorText, argument: Argument, known: tuple[str, ...]) -> NoReturn:
    listed = f"parameters: {', '.join(known)}"
    if not argument.name:
        raise parsed.error("there are too many parameters", argument.start, listed)
    hint = nearest(argument.name, known) or listed
    raise parsed.error(f"unknown parameter '{argument.name[:MOST_SHOWN]}'", argument.start, hint)


def _product(parsed: PriorText, found: Distribution, param: str | None, dimension: int) -> Product:
    """A distribution of scipy.stats in each dimension."""
    if param:
        problem = f"--prior-param reads the spread of a Gaussian; {found.name} has scipy's own parameters"
        raise KlcliError(problem, "leave --prior-param out")
    try:
        known = parameters(found.name)
    except KlcliError as error:
        hint = error.hint or nearest(found.name.lower(), ("N", "normal", "mixture", *names()))
        raise parsed.error(error.message, found.start, hint or "see scipy.stats for the names") from None
    values = dict(_assigned(parsed, found, known))
    columns = {name: _repeated(parsed, value, dimension) for name, value in values.items()}
    rows = ({name: column[j] for name, column in columns.items()} for j in range(dimension))
    return Product(tuple(_density(parsed, found, known, row) for row in rows))


def _density(
    parsed: PriorText, found: Distribution, known: tuple[str, ...], values: Mapping[str, Fraction]
) -> Density:
    shape = {name: values[name] for name in known[:-2]}
    loc, scale = values.get("loc", Fraction(0)), values.get("scale", Fraction(1))
    try:
        return Density.of(found.name, shape, loc, scale)
    except KlcliError as error:
        raise parsed.error(error.message, found.start, error.hint) from None


def _assigned(
    parsed: PriorText, found: Distribution, known: tuple[str, ...]
) -> Iterator[tuple[str, PriorNumber]]:
    """Every parameter with its value, by place as scipy orders them or by name."""
    given: set[str] = set()
    for place, argument in enumerate(found.arguments):
        unknown = argument.name not in known if argument.name else place >= len(known)
        if unknown:
            _refuse_argument(parsed, argument, known)
        name = argument.name or known[place]
        if not argument.name and any(earlier.name for earlier in found.arguments[:place]):
            raise parsed.error(
                "a parameter without a name follows one with a name", argument.start, "name it"
            )
        if name in given:
            raise parsed.error(f"{name} is given twice", argument.start, "give it once")
        if argument.value.squared:
            raise parsed.error(f"{name} is no square", argument.start, "write it as a number")
        given.add(name)
        yield name, argument.value
    missing = [name for name in known[:-2] if name not in given]
    if missing:
        problem = f"{found.name} needs {' and '.join(missing)}"
        raise parsed.error(problem, found.start, f"its parameters are {', '.join(known)}")


def _repeated(parsed: PriorText, value: PriorNumber, dimension: int) -> tuple[Fraction, ...]:
    if len(value.numbers) == 1:
        return value.numbers * dimension
    if len(value.numbers) != dimension:
        raise parsed.error(
            f"this list has {len(value.numbers)} values, the posterior has {dimension}",
            value.start,
            "give one value, or one for every dimension",
        )
    return value.numbers
