"""Random Gaussians, and the terms of their KL, against NumPy's own inverses and determinants."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.trace.matrices.gaussians import arrangements, drawn, given_by, readings_of, spread_of, terms_at
from klcli.trace.matrices.starts import Start

START = Start((0, 1), (2, 3), (), 3)
SHAPES = {0: (2, 3), 1: (3,), 2: (2, 3, 3), 3: (3, 3)}


def test_the_terms_are_those_of_the_kl() -> None:
    draws = drawn(START, SHAPES, np.random.default_rng(0))
    readings = {0: "mean", 1: "mean", 2: "covariance", 3: "precision"}
    given = given_by(draws, readings)
    (way,) = [one for one in arrangements(readings) if one.means == {"q": 0, "p": 1} and one.heads["q"] == 2]
    found = terms_at(3, draws, readings, way)
    distance, precision = given[0] - given[1], given[3]
    assert found["trace"] == pytest.approx(np.trace(precision @ given[2], axis1=1, axis2=2).sum(), rel=1e-12)
    assert found["mahalanobis"] == pytest.approx(
        np.einsum("bi,ij,bj->", distance, precision, distance), rel=1e-12
    )
    assert found["logdet_q"] == pytest.approx(np.log(np.linalg.det(given[2])).sum(), rel=1e-12)
    assert found["logdet_p"] == pytest.approx(-2 * np.log(np.linalg.det(precision)), rel=1e-12)
    assert found["constant"] == 2


def test_spreads_of_independent_latents_are_a_diagonal() -> None:
    start = Start((0, 1), (), (), 3)
    draws = drawn(start, SHAPES, np.random.default_rng(0))
    for reading in ("std", "var", "logvar", "logstd"):
        readings = {0: "mean", 1: reading}
        sigma = spread_of(given_by(draws, readings)[1], reading)
        way = next(one for one in arrangements(readings) if one.heads == {"q": 1})
        found = terms_at(3, draws, readings, way)
        assert found["trace"] == pytest.approx(2 * (sigma**2).sum(), rel=1e-12)
        assert found["logdet_q"] == pytest.approx(4 * np.log(sigma).sum(), rel=1e-12)


def test_what_arrays_may_be() -> None:
    means = list(readings_of(START, has_spreads=False))
    assert len(means) == 9
    assert all(one[0] == one[1] == "mean" for one in means)
    spreads = list(readings_of(Start((0, 1), (2,), (), 3), has_spreads=True))
    assert len(spreads) == 3 * 2 * 4  # of three matrices, one of two vectors is one of four spreads
    assert len(list(arrangements(means[0]))) == 4
