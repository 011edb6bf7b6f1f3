"""What an examination is about: a divergence as far as it is known."""

from __future__ import annotations

from typing import get_args

from klcli.gaussian.distribution import Gaussian
from klcli.witness.examination import examine
from klcli.witness.examination_parts import Decomposition, Status
from klcli.witness.monte_carlo import DEFAULT_SAMPLES


def test_what_nothing_is_known_of_has_nothing_to_be_sampled_and_no_status() -> None:
    nothing = Decomposition(None)
    assert (list(nothing.log_ratios), nothing.integral, nothing.status) == ([], None, None)
    assert nothing.samples == DEFAULT_SAMPLES


def test_an_examination_ends_with_one_of_the_statuses() -> None:
    standard = Gaussian.from_head("0", "1", "std")
    assert {"agrees", "disagrees", "infinite"} < set(get_args(Status))
    assert examine(Gaussian.from_head("0.3", "1.2", "std"), standard, samples=1000).status in get_args(Status)
