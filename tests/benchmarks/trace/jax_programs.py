"""Programs of JAX: training steps of flax, equinox, numpyro, distrax and tfp, as their examples write them.

Batches have 6 examples of 12 entries, posteriors 4 latents.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax

from tests.benchmarks.trace.known import case

B, N, D = 6, 12, 4
KEY = jax.random.PRNGKey(0)
X = jax.random.uniform(KEY, (B, N))


def _weights(**shapes: tuple[int, ...]) -> dict[str, Any]:
    keys = jax.random.split(KEY, len(shapes))
    own = zip(keys, shapes.items(), strict=True)
    return {name: 0.3 * jax.random.normal(key, shape) for key, (name, shape) in own}


PARAMS = _weights(encoder=(N, 2 * D), bias=(2 * D,), decoder=(D, N), prior=(N, 2 * D))


def _heads(params: Any, x: Any) -> Any:
    return jnp.split(x @ params["encoder"] + params["bias"], 2, axis=-1)


def _trained(loss_fn: Callable[..., Any], *more: Any, params: Any = PARAMS, has_aux: bool = False) -> None:
    """A step with Adam, compiled."""
    adam = optax.adam(1e-3)

    @jax.jit
    def step(params: Any, state: Any, *more: Any) -> Any:
        value, grads = jax.value_and_grad(loss_fn, has_aux=has_aux)(params, *more)
        updates, state = adam.update(grads, state)
        return optax.apply_updates(params, updates), state, value

    step(params, adam.init(params), *more)


# flax


@case("flax", ("exact", "logvar", 1.0))
def linen_example() -> None:
    """The VAE of flax's examples: vmapped terms, each averaged over the batch."""
    from flax import linen as nn
    from flax.training import train_state

    class Encoder(nn.Module):
        @nn.compact
        def __call__(self, x: Any) -> Any:
            x = nn.relu(nn.Dense(8, name="fc1")(x))
            return nn.Dense(D, name="fc2_mean")(x), nn.Dense(D, name="fc2_logvar")(x)

    class VAE(nn.Module):
        @nn.compact
        def __call__(self, x: Any, z_rng: Any) -> Any:
            mean, logvar = Encoder()(x)
            std = jnp.exp(0.5 * logvar)
            z = mean + jax.random.normal(z_rng, logvar.shape) * std
            return nn.Dense(N)(nn.relu(nn.Dense(8)(z))), mean, logvar

    @jax.vmap
    def kl_divergence(mean: Any, logvar: Any) -> Any:
        return -0.5 * jnp.sum(1 + logvar - jnp.square(mean) - jnp.exp(logvar))

    @jax.vmap
    def binary_cross_entropy_with_logits(logits: Any, labels: Any) -> Any:
        logits = nn.log_sigmoid(logits)
        return -jnp.sum(labels * logits + (1.0 - labels) * jnp.log(-jnp.expm1(logits)))

    model = VAE()

    @jax.jit
    def train_step(state: Any, batch: Any, z_rng: Any) -> Any:
        def loss_fn(params: Any) -> Any:
            recon_x, mean, logvar = model.apply({"params": params}, batch, z_rng)
            bce_loss = binary_cross_entropy_with_logits(recon_x, batch).mean()
            kld_loss = kl_divergence(mean, logvar).mean()
            return bce_loss + kld_loss

        return state.apply_gradients(grads=jax.grad(loss_fn)(state.params))

    params = model.init(KEY, X, KEY)["params"]
    train_step(
        train_state.TrainState.create(apply_fn=model.apply, params=params, tx=optax.adam(1e-3)), X, KEY
    )


