"""The derivatives of the terms of a KL, against differences of the terms themselves."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.trace.matrices.closed_form_derivatives import derivatives, summed_to
from klcli.trace.matrices.random_gaussians import (
    READINGS,
    Arrangement,
    Draw,
    drawn,
    given_by,
    spread_of,
    terms_at,
)

WAY = Arrangement({"q": 0, "p": 1}, {"q": 2, "p": 3})
SHAPES = {0: (3,), 1: (3,), 2: (3, 3), 3: (3, 3)}
STEP = 1e-6


def read(array: np.ndarray, reading: str) -> Draw:
    """An array as what it is read as."""
    if reading == "mean":
        return Draw(array, array)
    if reading == "cholesky":
        return Draw(array, np.tril(array))
    if reading in READINGS:
        return Draw(array, np.linalg.cholesky(array if reading == "covariance" else np.linalg.inv(array)))
    sigma = spread_of(array, reading)
    return Draw(sigma, np.diag(sigma))


@pytest.mark.parametrize(
    ("own", "prior"),
    [
        ("cholesky", "covariance"),
        ("covariance", "precision"),
        ("precision", "cholesky"),
        ("std", "var"),
        ("logvar", "logstd"),
    ],
)
def test_they_are_those_of_the_terms(own: str, prior: str) -> None:
    readings = {0: "mean", 1: "mean", 2: own, 3: prior}
    shapes = {one: SHAPES[one] if readings[one] in READINGS else (3,) for one in SHAPES}
    arrays = given_by(drawn(readings, shapes, np.random.default_rng(0)), readings)
    draws = {one: read(array, readings[one]) for one, array in arrays.items()}
    found = derivatives(draws, readings, WAY)
    for one, array in arrays.items():
        direction = np.random.default_rng(1).normal(size=array.shape)
        if readings[one] in READINGS:
            symmetric = direction + direction.T
            direction = np.tril(direction) if readings[one] == "cholesky" else symmetric
        ends = [
            terms_at({**draws, one: read(array + step * direction, readings[one])}, readings, WAY)
            for step in (STEP, -STEP)
        ]
        for term, start in ends[0].items():
            slope = found[one].get(term, np.zeros(array.shape))
            expected = (start - ends[1][term]) / (2 * STEP)
            assert (slope * direction).sum() == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_sums_over_the_axes_that_an_array_was_spread_over() -> None:
    array = np.arange(24.0).reshape(2, 4, 3)
    assert (summed_to(array, (3,)) == array.sum((0, 1))).all()
    assert (summed_to(array, (4, 3)) == array.sum(0)).all()
    assert (summed_to(array, (2, 1, 3)) == array.sum(1, keepdims=True)).all()
