"""All estimators beside each other."""

from __future__ import annotations

import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.witness.estimators import ESTIMATORS
from klcli.witness.examination import case_of, examine
from klcli.witness.side_by_side import EstimatorComparison, compare_estimators

Q, P = Gaussian.from_head("0.3", "1.2"), Gaussian.from_head(0, 1)


def compared(q: Gaussian, samples: int, seed: int = 0) -> tuple[EstimatorComparison, ...]:
    return compare_estimators(case_of(q, P), samples=samples, seed=seed)


def test_each_is_what_it_is_alone() -> None:
    found = compared(Q, 20_000, seed=3)
    assert [row.witness.estimator for row in found] == list(ESTIMATORS)
    for row in found:
        alone = examine(Q, P, samples=20_000, seed=3, estimator=str(row.witness.estimator))
        assert row.witness == alone.monte_carlo
        assert row.seconds > 0


def test_the_factor_is_variance_and_time_against_k1() -> None:
    found = {row.witness.estimator: row for row in compared(Q, 20_000)}
    k1, other = found["k1"], found["stratified"]
    assert k1.factor == 1
    assert k1.witness.standard_error is not None
    assert other.witness.standard_error is not None
    ratio = (k1.witness.standard_error / other.witness.standard_error) ** 2
    assert other.factor == pytest.approx(ratio * k1.seconds / other.seconds)
    assert found["k2"].factor is None


def test_an_error_that_is_rounding_has_no_factor() -> None:
    found = {row.witness.estimator: row for row in compared(Gaussian.from_head(2, 1), 2000)}
    assert found["antithetic"].factor is None
    assert found["antithetic"].witness.agrees