@case("flax", ("scaled", "logstd", 0.1), codes=("KL206",))
def nnx_toy_example() -> None:
    """The KL is averaged over the latents and kept in the model; the loss has a tenth of it."""
    from flax import nnx

    class Loss(nnx.Variable):
        pass

    class VAE(nnx.Module):
        def __init__(self, rngs: Any) -> None:
            self.mean, self.std = nnx.Linear(N, D, rngs=rngs), nnx.Linear(N, D, rngs=rngs)
            self.decoder, self.rngs = nnx.Linear(D, N, rngs=rngs), rngs
            self.kl_loss = Loss(jnp.array(0.0))

        def __call__(self, x: Any) -> Any:
            mean, std = self.mean(x), jnp.exp(self.std(x))
            kl = 0.5 * jnp.mean(-jnp.log(std**2) - 1.0 + std**2 + mean**2, axis=-1)
            self.kl_loss.value = jnp.mean(kl)
            return self.decoder(mean + std * jax.random.normal(self.rngs.noise(), mean.shape))

    model = VAE(nnx.Rngs(0, noise=1))
    optimizer = nnx.Optimizer(model, optax.adam(1e-3), wrt=nnx.Param)

    @nnx.jit
    def train_step(model: Any, optimizer: Any, x: Any) -> Any:
        def loss_fn(model: Any) -> Any:
            logits = model(x)
            reconstruction = jnp.mean(optax.sigmoid_binary_cross_entropy(logits, x))
            return reconstruction + 0.1 * model.kl_loss.value

        loss, grads = nnx.value_and_grad(loss_fn)(model)
        optimizer.update(model, grads)
        return loss

    train_step(model, optimizer, X)


# equinox


def _equinox() -> Any:
    import equinox as eqx

    class VAE(eqx.Module):
        encoder: Any
        decoder: Any

        def __init__(self, key: Any) -> None:
            one, other = jax.random.split(key)
            self.encoder, self.decoder = eqx.nn.Linear(N, 2 * D, key=one), eqx.nn.Linear(D, N, key=other)

        def __call__(self, x: Any, key: Any) -> Any:
            mu, logvar = jnp.split(self.encoder(x), 2)
            z = mu + jnp.exp(0.5 * logvar) * jax.random.normal(key, mu.shape)
            return self.decoder(z), mu, logvar

    return VAE(KEY)


@case("equinox", ("exact", "logvar", 1.0))
def equinox_losses_of_single_examples() -> None:
    """A loss of one example, vmapped, averaged outside."""
    import equinox as eqx

    def loss_of_one(model: Any, x: Any, key: Any) -> Any:
        recon, mu, logvar = model(x, key)
        return jnp.sum((recon - x) ** 2) - 0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar))

    @eqx.filter_value_and_grad
    def loss_fn(model: Any, x: Any, keys: Any) -> Any:
        return jnp.mean(jax.vmap(loss_of_one, in_axes=(None, 0, 0))(model, x, keys))

    adam = optax.adam(1e-3)

    @eqx.filter_jit
    def make_step(model: Any, state: Any, x: Any, key: Any) -> Any:
        loss, grads = loss_fn(model, x, jax.random.split(key, x.shape[0]))
        updates, state = adam.update(grads, state)
        return eqx.apply_updates(model, updates), state, loss

    model = _equinox()
    make_step(model, adam.init(eqx.filter(model, eqx.is_array)), X, KEY)


@case("equinox", ("exact", "logvar", 4.0))
def equinox_beta_with_metrics() -> None:
    """beta 4 is an argument; the terms are handed out beside the loss."""
    import equinox as eqx

    def loss_fn(model: Any, x: Any, key: Any, beta: float) -> Any:
        recon, mu, logvar = jax.vmap(model)(x, jax.random.split(key, B))
        error = jnp.sum((recon - x) ** 2) / B
        kl = -0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar)) / B
        return error + beta * kl, {"error": error, "kl": kl}

    step = eqx.filter_jit(eqx.filter_value_and_grad(loss_fn, has_aux=True))
    step(_equinox(), X, KEY, 4.0)


# plain JAX with optax


@case("plain JAX", ("exact", "softplus", 0.25))
def softplus_head() -> None:
    def loss_fn(params: Any, x: Any, key: Any) -> Any:
        mu, raw = _heads(params, x)
        std = jax.nn.softplus(raw)
        z = mu + std * jax.random.normal(key, mu.shape)
        kl = 0.5 * jnp.sum(std**2 + mu**2 - 1 - 2 * jnp.log(std), -1)
        return jnp.mean((z @ params["decoder"] - x) ** 2) + 0.25 * kl.mean()

    _trained(loss_fn, X, KEY)


