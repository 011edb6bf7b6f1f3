"""Gradients that are stopped."""

from __future__ import annotations

import pytest

from klcli.lint.linter import linted
from tests.lint.sources import codes, module


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def f(mu, logvar):\n    return -0.5 * torch.sum(1 + logvar.detach() - mu ** 2 - logvar.exp())\n",
            ["KL134"],
        ),
        (
            "def f(mu, logvar):\n    return -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n",
            [],
        ),
    ],
    ids=[str(number) for number in range(2)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL134",)] == expected


LOOP = """
def train(model, data, recon_loss, beta):
    total, kl_total = 0, 0.0
    for x in data:
        out, mu, logvar = model(x)
        kl = -0.5 * torch.sum(1 + {logvar} - mu ** 2 - logvar.exp()) / x.size(0)
        loss = recon_loss + beta * {kl}
        loss.backward()
        total += loss.item() * x.size(0)
        kl_total += {printed}
    return kl_total
"""


@pytest.mark.parametrize(
    "printed", ["kl.item()", "kl.item() * x.size(0)", "kl.data", "kl.cpu().detach().numpy()"]
)
def test_what_is_added_up_to_be_printed_trains_nothing_and_takes_nothing_from_the_loss(printed: str) -> None:
    assert "KL134" not in codes(LOOP.format(logvar="logvar", kl="kl", printed=printed))
    assert "KL134" in codes(LOOP.format(logvar="logvar.detach()", kl="kl", printed=printed))
    assert "KL134" in codes(LOOP.format(logvar="logvar", kl="kl.detach()", printed=printed))


CALLED = """
import torch

def kl_of(mu, logvar, mu_p, logvar_p):
    ratio = (logvar.exp() + (mu - mu_p) ** 2) / logvar_p.exp()
    return 0.5 * (logvar_p - logvar + ratio - 1).sum(1).mean()

def train(model, data):
    for x in data:
        mu, logvar = model.posterior(x)
        mu_p, logvar_p = model.prior(x)
        loss = {loss}
        loss.backward()
"""
HELD_P = "kl_of(mu, logvar, mu_p.detach(), logvar_p.detach())"
HELD_Q = "kl_of(mu.detach(), logvar.detach(), mu_p, logvar_p)"


@pytest.mark.parametrize(
    ("loss", "stopped"),
    [
        ("kl_of(mu, logvar, mu_p, logvar_p)", ""),
        (HELD_P, ""),
        (HELD_Q, ""),
        (f"0.8 * {HELD_Q} + 0.2 * {HELD_P}", ""),
        ("kl_of(mu, logvar, mu_p, logvar_p.detach())", "logvar_p"),
        ("kl_of(mu, logvar.detach(), mu_p.detach(), logvar_p.detach())", "logvar"),
    ],
)
def test_a_call_that_hands_a_kl_what_is_stopped_is_told_and_a_gaussian_that_is_held_is_not(
    loss: str, stopped: str
) -> None:
    source = CALLED.format(loss=loss)
    found = [one for one in linted(module(source)).findings if one.mistake.code == "KL134"]
    assert [f"the gradient of {stopped} is not" in one.message for one in found] == [True] * bool(stopped)
    assert [one.place.line for one in found] == [source[: source.index(loss)].count("\n") + 1] * bool(stopped)


@pytest.mark.parametrize(
    ("around", "variance", "expected"),
    [
        ("with torch.no_grad():\n        var = logvar.exp()", "var", ["KL134"]),
        ("with torch.set_grad_enabled(False):\n        var = logvar.exp()", "var", ["KL134"]),
        ("with torch.set_grad_enabled(True):\n        var = logvar.exp()", "var", []),
        ("pass", "var_held(logvar)", ["KL134"]),
        ("pass", "var_of(logvar)", []),
    ],
)
def test_what_is_computed_without_gradients_is_stopped(
    around: str, variance: str, expected: list[str]
) -> None:
    source = f"""
@torch.no_grad()
def var_held(logvar):
    return logvar.exp()

def var_of(logvar):
    return logvar.exp()

def f(mu, logvar):
    {around}
    z = mu + (0.5 * logvar).exp() * torch.randn_like(mu)
    return -0.5 * torch.sum(1 + logvar - mu ** 2 - {variance})
"""
    assert [code for code in codes(source) if code == "KL134"] == expected


@pytest.mark.parametrize("decorator", ["@torch.no_grad()", "@torch.inference_mode", ""])
def test_of_a_function_without_gradients_no_part_is_stopped(decorator: str) -> None:
    source = f"""
{decorator}
def f(mu, logvar):
    var = logvar.exp(){"" if decorator else ".detach()"}
    return -0.5 * torch.sum(1 + logvar - mu ** 2 - var)
"""
    assert ("KL134" in codes(source)) is (not decorator)
