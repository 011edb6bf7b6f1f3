"""The estimators k1, k2 and k3 and their gradients against mpmath."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy
import pytest

from klcli.witness.estimators import TableUse, of_tables
from tests.reference import exact

IN_TABLES: dict[str, TableUse] = {row.name: use for row, use in of_tables()}
REFERENCE = {
    "k1": lambda r: -mpmath.log(r),
    "k2": lambda r: mpmath.log(r) ** 2 / 2,
    "k3": lambda r: r - 1 - mpmath.log(r),
}


@pytest.mark.parametrize("name", IN_TABLES)
@pytest.mark.parametrize(
    "log_ratio", [0.0, 1e-160, -1e-9, 1e-4, 0.3, -0.3, 0.5, -0.5, 0.51, -0.51, 2.5, -7.0, 300.0, -700.0]
)
def test_each_is_its_function_of_the_ratio(name: str, log_ratio: float) -> None:
    with mpmath.workdps(500):
        expected = float(REFERENCE[name](mpmath.exp(-exact(log_ratio))))
    (found,) = IN_TABLES[name].of(numpy.array([log_ratio]))
    assert found == pytest.approx(expected, rel=1e-14)


def test_a_ratio_beyond_the_doubles_is_infinite_and_no_warning() -> None:
    (found,) = IN_TABLES["k3"].of(numpy.array([-1e4]))
    assert found == numpy.inf


def test_the_samples_are_kept() -> None:
    samples = numpy.array([0.5, -0.5])
    for use in IN_TABLES.values():
        use.of(samples)[:] = 9
    assert samples.tolist() == [0.5, -0.5]


LOGITS = [mpmath.mpf(text) for text in ("0.3", "-0.7", "1.1", "0.2")]
OTHER = [mpmath.mpf(text) for text in ("0.1", "0.45", "0.25", "0.2")]


def softmax(logits: list[mpmath.mpf]) -> list[mpmath.mpf]:
    powers = [mpmath.exp(logit) for logit in logits]
    return [power / sum(powers) for power in powers]


def slope(function: Callable[[list[mpmath.mpf]], mpmath.mpf], index: int) -> mpmath.mpf:
    """The derivative with respect to one logit of q, by finite differences in many digits."""

    def along(step: mpmath.mpf) -> mpmath.mpf:
        return function([logit + step * (j == index) for j, logit in enumerate(LOGITS)])

    return mpmath.diff(along, 0)


def forward(q: list[mpmath.mpf]) -> mpmath.mpf:
    return sum(a * mpmath.log(a / b) for a, b in zip(q, OTHER, strict=True))


def backward(q: list[mpmath.mpf]) -> mpmath.mpf:
    return sum(b * mpmath.log(b / a) for a, b in zip(q, OTHER, strict=True))


def mean_k2(q: list[mpmath.mpf]) -> mpmath.mpf:
    return sum(a * mpmath.log(a / b) ** 2 / 2 for a, b in zip(q, OTHER, strict=True))


OPTIMISES: dict[str, Callable[[list[mpmath.mpf]], mpmath.mpf]] = {
    "nothing: noise around 0": lambda q: mpmath.mpf(0),
    "KL(q || p)": forward,
    "KL(p || q)": backward,
    "KL(q || p) - KL(p || q)": lambda q: forward(q) - backward(q),
    "E_q[k2] - KL(q || p)": lambda q: mean_k2(q) - forward(q),
}
"""What the texts promise, written from the definition of the divergence."""

WEIGHTS: dict[str, Callable[[mpmath.mpf], mpmath.mpf]] = {
    "E_q[grad log q] = 0": lambda r: mpmath.mpf(1),
    "E_q[log(q/p) grad log q]": lambda r: -mpmath.log(r),
    "E_q[1/2 log(q/p)^2 grad log q]": lambda r: mpmath.log(r) ** 2 / 2,
    "E_q[(1 - p/q) grad log q]": lambda r: 1 - r,
    "E_q[(p/q - 1 + log(q/p)) grad log q]": lambda r: r - 1 - mpmath.log(r),
}
"""The coefficient of grad log q in each expectation."""


def as_loss(name: str, index: int) -> mpmath.mpf:
    """The average gradient of the estimator at samples that are held fixed."""
    q = softmax(LOGITS)
    return sum(
        q[state] * slope(lambda logits, s=state: REFERENCE[name](OTHER[s] / softmax(logits)[s]), index)
        for state in range(4)
    )


def weighted(weight: Callable[[mpmath.mpf], mpmath.mpf], index: int) -> mpmath.mpf:
    """E_q[weight(p/q) grad log q]."""
    q = softmax(LOGITS)
    return sum(
        q[state]
        * weight(OTHER[state] / q[state])
        * slope(lambda logits, s=state: mpmath.log(softmax(logits)[s]), index)
        for state in range(4)
    )


@pytest.mark.parametrize("index", range(4))
@pytest.mark.parametrize("name", IN_TABLES)
def test_what_the_gradients_optimise(name: str, index: int) -> None:
    with mpmath.workdps(40):
        loss, reward = as_loss(name, index), weighted(REFERENCE[name], index)
        for found, gradient in ((loss, IN_TABLES[name].as_loss), (reward, IN_TABLES[name].in_reward)):
            optimised = slope(lambda logits, g=gradient: OPTIMISES[g.optimises](softmax(logits)), index)
            assert abs(found - optimised) < mpmath.mpf("1e-15")
            assert abs(found - weighted(WEIGHTS[gradient.expectation], index)) < mpmath.mpf("1e-15")


def test_the_gradients_differ_from_each_other() -> None:
    """Three estimators of one number, and three different losses."""
    with mpmath.workdps(40):
        losses = [as_loss(name, 1) for name in IN_TABLES]
    assert abs(losses[0]) < 1e-15
    assert abs(losses[1] - losses[2]) > 0.01
