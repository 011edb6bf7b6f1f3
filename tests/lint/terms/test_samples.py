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
