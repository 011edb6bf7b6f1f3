"""Names of columns, as they are met in code for RLHF and for VAEs."""

from __future__ import annotations

import pytest

from klcli.names.table_columns import GROUP_KEY, GROUP_NAME, LOG_P_COLUMN, LOG_Q_COLUMN, bare

LOG_Q = [
    "action_logprob",
    "action_log_probs",
    "log_pi",
    "logpi_theta",
    "log_policy",
    "log_posterior",
    "log_prob",
    "log_prob_q",
    "log_probs",
    "logprobs_q",
    "log_q",
    "log_qx",
    "log_qz",
    "old_logprob",
    "old_log_probs",
    "policy",
    "policy_logp",
    "policy_logprobs",
    "policy_logps",
    "posterior",
    "q_log",
    "q_log_prob",
    "qlogprobs",
]
LOG_P = [
    "base_action_log_probs",
    "base_logprob",
    "base_logprobs",
    "logp",
    "log_pi_ref",
    "log_prior",
    "logprob_p",
    "logprobs_p",
    "log_px",
    "log_pz",
    "log_ref",
    "p_log",
    "p_logprob",
    "plogprobs",
    "prior",
    "ref",
    "reference",
    "reference_logp",
    "reference_logprobs",
    "reference_logps",
    "ref_logp",
    "ref_log_prob",
    "ref_logprobs",
    "ref_logps",
]


@pytest.mark.parametrize("name", LOG_Q)
def test_columns_with_log_q(name: str) -> None:
    assert LOG_Q_COLUMN.says(bare(name))
    assert not LOG_P_COLUMN.says(bare(name))


@pytest.mark.parametrize("name", LOG_P)
def test_columns_with_log_p(name: str) -> None:
    assert LOG_P_COLUMN.says(bare(name))
    assert not LOG_Q_COLUMN.says(bare(name))


@pytest.mark.parametrize(("name", "found"), [("Log Prob_q", "logprobq"), ("z-1", "z1"), ("µ", "µ")])
def test_bare(name: str, found: str) -> None:
    assert bare(name) == found
    assert bare("z-1", digits=False) == "z"


def test_names_that_only_tell_rows_apart_are_no_keys() -> None:
    assert GROUP_NAME.says("sampleindex")
    assert not GROUP_KEY.says("sampleindex")
