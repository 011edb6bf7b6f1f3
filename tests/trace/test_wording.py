"""How terms of a loss are said: over what they are summed, and what an unknown one is made by."""

from __future__ import annotations

import pytest

from klcli.trace.entry_counts import Amount
from klcli.trace.summands import parts_of
from klcli.trace.wording import kl_words, place_words, reduction_words
from tests.trace.recordings import leaf, node, recorded, recorded_kl


def amount(batch: int, entries: int, *, of_entries: bool = False, of_batch: bool = False) -> Amount:
    return Amount(1.0, batch, entries, of_entries, of_batch)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (amount(8, 20, of_batch=True), "sum over 20 latents, mean over the batch"),
        (amount(8, 20), "sum over 20 latents, sum over the batch"),
        (amount(8, 20, of_entries=True, of_batch=True), "mean over 20 latents, mean over the batch"),
        (amount(8, 1, of_batch=True), "mean over the batch"),
        (amount(1, 20), "sum over 20 latents"),
    ],
)
def test_over_what_a_term_is_summed(one: Amount, words: str) -> None:
    assert reduction_words(one, "latents") == words


def test_parameters_have_no_batch() -> None:
    assert reduction_words(amount(8, 20), "weights", has_batch=False) == "sum over 20 weights"


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (node("leaf", made_by="aten.cumsum", name="extra"), "another term, by aten.cumsum"),
        (node("leaf", call="torch.fft.fft"), "another term, by torch.fft.fft"),
    ],
)
def test_an_unknown_term_is_told_by_what_made_it(last: dict[str, object], words: str) -> None:
    recording = recorded(leaf("x", ()), last)
    (part,) = parts_of(recording, 1)
    assert place_words(recording, part).startswith(words)


def test_a_kl_says_its_gaussians_and_its_sums() -> None:
    _, part = recorded_kl()
    assert part.kernel is not None
    text = kl_words(part.kernel, part.builder, amount(2, 3, of_batch=True), has_batch=True)
    assert text == "KL(N(mu, exp(logvar)) || N(0, 1)), sum over 3 latents, mean over the batch"
    text = kl_words(part.kernel, part.builder, amount(1, 6), has_batch=False)
    assert text.endswith("sum over 6 weights")
