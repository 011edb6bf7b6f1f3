"""What is optimised where gradients are stopped, held against autograd and central differences."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify
from klcli.judge.gradient import optimised
from tests.judge.programs.oracle import value_of

WHOLE = "1/2 mu^2 + 1/2 sigma^2 - log sigma"

# Where a stop can stand in one line, and what is optimised then.
PLACINGS = {
    "-0.5*torch.sum(1 + lv.detach() - mu.pow(2) - lv.exp())": "1/2 mu^2 + 1/2 sigma^2",
    "-0.5*torch.sum(1 + lv - mu.pow(2).detach() - lv.exp())": "1/2 sigma^2 - log sigma",
    "-0.5*torch.sum(1 + lv - mu.detach().pow(2) - lv.exp())": "1/2 sigma^2 - log sigma",
    "-0.5*torch.sum(1 + lv - mu.pow(2) - lv.exp().detach())": "1/2 mu^2 - log sigma",
    "-0.5*torch.sum(1 + lv - mu*mu.detach() - lv.exp())": "1/4 mu^2 + 1/2 sigma^2 - log sigma",
    "-0.5*torch.sum(1 + lv.detach() - mu.pow(2) - lv.detach().exp())": "1/2 mu^2",
    "-0.5*torch.sum((1 + lv - mu.pow(2)).detach() - lv.exp())": "1/2 sigma^2",
    "-0.5*torch.sum(lv - lv.detach() + 1 + lv.detach() - mu.pow(2) - lv.exp())": WHOLE,
    "-0.5*torch.sum(1 + lv - mu.pow(2) - lv.exp())": WHOLE,
    "-0.5*torch.sum(1 + lv - mu.pow(2) - lv.exp().detach(), dim=1).mean()": "1/2 mu^2 - log sigma",
    "(0.5*((mu**2).detach() + lv.exp() - 1 - lv)).sum(-1).mean(0)": "1/2 sigma^2 - log sigma",
}


def said(text: str) -> str:
    found = verify(read_program(text))
    assert found.best.kind == "exact"
    return optimised(found.prepared, found.best.verdict)


@pytest.mark.parametrize("text", PLACINGS)
def test_placings(text: str) -> None:
    assert said(text).partition(" + c")[0] == PLACINGS[text]


def slopes_of(loss: str, mean: float, head: float) -> tuple[float, float]:
    """The derivatives of what is said to be optimised, a polynomial in mu, sigma^2 and log sigma."""
    spaced = loss.replace("log sigma", "LOG").replace("sigma^2", "SQUARE")
    text = re.sub(r"(\d) (?=[A-Zm])", r"\1*", spaced).replace("mu^2", "mu**2")

    def value(mu: float, lv: float) -> float:
        return float(eval(text, {"mu": mu, "LOG": lv / 2, "SQUARE": np.exp(lv)}))

    step = 1e-6
    return (
        (value(mean + step, head) - value(mean - step, head)) / (2 * step),
        (value(mean, head + step) - value(mean, head - step)) / (2 * step),
    )


@pytest.mark.parametrize("text", PLACINGS)
def test_against_autograd(text: str) -> None:
    torch = pytest.importorskip("torch")
    mean, head = 0.7, -0.4
    given = {
        name: torch.tensor([[value]], dtype=torch.float64, requires_grad=True)
        for name, value in (("mu", mean), ("lv", head))
    }
    result = eval(text, {"torch": torch, **given})
    expected = slopes_of(PLACINGS[text], mean, head)
    if not result.requires_grad:
        assert expected == (0.0, 0.0)
        return
    result.sum().backward()
    found = [float(one.grad) if one.grad is not None else 0.0 for one in given.values()]
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("text", PLACINGS)
def test_the_value_is_that_of_the_kl(text: str) -> None:
    given: dict[str, Any] = {"mu": np.array([[0.7]]), "lv": np.array([[-0.4]])}
    expected = 0.5 * (np.exp(-0.4) + 0.49 - 1 + 0.4)
    assert float(np.sum(value_of(text, "python")(given))) == pytest.approx(expected, rel=1e-12)


def test_where_it_leads() -> None:
    assert said("0.5*(lv.exp() + mu**2 - 1 - lv.detach())").endswith("no minimum: sigma -> 0")
    assert said("0.5*(lv.exp().detach() + mu**2 - 1 - lv)").endswith("no minimum: sigma -> infinity")
    assert said("0.5*((mu**2).detach() + lv.exp() - 1 - lv)").endswith("lowest at sigma = 1")
    assert said("0.5*((lv.exp() - lv).detach() + mu**2 - 1)").endswith("the spread does not change")


@pytest.mark.parametrize(
    "text",
    [
        "s = jax.lax.stop_gradient(lv)\n0.5*jnp.sum(jnp.exp(s) + mu**2 - 1 - lv)",
        "s = tf.stop_gradient(tf.exp(lv))\n0.5*tf.reduce_sum(s + mu**2 - 1 - lv)",
        "0.5*torch.sum(lv.data.exp() + mu**2 - 1 - lv)",
    ],
)
def test_stops_in_their_spellings(text: str) -> None:
    assert said(text).startswith("1/2 mu^2 - log sigma + c")
