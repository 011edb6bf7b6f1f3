"""Training loops: accumulated gradients, compiled models, torch.func, Lightning, accelerate, devices."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

import klcli
from tests.trace.losses import B, F, X, torch


class Vae(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = torch.nn.Linear(12, 8), torch.nn.Linear(4, 12)

    def loss(self, x: Any) -> Any:
        mu, logvar = self.encoder(x).chunk(2, dim=-1)
        z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
        recon = F.mse_loss(self.decoder(z), x, reduction="sum") / len(x)
        kl = (-0.5 * (1 + logvar - mu.pow(2) - logvar.exp())).sum(-1).mean()
        return recon + 0.5 * kl


def told(seen: Any) -> list[tuple[str, str, Any]]:
    return [(term.kind, term.verdict, term.weight and round(term.weight, 6)) for term in seen.terms]


RIGHT = [("likelihood", "", 1.0), ("kl", "exact", 0.5)]


def test_of_accumulated_gradients_each_pass_is_a_loss_of_one_place() -> None:
    vae = Vae()
    with klcli.watch() as seen:
        for _ in range(3):
            (vae.loss(X) / 3).backward()
    (loss,) = seen.losses
    assert [term.weight for term in loss.terms] == [pytest.approx(1 / 3), pytest.approx(0.5 / 3)]
    assert float(loss.weighing.beta) == pytest.approx(0.25)  # a squared error at sigma 1 is 2 of its nats
    assert len(seen.watched.steps) == 3


def test_a_weight_that_is_annealed_is_seen_to_change() -> None:
    with klcli.watch() as seen:
        for step in range(3):
            mu, logvar = torch.nn.Linear(12, 8)(X).chunk(2, 1)
            kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1).mean()
            (step / 2 * kl).backward()
    assert [weights for _, weights in seen.watched.steps] == [(0.0,), (0.5,), (1.0,)]
    assert "changes: 0, 0.5, 1" in str(seen)


def functional(vae: Any) -> Any:
    """The loss of a model as a function of its parameters."""

    def loss(parameters: Any, x: Any) -> Any:
        mu, logvar = torch.func.functional_call(vae.encoder, parameters, (x,)).chunk(2, -1)
        z = mu + torch.exp(0.5 * logvar) * 0.5
        recon = F.mse_loss(vae.decoder(z), x, reduction="none").sum(-1).mean()
        return recon + 0.5 * (-0.5 * (1 + logvar - mu**2 - logvar.exp())).sum(-1).mean()

    return loss


@pytest.mark.parametrize("held", [False, True], ids=["parameters", "their values"])
def test_the_loss_of_a_functional_gradient(held: bool) -> None:
    vae = Vae()
    with klcli.watch() as seen:
        own = {name: one.detach() if held else one for name, one in vae.encoder.named_parameters()}
        slopes, value = torch.func.grad_and_value(functional(vae))(own, X)
    plain = torch.func.grad(functional(vae))(own, X)
    assert all(torch.equal(slopes[name], plain[name]) for name in plain)
    assert [term.verdict for term in seen.terms] == ["", "exact"]
    assert [term.weight for term in seen.terms] == [pytest.approx(1), pytest.approx(0.5)]
    assert seen.losses[0].loss.value == pytest.approx(value.item())
    assert seen.terms[1].slopes
    assert all(slope.agrees for slope in seen.terms[1].slopes)
    assert seen.findings == ()


def test_the_gradients_of_single_examples() -> None:
    vae = Vae()
    with klcli.watch() as seen:
        own = dict(vae.encoder.named_parameters())
        torch.func.vmap(torch.func.grad(functional(vae)), in_dims=(None, 0))(own, X)
    assert [(term.verdict, term.weight) for term in seen.terms if term.kernel] == [
        ("exact", pytest.approx(0.5))
    ]
    assert seen.findings == ()
    assert seen.watched.warnings == ()


def test_gradients_that_are_asked_for_by_parameters() -> None:
    vae = Vae()
    with klcli.watch() as seen:
        torch.autograd.grad(vae.loss(X), list(vae.parameters()))
    assert told(seen) == RIGHT
    assert len(seen.watched.steps) == 1
    with klcli.watch() as seen:
        torch.autograd.backward(vae.loss(X))
    assert told(seen) == RIGHT
    assert len(seen.watched.steps) == 1


def test_a_gradient_by_an_input_is_no_loss_where_there_is_another() -> None:
    """That of an energy, or a penalty on it, is a step on the way."""
    vae, x = Vae(), X.clone().requires_grad_()
    with klcli.watch() as seen:
        (slope,) = torch.autograd.grad(vae.encoder(x).exp().sum(), x, create_graph=True)
        (vae.loss(X) + slope.pow(2).sum()).backward()
    (loss,) = seen.losses
    assert [term.kind for term in loss.terms] == ["likelihood", "kl", "other"]
    with klcli.watch() as seen:
        torch.autograd.grad(vae.loss(x), x)
    assert [term.verdict for term in seen.terms if term.kind == "kl"] == ["exact"]


def test_two_optimisers_of_one_step() -> None:
    """A VAE with a critic: each loss has its place, its terms and its optimiser."""
    vae, critic = Vae(), torch.nn.Linear(12, 1)
    opt, opt_critic = torch.optim.Adam(vae.parameters()), torch.optim.SGD(critic.parameters(), 0.1)
    with klcli.watch() as seen:
        fake = vae.decoder(torch.randn(B, 4))
        loss = vae.loss(X) + 0.1 * F.binary_cross_entropy_with_logits(critic(fake), torch.ones(B, 1))
        loss.backward()
        opt.step()
        guess = critic(torch.cat([X, fake.detach()]))
        F.binary_cross_entropy_with_logits(guess, torch.cat([torch.ones(B, 1), torch.zeros(B, 1)])).backward()
        opt_critic.step()
    kinds = [[term.kind for term in one.terms] for one in seen.losses]
    assert kinds == [["likelihood", "kl", "likelihood"], ["likelihood"]]
    assert [one.loss.optimizer for one in seen.losses] == ["opt (Adam)", "opt_critic (SGD)"]


def test_a_compiled_model_is_watched_as_it_is_written() -> None:
    vae = Vae()
    step = torch.compile(vae.loss)
    with klcli.watch() as seen:
        step(X).backward()
    assert told(seen) == RIGHT


def test_lightning() -> None:
    lightning = pytest.importorskip("lightning")

    class Module(lightning.LightningModule):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.vae = Vae()

        def training_step(self, batch: Any, number: int) -> Any:
            return self.vae.loss(batch[0])

        def configure_optimizers(self) -> Any:
            return torch.optim.Adam(self.parameters())

    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X), B)
    options = ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer = lightning.Trainer(max_steps=1, accelerator="cpu", **dict.fromkeys(options, False))
        with klcli.watch() as seen:
            trainer.fit(Module(), data)
    assert told(seen) == RIGHT
    assert "Adam" in (seen.losses[0].loss.optimizer or "")


def test_accelerate() -> None:
    accelerate = pytest.importorskip("accelerate")
    accelerator = accelerate.Accelerator(cpu=True)
    vae = Vae()
    model, opt = accelerator.prepare(vae, torch.optim.Adam(vae.parameters()))
    with klcli.watch() as seen:
        accelerator.backward(vae.loss(X))
        opt.step()
    assert told(seen) == RIGHT
    assert model is not None


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no device")
def test_tensors_on_a_device() -> None:
    vae = Vae().cuda()
    with klcli.watch() as seen:
        vae.loss(X.cuda()).backward()
    assert told(seen) == RIGHT