@case("plain JAX", ("exact", "logvar", 0.05))
def annealed() -> None:
    """At step 5 of 100 the weight is 0.05."""

    def loss_fn(params: Any, x: Any, step: Any) -> Any:
        mu, logvar = _heads(params, x)
        beta = jnp.minimum(1.0, step / 100)
        kl = -0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar), -1).mean()
        return optax.l2_loss(mu @ params["decoder"], x).sum(-1).mean() + beta * kl

    _trained(loss_fn, X, jnp.asarray(5))


@case("plain JAX", ("exact", "logvar", 1.0), codes=("KL201",))
def exchanged_sampler() -> None:
    """The sample reads the log-variance as a log standard deviation."""

    def loss_fn(params: Any, x: Any, key: Any) -> Any:
        mu, logvar = _heads(params, x)
        z = mu + jnp.exp(logvar) * jax.random.normal(key, mu.shape)
        kl = -0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar), -1)
        return jnp.mean(jnp.sum((z @ params["decoder"] - x) ** 2, -1) + kl)

    _trained(loss_fn, X, KEY)


@case("plain JAX", ("wrong", "logvar", 0.5), codes=("KL105",))
def squared_once_too_often() -> None:
    """1/2 KL to N(0, 1/2), up to a constant."""

    def loss_fn(params: Any, x: Any, key: Any) -> Any:
        mu, logvar = _heads(params, x)
        z = mu + jnp.exp(0.5 * logvar) * jax.random.normal(key, mu.shape)
        kl = -0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar) ** 2, -1).mean()
        return jnp.sum((z @ params["decoder"] - x) ** 2) / B + kl

    _trained(loss_fn, X, KEY)


@case("plain JAX", ("exact", "logvar", 1.0))
def free_bits() -> None:
    def loss_fn(params: Any, x: Any) -> Any:
        mu, logvar = _heads(params, x)
        kl = -0.5 * (1 + logvar - mu**2 - jnp.exp(logvar))
        return jnp.sum(jnp.maximum(kl.mean(0), 0.1))

    _trained(loss_fn, X)


@case("plain JAX", ("exact", "logvar", 1.0), codes=("KL134",))
def stopped_variance() -> None:
    def loss_fn(params: Any, x: Any) -> Any:
        mu, logvar = _heads(params, x)
        var = jnp.exp(jax.lax.stop_gradient(logvar))
        return -0.5 * jnp.sum(1 + logvar - mu**2 - var, -1).mean()

    _trained(loss_fn, X)


@case("plain JAX", ("exact", "std", 0.8), ("exact", "std", 0.2))
def kl_balancing() -> None:
    """Each side is held still in one of two terms; std = softplus(raw) + 0.1."""

    def kl(mu_q: Any, std_q: Any, mu_p: Any, std_p: Any) -> Any:
        one = jnp.log(std_p / std_q) + (std_q**2 + (mu_q - mu_p) ** 2) / (2 * std_p**2) - 0.5
        return one.sum(-1).mean()

    def loss_fn(params: Any, x: Any) -> Any:
        mu_q, raw_q = _heads(params, x)
        mu_p, raw_p = jnp.split(x @ params["prior"], 2, -1)
        post = mu_q, jax.nn.softplus(raw_q) + 0.1
        prior = mu_p, jax.nn.softplus(raw_p) + 0.1
        still = jax.lax.stop_gradient
        return 0.8 * kl(*still(post), *prior) + 0.2 * kl(*post, *still(prior))

    _trained(loss_fn, X)


@case("plain JAX", ("exact", "logvar", 1.0))
def an_epoch_in_a_scan() -> None:
    """All steps in one compiled loop."""

    def loss_fn(params: Any, x: Any) -> Any:
        mu, logvar = _heads(params, x)
        kl = -0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar), -1).mean()
        return jnp.sum((mu @ params["decoder"] - x) ** 2) + kl

    def one(params: Any, x: Any) -> Any:
        value, grads = jax.value_and_grad(loss_fn)(params, x)
        return jax.tree_util.tree_map(lambda a, b: a - 1e-3 * b, params, grads), value

    jax.jit(lambda params, xs: jax.lax.scan(one, params, xs))(PARAMS, jnp.stack([X, X]))


