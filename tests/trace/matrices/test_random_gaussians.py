"""Random Gaussians, and the terms of their KL, against NumPy's own inverses and determinants."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.trace.matrices.random_gaussians import Arrangement, drawn, given_by, spread_of, terms_at

WAY = Arrangement({"q": 0, "p": 1}, {"q": 2, "p": 3})
SHAPES = {0: (2, 3), 1: (3,), 2: (2, 3, 3), 3: (3, 3)}


def test_the_terms_are_those_of_the_kl() -> None:
    readings = {0: "mean", 1: "mean", 2: "covariance", 3: "precision"}
    draws = drawn(readings, SHAPES, np.random.default_rng(0))
    given = given_by(draws, readings)
    found = terms_at(draws, readings, WAY)
    distance, precision = given[0] - given[1], given[3]
    assert found["trace"] == pytest.approx(np.trace(precision @ given[2], axis1=1, axis2=2).sum(), rel=1e-12)
    assert found["mahalanobis"] == pytest.approx(
        np.einsum("bi,ij,bj->", distance, precision, distance), rel=1e-12
    )
    assert found["logdet_q"] == pytest.approx(np.log(np.linalg.det(given[2])).sum(), rel=1e-12)
    assert found["logdet_p"] == pytest.approx(-2 * np.log(np.linalg.det(precision)), rel=1e-12)
    assert found["constant"] == 2
    kept = terms_at(draws, readings, WAY, np.array([0.0, 1.0]))
    assert kept["constant"] == 1
    assert kept["logdet_q"] == pytest.approx(np.log(np.linalg.det(given[2][1])), rel=1e-12)


def test_spreads_of_independent_latents_are_a_diagonal() -> None:
    for reading in ("std", "var", "logvar", "logstd"):
        readings = {0: "mean", 1: reading}
        draws = drawn(readings, SHAPES, np.random.default_rng(0))
        sigma = spread_of(given_by(draws, readings)[1], reading)
        found = terms_at(draws, readings, Arrangement({"q": 0}, {"q": 1}))
        assert found["trace"] == pytest.approx(2 * (sigma**2).sum(), rel=1e-12)
        assert found["logdet_q"] == pytest.approx(4 * np.log(sigma).sum(), rel=1e-12)
