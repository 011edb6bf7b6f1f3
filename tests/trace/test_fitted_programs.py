"""The program that a function has the values of: its readings, reductions and numbers, as they were written."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest

from klcli.trace.black_box_probing import best_fit
from klcli.trace.fitted_programs import fitted_recording
from klcli.trace.recording import NotedLoss, Place, Recording, RoundedCall, Step, WholeCall
from klcli.trace.run_summary import watched
from klcli.trace.terms import Term

SHAPE = (2, 3)
MEANS = (0.3, -0.7, 1.1, 0.2, 0.9, -1.3)
HEADS = (0.4, 1.2, 0.7, 2.1, 0.35, 1.6)
PLACE = Place("losses.py", 4, "kl")

OneEntry = Callable[[float, float], float]


def std(m: float, s: float) -> float:
    return (s**2 + m**2 - 1) / 2 - math.log(s)


def softplus(m: float, s: float) -> float:
    return std(m, math.log1p(math.exp(s)))


def logvar(m: float, s: float) -> float:
    return std(m, math.exp(s / 2))


def to_another(m: float, s: float) -> float:
    return math.log(2 / s) + (s**2 + (m - 0.5) ** 2) / 8 - 0.5


def recorded(entry: OneEntry, shape: Sequence[int], values: Sequence[float], head: str = "s") -> Recording:
    points = [(0.1 + 0.17 * step % 1.9, 0.15 + 0.31 * step % 1.7) for step in range(24)]
    calls = tuple(RoundedCall("float64", {"mu": m, head: s}, entry(m, s), {}) for m, s in points)
    step = Step("leaf", (), tuple(shape), "float64", True, PLACE, (), {"made_by": "a kernel"})
    value = values[0] if len(values) == 1 else None
    given = {"mu": (SHAPE, MEANS), head: (SHAPE, HEADS)}
    called = WholeCall("kl", given, tuple(shape), tuple(values))
    return Recording("none", (step,), (NotedLoss(0, value, None),), (), (), (), calls, called)


def term_of(recording: Recording) -> Term:
    fit = best_fit(recording.probes)
    assert fit
    found = fitted_recording(recording, fit)
    assert found
    (loss,) = watched(found).losses
    (term,) = loss.terms
    return term


@pytest.mark.parametrize(
    ("entry", "reading", "prior"),
    [
        (std, "std", (0, 1)),
        (softplus, "softplus", (0, 1)),
        (logvar, "logvar", (0, 1)),
        (to_another, "std", (0.5, 4)),
    ],
)
def test_the_reading_and_the_prior(entry: OneEntry, reading: str, prior: tuple[float, float]) -> None:
    total = sum(map(entry, MEANS, HEADS))
    term = term_of(recorded(entry, (), (total,)))
    assert term.kernel
    found = term.kernel.verification.best.verdict
    assert found.parameterization.name == reading
    assert found.kl
    assert (found.kl.prior_mean, found.kl.prior_variance) == prior
    assert term.value == pytest.approx(total)
    assert term.place == PLACE


@pytest.mark.parametrize(
    ("reduced", "shape", "reduction", "weight"),
    [
        (lambda rows: [one for row in rows for one in row], SHAPE, "sum", 1),
        (lambda rows: [sum(row) for row in rows], (2,), "sum", 1),
        (lambda rows: [sum(map(sum, rows))], (), "sum", 1),
        (lambda rows: [sum(map(sum, rows)) / 2], (), "sum-mean", 1),
        (lambda rows: [0.25 * sum(map(sum, rows)) / 2], (), "sum-mean", 0.25),
        (lambda rows: [sum(map(sum, rows)) / 6], (), "mean", 1),
        (lambda rows: [sum(map(sum, rows)) / 3], (), "mean-sum", 1),
        (lambda rows: [sum(row) / 3 for row in rows], (2,), "mean-sum", 1),
    ],
)
def test_the_reduction_and_the_weight(
    reduced: Callable[[list[list[float]]], list[float]], shape: tuple[int, ...], reduction: str, weight: float
) -> None:
    entries = list(map(std, MEANS, HEADS))
    values = reduced([entries[:3], entries[3:]])
    term = term_of(recorded(lambda m, s: weight * std(m, s), shape, values))
    assert (term.reduction, term.weight) == (reduction, pytest.approx(weight))


def test_a_wrong_one_is_named_as_what_its_argument_is_called() -> None:
    def twice(m: float, s: float) -> float:  # -1/2 (1 + s - mu^2 - e^(2s))
        return -0.5 * (1 + s - m**2 - math.exp(2 * s))

    term = term_of(recorded(twice, (), (sum(map(twice, MEANS, HEADS)),), "logvar"))
    assert term.kernel
    assert term.kernel.mistake
    assert term.kernel.mistake.code == "KL105"


def test_sums_that_are_none_are_not_guessed() -> None:
    total = sum(map(std, MEANS, HEADS))
    recording = recorded(std, (), (total**2,))
    fit = best_fit(recording.probes)
    assert fit
    assert fitted_recording(recording, fit) is None
