"""The numbers that other code would print for the same posteriors: arithmetic on a table of three entries."""

from __future__ import annotations

from math import log
from types import SimpleNamespace
from typing import Any

import pytest

from klcli.latents.reporting_conventions import conventions

# Two examples with two latents each: KLs 1 and 3, 2 and 0, which are 4 and 2 nats an example
FOUND: Any = SimpleNamespace(
    examples=2,
    latents=2,
    free_bits=0.0,
    kl=SimpleNamespace(total=6.0),
    free_entries=0.0,
    free_examples=0.0,
)
ABOUT: Any = SimpleNamespace(mean=3.0, latents=[SimpleNamespace(kl=1.5), SimpleNamespace(kl=1.5)])


def named(found: Any, beta: float | None = None) -> dict[str, float]:
    return {one.name: one.value for one in conventions(found, ABOUT, beta)}


def test_the_usual_one_comes_first_and_each_is_its_own_reduction() -> None:
    found = named(FOUND)
    assert list(found.items()) == [
        ("sum over latents, mean over examples", 3.0),
        ("the same in bits", 3 / log(2)),
        ("mean over latents and examples", 1.5),
        ("sum over latents and examples", 6.0),
    ]


@pytest.mark.parametrize(("beta", "value"), [(4.0, 12.0), (0.0, 0.0)])
def test_a_weight_is_told_where_it_was_given(beta: float, value: float) -> None:
    found = named(FOUND, beta)
    assert found[f"{beta:g} times sum over latents, mean over examples"] == value
    assert len(named(FOUND)) == len(found) - 1


def test_free_bits_are_of_latents_of_entries_and_of_examples() -> None:
    """2 nats: of every latent max(1.5, 2) twice; of every entry 2 + 3 + 2 + 2; of every example max(4, 4) + max(2, 4)."""
    free: Any = SimpleNamespace(
        **{**vars(FOUND), "free_bits": 2.0, "free_entries": 9.0, "free_examples": 8.0}
    )
    found = named(free)
    assert found["free bits: 2 nats of every latent, after the mean over examples"] == 4.0
    assert found["free bits: 2 nats of every latent and example"] == 4.5
    assert found["free bits: 4 nats of every example in total"] == 4.0
