"""The means and standard deviations of trained posteriors, over which conditions are measured."""

from __future__ import annotations

from itertools import product

from klcli.formula.numeral import significant
from klcli.formula.read.calls.normal_methods import NORMAL_DIVERGENCE
from klcli.formula.read.math_parser import known
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import DoubleColumns
from klcli.judge.verdict import Verdict

_SIGMAS = tuple(10.0 ** (step / 10) for step in range(-20, 21))
"""Tenths of a power of ten from 0.01 to 100."""
_MEANS = (-3.0, -1.0, 0.0, 1.0, 3.0)
"""Where it is measured: standard deviations from 0.01 to 100, means up to 3."""


def usual_points(verdict: Verdict) -> tuple[dict[str, list[float]], list[float]]:
    """Means and heads over the range of sigma, and the KL of the verdict there.

    A prior with symbols of its own has the mean 0 and a sigma of 1, or in the middle.
    """
    role, prior_reading = verdict.roles, verdict.prior_parameterization
    sigmas, means = zip(*product(_sigmas(verdict), _MEANS), strict=True)
    run = DoubleColumns(len(sigmas))
    columns = {role.mean: list(means), role.prior_mean: [0.0] * len(means)}
    columns[role.head] = evaluate(verdict.parameterization.head, {"sigma": list(sigmas)}, run)
    own = verdict.kl.to_fixed(verdict.prior) if verdict.kl and not role.has_prior else (0, 1)
    mean, middle = float(own[0]), float(own[1]) ** 0.5
    if role.prior_head and prior_reading:
        middle = prior_reading.within(1.0)
        same = {"sigma": [middle] * len(sigmas)}
        columns[role.prior_head] = evaluate(prior_reading.head, same, run)
    of_q = list(means) if role.mean else [0.0] * len(means), list(sigmas)
    of_p = [mean] * len(means), [middle] * len(means)
    first, second = (of_p, of_q) if verdict.kind == "reversed" else (of_q, of_p)
    moments = dict(zip("msnt", (*first, *second), strict=True))
    kl: list[float] = evaluate(known(NORMAL_DIVERGENCE), moments, run)
    return {name: column for name, column in columns.items() if name}, kl


def _sigmas(verdict: Verdict) -> list[float]:
    """Where it is measured: the standard deviations of the reading."""
    return list(map(verdict.parameterization.within, _SIGMAS))


def sigmas_text(verdict: Verdict) -> str:
    """The range of sigma, in words."""
    sigmas = _sigmas(verdict)
    # They are powers of ten.
    return f"for sigma from {significant(sigmas[0], 3)} to {significant(sigmas[-1], 3)}"
