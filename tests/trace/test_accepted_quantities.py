"""Functions that are no KL and accepted by name, as their programs say, and those that are not what they run."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy
import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.trace.accepted_quantities import is_accepted
from klcli.trace.function_call import call_of
from klcli.trace.function_examination import FunctionExamination, examine
from klcli.values import replace

NAMES = ("mu", "logvar")


def kl(mu: Any, logvar: Any) -> Any:
    return -0.5 * (1 + logvar - mu**2 - numpy.exp(logvar))


def clipped(mu: Any, logvar: Any) -> Any:
    return kl(mu, numpy.clip(logvar, -1.0, 1.0)).sum()


def to_another(mu: Any, logvar: Any) -> Any:
    return numpy.log(2) - logvar / 2 + (numpy.exp(logvar) + mu**2) / 8 - 0.5


def twice(mu: Any, logvar: Any) -> Any:
    return 2 * kl(mu, logvar)


@cache
def examined(
    function: Any, names: tuple[str, str] = NAMES, reading: str = "logvar", scale: float = 1
) -> FunctionExamination:
    return examine(call_of(function, names, {}), names, PARAMETERIZATIONS[reading], scale=scale)


def accepted(found: FunctionExamination, *words: str, names: tuple[str, str] = NAMES, **options: Any) -> bool:
    asked = {"reduction": None, "scale": 1.0, "gradient": True} | options
    return is_accepted(found, names, words, **asked)


@pytest.mark.parametrize(
    ("function", "word"),
    [
        (twice, "scaled"),
        (to_another, "other-prior"),
        (clipped, "clip"),
        (lambda mu, logvar: numpy.maximum(kl(mu, logvar), 0.5), "free-bits"),
    ],
)
def test_each_by_its_word_alone(function: Any, word: str) -> None:
    found = examined(function)
    assert accepted(found, word)
    others = {"scaled", "other-prior", "clip", "free-bits", "reversed", "estimator"} - {word}
    assert not accepted(found, *others)


def test_an_estimator_by_the_names_of_its_arguments() -> None:
    names = ("logprobs", "ref_logprobs")
    found = examined(lambda logprobs, ref_logprobs: (logprobs - ref_logprobs) ** 2 / 2, names)
    assert accepted(found, "estimator", names=names)
    assert not accepted(found, "scaled", names=names)
    assert not accepted(found, "estimator")


def test_a_clip_that_passes_for_a_program_is_accepted_by_its_own_word() -> None:
    """Its values beyond are not those of the KL, and no other word says so."""
    found = examined(clipped)
    assert found.verification is not None
    assert found.verification.holds(())
    assert found.reduction is None


def test_what_is_wrong_is_accepted_by_no_word() -> None:
    found = examined(lambda mu, logvar: mu**2 + numpy.exp(logvar) - logvar**2)
    assert not accepted(found, "scaled", "other-prior", "clip", "free-bits", "reversed", "estimator")


def test_a_function_that_is_not_followed_is_not_accepted() -> None:
    found = examined(lambda mu, logvar: 2 * kl(mu, logvar) + 0 * numpy.sort(mu))
    assert found.tree is None
    assert not accepted(found, "scaled")


@pytest.mark.parametrize(("reduction", "holds"), [(None, True), ("sum", True), ("mean", False)])
def test_the_reduction_that_is_demanded_counts(reduction: str | None, holds: bool) -> None:
    found = replace(examined(clipped), reduction="sum")
    assert accepted(found, "clip", reduction=reduction) is holds


@pytest.mark.parametrize(("scale", "holds"), [(1.0, True), (2.0, True), (3.0, False)])
def test_the_scale_that_is_demanded_counts(scale: float, holds: bool) -> None:
    assert accepted(examined(twice), "scaled", scale=scale) is holds


def moved(found: FunctionExamination, **changes: Any) -> FunctionExamination:
    """As if the first call had given something else."""
    first, *rest = found.trials
    return replace(found, trials=(replace(first, out={**first.out, **changes}), *rest))


def test_values_behind_the_back_of_the_program_are_not_accepted() -> None:
    found = examined(twice)
    values = list(map(float, found.trials[0].out["values"]))
    limits = [(1e-15, True), (1e-3, False), (float("nan"), False)]
    for amount, holds in limits:
        off = [values[0] + amount, *values[1:]]
        assert accepted(moved(found, values=off), "scaled") is holds
    assert not accepted(moved(found, values=values[1:]), "scaled")


def test_gradients_have_to_be_those_of_the_program() -> None:
    """Of 2 KL: 2 mu, and e^s - 1 in the log-variance."""
    found = examined(twice)
    first = found.trials[0]
    right = {
        "mu": [2 * mean for mean in first.mean],
        "logvar": [float(numpy.exp(head)) - 1 for head in first.head],
    }
    assert accepted(moved(found, gradients=right), "scaled")
    for name in NAMES:
        wrong = right | {name: [one + 1e-3 for one in right[name]]}
        assert not accepted(moved(found, gradients=wrong), "scaled")
        assert not accepted(moved(found, gradients=right | {name: None}), "scaled")
        assert accepted(moved(found, gradients=wrong), "scaled", gradient=False)
