"""Temperatures out of probabilities: within their errors of those that the samples were drawn at."""

from __future__ import annotations

import numpy
import pytest

from klcli.samples.temperature import temperature
from tests.samples.rollouts import WORDS, Language, sample_of

pytestmark = pytest.mark.sampling


@pytest.mark.parametrize("drawn", [0.6, 0.8, 1.3])
def test_they_are_found_with_an_error_that_covers(drawn: float) -> None:
    far = []
    for seed in range(8):
        language = Language.drawn(seed)
        found = temperature(sample_of(*language.rollouts(language.at(drawn), language.q)))
        assert found
        assert found.is_held
        far.append((found.value - drawn) / found.error)
    assert max(map(abs, far)) < 4
    assert sum(abs(z) < 2 for z in far) >= 6


def test_a_recorded_temperature_is_the_inverse() -> None:
    """log q at T = 0.7 of samples at 1: they are samples of q^0.7."""
    language = Language.drawn(1)
    found = temperature(sample_of(*language.rollouts(language.q, language.at(0.7))))
    assert found
    assert found.value == pytest.approx(1 / 0.7, abs=4 * found.error)


def test_rows_that_have_nothing_before_them_cannot_be_held_against_another() -> None:
    language = Language.drawn(2)
    found = temperature(sample_of(*language.rollouts(language.at(0.7), language.q), sequences=False))
    assert found
    assert not found.is_held
    assert found.value == pytest.approx(0.7, abs=4 * found.error)


def test_none_at_1() -> None:
    for seed in range(5):
        language = Language.drawn(seed)
        assert temperature(sample_of(*language.rollouts(language.q, language.q))) is None


def test_none_where_contexts_disagree() -> None:
    """Words that leave much open are followed at another temperature than the others."""
    language = Language.drawn(3)
    sampler = language.at(0.6)
    sampler[WORDS // 2 :] = language.q[WORDS // 2 :]
    sample = sample_of(*language.rollouts(sampler, language.q))
    assert temperature(sample) is None
    behind_open_words = sample.log_q_before < numpy.median(
        sample.log_q_before[~numpy.isnan(sample.log_q_before)]
    )
    sample._rows = sample._rows[behind_open_words]
    found = temperature(sample)
    assert found
    assert found.value < 0.8
