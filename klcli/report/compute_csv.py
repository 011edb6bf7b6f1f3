"""The records of `klcli compute` for CSV: of each dimension, with a matrix, with another prior."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from klcli.gaussian.distribution import AnyGaussian, Gaussian, has_heads
from klcli.gaussian.divergence_result import ClosedForm, KlTerms, Unit
from klcli.gaussian.heads import Heads
from klcli.report.csv_records import CellValue, fields_of
from klcli.witness.examination import Examination

if TYPE_CHECKING:
    from klcli.gaussian.priors.other_prior import OtherPrior
    from klcli.witness.witness import Witness


def rows(
    divergence: str, q: AnyGaussian, p: AnyGaussian | OtherPrior, unit: Unit, found: Examination
) -> Iterator[dict[str, CellValue]]:
    """The records of one divergence, whose values are in `unit`.

    Args:
        divergence: which direction it is, in signs.
        q: the posterior.
        p: the prior.
        unit: in which the examination is.
        found: the examination.
    """
    if not isinstance(p, Gaussian):
        yield _to_other_prior(divergence, p, unit, found)
    elif has_heads(q) and has_heads(p):
        yield from _independent(divergence, q, p, unit, found)
    else:
        yield _with_matrices(divergence, unit, found)


def _independent(
    divergence: str, q: Gaussian[Heads], p: Gaussian[Heads], unit: Unit, found: Examination
) -> Iterator[dict[str, CellValue]]:
    """A row for each dimension and one for the sum, which alone has the witnesses.

    The columns mu and sigma are those of the first argument of the divergence, the others of the second.
    """
    whole = found.closed_form
    assert whole  # two Gaussians have one
    places = zip(q.mean, q.spread.sigma(), p.mean, p.spread.sigma(), strict=True)
    for number, (place, terms) in enumerate(zip(places, whole.per_dimension, strict=True), 1):
        yield {
            **_place(divergence, number, place, unit),
            **_terms(terms),
            **dict.fromkeys(_witnesses(found)),
        }
    # Means and standard deviations of q and p, of which a sum has none.
    yield {**_place(divergence, "sum", (None,) * 4, unit), **_terms(whole), **_witnesses(found)}


def _place(
    divergence: str, dimension: CellValue, place: tuple[CellValue, ...], unit: Unit
) -> dict[str, CellValue]:
    columns = zip(("mu", "sigma", "prior_mu", "prior_sigma"), place, strict=True)
    return {"divergence": divergence, "dimension": dimension, **dict(columns), "unit": unit}


def _with_matrices(divergence: str, unit: Unit, found: Examination) -> dict[str, CellValue]:
    terms = found.closed_form
    assert terms  # two Gaussians have one
    return {
        "divergence": divergence,
        "dimensions": terms.dimension,
        "unit": unit,
        **_terms(terms),
        **fields_of(terms, "trace log_determinant mahalanobis method"),
        **_witnesses(found),
    }


def _to_other_prior(divergence: str, p: OtherPrior, unit: Unit, found: Examination) -> dict[str, CellValue]:
    columns = _witnesses(found)
    del columns["estimator"]
    status = columns.pop("status")
    return {
        "divergence": divergence,
        "prior": p.text,
        "unit": unit,
        "closed_form": found.closed_form.value if found.closed_form else None,
        **columns,
        **{f"{row.kind} bound: {row.name}": row.value for row in found.bounds},
        "status": status,
    }


def _terms(terms: KlTerms | ClosedForm) -> dict[str, CellValue]:
    return {"closed_form": terms.value, "spread": terms.spread, "shift": terms.shift}


def _witnesses(found: Examination) -> dict[str, CellValue]:
    """The columns of what was found beside a closed form."""
    sampled: Witness | None = found.monte_carlo
    return {
        "integral": found.integral.value if found.integral else None,
        "estimator": sampled.estimator if sampled else None,
        "monte_carlo": sampled.value if sampled else None,
        "standard_error": sampled.standard_error if sampled else None,
        "z": sampled.z if sampled else None,
        "samples": sampled.samples if sampled else None,
        "seed": sampled.seed if sampled else None,
        "status": found.status,
    }
