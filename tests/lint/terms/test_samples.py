"""Samples: noise that is not standard normal is no right one."""

from __future__ import annotations

import pytest

from klcli.lint.linter import linted
from klcli.lint.source.module import parsed

SOURCE = """
def draw(mean, log_sigma):
    kl = 0.5 * tf.reduce_sum(mean**2 + tf.exp(2 * log_sigma) - 1 - 2 * log_sigma)
    eps = {noise}
    return mean + tf.exp(log_sigma) * eps, kl
"""
NOISES = {
    "tf.random.normal(tf.shape(mean))": ("exact", set()),
    "tf.random.normal(tf.shape(mean), stddev=1.)": ("exact", set()),
    "tf.random.truncated_normal(tf.shape(mean))": ("wrong", {"KL202"}),
    "tf.truncated_normal(tf.shape(mean), 0., 1.)": ("wrong", {"KL202"}),
    "K.truncated_normal(K.shape(mean), stddev=0.)": (None, {"KL202"}),
    "jax.random.truncated_normal(key, -2, 2, mean.shape)": ("wrong", {"KL202"}),
    "torch.nn.init.trunc_normal_(torch.empty_like(mean))": ("wrong", {"KL202"}),
    "tf.random.normal(tf.shape(mean), stddev=0.)": (None, {"KL203"}),
    "tf.random.normal(tf.shape(mean), 0., 0.)": (None, {"KL203"}),
    "np.random.normal(0, 0, mean.shape)": (None, {"KL203"}),
    "scipy.stats.truncnorm.rvs(-2, 2, size=mean.shape)": (None, set()),
}
"""The verdict on the sample, None for one that is not listed, and what is said of it.

A standard normal number that is cut off at 2 has the variance 1 - 4 phi(2) / (2 Phi(2) - 1) = 0.7737.
"""


@pytest.mark.parametrize("noise", NOISES)
def test_noise_that_is_cut_off_or_missing_is_not_right(noise: str) -> None:
    verdict, codes = NOISES[noise]
    found = linted(parsed(SOURCE.format(noise=noise), "model.py"))
    samples = [term.verdict for term in found.terms if term.kind == "sampler"]
    assert samples == ([verdict] if verdict else [])
    assert {one.mistake.code for one in found.findings} == codes


@pytest.mark.parametrize("noise", ["tf.random.truncated_normal(tf.shape(mean))", "0 * tf.random.normal(n)"])
def test_the_same_within_the_line(noise: str) -> None:
    source = f"def draw(mean, log_sigma):\n    return mean + tf.exp(log_sigma) * {noise}\n"
    found = linted(parsed(source, "model.py"))
    assert all(term.verdict == "wrong" for term in found.terms)


@pytest.mark.parametrize(
    "spread",
    [
        ".unsqueeze(1).expand(b, n, d)",
        ".unsqueeze(1).expand(-1, n, -1)",
        ".unsqueeze(0).expand(n, *mu.shape)",
        ".expand_as(x)",
        "",
    ],
)
@pytest.mark.parametrize(
    ("std", "reading"), [("logvar.mul(0.5).exp()", "logvar"), ("logvar.exp()", "logstd")]
)
def test_a_sample_of_arrays_in_a_larger_shape_is_that_of_their_entries(
    spread: str, std: str, reading: str
) -> None:
    source = f"""
def draw(mu, logvar, n, x):
    b, d = mu.size()
    std = {std}
    means, stds = mu{spread}, std{spread}
    return means + torch.randn_like(stds) * stds
def kl(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
"""
    found = linted(parsed(source, "model.py")).terms
    assert [(one.parameterization, dict(one.symbols)["head"]) for one in found if one.kind == "sampler"] == [
        (reading, "logvar")
    ]


def test_broadcasting_by_a_function_is_no_other_sample() -> None:
    source = """
def draw(mu, logvar, n):
    std = jnp.broadcast_to(jnp.exp(logvar), (n, 5))
    return mu + np.random.normal(size=(n, 5)) * std, 0.5 * jnp.sum(jnp.exp(logvar) + mu**2 - 1 - logvar)
"""
    assert [one.mistake.code for one in linted(parsed(source, "model.py")).findings] == ["KL201"]
