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


def test_what_a_functional_transform_computes_stays_right() -> None:
    vae = Vae()
    names = dict(vae.named_parameters())

    def loss(parameters: Any) -> Any:
        bound = torch.func.functional_call(vae.encoder, parameters, (X,))
        mu, logvar = bound.chunk(2, 1)
        return (-0.5 * (1 + logvar - mu**2 - logvar.exp())).sum(1).mean()

    own = {name.removeprefix("encoder."): one for name, one in names.items() if name.startswith("encoder.")}
    with klcli.watch() as seen:
        watched = torch.func.grad(loss)(own)
    plain = torch.func.grad(loss)(own)
    assert all(torch.allclose(watched[name], plain[name]) for name in plain)
    assert seen.findings == ()


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
