"""Two Gaussians in the coordinates of the prior, exactly, against a hand-made pair."""

from __future__ import annotations

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.multivariate.standardization import standardized

Q = Gaussian.from_matrix([1, 0], [[2, 1], [1, 2]])
P = Gaussian.from_matrix([0, 0], [[4, 0], [0, 1]])


def test_trace_square_and_determinant() -> None:
    """tr(S_p^-1 S_q) = 2/4 + 2, |W dm|^2 = 1/4, |S_q|/|S_p| = 3/4."""
    found = standardized(Q, P)
    assert found is not None
    assert not found.equal
    assert float(found.trace(30).low) == float(found.trace(30).high) == 2.5
    assert float(found.square(30).low) == 0.25
    log = found.log_determinant(30)
    assert float(log.low) == float(log.high) == -0.2876820724517809  # log(3/4)


def test_equal_gaussians_and_a_singular_posterior() -> None:
    same = standardized(P, P)
    assert same is not None
    assert same.equal
    assert standardized(Gaussian.from_matrix([0, 0], [[1, 1], [1, 1]]), P) is None
