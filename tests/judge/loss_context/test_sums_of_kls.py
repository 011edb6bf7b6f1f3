"""KLs of several latents that are added, and what looks like them."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify

ONE = "-0.5*torch.sum(1 + lv1 - mu1**2 - lv1.exp())"
TWO = "-0.5*torch.sum(1 + lv2 - mu2**2 - lv2.exp())"


@pytest.mark.parametrize(
    ("text", "mean", "kind"),
    [
        (f"{ONE} + ({TWO})", "mu1", "exact"),
        (f"{ONE} - 0.5*torch.sum(1 + lv2 - mu2**2 - lv2.exp())", "mu1", "exact"),
        (f"beta*({ONE} + ({TWO}))", "mu1", "scaled"),
        (f"recon + {ONE} + ({TWO})", "mu1", "exact"),
        (f"({ONE} + ({TWO}))/2", "mu1", "scaled"),
        # Three of them, whose names say only what belongs together.
        (
            " + ".join(f"(0.5*(mu_{z}^2 + exp(lv_{z}) - 1 - lv_{z}))" for z in ("content", "style", "pose")),
            "mu_content",
            "exact",
        ),
        ("0.5*(mu_z^2 + v_z - log(v_z) - 1) + 0.5*(mu_w^2 + v_w - log(v_w) - 1)", "mu_z", "exact"),
        # Reduced in two ways that come to the same.
        (
            "-0.5*torch.sum(1+lv1-mu1**2-lv1.exp())/batch_size - 0.5*(1+lv2-mu2**2-lv2.exp()).sum(1).mean()",
            "mu1",
            "exact",
        ),
        # Each has lost the factor 2 of its logarithm.
        (
            "0.5*(mu_z^2 + s_z^2 - log(s_z) - 1) + 0.5*(mu_w^2 + s_w^2 - log(s_w) - 1)",
            "mu_z",
            "wrong",
        ),
    ],
)
def test_one_of_several_is_judged(text: str, mean: str, kind: str) -> None:
    found = verify(read_program(text))
    assert (found.best.kind, found.best.verdict.roles.mean) == (kind, mean)
    assert not found.best.verdict.roles.has_prior
    assert found.prepared.others


@pytest.mark.parametrize(
    "text",
    [
        # No KL of two Gaussians, though no symbol does anything to another.
        "0.5*(lv2 - lv1 + exp(lv1) - exp(lv2) + mu1^2 - mu2^2)",
        "0.5*(lv2 - lv1 + exp(lv1 - lv2) + mu1^2 + mu2^2 - 1)",
        # One is summed over its latents, the other averaged: at (3, 5) numpy weighs the second by 1/5.
        "-0.5*torch.mean(torch.sum(1+lv1-mu1**2-lv1.exp(), 1)) - 0.5*torch.mean(1+lv2-mu2**2-lv2.exp())",
        "-0.5*torch.sum(1+lv1-mu1**2-lv1.exp()) - 0.5*torch.sum(1+lv2-mu2**2-lv2.exp())/batch_size",
        # Numbers beside the terms of both belong to neither.
        "0.5*(mu1^2 + exp(lv1) - lv1 + mu2^2 + exp(lv2) - lv2 - 2)",
    ],
)
def test_what_is_no_sum_of_several(text: str) -> None:
    assert verify(read_program(text)).best.kind == "wrong"


def test_a_kl_of_two_gaussians_is_one() -> None:
    text = "0.5*(log(v2/v1) + (v1 + (mu1 - mu2)^2)/v2 - 1)"
    found = verify(read_program(text))
    assert (found.best.kind, found.best.verdict.roles.prior_mean) == ("exact", "mu2")
