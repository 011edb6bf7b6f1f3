"""A function's calls and its program together, of NumPy, which has no gradients."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import numpy
import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.trace.function_call import call_of
from klcli.trace.function_examination import FunctionExamination, examine, fixed_prior
from klcli.trace.function_trials import SHAPES

NAMES = ("mu", "logvar")
LOGVAR = PARAMETERIZATIONS["logvar"]


def kl(mu: Any, logvar: Any) -> Any:
    return -0.5 * (1 + logvar - mu**2 - numpy.exp(logvar))


def unfollowed(mu: Any, logvar: Any) -> Any:
    return kl(mu, logvar) + 0 * numpy.sort(mu)


@cache
def found(function: Any, reading: str = "logvar", **options: Any) -> FunctionExamination:
    return examine(call_of(function, NAMES, {}), NAMES, PARAMETERIZATIONS[reading], **options)


@pytest.mark.parametrize(
    ("function", "reduction"),
    [
        (kl, "none"),
        (lambda mu, logvar: kl(mu, logvar).sum(), "sum"),
        (lambda mu, logvar: kl(mu, logvar) + 1e-3, None),
    ],
)
def test_how_its_values_are_the_kl(function: Any, reduction: str | None) -> None:
    one = found(function)
    assert one.reduction == reduction
    assert (one.single is None) == (reduction is not None)
    assert one.problem == ""
    assert [trial.shape for trial in one.trials] == list(SHAPES)


def test_the_scale_that_is_demanded_counts() -> None:
    """Of a program that is not followed it is soon told."""
    assert found(lambda mu, logvar: 3 * unfollowed(mu, logvar), scale=3).reduction == "none"
    assert found(unfollowed, scale=3).reduction is None


def test_an_entry_that_is_off_stands_alone() -> None:
    one = found(lambda mu, logvar: unfollowed(mu, logvar) + (logvar > 0))
    assert one.single is not None
    assert one.single.shape == (1, 1)
    assert one.single.head[0] > 0
    (value,), (truth,) = map(list, (one.single.out["values"], one.single.truth))
    assert value == pytest.approx(truth + 1)


def test_its_program_is_judged_under_the_reading() -> None:
    for one, kind in ((found(kl), "exact"), (found(kl, "logstd"), "wrong")):
        assert one.verification is not None
        assert one.verification.best.kind == kind
        # Two sums, a difference, a square, an exponential, a product; numbers that are given are none.
        assert one.operations == 6


def test_every_precision_is_called_in_every_shape() -> None:
    one = found(unfollowed, dtypes=("float32", "float64"))
    assert [trial.dtype for trial in one.trials] == ["float32"] * len(SHAPES) + ["float64"] * len(SHAPES)
    assert [trial.shape for trial in one.trials] == [*SHAPES, *SHAPES]


def test_another_prior() -> None:
    def to_another(mu: Any, logvar: Any) -> Any:
        return (numpy.exp(logvar) + (mu - 0.5) ** 2 - 1 - logvar) / 2

    one = found(to_another, prior=(0.5, 1))
    assert one.reduction == "none"
    assert one.verification is not None
    assert one.verification.best.kind == "exact"


def test_what_is_not_followed_is_said() -> None:
    one = found(unfollowed)
    assert (one.tree, one.verification) == (None, None)
    assert one.problem == "what sort computes"
    assert one.reduction == "none"


@pytest.mark.parametrize(
    ("prior", "mean", "variance"),
    [((0, 1), 0, 1), ((0.1, 0.3), Fraction(1, 10), Fraction(9, 100)), ((-2.5, 2), Fraction(-5, 2), 4)],
)
def test_a_prior_by_its_decimals(prior: tuple[float, float], mean: Fraction, variance: Fraction) -> None:
    one = fixed_prior(prior)
    assert (one.mean, one.variance) == (mean, variance)