@case("plain JAX", ("exact", "logvar", 1.0))
def gradients_of_single_examples() -> None:
    """As for differential privacy: one gradient for each example."""

    def loss_fn(params: Any, x: Any, key: Any) -> Any:
        mu, logvar = _heads(params, x)
        z = mu + jnp.exp(logvar / 2) * jax.random.normal(key, mu.shape)
        kl = -0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar))
        return jnp.sum((z @ params["decoder"] - x) ** 2) + kl

    jax.jit(jax.vmap(jax.grad(loss_fn), (None, 0, 0)))(PARAMS, X, jax.random.split(KEY, B))


@case("plain JAX")
def two_losses_of_a_gan() -> None:
    weights = _weights(generator=(D, N), critic=(N, 1))

    def critic(params: Any, x: Any) -> Any:
        return x @ params["critic"]

    def loss_d(params: Any, z: Any) -> Any:
        real, fake = critic(params, X), critic(params, z @ params["generator"])
        true = optax.sigmoid_binary_cross_entropy(real, jnp.ones_like(real)).mean()
        return true + optax.sigmoid_binary_cross_entropy(fake, jnp.zeros_like(fake)).mean()

    def loss_g(params: Any, z: Any) -> Any:
        fake = critic(params, z @ params["generator"])
        return optax.sigmoid_binary_cross_entropy(fake, jnp.ones_like(fake)).mean()

    z = jax.random.normal(KEY, (B, D))
    _trained(loss_d, z, params=weights)
    _trained(loss_g, z, params=weights)


@case("plain JAX")
def gradient_penalty() -> None:
    """The gradient inside of the loss is none of its own."""
    weights = _weights(critic=(N, 3), last=(3, 1))

    def critic(params: Any, x: Any) -> Any:
        return (jnp.tanh(x @ params["critic"]) @ params["last"])[0]

    def loss_fn(params: Any, x: Any) -> Any:
        slopes = jax.vmap(jax.grad(critic, argnums=1), (None, 0))(params, x)
        penalty = jnp.mean((jnp.linalg.norm(slopes, axis=-1) - 1) ** 2)
        return -jnp.mean(jax.vmap(critic, (None, 0))(params, x)) + 10.0 * penalty

    _trained(loss_fn, X, params=weights)


@case("plain JAX")
def classifier_with_decay() -> None:
    def loss_fn(params: Any, x: Any, labels: Any) -> Any:
        logits = x @ params["encoder"] + params["bias"]
        error = optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()
        decay = sum(jnp.sum(one**2) for one in jax.tree_util.tree_leaves(params))
        return error + 1e-4 * decay

    _trained(loss_fn, X, jnp.arange(B))


@case("plain JAX", *(("exact", "softplus", 1 / 60000),) * 4)
def bayes_by_backprop() -> None:
    """Weights of two layers, each with N(0, 0.1^2) for a prior; a sum over all weights, over all examples."""
    weights = {
        f"{name}{layer}": 0.1 * jnp.ones(shape) - 1.0
        for layer, sizes in enumerate([(N, 5), (5, 3)])
        for name, shape in (("mu", sizes), ("rho", sizes), ("bias_mu", sizes[1:]), ("bias_rho", sizes[1:]))
    }

    def kl(mu: Any, sigma: Any) -> Any:
        return jnp.sum(jnp.log(0.1 / sigma) + (sigma**2 + mu**2) / (2 * 0.1**2) - 0.5)

    def loss_fn(params: Any, x: Any, labels: Any, key: Any) -> Any:
        total = 0.0
        for layer in range(2):
            key, *keys = jax.random.split(key, 3)
            drawn = []
            for name, one in zip(("", "bias_"), keys, strict=True):
                mu = params[f"{name}mu{layer}"]
                sigma = jax.nn.softplus(params[f"{name}rho{layer}"])
                drawn.append(mu + sigma * jax.random.normal(one, mu.shape))
                total = total + kl(mu, sigma)
            x = x @ drawn[0] + drawn[1]
            x = jax.nn.relu(x) if layer == 0 else x
        return optax.softmax_cross_entropy_with_integer_labels(x, labels).mean() + total / 60000

    _trained(loss_fn, X, jnp.arange(B) % 3, KEY, params=weights)


# numpyro


