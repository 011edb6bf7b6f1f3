"""The distributions of `klcli compute` as they were read: for its JSON, its title and its readings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from hashlib import sha256
from struct import pack
from typing import TYPE_CHECKING

from klcli.formula.tree import Tree
from klcli.gaussian.distribution import AnyGaussian, Gaussian, has_heads
from klcli.gaussian.matrices.forms_and_sizes import MOST_EXACT
from klcli.report.document import Text
from klcli.report.gaussian_wording import normal_text, reading_text
from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.gaussian.matrices.covariance import Covariance
    from klcli.gaussian.priors.other_prior import OtherPrior


@dataclass(frozen=True, slots=True)
class NamedArray:
    """Thousands of numbers by their name.

    Attributes:
        file: where they were read; None where they were typed or handed over.
        shape: of the array.
        sha256: of the bytes of the file; without one, of the numbers as little-endian float64, row by row.
    """

    file: str | None
    shape: tuple[int, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Component:
    """A component of a mixture as it was read."""

    weight: Fraction
    distribution: InputData


@dataclass(frozen=True, slots=True)
class InputData:
    """A distribution as it was read; what it does not have is None.

    Beyond 16 dimensions matrices are named, and so are means and deviations beside them, unless all are the
    same: then one number stands for all.

    Attributes:
        reading: what its numbers were taken for.
        mu: of a Gaussian, its means.
        parameterization: what the head is.
        head: as it was typed.
        sigma: its standard deviations.
        form: of a Gaussian with a matrix, what the matrix is.
        matrix: as it was typed.
        std: the deviations that belong to a correlation matrix.
        text: of another prior, what was typed.
        name: of the distribution, or ``mixture``.
        components: of a mixture.
        parameters: of a distribution of scipy.stats, in each dimension.
    """

    reading: str
    mu: tuple[Fraction, ...] | NamedArray | None = None
    parameterization: str | None = None
    head: tuple[Fraction, ...] | None = None
    sigma: tuple[float, ...] | None = None
    form: str | None = None
    matrix: tuple[tuple[Fraction, ...], ...] | NamedArray | None = None
    std: tuple[Fraction, ...] | NamedArray | None = None
    text: str | None = None
    name: str | None = None
    components: tuple[Component, ...] | None = None
    parameters: tuple[Mapping[str, Fraction], ...] | None = None


def inputs(given: AnyGaussian | OtherPrior) -> InputData:
    """A distribution as it was read."""
    if not isinstance(given, Gaussian):
        return _of_other_prior(given)
    if has_heads(given):
        heads = given.spread
        name = heads.parameterization.name
        return InputData(reading_text(given), given.mean, name, heads.head, heads.sigma())
    from klcli.report.matrix_wording import matrix_words

    covariance = given.spread
    return InputData(
        matrix_words(covariance),
        _numbers(given.mean),
        form=covariance.form,
        matrix=_matrix(covariance),
        std=_numbers(covariance.std),
    )


def title(q: AnyGaussian, p: AnyGaussian | OtherPrior) -> Text:
    """``KL(q || p) of q = N(0.3, 1.2^2) and p = N(0, 1)``."""
    size = "" if has_heads(q) else f" in {q.dimension} dimension{'s' * (q.dimension > 1)}"
    return ("KL(q || p) of q = ", *_named(q, "q"), " and p = ", *_named(p, "p"), size)


def readings(q: AnyGaussian, p: AnyGaussian | OtherPrior) -> Iterator[str]:
    """What the numbers of both were taken for; that of the prior where it does not go without saying."""
    yield f"reading: {inputs(q).reading}"
    if not isinstance(p, Gaussian) or not _goes_without_saying(p):
        yield f"prior's reading: {inputs(p).reading}"
    if not isinstance(p, Gaussian) and q.dimension > 1:
        from klcli.report.other_priors import jointly

        yield jointly(p, q.dimension)


def _goes_without_saying(p: AnyGaussian) -> bool:
    if has_heads(p):
        return p.spread.parameterization.name == "std"
    return p.spread.is_identity and not any(p.mean)


def _of_other_prior(given: OtherPrior) -> InputData:
    from klcli.gaussian.priors.densities import Product
    from klcli.report.other_priors import parameters, reading

    p, text = given.distribution, reading(given)
    if isinstance(p, Product):
        columns = tuple(parameters(density) for density in p.factors)
        return InputData(text, text=given.text, name=p.factors[0].name, parameters=columns)
    rows = zip(p.weights, p.components, strict=True)
    components = tuple(Component(weight, inputs(part)) for weight, part in rows)
    return InputData(text, text=given.text, name="mixture", components=components)


def _named(given: AnyGaussian | OtherPrior, index: str) -> Iterable[str | Tree]:
    if not isinstance(given, Gaussian):
        from klcli.report.other_priors import named

        return named(given)
    if has_heads(given):
        return normal_text(given)
    from klcli.report.matrix_wording import normal_words

    return (normal_words(given, index),)


def _matrix(covariance: Covariance) -> tuple[tuple[Fraction, ...], ...] | NamedArray:
    if isinstance(covariance.matrix, tuple):
        return covariance.matrix
    shape = (covariance.dimension, covariance.dimension)
    if covariance.origin:
        return NamedArray(covariance.origin.file, shape, covariance.origin.sha256)
    return NamedArray(None, shape, covariance.matrix.sha256())


def _numbers(given: tuple[Fraction, ...]) -> tuple[Fraction, ...] | NamedArray:
    if len(given) <= MOST_EXACT:
        return given
    if len(set(given)) == 1:
        return given[:1]
    return NamedArray(None, (len(given),), sha256(pack(f"<{len(given)}d", *map(float, given))).hexdigest())
