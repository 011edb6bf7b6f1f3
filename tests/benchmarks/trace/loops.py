"""Loops of Lightning and accelerate; losses of policies, written as trl writes them."""

from __future__ import annotations

from typing import Any

import torch

from tests.benchmarks.trace.known import case

F = torch.nn.functional


class _Vae(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = torch.nn.Linear(12, 8), torch.nn.Linear(4, 12)

    def loss(self, x: Any) -> Any:
        mu, logvar = self.encoder(x).chunk(2, dim=-1)
        z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
        recon = F.mse_loss(self.decoder(z), x, reduction="none").sum(-1).mean()
        kl = (-0.5 * (1 + logvar - mu.pow(2) - logvar.exp())).sum(-1).mean()
        return recon + 0.5 * kl


@case("lightning", ("exact", "logvar", 0.5))
def lightning_trainer() -> None:
    import lightning

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.vae = _Vae()

        def training_step(self, batch: Any, number: int) -> Any:
            return self.vae.loss(batch[0])

        def configure_optimizers(self) -> Any:
            return torch.optim.Adam(self.parameters())

    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.rand(6, 12)), 6)
    trainer = lightning.Trainer(
        max_steps=1,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(Module(), data)


@case("accelerate", ("exact", "logvar", 0.25))
def accelerate_with_accumulation() -> None:
    """Of two passes that are accumulated each is divided by 2."""
    from accelerate import Accelerator

    accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
    vae = _Vae()
    model, opt = accelerator.prepare(vae, torch.optim.Adam(vae.parameters()))
    with accelerator.accumulate(model):
        accelerator.backward(vae.loss(torch.rand(6, 12)))
        opt.step()


@case("accelerate", ("exact", "logvar", 0.5))
def accelerate_in_bfloat16() -> None:
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState

    AcceleratorState._reset_state(reset_partial_state=True)
    accelerator = Accelerator(cpu=True, mixed_precision="bf16")
    vae = _Vae()
    model, _ = accelerator.prepare(vae, torch.optim.Adam(vae.parameters()))
    with accelerator.autocast():
        loss = vae.loss(torch.rand(6, 12))
    accelerator.backward(loss)
    assert model is not None


def _logps(size: int = 5) -> Any:
    return torch.log_softmax(torch.randn(4, size, 7, requires_grad=True), -1)[..., 0]


@case("as trl", ("estimator", None, 0.04))
def grpo() -> None:
    """beta k3 beside the clipped objective, averaged over the tokens that a mask keeps."""
    per_token_logps, ref, old = _logps(), _logps().detach(), _logps().detach()
    advantages, mask = torch.randn(4), torch.ones(4, 5)
    mask[:, 3:] = 0
    per_token_kl = torch.exp(ref - per_token_logps) - (ref - per_token_logps) - 1
    coef_1 = torch.exp(per_token_logps - old)
    coef_2 = torch.clamp(coef_1, 0.8, 1.2)
    per_token_loss = -torch.min(coef_1 * advantages.unsqueeze(1), coef_2 * advantages.unsqueeze(1))
    per_token_loss = per_token_loss + 0.04 * per_token_kl
    ((per_token_loss * mask).sum() / mask.sum()).backward()


@case("as trl")
def dpo() -> None:
    chosen, rejected = _logps().sum(-1), _logps().sum(-1)
    ref_chosen, ref_rejected = _logps().sum(-1).detach(), _logps().sum(-1).detach()
    logits = (chosen - rejected) - (ref_chosen - ref_rejected)
    (-F.logsigmoid(0.1 * logits)).mean().backward()


@case("as trl")
def gkd() -> None:
    """kl_div of tables of probabilities, of no Gaussians."""
    student, teacher = torch.randn(4, 5, 7, requires_grad=True), torch.randn(4, 5, 7)
    F.kl_div(
        student.log_softmax(-1), teacher.log_softmax(-1), reduction="batchmean", log_target=True
    ).backward()
