"""KLs of tables of probabilities: what the call gives is held against the definition of the KL by NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import klcli
from tests.trace.losses import F, torch

STUDENT, TEACHER = torch.nn.Linear(6, 5), torch.nn.Linear(6, 5)
INPUT = torch.rand(7, 6)
Loss = Callable[[Any, Any], Any]


def true_kl() -> float:
    """The mean over the batch of sum p log(p / q)."""
    with torch.no_grad():
        q, p = (torch.softmax(one(INPUT), 1).double().numpy() for one in (STUDENT, TEACHER))
    return float(np.mean(np.sum(p * np.log(p / q), 1)))


@pytest.mark.parametrize(
    ("loss", "codes", "verdict"),
    [
        (lambda s, t: F.kl_div(s.log_softmax(1), t.softmax(1), reduction="batchmean"), [], ""),
        (lambda s, t: F.kl_div(s.log_softmax(1), t.softmax(1), reduction="none").sum(1).mean(), [], ""),
        (lambda s, t: 5 * F.kl_div(s.log_softmax(1), t.softmax(1), reduction="none").mean(), [], "scaled"),
        (
            lambda s, t: F.kl_div(s.log_softmax(1), t.log_softmax(1), reduction="batchmean", log_target=True),
            [],
            "",
        ),
        (lambda s, t: F.kl_div(s.softmax(1).log(), t.softmax(1), reduction="batchmean"), [], ""),
        (lambda s, t: F.kl_div(s.log_softmax(1), t.softmax(1)), ["KL206"], "scaled"),
        (lambda s, t: F.kl_div(s.log_softmax(1), t.softmax(1), reduction="none").mean(), ["KL206"], "scaled"),
        (lambda s, t: F.kl_div(s.softmax(1), t.softmax(1), reduction="batchmean"), ["KL100"], "wrong"),
        (lambda s, t: F.kl_div(s, t.softmax(1), reduction="batchmean"), ["KL100"], "wrong"),
        (
            lambda s, t: F.kl_div(s.log_softmax(1), t.log_softmax(1), reduction="batchmean"),
            ["KL100"],
            "wrong",
        ),
        (
            lambda s, t: F.kl_div(s.log_softmax(1), t.softmax(1), reduction="batchmean", log_target=True),
            ["KL100"],
            "wrong",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:reduction")
def test_what_is_given_to_kl_div(loss: Loss, codes: list[str], verdict: str) -> None:
    with klcli.watch() as seen:
        with torch.no_grad():
            target = TEACHER(INPUT)
        found = loss(STUDENT(INPUT), target)
        found.backward()
    (term,) = seen.terms
    assert [one.mistake.code for one in seen.findings] == codes
    assert (term.verdict, seen.watched.holds()) == (verdict, not codes)
    assert seen.watched.holds(["scaled"]) == ("KL100" not in codes)
    assert (found.item() == pytest.approx(true_kl(), rel=1e-5)) == (not codes)


def test_tables_whose_values_are_not_noted_are_known_by_what_made_them() -> None:
    wide = torch.nn.Linear(6, 800)
    with klcli.watch() as seen:
        logits = wide(INPUT)
        F.kl_div(logits.softmax(1), wide(INPUT).detach().softmax(1), reduction="batchmean").backward()
    assert [one.mistake.code for one in seen.findings] == ["KL100"]
