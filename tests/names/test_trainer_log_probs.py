"""Names of trainers: each of its columns is found, and on one side only."""

from __future__ import annotations

import pytest

from klcli.names.trainer_log_probs import TRAINERS
from klcli.tables.columns import is_log_p, is_log_q


@pytest.mark.parametrize("trainer", TRAINERS, ids=[row.name for row in TRAINERS])
def test_columns_are_told_apart(trainer: object) -> None:
    assert all(is_log_q(name) and not is_log_p(name) for name in trainer.log_q)  # type: ignore[attr-defined]
    assert all(is_log_p(name) and not is_log_q(name) for name in trainer.log_p)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "name", ["chosen_logps", "ref_chosen_logps", "rejected_logps", "resps", "old_values"]
)
def test_texts_that_nobody_drew_from_the_policy_are_no_columns(name: str) -> None:
    """Pairs of a data set of preferences are samples of no policy that is trained."""
    assert not is_log_q(name)
    assert not is_log_p(name)
