"""Terms that are missing from a KL of matrices, or weigh another number of times."""

from __future__ import annotations

import pytest

from klcli.judge.spaces.matrices.rules import terms as rules
from tests.judge.spaces.matrices.settings import MatrixRule, made, tree

UNDONE = [
    (
        rules.volume_missing,
        "0.5 * (torch.trace(S) + mu @ mu - d)",
        "0.5 * (torch.trace(S) + mu @ mu - d - torch.logdet(S))",
    ),
    (
        rules.trace_missing,
        "0.5 * (mu @ mu - d - torch.logdet(S))",
        "0.5 * (mu @ mu - d - torch.logdet(S) + torch.trace(S))",
    ),
    (
        rules.weight_of_term,
        "0.5 * (torch.trace(S) + 3 * mu @ mu - d - torch.logdet(S))",
        "0.5 * (torch.trace(S) + mu @ mu - d - torch.logdet(S))",
    ),
    (
        rules.weight_of_term,
        "torch.trace(S)/4 + 0.5 * (mu @ mu - d - torch.logdet(S))",
        "0.5 * torch.trace(S) + 0.5 * (mu @ mu - d - torch.logdet(S))",
    ),
]


@pytest.mark.parametrize(("rule", "wrong", "right"), UNDONE)
def test_a_rule_undoes_its_mistake(rule: MatrixRule, wrong: str, right: str) -> None:
    assert tree(right) in made(rule, wrong)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (rules.volume_missing, "0.5 * (torch.trace(S) + mu @ mu - d - torch.logdet(S))"),
        (rules.trace_missing, "0.5 * (torch.trace(S) + mu @ mu - d - torch.logdet(S))"),
        (rules.weight_of_term, "0.5 * (torch.trace(S) + mu @ mu - d - torch.logdet(S))"),
        (rules.weight_of_term, "0.5 * (torch.trace(S) - mu @ mu - d - torch.logdet(S))"),  # a sign, no weight
    ],
)
def test_what_a_rule_leaves_alone(rule: MatrixRule, text: str) -> None:
    assert made(rule, text) == set()
