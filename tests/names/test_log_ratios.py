"""What names say of log-probabilities and of whose they are."""

from __future__ import annotations

import pytest

from klcli.names.log_ratios import is_logits, is_neutral, side_of, stated


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ref_log_prob", "log-probability"),
        ("pi_theta", "probability"),
        ("logRatio", "log-ratio"),
        ("ratio", "ratio"),
        ("r", "ratio"),
        ("token_kl", "kl"),
        ("kl_coef", ""),
        ("log_px", ""),
        ("mu", ""),
    ],
)
def test_stated(name: str, found: str) -> None:
    assert stated(name) == found


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("ref_logp", "reference"),  # p is a letter for anything beside a word
        ("old_policy_lp", "old"),
        ("policy_logps", "policy"),
        ("logq", "q"),
        ("log_prior", "p"),
        ("lp", ""),
    ],
)
def test_sides(name: str, side: str) -> None:
    assert side_of(name) == side


def test_neutral_names() -> None:
    assert all(map(is_neutral, ("x", "y", "a", "lp")))
    assert not any(map(is_neutral, ("mu", "logvar", "mask", "batch_size", "log_px")))
    assert is_logits("ref_logits")
