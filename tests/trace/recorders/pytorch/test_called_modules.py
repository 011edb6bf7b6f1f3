"""Modules that are called with shapes, and where their loss is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from klcli.trace.recorders.frameworks import RefusedError  # noqa: E402
from klcli.trace.recorders.function_targets import called  # noqa: E402
from klcli.trace.recorders.pytorch import call_module, is_trained  # noqa: E402
from klcli.trace.recording import read_recording  # noqa: E402
from klcli.trace.run_summary import Watched, watched  # noqa: E402


class Encoder(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = torch.nn.Linear(12, 8), torch.nn.Linear(4, 12)

    def forward(self, x: Any) -> Any:
        mu, logvar = self.encoder(x).chunk(2, 1)
        z = mu + torch.exp(logvar) * torch.randn_like(mu)
        recon = self.decoder(z)
        return recon, mu, logvar


def kl_of(mu: Any, logvar: Any) -> Any:
    return (-0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1)).mean()


class WithMethod(Encoder):
    def loss_function(self, recon: Any, target: Any, logvar: Any, mu: Any, beta: float = 1.0) -> Any:
        return torch.nn.functional.mse_loss(recon, target) + beta * kl_of(mu, logvar)


class WithStars(Encoder):
    def forward(self, x: Any) -> Any:
        recon, mu, logvar = super().forward(x)
        return [recon, x, mu, logvar]

    def loss_function(self, *args: Any, **kwargs: Any) -> Any:
        recon, x, mu, logvar = args
        loss = torch.nn.functional.mse_loss(recon, x) + kwargs["M_N"] * kl_of(mu, logvar)
        return {"KLD": kl_of(mu, logvar).detach(), "loss": loss}


class WithKey(Encoder):
    def forward(self, x: Any) -> Any:
        recon, mu, logvar = super().forward(x)
        loss = torch.nn.functional.mse_loss(recon, x) + kl_of(mu, logvar)
        return {"recon": recon, "loss": loss}


class WithStep(Encoder):
    def training_step(self, batch: Any, batch_idx: int) -> Any:
        recon, mu, logvar = self(batch)
        return torch.nn.functional.mse_loss(recon, batch) + kl_of(mu, logvar)


class WithPart(Encoder):
    def forward(self, x: Any) -> Any:
        recon, mu, logvar = super().forward(x)
        kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1)
        return recon, kl


def traced(module: Any, **given: Any) -> Watched:
    return watched(read_recording(call_module(module, [(6, 12)], given)))


@pytest.mark.parametrize(
    ("kind", "given", "weight", "said"),
    [
        (WithMethod, {}, 1, "the loss is WithMethod.loss_function(recon, x, logvar, mu)"),
        (WithMethod, {"beta": 0.5}, 0.5, "WithMethod.loss_function"),
        (WithStars, {"M_N": 0.25}, 0.25, "WithStars.loss_function"),
        (WithKey, {}, 1, "what WithKey gives back as loss"),
        (WithStep, {}, 1, "WithStep.training_step"),
    ],
)
def test_the_loss_of_a_module_is_found(kind: Any, given: dict[str, Any], weight: float, said: str) -> None:
    found = traced(kind(), **given)
    (loss,) = found.losses
    assert [term.kind for term in loss.terms] == ["likelihood", "kl"]
    assert loss.terms[1].weight == pytest.approx(weight)
    assert loss.terms[1].verdict == "exact"
    assert [one.mistake.code for one in found.findings] == ["KL201"]
    assert said in found.warnings[0]


def test_a_kl_among_the_outputs_is_judged_where_there_is_no_loss() -> None:
    found = traced(WithPart())
    assert [term.verdict for one in found.losses for term in one.terms] == ["exact"]
    assert "numbers that it gives back: kl" in found.warnings[0]


def test_a_module_without_a_loss_says_what_it_gives_back_and_how_it_samples() -> None:
    found = traced(Encoder())
    assert found.losses == ()
    assert "recon (6, 12), mu (6, 4), logvar (6, 4)" in found.warnings[0]
    assert (
        "reads logvar as a log standard deviation; its KL: klcli derive --param logstd" in found.warnings[1]
    )


@pytest.mark.parametrize(
    ("module", "shapes", "given", "message"),
    [
        (WithMethod(), [], {}, "how large is the input of WithMethod"),
        (WithMethod(), [(6, 5)], {}, "WithMethod failed with (6, 5)"),
        (WithStars(), [(6, 12)], {}, "loss_function failed"),
    ],
)
def test_what_cannot_be_called_is_said(module: Any, shapes: Any, given: Any, message: str) -> None:
    with pytest.raises(RefusedError) as caught:
        call_module(module, shapes, given)
    assert message in caught.value.args[0]
    assert caught.value.args[1]


def test_a_module_without_parameters_is_a_function() -> None:
    assert not is_trained(torch.nn.ReLU())
    assert is_trained(Encoder())
    assert not is_trained(kl_of)


FILE = """
import torch
from torch import nn

class VAE(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.encoder = nn.Linear(size, 8)

    def forward(self, x):
        mu, logvar = self.encoder(x).chunk(2, 1)
        return mu, logvar

def vae_loss(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())

class Loss(nn.Module):
    def forward(self, mu, logvar):
        return vae_loss(mu, logvar)

class Fused(torch.autograd.Function):
    @staticmethod
    def forward(ctx, mu, logvar):
        ctx.save_for_backward(mu, logvar)
        m, s = mu.numpy(), logvar.numpy()
        return torch.tensor(-0.5 * (1 + s - m**2 - 2.718281828459045**s).sum())

    @staticmethod
    def backward(ctx, gradient):
        mu, logvar = ctx.saved_tensors
        return gradient * mu, gradient * 0.5 * (logvar.exp() - 1)

def fused(mu, logvar):
    return Fused.apply(mu, logvar)

number = 3
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "klcli_made_models.py").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("package")
def test_classes_are_made_and_called() -> None:
    of_module = called("klcli_made_models:VAE", [(6, 12)], {"size": 12})
    assert "the loss is vae_loss(mu, logvar)" in of_module["warnings"]
    of_loss = watched(read_recording(called("klcli_made_models:Loss", [], {})))
    assert [term.verdict for one in of_loss.losses for term in one.terms] == ["exact"]


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    ("target", "inputs", "given", "message"),
    [
        ("klcli_made_models:VAE", [(6, 12)], {}, "VAE cannot be made"),
        ("klcli_made_models:number", [], {}, "is no function"),
        ("klcli_made_models:vae_loss", [(2, 3), (2, 3), (2, 3)], {}, "3 shapes are given for 2 arrays"),
        ("klcli_made_models:vae_loss", [(2, 3), (4, 5)], {}, "failed with mu of shape (2, 3)"),
        ("klcli_made_models:vae_loss", [], {"beta": 1}, "there is no argument beta"),
        ("klcli_made_models:nothing", [], {}, "has no nothing"),
    ],
)
def test_bad_targets_are_said(target: str, inputs: Any, given: Any, message: str) -> None:
    with pytest.raises(RefusedError) as caught:
        called(target, inputs, given)
    assert message in caught.value.args[0]
    assert caught.value.args[1]


@pytest.mark.usefixtures("package")
def test_a_kernel_that_is_not_followed_is_probed() -> None:
    found = watched(read_recording(called("klcli_made_models:fused", [], {})))
    assert [(term.verdict, term.proof) for one in found.losses for term in one.terms] == [("exact", "points")]
    (text,) = [one for one in found.warnings if "no proof" in one]
    assert "it has the values of KL(N(mu, sigma^2) || N(0, 1)), for a log-variance, to 1" in text
