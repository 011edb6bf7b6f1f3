"""One report of all divergences: the JSON has the same keys whatever the distributions are."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy
import pytest

from klcli.gaussian.distribution import AnyGaussian, Gaussian
from klcli.gaussian.priors.other_prior import OtherPrior, read_prior
from klcli.render.json import render
from klcli.report.compute import Computed, compute_report
from klcli.witness.examination import Examination, case_of, examine
from klcli.witness.sequential_sampling import Target
from klcli.witness.side_by_side import compare_estimators
from tests.gaussian.multivariate.matrices import identity, rational

Q, P = Gaussian.from_head("0.3", "1.2"), Gaussian.from_head(0, 1)
MATRIX = Gaussian.from_matrix([Fraction(1)], rational(numpy.array([[1.2, 0.3], [0.3, 0.9]])))
UNIT = Gaussian.from_matrix([Fraction(0)], rational(identity(2)))
SINGULAR = Gaussian.from_matrix([Fraction(0)], rational(numpy.ones((2, 2))))


def other(text: str) -> OtherPrior:
    found = read_prior(text, None, 1)
    assert isinstance(found, OtherPrior)
    return found


CASES: list[tuple[AnyGaussian, AnyGaussian | OtherPrior]] = [
    (Q, P),
    (MATRIX, UNIT),
    (SINGULAR, UNIT),
    (Q, other("0.5*N(0, 1) + 0.5*N(1, 2)")),
    (Q, other("laplace(0, 1)")),
    (Q, other("t(3)")),
    (Q, other("expon")),
]


def examined(q: AnyGaussian, p: AnyGaussian | OtherPrior, **options: Any) -> Examination:
    given = p.distribution if isinstance(p, OtherPrior) else p
    return examine(q, given, samples=2000, **options)


def keys(value: Any, path: str = "") -> set[str]:
    """The paths of all keys, without those of values that are no numbers."""
    if not isinstance(value, dict) or set(value) == {"value", "status"}:
        return set()
    return {f"{path}.{key}" for key in value} | {
        found for key, inner in value.items() for found in keys(inner, f"{path}.{key}")
    }


def data(computed: Computed) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(compute_report(computed, "nats").data))
    return found


def test_every_divergence_has_the_same_keys() -> None:
    found = [data(Computed(q, p, examined(q, p))) for q, p in CASES]
    assert {row["schema"] for row in found} == {"klcli.compute/2"}
    assert len({tuple(row) for row in found}) == 1
    assert len({frozenset(keys(row["closed_form"])) for row in found}) == 1
    assert len({tuple(row["inputs"][name]) for row in found for name in ("posterior", "prior")}) == 1
    witnesses = [row[name] for row in found for name in ("integral", "monte_carlo") if row[name]]
    assert len({tuple(row) for row in witnesses}) == 1


def test_the_reverse_and_the_estimators_have_them_too() -> None:
    case = case_of(Q, P)
    computed = Computed(
        Q, P, examined(Q, P), backward=examined(P, Q), estimators=compare_estimators(case, samples=2000)
    )
    found = data(computed)
    assert set(found["reverse"]) <= set(found)
    assert found["reverse"]["closed_form"].keys() == found["closed_form"].keys()
    for row in found["estimators"]:
        assert set(found["monte_carlo"]) | {"divergence", "description", "milliseconds", "factor"} == set(row)


def test_why_there_is_no_closed_form_stands_in_its_place() -> None:
    found = data(Computed(Q, CASES[3][1], examined(Q, CASES[3][1])))
    assert found["closed_form"]["value"] is None
    assert "mixture" in found["closed_form"]["reason"]


@pytest.mark.parametrize(
    ("q", "p", "options", "holds"),
    [
        (Q, P, {}, True),
        (SINGULAR, UNIT, {}, True),
        (Q, other("expon"), {}, True),
        (Q, other("cauchy(0.3, 1.2)"), {}, False),
        (Q, other("gumbel_r(0, 0.05)"), {}, False),
        (Gaussian.from_head(0, "0.5"), P, {"estimator": "k3"}, True),
    ],
)
def test_what_holds(
    q: AnyGaussian, p: AnyGaussian | OtherPrior, options: dict[str, str], holds: bool
) -> None:
    """Gaussians need no witness; the value for another prior does."""
    assert compute_report(Computed(q, p, examined(q, p, **options)), "nats").holds is holds


def test_a_target_that_was_not_reached_does_not_hold() -> None:
    for reached in (True, False):
        found = replace(examined(Q, P), target=Target(1e-3, 2000, reached))
        assert compute_report(Computed(Q, P, found), "nats").holds is reached
