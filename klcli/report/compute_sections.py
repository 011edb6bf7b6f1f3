"""What `klcli compute` says of Gaussians beside the witnesses: the dimensions, the parts of a matrix."""

from __future__ import annotations

from collections.abc import Iterator
from math import isinf

from klcli.formula.numeral import significant
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence_result import ClosedForm, Unit
from klcli.gaussian.heads import Heads
from klcli.report.document import (
    DocumentBlock,
    Fact,
    FactList,
    Heading,
    Paragraph,
    Text,
    table_of,
)
from klcli.report.gaussian_wording import normal_text
from klcli.report.wording import about

_MOST_DIMENSIONS = 20
"""Rows of a table that still fit a screen."""


def dimensions(q: Gaussian[Heads], p: Gaussian[Heads], terms: ClosedForm) -> Iterator[DocumentBlock]:
    """The terms of each dimension, where there are several.

    Args:
        q: the posterior.
        p: the prior.
        terms: the closed form, with that of each dimension.
    """
    if q.dimension == 1:
        return
    yield Heading("dimensions")
    rows = []
    for number, part in enumerate(terms.per_dimension[:_MOST_DIMENSIONS]):
        values = (number + 1, q.at(number), p.at(number), part.spread, part.shift, part.value)
        rows.append([_shown(value) for value in values])
    yield table_of(("j", "q", "p", "spread", "shift", "KL"), rows, numeric=("j", "spread", "shift", "KL"))
    hidden = q.dimension - len(rows)
    if hidden > 0:
        yield Paragraph(f"and {hidden} more; --format csv has them all", "muted")


def parts(terms: ClosedForm, diagonal: float | None, unit: Unit) -> Iterator[DocumentBlock]:
    """What textbooks make the closed form of matrices of; `diagonal` is it without the correlations of q.

    Args:
        terms: the closed form.
        diagonal: the same without the correlations of q; None where it has none.
        unit: in which they are.
    """
    if isinf(terms.value):
        return
    yield Heading("parts")
    yield FactList(tuple(_parts(terms, diagonal, unit)))
    arithmetic = _arithmetic(terms)
    yield Paragraph(f"KL = 1/2 (trace - d - log-determinant + Mahalanobis), {arithmetic}", "muted")


def _shown(value: int | float | Gaussian[Heads]) -> Text:
    return normal_text(value) if isinstance(value, Gaussian) else significant(value)


def _parts(terms: ClosedForm, diagonal: float | None, unit: Unit) -> Iterator[Fact]:
    size = terms.dimension
    yield Fact("trace", _number(terms.trace), "tr(S_p^-1 S_q)")
    yield Fact("dimensions", str(size), "d")
    yield Fact("log-determinant", _number(terms.log_determinant), "log(|S_q| / |S_p|)")
    yield Fact("Mahalanobis", _number(terms.mahalanobis), "(mu_q - mu_p)^T S_p^-1 (mu_q - mu_p)")
    if diagonal is not None:
        yield Fact(
            "without correlations",
            f"{about(diagonal)} {unit}",
            "what a loss computes that has only the variances of q",
        )
    if size > 1:
        mean = f"{about(terms.value / size)} {unit}"
        yield Fact(
            "mean over latents", mean, f"what a mean in the place of the sum gives: 1/{size} of the KL"
        )


def _number(value: float | None) -> str:
    return "none" if value is None else significant(value)


def _arithmetic(terms: ClosedForm) -> str:
    if terms.is_nearest:
        return "in exact arithmetic, correctly rounded"
    return f"by {terms.method}, with a relative error of at most {_above(terms.error or 0.0)}"


def _above(error: float) -> str:
    """A bound to one figure, rounded up."""
    shown = f"{error:.0e}"
    # The last three characters of 1e-15 are its exponent: one is added to the only digit.
    return significant(float(shown) if float(shown) >= error else float(shown) + 10.0 ** int(shown[-3:]), 1)
