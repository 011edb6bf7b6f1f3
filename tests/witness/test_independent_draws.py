"""Estimators by plain draws: their means are the divergences that they are of."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.log_ratio import log_ratios
from klcli.witness.independent_draws import antithetic, bias_of_k2, k1, k2, k3
from tests import reference

Q, P = Gaussian.from_head("0.3", "1.2"), Gaussian.from_head(0, 1)
KL = float(reference.kl(0.3, 1.2))
[RATIO] = log_ratios(Q, P)


@pytest.mark.parametrize("estimator", [k1, k3, antithetic])
def test_unbiased_ones(estimator: object) -> None:
    found = estimator(RATIO, 200_000, np.random.Generator(np.random.SFC64(1)), None)  # type: ignore[operator]
    assert abs(found.value - KL) < 5 * found.standard_error
    assert found.samples == 200_000


def test_the_bias_of_k2() -> None:
    found = k2(RATIO, 200_000, np.random.Generator(np.random.SFC64(1)), None)
    bias = bias_of_k2(KL, RATIO)
    assert bias is not None
    assert abs(found.value - KL - bias) < 5 * found.standard_error


def test_progress_is_told_of_every_draw() -> None:
    told: list[int] = []
    k1(RATIO, 20_001, np.random.Generator(np.random.SFC64(1)), told.append)
    assert sum(told) == 20_001
