"""A KL is added to what is minimised and taken off what is maximised; the other sign pays for a larger one."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import answer_to_text
from klcli.judge.spaces.log_ratios.estimator_answer import Estimation
from klcli.judge.spaces.log_ratios.penalty_sign import due_sign

K3 = "(torch.exp(ref_lp - lp) - (ref_lp - lp) - 1)"
K1 = "(lp - ref_lp)"


def found(text: str) -> Estimation:
    one = answer_to_text(text)
    assert isinstance(one, Estimation)
    return one


@pytest.mark.parametrize(
    "text",
    [
        f"pg_loss + beta*{K3}",
        f"-pg_loss - beta*{K3}",
        f"loss = -(adv - beta*{K3})",
        f"reward - 0.1*{K1}",
        f"rewards = scores - kl_coef*{K1}",
        f"non_score_reward = -kl_coef*{K1}",
        f"token_objective - beta*{K3}",  # minimised or maximised, its name does not say
        f"x - beta*{K1}",  # nobody knows what x is
        f"pg_loss - beta*{K1}",  # of samples of the reference it is an estimate of KL(reference || policy)
        "loss = -log_px - log_pz + log_qz",
        "elbo = log_px + log_pz - log_qz",
        "loss = nll + beta*(log_q - log_p)",
    ],
)
def test_the_right_sign_passes(text: str) -> None:
    one = found(text)
    assert (one.kind, one.mistake) == ("estimator", None)
    assert one.holds(("estimator", "scaled"))


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        (f"pg_loss - beta*{K3}", f"pg_loss + beta*{K3}"),
        (f"loss = adv - beta*{K3}", f"loss = adv + beta*{K3}"),
        (f"-pg_loss + beta*{K3}", None),
        (f"reward + 0.1*{K1}", None),
        ("loss = nll - beta*(log_q - log_p)", "loss = nll + beta*(log_q - log_p)"),
    ],
)
def test_the_other_sign_is_a_mistake(text: str, corrected: str | None) -> None:
    one = found(text)
    assert one.kind == "wrong"
    assert one.mistake
    assert one.mistake.code == "KL204"
    assert not one.holds(("estimator", "scaled"))
    assert one.corrected == corrected


@pytest.mark.parametrize(
    ("text", "left", "expected"),
    [
        ("pg_loss + kl", "", 1),
        ("a - 2*pg_loss", "", -1),
        ("reward - kl", "", -1),
        ("mse + reward", "", 0),  # one of each
        ("x + kl", "", 0),
        ("x + kl", "loss", 1),
        ("x + kl", "elbo_loss", 0),
        ("x + kl", "objective", 0),
        ("reward - kl", "loss", -1),  # the term goes before the whole
    ],
)
def test_names_say_what_is_due(text: str, left: str, expected: int) -> None:
    tree = read_program(text, "python").tree
    assert (
        due_sign(tree, [name for name in ("pg_loss", "reward", "mse", "x") if name in text], left) == expected
    )