def _numpyro(elbo: str) -> None:
    """The VAE of numpyro's examples: stax networks, a plate over the batch, and a compiled update."""
    import numpyro
    from jax.example_libraries import stax
    from numpyro import distributions as dist

    def encoder() -> Any:
        heads = stax.parallel(
            stax.Dense(D, W_init=stax.randn()),
            stax.serial(stax.Dense(D, W_init=stax.randn()), stax.Exp),
        )
        return stax.serial(stax.Dense(8, W_init=stax.randn()), stax.Softplus, stax.FanOut(2), heads)

    def decoder() -> Any:
        last = stax.Dense(N, W_init=stax.randn())
        return stax.serial(stax.Dense(8, W_init=stax.randn()), stax.Softplus, last, stax.Sigmoid)

    def model(batch: Any) -> None:
        decode = numpyro.module("decoder", decoder(), (B, D))
        with numpyro.plate("batch", B):
            z = numpyro.sample("z", dist.Normal(0, 1).expand([D]).to_event(1))
            numpyro.sample("obs", dist.Bernoulli(decode(z)).to_event(1), obs=batch)

    def guide(batch: Any) -> None:
        encode = numpyro.module("encoder", encoder(), (B, N))
        z_loc, z_std = encode(batch)
        with numpyro.plate("batch", B):
            numpyro.sample("z", dist.Normal(z_loc, z_std).to_event(1))

    svi = numpyro.infer.SVI(model, guide, numpyro.optim.Adam(1e-3), getattr(numpyro.infer, elbo)())
    binary = (X > 0.5).astype(float)
    state = svi.init(KEY, binary)
    jax.jit(svi.update)(state, binary)


@case("numpyro", ("exact", "logstd", 1.0))
def vae_example_with_trace_elbo() -> None:
    """log q(z) - log p(z) of one sample, summed over the batch: in expectation the KL."""
    _numpyro("Trace_ELBO")


@case("numpyro", ("exact", "logstd", 1.0))
def vae_example_with_mean_field_elbo() -> None:
    _numpyro("TraceMeanField_ELBO")


@case("numpyro", *(("exact", "softplus", 1.0),) * 2)
def regression_with_auto_normal() -> None:
    """Weights and intercept, each with N(0, 1) for a prior and softplus(raw) for a standard deviation."""
    import numpyro
    from numpyro import distributions as dist

    def model(x: Any, y: Any) -> None:
        w = numpyro.sample("w", dist.Normal(0.0, 1.0).expand([N]).to_event(1))
        b = numpyro.sample("b", dist.Normal(0.0, 1.0))
        numpyro.sample("y", dist.Normal(x @ w + b, 1.0).to_event(1), obs=y)

    guide = numpyro.infer.autoguide.AutoNormal(model)
    svi = numpyro.infer.SVI(model, guide, numpyro.optim.Adam(1e-2), numpyro.infer.Trace_ELBO())
    svi.run(KEY, 2, X, X.sum(-1), progress_bar=False)


@case("numpyro", ("exact", "logstd", 1.0))
def mean_field_guide_by_hand() -> None:
    """A positive scale is exp of what is trained."""
    import numpyro
    from numpyro import distributions as dist

    def model(x: Any, y: Any) -> None:
        w = numpyro.sample("w", dist.Normal(jnp.zeros(N), 1.0).to_event(1))
        numpyro.sample("y", dist.Normal(x @ w, 0.5).to_event(1), obs=y)

    def guide(x: Any, y: Any) -> None:
        loc = numpyro.param("loc", 0.1 * jnp.ones(N))
        scale = numpyro.param("scale", 0.3 * jnp.ones(N), constraint=dist.constraints.positive)
        numpyro.sample("w", dist.Normal(loc, scale).to_event(1))

    elbo = numpyro.infer.TraceMeanField_ELBO()
    svi = numpyro.infer.SVI(model, guide, optax.adam(1e-2), elbo)
    svi.update(svi.init(KEY, X, X.sum(-1)), X, X.sum(-1))


# distrax and tfp


