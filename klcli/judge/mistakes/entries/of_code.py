"""The mistakes that are not in a formula, but in the code around it: samplers and losses.

Those that only the linter sees stand with its rules.
"""

from __future__ import annotations

from klcli.judge.mistakes.mistake import Mistake

__all__ = ["OF_CODE"]

_LOSS = """\
def loss(recon, x, mu, logvar):
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return F.mse_loss(recon, x, reduction="sum")"""

OF_CODE: tuple[Mistake, ...] = (
    Mistake(
        "KL201",
        "sampler and KL disagree",
        "the sample is drawn with another reading of the head than the KL has",
        "The KL and the sampling line read the same number in two ways, for example exp(s) * eps (a log "
        "standard deviation) beside 1 + s - mu^2 - exp(s) (a log-variance). Each is right by itself; "
        "together the KL punishes a distribution from which nothing is sampled. Decide what the head is, "
        "and read it so in both lines.",
        "In the example the sampled standard deviation is the square of the one that is charged. At a head "
        "of -2 the KL charges 0.5677 nats, for a standard deviation of 0.3679; the sample has 0.1353, whose "
        "KL is 1.509 nats.",
        (
            """\
def forward(mu, log_sigma):
    z = mu + torch.exp(log_sigma) * torch.randn_like(mu)
    kl = -0.5 * torch.sum(1 + log_sigma - mu.pow(2) - log_sigma.exp(), dim=-1)
    return z, kl
""",
            """\
def forward(mu, logvar):
    z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=-1)
    return z, kl
""",
        ),
    ),
    Mistake(
        "KL202",
        "noise not normal",
        "the noise is not normal",
        "The reparameterised sample is mu + sigma * eps with eps from N(0, 1): randn, not rand. Uniform "
        "noise from [0, 1) is not even centred; truncated_normal cuts off what is beyond two standard "
        "deviations.",
        "With uniform noise the sample has the mean mu + sigma/2 and the standard deviation 0.2887 sigma. "
        "At mu = 0, sigma = 1 the closed form charges 0; the divergence of the uniform noise from N(0, 1) "
        "is 1.086 nats a latent. Truncated noise has the standard deviation 0.8796.",
        (
            """\
def sample(mu, logvar):
    return mu + torch.exp(0.5 * logvar) * torch.rand_like(mu)
""",
            """\
def sample(mu, logvar):
    return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
""",
        ),
    ),
    Mistake(
        "KL203",
        "noise scaled",
        "the noise has not the standard deviation 1",
        "With eps scaled by c the sample has the standard deviation c sigma, and the KL is that of "
        "another distribution. Old Keras examples draw with epsilon_std = 0.01 or 0.1 that way.",
        "With epsilon_std = 0.1, and sigma = 1 at the optimum of the KL, the sample has the standard "
        "deviation 0.1. The loss charges 0 nats a latent for it; its KL is 1.808 nats.",
        (
            """\
def forward(z_mean, z_log_var):
    epsilon = K.random_normal(shape=K.shape(z_mean), mean=0.0, stddev=0.1)
    z = z_mean + K.exp(z_log_var / 2) * epsilon
    kl = -0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
    return z, kl
""",
            """\
def forward(z_mean, z_log_var):
    epsilon = K.random_normal(shape=K.shape(z_mean), mean=0.0, stddev=1.0)
    z = z_mean + K.exp(z_log_var / 2) * epsilon
    kl = -0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
    return z, kl
""",
        ),
    ),
    Mistake(
        "KL204",
        "sign not undone",
        "the loss takes the KL away",
        "Training makes what is minimised smaller, and here that makes the KL larger without bound: either "
        "the closed form is that of -KL, as it stands in the evidence lower bound, and is added to the loss, "
        "or it is that of the KL and is subtracted. Of sign and sum one has to turn around.",
        "A posterior of standard deviation 10 has a KL of 47.2 nats a latent. This loss pays as much for "
        "it; the right one charges it.",
        (f"{_LOSS} - kl\n", f"{_LOSS} + kl\n"),
    ),
    Mistake(
        "KL205",
        "KL never used",
        "the KL is computed and nothing uses it",
        "The term is given a name that no other statement reads, so that the loss is trained without it: the "
        "autoencoder is not variational, whatever its name is. Add it to the loss, or remove it.",
        "Nothing keeps the posterior near the prior. One of standard deviation 0.01 has a KL of 4.105 nats a "
        "latent; this loss charges 0.",
        (f"{_LOSS}\n", f"{_LOSS} + kl\n"),
    ),
    Mistake(
        "KL206",
        "mean over the latents",
        "the KL is averaged over the latents, where the bound has their sum",
        "The KL of independent latents is the sum over them. A mean divides it by their number d: the "
        "effective beta is 1/d, and it changes when d does. Nothing is wrong with that if it is meant; the "
        "values are no KL, and beta is not comparable between models.",
        "With 20 latents the effective beta is 0.05, with 128 it is 0.0078.",
        (
            """\
def kl(mu, logvar):
    return -0.5 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp())
""",
            """\
def kl(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1).mean()
""",
        ),
    ),
)
