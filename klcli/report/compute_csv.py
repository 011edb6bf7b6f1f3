"""The records of `klcli compute` for CSV: of each dimension, with a matrix, with another prior."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from klcli.gaussian.distribution import AnyGaussian, Gaussian, has_heads
from klcli.gaussian.divergence_result import Unit
from klcli.gaussian.heads import Heads
from klcli.report.csv_records import CellValue, fields_of
from klcli.witness.examination import Examination

if TYPE_CHECKING:
    from klcli.gaussian.priors.other_prior import OtherPrior

_TERMS = "closed_form=value spread shift"
_SAMPLED = (
    "monte_carlo=monte_carlo.value standard_error=monte_carlo.standard_error z=monte_carlo.z "
    "samples=monte_carlo.samples seed=monte_carlo.seed"
)
_WITNESSES = f"integral=integral.value estimator=monte_carlo.estimator {_SAMPLED} status"
"""The columns of what was found beside a closed form."""


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
    witnesses = fields_of(found, _WITNESSES)
    places = zip(q.mean, q.spread.sigma(), p.mean, p.spread.sigma(), strict=True)
    for number, (place, terms) in enumerate(zip(places, whole.per_dimension, strict=True), 1):
        yield {
            **_place(divergence, number, place, unit),
            **fields_of(terms, _TERMS),
            **dict.fromkeys(witnesses),
        }
    # Means and standard deviations of q and p, of which a sum has none.
    yield {**_place(divergence, "sum", (None,) * 4, unit), **fields_of(whole, _TERMS), **witnesses}


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
        **fields_of(terms, f"{_TERMS} trace log_determinant mahalanobis method"),
        **fields_of(found, _WITNESSES),
    }


def _to_other_prior(divergence: str, p: OtherPrior, unit: Unit, found: Examination) -> dict[str, CellValue]:
    return {
        "divergence": divergence,
        "prior": p.text,
        "unit": unit,
        **fields_of(found, f"closed_form=closed_form.value integral=integral.value {_SAMPLED}"),
        **{f"{row.kind} bound: {row.name}": row.value for row in found.bounds},
        "status": found.status,
    }
