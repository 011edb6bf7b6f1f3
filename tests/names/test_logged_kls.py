"""Names of logged KLs: the metric within them, and what trainers mean by it."""

from __future__ import annotations

import pytest

from klcli.names.logged_kls import LOGGED, LOGGED_KL, meanings, metric_of, similar, step_column


@pytest.mark.parametrize("row", LOGGED, ids=lambda row: f"{row.trainer} {row.name}")
def test_every_known_name_is_that_of_a_kl(row: object) -> None:
    assert LOGGED_KL.says(row.name)  # type: ignore[attr-defined]
    assert row in meanings(f"run-1 - train/{row.name}")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "trainers"),
    [
        ("train/objective/kl", {"trl (PPO, online DPO)"}),
        ("train/kl", {"trl (GRPO)", "trl (RLOO)", "OpenRLHF"}),
        ("actor/ppo_kl", {"verl"}),
        ("ppo_kl", {"OpenRLHF"}),
        ("vae/kl_divergence", set()),
        ("vae/kl", set()),
        ("critic/kl", {"verl (formerly)"}),
        ("train/rollout_corr/kl", {"verl"}),
        ("rollout_corr/k3_kl", {"verl"}),
        ("losses/approx_kl", {"CleanRL"}),
        ("train/approx_kl", {"Stable-Baselines3", "Stable-Baselines3 (early versions)"}),
        ("approx_kl", set()),
    ],
)
def test_the_longest_name_that_fits_decides(name: str, trainers: set[str]) -> None:
    assert {row.trainer for row in meanings(name)} == trainers


@pytest.mark.parametrize(
    ("names", "column"),
    [
        (["epoch", "kl", "step"], "step"),
        (["kl", "epoch"], "epoch"),
        (["run - epoch", "run - trainer/global_step"], "run - trainer/global_step"),
        (["kl", "loss"], None),
    ],
)
def test_steps_go_before_epochs(names: list[str], column: str | None) -> None:
    """Of a CSV of Lightning, which begins with the epoch, all steps were those of the epoch."""
    assert step_column(names) == column


def test_the_run_before_the_metric_is_left_out() -> None:
    assert metric_of("my kl run - train/loss") == "train/loss"
    assert not LOGGED_KL.says("my kl run - train/loss")


def test_a_name_behind_an_unknown_prefix_only_resembles() -> None:
    assert {row.trainer for row in similar("vae/kl")} == {"trl (GRPO)", "trl (RLOO)", "OpenRLHF"}
    assert {row.trainer for row in similar("mine/objective/kl")} == {"trl (PPO, online DPO)"}
    assert similar("train/kl") == similar("rollout_corr/kl") == ()
