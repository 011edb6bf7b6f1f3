"""How compute samples: as many as are asked for, as many as a target needs, every estimator alike."""

from __future__ import annotations

from math import log
from typing import Any

import pytest

from klcli.cli.computing.sampling import SamplingOptions, sampling_of
from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.witness.estimators import ESTIMATORS
from klcli.witness.examination import case_of
from tests import reference

CASE = case_of(Gaussian.from_head("0.3", "1.2"), Gaussian.from_head(0, 1))
TRUTH = float(reference.kl(reference.exact("0.3"), reference.exact("1.2")))


def options(**given: Any) -> SamplingOptions:
    return SamplingOptions(
        **(
            {"seed": 0, "estimator": "k1", "samples": 2000, "target": None, "nats": 1.0, "quiet": True}
            | given
        )
    )


def test_as_many_samples_as_are_asked_for() -> None:
    found, target = options().sampled(CASE)
    assert target is None
    assert found.samples == 2000
    assert abs(found.value - TRUTH) < 5 * found.standard_error
    assert options().sampled(CASE)[0].value == found.value
    assert options(seed=1).sampled(CASE)[0].value != found.value


def test_a_target_is_in_the_unit_that_was_typed() -> None:
    """0.02 bits are 0.0139 nats, for which 1.44^2 as many samples are needed as for 0.02 nats."""
    found, target = options(samples=None, target=0.02, nats=log(2)).sampled(CASE)
    assert target is not None
    assert target.reached
    assert target.standard_error == pytest.approx(0.02 * log(2), rel=1e-12)
    assert found.standard_error <= 0.02 * log(2)


def test_samples_are_the_limit_of_a_target() -> None:
    _, target = options(samples=3000, target=1e-6).sampled(CASE)
    assert target is not None
    assert not target.reached
    assert target.limit == 3000


def test_every_estimator_has_the_same_samples() -> None:
    found = options().compared(CASE)
    assert [row.witness.estimator for row in found] == list(ESTIMATORS)
    # those of point sets are of as many samples as whole sets have
    assert all(1900 < row.witness.samples <= 2000 for row in found)


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(KlcliError):
        options(samples=1).sampled(CASE)


def test_what_was_typed() -> None:
    given = {"seed": 3, "estimator": "k2", "samples": None, "target_se": 0.1, "unit": "bits"}
    found = sampling_of(given, quiet=True)
    assert (found.seed, found.estimator, found.samples, found.target, found.quiet) == (
        3,
        "k2",
        None,
        0.1,
        True,
    )
    assert found.nats == log(2)
