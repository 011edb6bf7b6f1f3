"""Gaussians with independent dimensions, against the KL of each from its definition and their sum."""

from __future__ import annotations

import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.witness.independent_dimensions import case
from tests.reference import kl

PAIRS = (("0.3", "1.2", "0", "1"), ("-1", "0.5", "0.25", "2"))


def test_each_dimension_is_a_part_with_its_own_integral_and_log_ratio() -> None:
    means, sigmas, prior_means, prior_sigmas = ([*column] for column in zip(*PAIRS, strict=True))
    found = case(
        Gaussian.from_head(means, sigmas, "std"), Gaussian.from_head(prior_means, prior_sigmas, "std")
    )
    each = [float(kl(*map(float, pair))) for pair in PAIRS]
    assert list(found.parts) == pytest.approx(each, rel=1e-14)
    assert len(found.log_ratios) == 2
    assert found.integral is not None
    assert found.integral.value == pytest.approx(sum(each), rel=1e-12)
    assert found.closed_form is not None
    assert found.closed_form.value == pytest.approx(sum(each), rel=1e-14)
