"""Trials of functions: the KL that they are held against, the reductions that are told apart."""

from __future__ import annotations

from math import log

import mpmath
import pytest

from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.trace.function_trials import Trial, gaps, kl_tree, limit_of, reduction_of
from tests import reference


@pytest.mark.parametrize("name", PARAMETERIZATIONS)
@pytest.mark.parametrize("prior", [(0.0, 1.0), (0.3, 2.0)])
def test_the_kl_is_that_of_the_reading(name: str, prior: tuple[float, float]) -> None:
    tree = kl_tree(PARAMETERIZATIONS[name], prior)
    head = 0.7
    with mpmath.workdps(30):
        sigma = reference.SIGMA[name](mpmath.mpf(head))
        exact = reference.kl(mpmath.mpf(0.4), sigma, mpmath.mpf(prior[0]), mpmath.mpf(prior[1]))
    assert evaluate(tree, {"mu": 0.4, "s": head}, Doubles()) == pytest.approx(float(exact), rel=1e-12)


ENTRIES = (0.5, 1.25, 0.125, 2.0, 0.75, 1.5)


def trial(shape: tuple[int, ...], values: list[float], dtype: str = "float64") -> Trial:
    out = {"shape": list(shape), "values": values, "gradients": None}
    return Trial((2, 3), dtype, (0.0,) * 6, (0.0,) * 6, out, ENTRIES, None)  # type: ignore[arg-type]


ROWS = [0.5 + 1.25 + 0.125, 2.0 + 0.75 + 1.5]


@pytest.mark.parametrize(
    ("shape", "values", "scale", "expected"),
    [
        ((2, 3), list(ENTRIES), 1.0, "none"),
        ((2,), ROWS, 1.0, "sum"),
        ((2,), [row / 3 for row in ROWS], 1.0, "mean"),
        ((), [sum(ROWS)], 1.0, "sum"),
        ((), [sum(ROWS) / 2], 1.0, "sum-mean"),
        ((), [sum(ROWS) / 6], 1.0, "mean"),
        ((), [sum(ROWS) / 3], 1.0, "mean-sum"),
        ((), [4 * sum(ROWS) / 2], 4.0, "sum-mean"),
        ((), [sum(ROWS) / log(2)], 1.0, None),
        ((), [sum(ROWS), 0.0], 1.0, None),
    ],
)
def test_the_reduction_is_found(
    shape: tuple[int, ...], values: list[float], scale: float, expected: str | None
) -> None:
    assert reduction_of([trial(shape, values)], scale) == expected


def test_all_trials_have_to_agree() -> None:
    one, other = trial((), [sum(ROWS)]), trial((), [sum(ROWS) / 2])
    assert reduction_of([one, one], 1.0) == "sum"
    assert reduction_of([one, other], 1.0) is None


def test_a_short_precision_may_be_off_by_more() -> None:
    assert limit_of("float64") < limit_of("float32") < limit_of("bfloat16")
    off = [sum(ROWS) * (1 + 1e-6)]
    assert reduction_of([trial((), off, "float32")], 1.0) == "sum"
    assert reduction_of([trial((), off)], 1.0) is None


def test_gradients_are_held_against_those_of_the_kl() -> None:
    """Of a mean over the batch each is half of the derivative; one that is not is told with its point."""
    slopes = {"mu": (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)}
    right = {"mu": [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]}

    def with_gradients(gradients: object) -> Trial:
        out = {"shape": [], "values": [sum(ROWS) / 2], "gradients": gradients}
        mean = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
        return Trial((2, 3), "float64", mean, (1.0,) * 6, out, ENTRIES, slopes)

    assert list(gaps(with_gradients(right), "sum-mean", 1.0, gradient=True)) == []
    off = {"mu": [*right["mu"][:4], 0.0, 3.0]}
    (gap,) = gaps(with_gradients(off), "sum-mean", 1.0, gradient=True)
    assert (gap.what, gap.mean, gap.found, gap.expected) == ("mu", 0.4, 0.0, 5.0)
    assert len(list(gaps(with_gradients({}), "sum-mean", 1.0, gradient=True))) == 6, (
        "without a gradient it is 0"
    )
    assert list(gaps(with_gradients(off), "sum-mean", 1.0, gradient=False)) == []
    assert list(gaps(with_gradients(None), "sum-mean", 1.0, gradient=True)) == []
