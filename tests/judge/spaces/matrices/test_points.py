"""The random Gaussians, and the divergence that formulas are held to, against mpmath."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.formula.value.doubles import Doubles
from klcli.judge.spaces.matrices.points import (
    SIZES,
    RationalGaussian,
    divergence,
    fixed_points,
    own_points,
    shown,
)
from tests.judge.spaces.matrices.formulas import Array, pair


def arrays(gaussian: RationalGaussian) -> tuple[Array, Array]:
    factor = np.array(gaussian.factor, dtype=float)
    return np.array(gaussian.mean, dtype=float), factor @ factor.T


@pytest.mark.parametrize("point", fixed_points())
def test_the_divergence_is_that_of_the_textbook(point) -> None:  # type: ignore[no-untyped-def]
    run = Doubles()
    found = divergence(shown(point.q, run), shown(point.p, run), run)
    assert found == pytest.approx(pair(*arrays(point.q), *arrays(point.p)), rel=1e-9)


def test_all_sizes_are_tried_and_always_the_same_points() -> None:
    assert {point.size for point in fixed_points()} == {*SIZES}
    assert own_points("one") == own_points("one") != own_points("two")
