"""Autoencoders: pythae, diffusers, torch_geometric; Keras on PyTorch."""

from __future__ import annotations

import os
from typing import Any

import torch

from tests.benchmarks.trace.known import case

F = torch.nn.functional

KL = ("exact", "logvar", 1.0)


def _pythae(name: str, **options: Any) -> None:
    import pythae.models

    data = {"data": torch.rand(6, 1, 4, 4), "labels": torch.zeros(6)}
    kind = f"{name}_Config" if "_" in name else f"{name}Config"
    own = getattr(pythae.models, kind)(input_dim=(1, 4, 4), latent_dim=3, **options)
    model = getattr(pythae.models, name)(own)
    model.train()
    model(data, epoch=1, dataset_size=6, uses_ddp=False).loss.backward()


@case("pythae", KL)
def vae_with_squared_error() -> None:
    _pythae("VAE")


@case("pythae", KL)
def vae_with_cross_entropy() -> None:
    _pythae("VAE", reconstruction_loss="bce")


@case("pythae", ("exact", "logvar", 4.0))
def beta_vae() -> None:
    _pythae("BetaVAE", beta=4.0)


@case("pythae", ("other", None, 0.0))
def disentangled_beta_vae() -> None:
    """beta |KLD - C|, a capacity."""
    _pythae("DisentangledBetaVAE", beta=10.0, C=2.0, warmup_epoch=2)


@case("pythae", ("exact", "logvar", 0.5))
def info_vae() -> None:
    """(1 - alpha) KLD beside a maximum mean discrepancy."""
    _pythae("INFOVAE_MMD", alpha=0.5, lbd=2.0)


@case("pythae")
def wasserstein_autoencoder() -> None:
    _pythae("WAE_MMD")


@case("pythae")
def autoencoder() -> None:
    _pythae("AE")


@case("pythae", *(("estimator", None, weight) for weight in (1.0, 2.0, 1.0)))
def beta_tc_vae() -> None:
    """Three differences of log-densities of samples, mixed over the batch: k1 of no two Gaussians."""
    _pythae("BetaTCVAE", alpha=1.0, beta=2.0, gamma=1.0)


@case("pythae", ("estimator", None, 1.0))
def vamp_prior() -> None:
    """-(log p - log q) at a sample, with a mixture for the prior: k1 of no two Gaussians."""
    _pythae("VAMP", number_components=5)


@case("pythae")
def importance_weighted() -> None:
    _pythae("IWAE", number_samples=3)


def _autoencoder_kl() -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(4,), norm_num_groups=2, latent_channels=2, layers_per_block=1, sample_size=8
    )


@case("diffusers", ("exact", "logvar", 1e-6))
def autoencoder_kl() -> None:
    """kl() sums over channels and pixels; the log-variance is clipped to -30..20."""
    x, model = torch.rand(2, 3, 8, 8), _autoencoder_kl()
    posterior = model.encode(x).latent_dist
    recon = model.decode(posterior.sample()).sample
    (F.mse_loss(recon, x) + 1e-6 * posterior.kl().mean()).backward()


@case("diffusers", ("exact", "logvar", 1.0))
def autoencoder_kl_over_the_batch() -> None:
    x, model = torch.rand(2, 3, 8, 8), _autoencoder_kl()
    posterior = model.encode(x).latent_dist
    recon = model.decode(posterior.sample()).sample
    loss = F.mse_loss(recon, x, reduction="sum") / 2 + torch.sum(posterior.kl()) / posterior.kl().shape[0]
    loss.backward()


@case("diffusers", ("exact", "logvar", 1.0))
def between_two_posteriors() -> None:
    model = _autoencoder_kl()
    one, other = (model.encode(torch.rand(2, 3, 8, 8)).latent_dist for _ in range(2))
    one.kl(other).mean().backward()


def _graph() -> tuple[Any, Any, Any]:
    from torch_geometric.nn import GCNConv

    class Encoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.mu, self.logstd = GCNConv(5, 4), GCNConv(5, 4)

        def forward(self, x: Any, edges: Any) -> Any:
            return self.mu(x, edges), self.logstd(x, edges)

    edges = torch.tensor([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]])
    return Encoder(), torch.rand(10, 5), edges


@case("torch_geometric", ("exact", "logstd", 0.1))
def vgae() -> None:
    """mean over the nodes of a sum over 4 latents, with logstd.exp()**2 and a clip at 10; 1/N beside it."""
    from torch_geometric.nn import VGAE

    encoder, x, edges = _graph()
    model = VGAE(encoder)
    z = model.encode(x, edges)
    (model.recon_loss(z, edges) + (1 / 10) * model.kl_loss()).backward()


@case("torch_geometric", ("exact", "logstd", 0.1))
def argva() -> None:
    """With a discriminator's loss beside it."""
    from torch_geometric.nn import ARGVA

    encoder, x, edges = _graph()
    model = ARGVA(encoder, torch.nn.Linear(4, 1))
    z = model.encode(x, edges)
    (model.recon_loss(z, edges) + model.reg_loss(z) + (1 / 10) * model.kl_loss()).backward()


@case("keras on torch", ("exact", "logvar", 1.0))
def keras_vae() -> None:
    """The KL of the Keras example, added as a loss of a layer."""
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    class Sampling(keras.layers.Layer):
        def call(self, given: Any) -> Any:
            z_mean, z_log_var = given
            kl = -0.5 * (1 + z_log_var - keras.ops.square(z_mean) - keras.ops.exp(z_log_var))
            self.add_loss(keras.ops.mean(keras.ops.sum(kl, axis=1)))
            return z_mean + keras.ops.exp(0.5 * z_log_var) * keras.random.normal(keras.ops.shape(z_mean))

    x = keras.Input((12,))
    z = Sampling()([keras.layers.Dense(4)(x), keras.layers.Dense(4)(x)])
    model = keras.Model(x, keras.layers.Dense(12)(z))
    model.compile("adam", "mse")
    model.fit(torch.rand(6, 12).numpy(), torch.rand(6, 12).numpy(), epochs=1, batch_size=6, verbose=0)
