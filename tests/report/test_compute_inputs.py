"""Distributions as they were read: titles, what their numbers were taken for, and their data."""

from __future__ import annotations

from fractions import Fraction

import numpy
import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.priors.other_prior import OtherPrior, read_prior
from klcli.report.compute_inputs import inputs, readings, title
from klcli.report.wording import plain

Q, P = Gaussian.from_head("0.3", "1.44", "var"), Gaussian.from_head(0, 1)
MATRIX = Gaussian.from_matrix(["0.3", "0.1"], [["1.2", "0.3"], ["0.3", "0.9"]])
UNIT = Gaussian.from_matrix(0, [[1, 0], [0, 1]])


def other(text: str, size: int = 1) -> OtherPrior:
    found = read_prior(text, None, size)
    assert isinstance(found, OtherPrior)
    return found


def test_a_title_names_both() -> None:
    assert plain(title(Q, P)).startswith("KL(q || p) of q = N(0.3, ")
    assert (
        plain(title(MATRIX, UNIT)) == "KL(q || p) of q = N((0.3, 0.1), S_q) and p = N(0, I) in 2 dimensions"
    )
    assert "t(df = 3" in plain(title(P, other("t(3)")))


def test_the_posterior_is_always_read_aloud_and_the_prior_where_it_does_not_go_without_saying() -> None:
    assert list(readings(Q, P)) == ["reading: 1.44 is a variance, so sigma = 1.2"]
    assert len(list(readings(Q, Gaussian.from_head(0, 4, "var")))) == 2
    assert len(list(readings(MATRIX, UNIT))) == 1
    for cov in ([[1, 0], [0, 2]], [[2, 1], [1, 2]]):
        assert len(list(readings(MATRIX, Gaussian.from_matrix(0, cov)))) == 2
    moved = Gaussian.from_matrix(["1", "0"], [[1, 0], [0, 1]])
    assert len(list(readings(MATRIX, moved))) == 2, "the unit matrix about another mean is said"


def test_other_priors_say_how_dimensions_hang_together() -> None:
    q = Gaussian.from_head([0, 0], [1, 1])
    assert list(readings(q, other("t(3)", 2)))[-1].endswith("the KL is the sum")


def test_data_of_heads() -> None:
    found = inputs(Q)
    assert (found.parameterization, found.mu, found.head) == ("var", (Fraction("0.3"),), (Fraction("1.44"),))
    assert found.sigma == (1.2,)
    assert found.matrix is None


def test_a_small_matrix_is_written_out() -> None:
    found = inputs(MATRIX)
    assert found.form == "cov"
    assert found.matrix == MATRIX.spread.matrix


def test_a_large_matrix_is_named_by_shape_and_hash() -> None:
    large = Gaussian.from_matrix(0, numpy.eye(17))
    found = inputs(large)
    assert not isinstance(found.matrix, tuple)
    assert found.mu == (0,), "one number stands for all"


@pytest.mark.parametrize(("text", "name"), [("0.5*N(0, 1) + 0.5*N(1, 1)", "mixture"), ("t(3)", "t")])
def test_data_of_other_priors(text: str, name: str) -> None:
    found = inputs(other(text))
    assert (found.name, found.text) == (name, text)
    assert (found.components is None) != (found.parameters is None)
