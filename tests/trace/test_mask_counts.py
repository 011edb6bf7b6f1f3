"""How often entries count of which masks keep some, by hand: two examples, with sums and means over what is kept."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.formula.value.small_arrays import Array
from klcli.trace.mask_counts import amount_of_kept
from klcli.trace.masks import Kept

LATENTS = 4


@pytest.mark.parametrize(
    ("weights", "words", "of_entries"),
    [
        # Of three positions the first example keeps two, the second one.
        ("1 1 0 1 0 0", "3 kept positions", False),
        ("1/3 1/3 0 1/3 0 0", "3 kept positions", False),
        ("1/6 1/6 0 1/6 0 0", "6 positions, of which 3 are kept", False),
        ("1/2 1/2 0 1/2 0 0", "the batch of sums over 3 kept positions", False),
        ("1/4 1/4 0 1/2 0 0", "the batch of means over 3 kept positions", False),
        # The same, with means over the latents.
        ("1/12 1/12 0 1/12 0 0", "3 kept positions", True),
        ("1/16 1/16 0 1/8 0 0", "the batch of means over 3 kept positions", True),
    ],
)
def test_whole_positions(weights: str, words: str, of_entries: bool) -> None:
    own = [float(Fraction(one)) for one in weights.split()]
    numbers = [] if own[0] == 1 else [own[0]]
    kept = Kept(Array((2, 3, LATENTS), [one for one in own for _ in range(LATENTS)]), LATENTS)
    found = amount_of_kept(kept, 1.0, numbers, latents=LATENTS)
    assert (found.examples, found.entries, found.is_mean_of_batch) == (words, LATENTS, bool(numbers))
    assert found.is_mean_of_entries is of_entries
    assert found.weight == pytest.approx(1)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        # Of four latents the first example keeps three, the second two.
        ("1 1 1 0 1 1 0 0", "sum over 5 kept latents of 2 examples"),
        ("1/5 1/5 1/5 0 1/5 1/5 0 0", "mean over 5 kept latents of 2 examples"),
        ("1/2 1/2 1/2 0 1/2 1/2 0 0", "sum over 5 kept latents, mean over 2 examples"),
        ("1/8 1/8 1/8 0 1/8 1/8 0 0", "mean over 8 latents of 2 examples, of which 5 are kept"),
        ("1/6 1/6 1/6 0 1/4 1/4 0 0", "mean over the kept latents of each of 2 examples"),
        ("1/6 1/6 1/6 0 1/3 1/3 0 0", "weighed sum over 5 kept latents of 2 examples"),
    ],
)
def test_single_latents(weights: str, words: str) -> None:
    own = [float(Fraction(one)) for one in weights.split()]
    kept = Kept(Array((2, LATENTS), own), 1)
    found = amount_of_kept(kept, 1.0, [] if own[0] == 1 else [own[0]], latents=LATENTS)
    assert found.words == words
    assert found.total == pytest.approx(sum(own) / 5)
    assert found.entries == (LATENTS if "over 8" in words else 2.5)


def test_a_number_beside_the_mask_is_one_over_a_length() -> None:
    kept = Kept(Array((2, 3), [1.0, 1.0, 0.0, 1.0, 0.0, 0.0]), 1)
    found = amount_of_kept(kept, 0.7 / 3, [0.7, 1 / 3])
    assert (found.examples, found.is_mean_of_batch) == ("3 kept positions", True)
    assert found.weight == pytest.approx(0.7)


def test_a_factor_that_is_no_length_is_a_weight() -> None:
    kept = Kept(Array((2, 3), [0.3, 0.3, 0.0, 0.3, 0.0, 0.0]), 1)
    found = amount_of_kept(kept, 2.0, [0.3])
    assert (found.examples, found.is_mean_of_batch) == ("3 kept positions", False)
    assert found.weight == pytest.approx(0.6)


def test_a_number_of_kept_positions_that_divides_other_terms_is_no_number_of_latents() -> None:
    """8 positions of all steps are kept, and 2 of this one: 1/8 is no mean over 2 positions of 4 latents."""
    kept = Kept(Array((2, LATENTS), [1 / 8] * 8), LATENTS)
    assert amount_of_kept(kept, 1.0, [1 / 8], latents=LATENTS).is_mean_of_entries
    found = amount_of_kept(kept, 1.0, [1 / 8], shared=1, latents=LATENTS)
    assert (found.is_mean_of_entries, found.weight) == (False, pytest.approx(1 / 8))
