"""The gradients of the terms of a loss: those that autograd gives, held against those of the KL."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

import klcli
from tests.trace.losses import DECODER, ENCODER, LATENTS, B, D, F, X, heads, noise, torch

checkpoint = pytest.importorskip("torch.utils.checkpoint").checkpoint


def kl_of(mu: Any, logvar: Any) -> Any:
    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1).mean()


class Halved(torch.autograd.Function):
    """The exponential with half of its gradient."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x.exp()

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 0.5 * gradient * x.exp()


def codes(seen: Any) -> list[str]:
    return [one.mistake.code for one in seen.findings]


def test_gradients_are_those_of_the_kl_beside_other_terms() -> None:
    """The sample carries gradients of the likelihood to the same mean and head; they are none of the KL's."""
    with klcli.watch() as seen:
        mu, logvar = heads()
        z = mu + noise(mu) * (logvar / 2).exp()
        loss = F.mse_loss(DECODER(z), X, reduction="sum") + 0.25 * kl_of(mu, logvar)
        loss.backward()
    (term,) = [one for one in seen.terms if one.kind == "kl"]
    assert {one.name for one in term.slopes} == {"mu", "logvar"}
    assert all(one.agrees for one in term.slopes)
    (of_mu,) = [one for one in term.slopes if one.name == "mu"]
    # By hand: 0.25 mu / B.
    assert of_mu.noted == pytest.approx(0.25 * of_mu.at / B, rel=1e-5)


def test_a_head_that_is_spread_over_the_batch() -> None:
    head = torch.nn.Parameter(torch.tensor([0.3, -0.2, 0.1, 0.5]))
    with klcli.watch() as seen:
        mu, _ = heads()
        (0.5 * (mu**2 + head.exp() - 1 - head)).sum(1).mean().backward()
    (term,) = seen.terms
    (of_head,) = [one for one in term.slopes if one.name == "head"]
    # By hand: 1/2 (e^s - 1) for each latent, the mean over the batch of what is the same in every example.
    assert of_head.noted == pytest.approx(0.5 * (2.718281828**of_head.at - 1), rel=1e-5)
    assert of_head.agrees


def test_the_scale_of_mixed_precision_is_in_no_gradient() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        torch.amp.GradScaler("cpu").scale(kl_of(mu, logvar)).backward()
    (term,) = seen.terms
    assert len(term.slopes) == 2
    assert all(one.agrees for one in term.slopes)


def test_a_tensor_that_is_gone_has_its_gradient() -> None:
    """The mean and the head are local to a function that is over when the gradients are taken."""

    def inner() -> Any:
        mu, logvar = heads()
        return kl_of(mu, logvar)

    with klcli.watch() as seen:
        inner().backward()
    (term,) = seen.terms
    assert [one.agrees for one in term.slopes] == [True, True]


def test_a_stopped_gradient_is_told_with_its_numbers() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        (-0.5 * torch.sum(1 + logvar - mu**2 - logvar.detach().exp(), 1)).mean().backward()
    (finding,) = seen.findings
    assert finding.mistake.code == "KL134"
    # By hand: the logarithm alone has -1/2 for every entry, averaged over the batch.
    assert f"autograd gives {-0.5 / B:.6g}" in finding.message


@pytest.mark.filterwarnings("ignore:To copy construct")
@pytest.mark.parametrize(
    "held",
    [
        lambda s: torch.tensor(s.exp()),
        lambda s: s.exp().detach().requires_grad_(False),
        lambda s: s.exp().detach().clone(),
    ],
)
def test_copies_without_a_gradient_are_followed(held: Any) -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        (-0.5 * torch.sum(1 + logvar - mu**2 - held(logvar), 1)).mean().backward()
    assert codes(seen) == ["KL134"]
    assert "the gradient of logvar is not" in seen.findings[0].message


def test_a_hook_that_changes_a_gradient_is_seen_where_the_program_is_right() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar)
        kl.register_hook(lambda slope: 2 * slope)
        kl.sum(1).mean().backward()
    assert codes(seen) == ["KL134"]
    assert "the value is that of the KL, the gradient of" in seen.findings[0].message


