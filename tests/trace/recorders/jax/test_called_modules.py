"""Modules of flax and equinox that are called with shapes, and where their loss is found."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.recorders.frameworks import RefusedError
from klcli.trace.recording import read_recording
from klcli.trace.run_summary import Watched, watched

jax = pytest.importorskip("jax")
nn = pytest.importorskip("flax.linen")
nnx = pytest.importorskip("flax.nnx")
eqx = pytest.importorskip("equinox")
modules = pytest.importorskip("klcli.trace.recorders.jax.called_modules")
jnp = jax.numpy
KEY = jax.random.PRNGKey(0)


def kl_of(mu: Any, logvar: Any) -> Any:
    return (-0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar), -1)).mean()


class Linen(nn.Module):  # type: ignore[misc]
    latents: int = 4

    @nn.compact
    def __call__(self, x: Any, z_rng: Any) -> Any:
        mu, logvar = nn.Dense(self.latents)(x), nn.Dense(self.latents)(x)
        z = mu + jnp.exp(logvar) * jax.random.normal(z_rng, mu.shape)
        recon = nn.Dense(12)(z)
        return recon, mu, logvar

    def loss_function(self, recon: Any, x: Any, mu: Any, logvar: Any, beta: float = 1.0) -> Any:
        return jnp.mean((recon - x) ** 2) + beta * kl_of(mu, logvar)


class LinenKey(nn.Module):  # type: ignore[misc]
    """Which has statistics besides its parameters, and draws from a generator of its own."""

    @nn.compact
    def __call__(self, x: Any) -> Any:
        h = nn.BatchNorm(use_running_average=False)(nn.Dense(8)(x))
        mu, logvar = jnp.split(h, 2, -1)
        z = mu + jnp.exp(logvar) * jax.random.normal(self.make_rng("noise"), mu.shape)
        return {"loss": jnp.mean((nn.Dense(12)(z) - x) ** 2) + kl_of(mu, logvar), "kl": kl_of(mu, logvar)}


class Nnx(nnx.Module):  # type: ignore[misc]
    def __init__(self, *, rngs: Any) -> None:
        self.encoder, self.decoder = nnx.Linear(12, 8, rngs=rngs), nnx.Linear(4, 12, rngs=rngs)
        self.rngs = rngs

    def __call__(self, x: Any) -> Any:
        mu, logvar = jnp.split(self.encoder(x), 2, -1)
        return self.decoder(mu + jnp.exp(logvar) * jax.random.normal(self.rngs(), mu.shape)), mu, logvar


class Equinox(eqx.Module):  # type: ignore[misc]
    """Of single examples, as equinox has them."""

    encoder: eqx.nn.Linear
    decoder: eqx.nn.Linear

    def __init__(self, *, key: Any) -> None:
        self.encoder, self.decoder = eqx.nn.Linear(12, 8, key=key), eqx.nn.Linear(4, 12, key=key)

    def __call__(self, x: Any, key: Any) -> Any:
        mu, logvar = jnp.split(self.encoder(x), 2)
        return self.decoder(mu + jnp.exp(logvar) * jax.random.normal(key, mu.shape)), mu, logvar


class EquinoxModel(Equinox):
    """Whose loss is a function that calls it by itself."""

    def loss(self, model: Any, x: Any, key: Any) -> Any:
        recon, mu, logvar = jax.vmap(model)(x, jax.random.split(key, len(x)))
        return jnp.mean((recon - x) ** 2) + kl_of(mu, logvar)


def vae_loss(recon: Any, x: Any, mu: Any, logvar: Any) -> Any:
    return jnp.mean((recon - x) ** 2) + kl_of(mu, logvar)


def traced(module: Any, **given: Any) -> Watched:
    assert modules.is_trained(module)
    return watched(read_recording(modules.call_module(module, [(6, 12)], given)))


@pytest.mark.parametrize(
    ("kind", "given", "weight", "said"),
    [
        (Linen, {"beta": 0.5}, 0.5, "the loss is Linen.loss_function(recon, x, mu, logvar)"),
        (LinenKey, {}, 1, "what LinenKey gives back as loss"),
        (Nnx, {"beta": 2}, 1, "vae_loss(output 1, x, mu, logvar); nothing asked for the argument beta"),
        (Equinox, {}, 1, "vae_loss(output 1, x, mu, logvar)"),
        (EquinoxModel, {}, 1, "EquinoxModel.loss(model, x, key)"),
    ],
)
def test_the_loss_of_a_module_is_found(kind: Any, given: dict[str, Any], weight: float, said: str) -> None:
    found = traced(kind(**modules.own_arguments(kind)), **given)
    (loss,) = found.losses
    assert [term.kind for term in loss.terms] == ["likelihood", "kl"]
    assert loss.terms[1].weight == pytest.approx(weight)
    assert loss.terms[1].verdict == "exact"
    assert [one.mistake.code for one in found.findings] == ["KL201"]
    assert said in found.warnings[0]


class Part(nnx.Module):  # type: ignore[misc]
    def __init__(self, rngs: Any) -> None:
        self.encoder = nnx.Linear(12, 8, rngs=rngs)

    def __call__(self, x: Any) -> Any:
        mu, logvar = jnp.split(self.encoder(x), 2, -1)
        kl = -0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar), -1)
        return x, kl


def test_a_kl_among_the_outputs_is_judged_where_there_is_no_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(globals(), "vae_loss")
    found = traced(Part(nnx.Rngs(0)))
    assert [term.verdict for one in found.losses for term in one.terms if term.kind == "kl"] == ["exact"]
    assert "numbers that it gives back: " in found.warnings[0]
    nothing = traced(nnx.Linear(12, 3, rngs=nnx.Rngs(0)))
    assert nothing.losses == ()
    assert "Linear has no loss that was found: it gives back y (6, 3)" in nothing.warnings[0]
    assert not any("jax.grad" in text for text in nothing.warnings)


@pytest.mark.parametrize(
    ("kind", "shapes", "message"),
    [
        (Nnx, [], "how large is the input of Nnx"),
        (Nnx, [(6, 5)], "__call__ failed with (6, 5)"),
        (Linen, [(6, 5)], "loss_function failed with (6, 12), (6, 5)"),
    ],
)
def test_what_cannot_be_called_is_said(kind: Any, shapes: Any, message: str) -> None:
    with pytest.raises(RefusedError) as caught:
        modules.call_module(kind(**modules.own_arguments(kind)), shapes, {})
    assert message in caught.value.args[0]
    assert caught.value.args[1]
