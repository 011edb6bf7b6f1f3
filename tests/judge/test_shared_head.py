"""Two Gaussians of one variance, KL = (m - n)^2 / (2 s^2): what is around it counts as around any other KL."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.acceptance import passes
from klcli.judge.answer import verify
from klcli.judge.verification import Verification

KL = "0.5*torch.sum((m1 - m2)**2/s**2)"


def settled(text: str) -> Verification:
    return verify(read_program(text))


@pytest.mark.parametrize(
    "text",
    [KL, "0.5*torch.sum((m1 - m2)**2/s**2, -1).mean()", "(mu1-mu2)^2/(2 s^2)"],
)
def test_the_kl_passes(text: str) -> None:
    found = settled(text)
    assert passes(found.best.kind, found.conditions, ())


@pytest.mark.parametrize(
    "text",
    [
        f"w_t*{KL}",
        f"beta*{KL}",
        f"{KL}/N",
        "w*(mu1-mu2)^2/(2 s^2)",
        "beta_t**2/(2*sigma_t**2*alpha_t)*(eps_true - eps_pred)**2",
        "0.5*torch.sum(mask*(m1 - m2)**2/s**2)/mask.sum()",
        "0.5*torch.mean((m1 - m2)**2/s**2)",  # 1/(B d) of the sum
    ],
)
def test_a_weight_makes_it_scaled(text: str) -> None:
    assert settled(text).best.kind == "scaled"


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("(m1 - m2)**2/s**2", 2),
        ("((mu1 - mu2)**2/sigma**2).sum(-1)", 2),
        ("torch.sum((m1 - m2)**2)/s**2", 2),
        ("(m1 - m2)**2/(4*s**2)", Fraction(1, 2)),
        ("(m1 - m2)**2*torch.exp(-lv)", 2),
        (r"\frac{\|\mu_1-\mu_2\|^2}{\sigma^2}", 2),
    ],
)
def test_another_factor_is_one_of_the_kl(text: str, scale: Fraction) -> None:
    """(m - n)^2 / s^2 is 2 KL: the KL is half of it, as log and trace cancel where the variances are equal."""
    found = settled(text)
    assert found.best.kind == "scaled"
    assert found.best.verdict.kl
    assert found.best.verdict.kl.scale == scale


@pytest.mark.parametrize(
    "text",
    [
        "0.5*torch.sum((mask*m1 - m2)**2/s**2)",  # 1/2 m2^2/s^2 where the mask is 0, and no 0
        "0.5*torch.sum((m1 - m2)**2)/torch.sum(s**2)",  # a ratio of sums
        "0.5*torch.sum((m1 - torch.sum(m2))**2/s**2)",
        f"torch.clamp({KL}, max=2.0)",  # (1 - 4)^2/2 = 4.5 at s = 1
        "torch.sum((m1 - m2)**2/torch.clamp(s, 0.5, 1)**2) - 0.5*torch.sum((m1 - m2)**2/s**2)",
    ],
)
def test_what_changes_its_value_makes_it_wrong(text: str) -> None:
    assert settled(text).best.kind == "wrong"


def test_free_bits_are_a_condition() -> None:
    found = settled(f"torch.clamp({KL}, min=2.0)")
    assert [one.kind for one in found.conditions] == ["free-bits"]
    assert not passes(found.best.kind, found.conditions, ())
    assert passes(found.best.kind, found.conditions, ("free-bits",))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0.5*F.mse_loss(mu_pred, mu_true, reduction='sum')/sigma**2", "exact"),
        ("F.mse_loss(mu_pred, mu_true, reduction='none').sum(-1)/(2*sigma**2)", "exact"),
        ("0.5*F.mse_loss(mu_pred, mu_true, reduction='sum')*torch.exp(-log_var)", "exact"),
        ("F.mse_loss(mu_true, mu_pred)/(2*sigma**2)", "scaled"),  # a mean over the latents
        ("F.mse_loss(mu_true, mu_pred, reduction='sum')/sigma**2", "scaled"),  # twice that
        ("F.mse_loss(x_hat, x, reduction='sum')/sigma**2", "not-kl"),  # of no means
        ("F.mse_loss(eps_pred, eps)", "not-kl"),
        ("F.mse_loss(mu_true, mu_pred, weight=w)/(2*sigma**2)", "not-kl"),  # not known what it does
    ],
)
def test_a_squared_error_over_one_variance_is_the_kl(text: str, kind: str) -> None:
    assert settled(text).kind == kind


def test_beside_a_kl_a_squared_error_is_another_term() -> None:
    found = settled("F.mse_loss(recon, x, reduction='sum') + 0.5*torch.sum(lv.exp() + mu**2 - 1 - lv)")
    assert (found.kind, found.prepared.others) == ("exact", ("mse_loss",))
