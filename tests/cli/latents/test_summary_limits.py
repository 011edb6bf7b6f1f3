"""Numbers that a script holds against limits: each against its own number, ends included."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from klcli.cli.latents.summary_limits import LIMITS, checks

FOUND: Any = SimpleNamespace(collapsed_units=2, active_units=6, latents=[None] * 8, mean=3.5)
"""2 of 8 latents have collapsed, 6 are active, the KL is 3.5 nats."""


@pytest.mark.parametrize(
    ("name", "limit", "value", "holds"),
    [
        ("--max-collapsed", 0.25, 0.25, True),
        ("--max-collapsed", 0.2, 0.25, False),
        ("--min-active", 6, 6, True),
        ("--min-active", 7, 6, False),
        ("--max-kl", 3.5, 3.5, True),
        ("--max-kl", 3.4, 3.5, False),
        ("--min-kl", 3.5, 3.5, True),
        ("--min-kl", 3.6, 3.5, False),
    ],
)
def test_a_limit_is_held_with_its_end(name: str, limit: float, value: float, holds: bool) -> None:
    (found,) = checks(FOUND, {name: limit})
    assert (found.value, found.holds) == (value, holds)


def test_what_was_not_given_is_not_checked() -> None:
    assert list(checks(FOUND, dict.fromkeys(LIMITS))) == []
    assert len(checks(FOUND, {**dict.fromkeys(LIMITS), "--min-kl": 1.0})) == 1


def test_a_limit_is_on_the_side_that_its_name_says() -> None:
    assert all(limit.is_most == name.startswith("--max-") for name, limit in LIMITS.items())