class Fused(torch.autograd.Function):
    """The KL of each example in a stable form, whose gradients are the given multiples of the true ones."""

    @staticmethod
    def forward(ctx: Any, mu: Any, logvar: Any, of_mu: float, of_logvar: float) -> Any:
        ctx.save_for_backward(mu, logvar)
        ctx.multiples = of_mu, of_logvar
        return 0.5 * (torch.expm1(logvar) - logvar + mu**2).sum(1)

    @staticmethod
    def backward(ctx: Any, slope: Any) -> Any:
        mu, logvar = ctx.saved_tensors
        of_mu, of_logvar = ctx.multiples
        own = slope[:, None]
        return of_mu * own * mu, of_logvar * own * 0.5 * torch.expm1(logvar), None, None


class Reversed(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, slope: Any) -> Any:
        return -slope


def of_entries(mu: Any, logvar: Any) -> Any:
    return -0.5 * (1 + logvar - mu**2 - logvar.exp())


def stopped_inside(mu: Any, logvar: Any) -> Any:
    return -0.5 * (1 + logvar - mu**2 - logvar.detach().exp())


@pytest.mark.parametrize(
    ("kl", "off"),
    [
        (lambda mu, s: Fused.apply(mu, s, 1, 1).mean(), ""),
        (lambda mu, s: Fused.apply(mu, s, 2, 1).mean(), "mu"),
        (lambda mu, s: Fused.apply(mu, s, 1, 0).mean(), "logvar"),
        (lambda mu, s: -0.5 * torch.sum(1 + s - mu**2 - Halved.apply(s), 1).mean(), "logvar"),
        (lambda mu, s: Reversed.apply(kl_of(mu, s)), "logvar and mu"),
        (lambda mu, s: checkpoint(of_entries, mu, s, use_reentrant=False).sum(1).mean(), ""),
        (lambda mu, s: checkpoint(of_entries, mu, s, use_reentrant=True).sum(1).mean(), ""),
        (lambda mu, s: checkpoint(stopped_inside, mu, s, use_reentrant=False).sum(1).mean(), "logvar"),
        (lambda mu, s: checkpoint(stopped_inside, mu, s, use_reentrant=True).sum(1).mean(), "logvar"),
    ],
)
def test_a_backward_of_its_own_is_held_against_the_kl(kl: Any, off: str) -> None:
    for one in ENCODER.parameters():
        one.grad = None
    with klcli.watch() as seen:
        mu, logvar = heads()
        z = mu + noise(mu) * (logvar / 2).exp()
        (F.mse_loss(DECODER(z), X, reduction="sum") / B + kl(mu, logvar)).backward()
    (term,) = [one for one in seen.terms if one.kind == "kl"]
    assert term.weight == pytest.approx(1)
    assert term.slopes
    assert codes(seen) == ["KL134"] * bool(off)
    assert all(f"the gradient of {off}" in one.message for one in seen.findings)


def test_a_reentrant_checkpoint_leaves_the_gradients_that_it_would_without_being_watched() -> None:
    layer, found = torch.nn.Linear(LATENTS, LATENTS), []
    for is_watched in (False, True):
        layer.zero_grad()
        mu, logvar = heads()
        with klcli.watch() if is_watched else nullcontext():
            kl_of(checkpoint(layer, mu, use_reentrant=True), logvar).backward()
        found.append(layer.weight.grad)
    assert torch.equal(*found)


def test_where_gradients_of_a_backward_of_its_own_were_not_noted_that_is_said() -> None:
    watched = []
    for size in (2, 30_000):  # more than recorders tell
        with klcli.watch() as seen:
            mu, logvar = torch.rand(2, 1, size, requires_grad=True)
            Fused.apply(mu, logvar, 1, 1).mean().backward()
        (term,) = seen.terms
        watched.append([one.text for one in term.conditions if one.kind == "gradient"])
    assert watched[0] == []
    assert "its values alone are judged" in watched[1][0]


def test_what_is_held_still_on_purpose_is_no_finding() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        mu_p, logvar_p = torch.nn.Linear(12, 2 * LATENTS)(X).chunk(2, 1)
        q = D.Normal(mu, (0.5 * logvar).exp())
        held = D.Normal(mu_p.detach(), (0.5 * logvar_p).exp().detach())
        D.kl_divergence(q, held).sum(1).mean().backward()
    assert codes(seen) == []
    (term,) = seen.terms
    assert term.slopes
    assert all(one.agrees for one in term.slopes)


def test_the_graph_is_left_for_the_program() -> None:
    """A gradient is taken twice, once by us: the program's is the same as without."""
    mu = torch.nn.Parameter(torch.tensor([[0.5, -1.0]]))
    with klcli.watch():
        kl_of(mu, torch.zeros(1, 2, requires_grad=True)).backward()
    assert mu.grad is not None
    assert torch.allclose(mu.grad, mu.detach())
