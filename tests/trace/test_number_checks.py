"""The numbers of a step: a term's program on its tensors, the KL that it is said to be, and what was noted."""

from __future__ import annotations

from math import exp

import pytest

from klcli.trace.anatomy import anatomy_of
from klcli.trace.number_checks import arrays_of, evaluated_here, kl_of_entries, noted_here, rounding
from tests.trace.recordings import LV, MU, recorded_kl

ENTRIES = [0.5 * (m * m + exp(v) - v - 1) for m, v in zip(MU, LV, strict=True)]


@pytest.mark.parametrize("weight", [1.0, 0.25])
def test_the_program_is_evaluated_on_the_tensors(weight: float) -> None:
    recording, part = recorded_kl(weight=weight)
    assert evaluated_here(recording, part) == pytest.approx(weight * sum(ENTRIES), rel=1e-14)


def test_without_tensors_there_is_nothing_to_evaluate() -> None:
    recording, part = recorded_kl(values=False)
    assert arrays_of(part) is None
    assert evaluated_here(recording, part) is None


def test_what_was_noted_on_the_way_counts_with_its_weight() -> None:
    recording, part = recorded_kl(noted=5.0, weight=0.5)
    assert noted_here(recording, part) == pytest.approx(2.5)
    recording, part = recorded_kl(weight=0.5)
    assert noted_here(recording, part) is None


def test_the_kl_of_entries_is_written_from_the_two_gaussians() -> None:
    _, part = recorded_kl()
    arrays = arrays_of(part)
    assert part.kernel is not None
    assert arrays is not None
    found = kl_of_entries(part.kernel, arrays)
    assert found is not None
    assert [one.real for one in found] == pytest.approx(ENTRIES, rel=1e-12)


def test_the_limit_is_that_of_the_shortest_precision() -> None:
    recording, part = recorded_kl()
    assert 1e-7 < rounding(recording, part) < 1e-2


@pytest.mark.parametrize(("noted", "agrees"), [(sum(ENTRIES), True), (1.1 * sum(ENTRIES), False)])
def test_a_term_agrees_with_what_was_noted_or_does_not(noted: float, agrees: bool) -> None:
    recording, _ = recorded_kl(noted=noted)
    (term,) = anatomy_of(recording, recording.losses[0]).terms
    assert term.agreement is not None
    assert term.agreement.noted == pytest.approx(noted)
    assert term.agreement.true == pytest.approx(sum(ENTRIES), rel=1e-9)
    assert term.agreement.agrees is agrees
