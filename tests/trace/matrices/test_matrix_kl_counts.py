"""How often a KL of matrices counts, and what the numbers of a step say of it."""

from __future__ import annotations

from typing import Any

import pytest

import klcli
from tests.trace.losses import torch
from tests.trace.matrices.test_kl_recognition import SIZE, B, Net, of_the_factor


@pytest.mark.parametrize(
    ("reduced", "weight", "total", "is_mean"),
    [
        (lambda kl: kl.sum(), 1, 1, False),
        (lambda kl: kl.mean(), 1, 1 / B, True),
        (lambda kl: 0.25 * kl.sum() / B, 0.25, 0.25 / B, True),
        (lambda kl: kl.sum() / 60000, 1 / 60000, 1 / 60000, False),
    ],
)
def test_its_amount(reduced: Any, weight: float, total: float, is_mean: bool) -> None:
    with klcli.watch() as seen:
        n = Net()
        volume = 2 * torch.diagonal(n.L, dim1=-2, dim2=-1).log().sum(-1)
        kl = 0.5 * ((n.L**2).sum((-1, -2)) + n.mu.pow(2).sum(-1) - SIZE - volume)
        reduced(kl).backward()
    (term,) = seen.terms
    assert term.amount is not None
    assert term.amount.weight == pytest.approx(weight, rel=1e-9)
    assert term.amount.total == pytest.approx(total, rel=1e-9)
    assert term.amount.is_mean_of_batch is is_mean
    assert (term.amount.batch, term.amount.entries) == (B, SIZE)


def test_a_wrong_one_has_its_own_value_and_no_true_one() -> None:
    with klcli.watch() as seen:
        loss = of_the_factor(Net(), doubled=1)
        loss.backward()
    agreement = seen.terms[0].agreement
    assert agreement is not None
    assert agreement.true is None
    assert agreement.evaluated == pytest.approx(loss.item(), rel=1e-5)
