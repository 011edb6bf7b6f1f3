"""Estimators at sets of points: far smaller errors than plain draws have, and honest ones."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.log_ratio import log_ratios
from klcli.witness.independent_draws import k1
from klcli.witness.point_sets import qmc, stratified
from tests import reference

KL = float(reference.kl(0.3, 1.2))
[RATIO] = log_ratios(Gaussian.from_head("0.3", "1.2"), Gaussian.from_head(0, 1))


@pytest.mark.parametrize("estimator", [stratified, qmc])
def test_their_errors(estimator: object) -> None:
    found = estimator(RATIO, 65_536, np.random.Generator(np.random.SFC64(2)), None)  # type: ignore[operator]
    plain = k1(RATIO, 65_536, np.random.Generator(np.random.SFC64(2)), None)
    assert abs(found.value - KL) < 6 * found.standard_error
    assert found.standard_error < plain.standard_error / 10