@case("distrax", ("exact", "logstd", 1.0))
def distrax_normal_in_a_step() -> None:
    import distrax

    def loss_fn(params: Any, x: Any, key: Any) -> Any:
        mu, logstd = _heads(params, x)
        q = distrax.Normal(mu, jnp.exp(logstd))
        error = jnp.sum((q.sample(seed=key) @ params["decoder"] - x) ** 2, -1).mean()
        return error + q.kl_divergence(distrax.Normal(0.0, 1.0)).sum(-1).mean()

    _trained(loss_fn, X, KEY)


@case("distrax", ("exact", "logstd", 1.0))
def distrax_example() -> None:
    """The VAE of distrax's examples, -(log p(x|z) - KL) averaged."""
    import distrax

    def loss_fn(params: Any, x: Any, key: Any) -> Any:
        mean, log_stddev = _heads(params, x)
        q = distrax.MultivariateNormalDiag(loc=mean, scale_diag=jnp.exp(log_stddev))
        z = q.sample(seed=key)
        p = distrax.MultivariateNormalDiag(loc=jnp.zeros((D,)), scale_diag=jnp.ones((D,)))
        likelihood = distrax.Independent(distrax.Bernoulli(logits=z @ params["decoder"]))
        return -jnp.mean(likelihood.log_prob((x > 0.5) * 1.0) - q.kl_divergence(p), axis=0)

    _trained(loss_fn, X, KEY)


@case("tfp on JAX", ("exact", "softplus", 1.0))
def tfp_diagonal() -> None:
    from tensorflow_probability.substrates import jax as tfp

    def loss_fn(params: Any, x: Any, key: Any) -> Any:
        loc, raw = _heads(params, x)
        q = tfp.distributions.MultivariateNormalDiag(loc, jax.nn.softplus(raw))
        p = tfp.distributions.MultivariateNormalDiag(jnp.zeros(D), jnp.ones(D))
        error = jnp.sum((q.sample(seed=key) @ params["decoder"] - x) ** 2, -1)
        return jnp.mean(error + tfp.distributions.kl_divergence(q, p))

    _trained(loss_fn, X, KEY)


@case("tfp on JAX", ("exact", "softplus", 0.1))
def tfp_independent() -> None:
    from tensorflow_probability.substrates import jax as tfp

    tfd = tfp.distributions

    def loss_fn(params: Any, x: Any, key: Any) -> Any:
        loc, raw = _heads(params, x)
        q = tfd.Independent(tfd.Normal(loc, jax.nn.softplus(raw)), reinterpreted_batch_ndims=1)
        p = tfd.Independent(tfd.Normal(jnp.zeros(D), 1.0), reinterpreted_batch_ndims=1)
        error = jnp.sum((q.sample(seed=key) @ params["decoder"] - x) ** 2, -1)
        return jnp.mean(error) + 0.1 * jnp.mean(tfd.kl_divergence(q, p))

    _trained(loss_fn, X, KEY)


@case("tfp on JAX", ("exact", "logstd", 1.0))
def tfp_sampled() -> None:
    """log q(z) - log p(z) of a sample."""
    from tensorflow_probability.substrates import jax as tfp

    tfd = tfp.distributions

    def loss_fn(params: Any, x: Any, key: Any) -> Any:
        loc, logstd = _heads(params, x)
        q, p = tfd.Normal(loc, jnp.exp(logstd)), tfd.Normal(0.0, 1.0)
        z = q.sample(seed=key)
        error = jnp.sum((z @ params["decoder"] - x) ** 2, -1).mean()
        return error + (q.log_prob(z) - p.log_prob(z)).sum(-1).mean()

    _trained(loss_fn, X, KEY)


@case("tfp on JAX", ("exact", None, 1.0))
def tfp_full_covariance() -> None:
    """Of a lower triangular factor with a positive diagonal, for each example."""
    from tensorflow_probability.substrates import jax as tfp

    tfd = tfp.distributions
    weights = {**PARAMS, "factor": _weights(factor=(N, D * (D + 1) // 2))["factor"]}

    def loss_fn(params: Any, x: Any) -> Any:
        factor = tfp.bijectors.FillScaleTriL()(x @ params["factor"])
        q = tfd.MultivariateNormalTriL(_heads(params, x)[0], factor)
        p = tfd.MultivariateNormalTriL(jnp.zeros(D), jnp.eye(D))
        return jnp.mean(tfd.kl_divergence(q, p))

    _trained(loss_fn, X, params=weights)
