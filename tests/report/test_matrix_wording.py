"""Gaussians with matrices in a line of words: small ones are written out, large ones named."""

from __future__ import annotations

import numpy
import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.matrices.covariance import MatrixFile
from klcli.report.matrix_wording import gaussian_words, matrix_words, normal_words
from klcli.values import replace

SMALL = Gaussian.from_matrix(["0.3", "0.1"], [["1.2", "0.3"], ["0.3", "0.9"]])


def test_a_small_matrix_is_written_out() -> None:
    assert matrix_words(SMALL.spread) == "[[1.2, 0.3], [0.3, 0.9]] is a covariance matrix"
    assert normal_words(SMALL, "q") == "N((0.3, 0.1), S_q)"
    assert gaussian_words(SMALL, "q") == f"N((0.3, 0.1), S_q), where {matrix_words(SMALL.spread)}"


def test_a_correlation_has_its_scales() -> None:
    found = Gaussian.from_matrix(0, [["1", "0.5"], ["0.5", "1"]], "correlation", ["1.2", "0.9"])
    assert matrix_words(found.spread) == (
        "[[1, 0.5], [0.5, 1]] is a correlation matrix, with the standard deviations (1.2, 0.9)"
    )


def test_the_identity_is_i() -> None:
    assert normal_words(Gaussian.from_matrix(0, [[1, 0], [0, 1]]), "p") == "N(0, I)"
    assert normal_words(Gaussian.from_matrix(0, [[1, 0], [0, 2]]), "p") == "N(0, S_p)"


@pytest.mark.parametrize("size", [5, 17])
def test_a_large_matrix_is_named_by_its_size_and_file(size: int) -> None:
    found = Gaussian.from_matrix(0, numpy.eye(size), "precision-matrix")
    assert matrix_words(found.spread) == f"the {size} x {size} matrix is a precision matrix"
    named = replace(found.spread, origin=MatrixFile("s.npy", "0" * 64))
    assert matrix_words(named) == f"the {size} x {size} matrix in s.npy is a precision matrix"


def test_many_means_are_their_ends() -> None:
    found = Gaussian.from_matrix(list(range(17)), numpy.eye(17))
    assert normal_words(found, "q") == "N((0, 1, 2, ..., 16), I)"


def test_a_long_number_is_rounded() -> None:
    found = Gaussian.from_matrix("0.12345678901234567890", [[2]])
    assert normal_words(found, "q") == "N(0.123457, S_q)"


def test_independent_dimensions_have_no_matrix() -> None:
    assert "where" not in gaussian_words(Gaussian.from_head(0.5, 2), "q")
