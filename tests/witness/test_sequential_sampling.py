"""Sampling until a standard error is reached, or saying at once that it will not be."""

from __future__ import annotations

from math import log

import pytest

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.log_ratio import log_ratios
from klcli.witness.estimate import total
from klcli.witness.sequential_sampling import reach
from tests.witness.draws import monte_carlo

Q, P = Gaussian.from_head("0.3", "1.2"), Gaussian.from_head(0, 1)


@pytest.mark.parametrize(
    ("name", "target"),
    [("k1", 1e-3), ("k3", 1e-3), ("antithetic", 1e-3), ("stratified", 1e-6), ("qmc", 1e-7)],
)
def test_it_is_reached_and_not_overshot(name: str, target: float) -> None:
    found, reached = reach(log_ratios(Q, P), target, estimator=name)
    assert reached.reached
    assert target / 20 < found.standard_error <= target
    assert (found,) == monte_carlo(Q, P, found.samples, 0, None, name)


def test_the_samples_that_were_needed_repeat_it() -> None:
    found, _ = reach(log_ratios(Q, P), 1e-3, seed=4)
    assert found == total(monte_carlo(Q, P, found.samples, 4))


def test_errors_name_the_target_as_it_was_typed() -> None:
    with pytest.raises(KlcliError, match=r"standard error of 1e-10; the limit"):
        reach(log_ratios(Q, P), 1e-10 * log(2), nats=log(2))


def test_a_limit_that_is_nearly_enough_is_used_up() -> None:
    needed = reach(log_ratios(Q, P), 1e-3)[0].samples
    found, reached = reach(log_ratios(Q, P), 1e-3, limit=int(needed / 1.2))
    assert not reached.reached
    assert found.samples == reached.limit == int(needed / 1.2)


def test_dimensions_share_the_target() -> None:
    q, p = Gaussian.from_head(["0.3", "-1"], ["1.2", "2"]), Gaussian.from_head([0, 0], [1, 1])
    assert reach(log_ratios(q, p), 5e-3)[0].standard_error <= 5e-3


def test_no_error_at_all_is_precise_enough() -> None:
    found, reached = reach(log_ratios(P, P), 1e-300)
    assert reached.reached
    assert found.value == 0


@pytest.mark.parametrize(
    ("target", "name", "message", "hint"),
    [
        (1e-9, "k1", r"k1 needs about 2.*e\+17 samples", "--estimator stratified"),
        (1e-6, "k1", r"k1 needs about 2.*e\+11 samples", "--samples"),
        (1e-300, "stratified", "rounding alone", "--target-se"),
        (0.0, "k1", "> 0", "--target-se"),
        (float("nan"), "k1", "> 0", "--target-se"),
        (float("inf"), "k1", "> 0", "--target-se"),
        (1e-3, "k2", "biased", "--estimator"),
    ],
)
def test_what_is_refused(target: float, name: str, message: str, hint: str) -> None:
    with pytest.raises(KlcliError, match=message) as error:
        reach(log_ratios(Q, P), target, estimator=name)
    assert hint in error.value.hint


@pytest.mark.parametrize(("mu", "sigma"), [("0", "0.5"), ("4", "1.2")])
def test_k3_is_refused_where_it_has_no_error_bar(mu: str, sigma: str) -> None:
    with pytest.raises(KlcliError, match="k3 has no valid error bar here"):
        reach(log_ratios(Gaussian.from_head(mu, sigma), P), 1e-2, estimator="k3")
