"""Rules of matrices: what each makes of the mistake that it undoes, and what it leaves alone."""

from __future__ import annotations

import pytest

from klcli.judge.spaces.matrices.rules import operations as rules
from tests.judge.spaces.matrices.settings import MatrixRule, made, tree

RIGHT = "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' S_p^-1 (m_p - m_q) - d + log|S_p|/|S_q|)"
UNIT = "0.5 * (torch.trace(S) + mu @ mu - d - torch.logdet(S))"

UNDONE = [
    (
        rules.volume_not_doubled,
        "0.5 * (torch.trace(S) + mu @ mu - d) - torch.logdet(L)",
        "0.5 * (torch.trace(S) + mu @ mu - d) - 2 * torch.logdet(L)",
    ),
    (rules.volume_doubled, "0.5 * (torch.trace(S) + mu @ mu - d - 2 * torch.logdet(S))", UNIT),
    (rules.dimension, "0.5 * (torch.trace(S) + mu @ mu - 1 - torch.logdet(S))", UNIT),
    (rules.inverse_misplaced, RIGHT.replace("S_p^-1 S_q", "S_q^-1 S_p"), RIGHT),
    (rules.inverse_misplaced, RIGHT.replace("' S_p^-1 (", "' S_q^-1 ("), RIGHT),
    (rules.ratio_upside_down, RIGHT.replace("|S_p|/|S_q|", "|S_q|/|S_p|"), RIGHT),
    (rules.ratio_upside_down, "0.5 * (torch.trace(S) + mu @ mu - d + torch.logdet(S))", UNIT),
    (
        rules.trace_of_product,
        "0.5 (tr(S S) + mu' mu - d - log det S)",
        "0.5 (tr(S) + mu' mu - d - log det S)",
    ),
    (rules.inverse_forgotten, RIGHT.replace("tr(S_p^-1 S_q)", "tr(S_p S_q)"), RIGHT),
    (rules.inverse_forgotten, RIGHT.replace("' S_p^-1 (", "' ("), RIGHT),
    (rules.sum_for_trace, "0.5 * (S.sum() + mu @ mu - d - torch.logdet(S))", UNIT),
    (
        rules.factor_for_covariance,
        "0.5 * (torch.trace(L) + mu @ mu - d) - torch.log(torch.diag(L)).sum()",
        "0.5 * (torch.trace(L @ L.T) + mu @ mu - d) - torch.log(torch.diag(L)).sum()",
    ),
    (
        rules.log_forgotten,
        "0.5 * (torch.trace(S) + mu @ mu - d - torch.det(S))",
        "0.5 * (torch.trace(S) + mu @ mu - d - torch.log(torch.det(S)))",
    ),
    (rules.log_forgotten, RIGHT.replace("log|S_p|/|S_q|", "|S_p|/|S_q|"), RIGHT),
    (
        rules.transpose_forgotten,
        "0.5 * (torch.trace(L @ L) + mu @ mu - d) - torch.log(torch.diag(L)).sum()",
        "0.5 * (torch.trace(L @ L.T) + mu @ mu - d) - torch.log(torch.diag(L)).sum()",
    ),
]


@pytest.mark.parametrize(("rule", "wrong", "right"), UNDONE)
def test_a_rule_undoes_its_mistake(rule: MatrixRule, wrong: str, right: str) -> None:
    found = made(rule, wrong)
    assert tree(right) in found
    assert tree(wrong) not in found


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (rules.volume_not_doubled, "torch.trace(S) + mu @ mu"),
        (rules.volume_doubled, "torch.trace(S) + mu @ mu"),
        (rules.trace_of_product, "tr(S_q) + mu' mu - log det S_q"),
        (rules.sum_for_trace, UNIT),
        (rules.log_forgotten, UNIT),
        (rules.transpose_forgotten, UNIT),
    ],
)
def test_what_a_rule_leaves_alone(rule: MatrixRule, text: str) -> None:
    assert made(rule, text) == set()
