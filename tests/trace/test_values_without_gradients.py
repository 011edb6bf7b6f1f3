"""Numbers without a gradient beside KLs and estimates: which train nothing, and which are weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import klcli
from klcli.judge.acceptance import ACCEPTABLE
from tests.trace.losses import DECODER, ENCODER, B, F, X, heads, noise, torch

TOKENS, WORDS = 5, 7
POLICY, REFERENCE = torch.nn.Linear(12, WORDS), torch.nn.Linear(12, WORDS)
KEPT = (torch.arange(TOKENS) < torch.tensor([5, 2, 4, 3, 5, 1])[:, None]).float()


def kl_of(mu: Any, logvar: Any) -> Any:
    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1)


def seen_of(loss: Callable[[Any, Any], Any]) -> Any:
    with klcli.watch() as seen:
        mu, logvar = heads()
        error = F.mse_loss(DECODER(mu + noise(mu) * (logvar / 2).exp()), X, reduction="sum") / B
        loss(error, kl_of(mu, logvar)).backward()
    ENCODER.zero_grad()
    return seen


@pytest.mark.parametrize(
    ("loss", "codes"),
    [
        # The gradient is that of k, whatever the value.
        (lambda error, k: error + k.mean() + (1 - k.mean()).detach(), []),
        (lambda error, k: error + (k + (1 - k).detach()).mean(), []),
        (lambda error, k: error - k.mean() + (2 * k.mean()).detach(), ["KL204"]),
        (lambda error, k: error + (1 + k.mean()).detach(), ["KL134"]),
    ],
)
def test_the_value_of_a_kl_beside_it(loss: Callable[[Any, Any], Any], codes: list[str]) -> None:
    seen = seen_of(loss)
    assert [one.mistake.code for one in seen.findings] == codes
    assert seen.watched.holds() is not bool(codes)


@pytest.mark.parametrize(
    ("loss", "weight"),
    [
        (lambda error, k: error + k.mean() / k.mean().detach(), lambda error, k: 1 / k),
        (lambda error, k: error / error.detach() + k.mean() / k.mean().detach(), lambda error, k: 1 / k),
        (lambda error, k: error + (error / k.mean()).detach() * k.mean(), lambda error, k: error / k),
        (lambda error, k: error + error.detach() * k.mean(), lambda error, k: error),
    ],
)
def test_a_stopped_number_is_a_weight(
    loss: Callable[[Any, Any], Any], weight: Callable[[Any, Any], Any]
) -> None:
    found: list[float] = []

    def kept(error: Any, k: Any) -> Any:
        found.append(float(weight(error.detach(), k.mean().detach())))
        return loss(error, k)

    seen = seen_of(kept)
    (kl,) = [one for one in seen.terms if one.kind == "kl"]
    assert (kl.verdict, kl.weight) == ("exact", pytest.approx(found[0], rel=1e-5))
    assert seen.watched.holds()


def test_a_weight_of_its_own_value_is_told() -> None:
    (kl,) = [
        one for one in seen_of(lambda error, k: error + k.mean() / k.mean().detach()).terms if one.kernel
    ]
    assert any("its weight is made of its own value" in one.text for one in kl.conditions)
    (kl,) = [one for one in seen_of(lambda error, k: error + error.detach() * k.mean()).terms if one.kernel]
    assert not kl.conditions


def test_weights_of_single_examples_are_none() -> None:
    """Of each example another multiple is trained: that of the logarithm of its KL."""
    seen = seen_of(lambda error, k: error + (k / k.detach()).mean())
    assert [one.mistake.code for one in seen.findings] == ["KL100"]


def k1(logp: Any, ref_logp: Any) -> Any:
    return logp - ref_logp


def k2(logp: Any, ref_logp: Any) -> Any:
    return 0.5 * (logp - ref_logp) ** 2


def k3(logp: Any, ref_logp: Any) -> Any:
    return torch.exp(ref_logp - logp) - (ref_logp - logp) - 1


def log_probs(model: Any, inputs: Any, tokens: Any) -> Any:
    return torch.log_softmax(model(inputs), -1).gather(-1, tokens[..., None])[..., 0]


def in_one(objective: Any, kl: Any) -> Any:
    return ((objective + 0.04 * kl) * KEPT).sum() / KEPT.sum()


def side_by_side(objective: Any, kl: Any) -> Any:
    return objective.mean() + 0.04 * kl.mean()


def trained(estimator: Callable[[Any, Any], Any], total: Callable[[Any, Any], Any], how: str) -> Any:
    inputs, tokens = torch.rand(B, TOKENS, 12), torch.randint(0, WORDS, (B, TOKENS))
    with klcli.watch() as seen:
        logp = log_probs(POLICY, inputs, tokens)
        with torch.no_grad():
            ref_logp, old_logp = (log_probs(one, inputs, tokens) for one in (REFERENCE, POLICY))
        objective = -torch.exp(logp - old_logp) * torch.randn(B, 1)
        own = {"detached": logp.detach(), "old": old_logp}.get(how, logp)
        with torch.set_grad_enabled(how != "no_grad"):
            kl = estimator(own, ref_logp)
        total(objective, kl).backward()
    return seen


@pytest.mark.parametrize("estimator", [k1, k2, k3])
@pytest.mark.parametrize("total", [in_one, side_by_side])
@pytest.mark.parametrize(
    ("how", "codes"), [("", []), ("detached", ["KL134"]), ("old", ["KL134"]), ("no_grad", ["KL134"])]
)
def test_an_estimate_that_trains_nothing(
    estimator: Callable[[Any, Any], Any], total: Callable[[Any, Any], Any], how: str, codes: list[str]
) -> None:
    seen = trained(estimator, total, how)
    assert [one.mistake.code for one in seen.findings] == codes
    assert seen.watched.holds(ACCEPTABLE) is not bool(codes)
