"""A 1 in the place of the logarithm of the prior's variance."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.judge.mistakes.mistake import Mistake
from klcli.lint.findings.types import Finding
from klcli.lint.rules.rule import ModuleTerms, Rule, finding_at
from klcli.lint.terms.divergences import Divergence

__all__ = ["RULE"]

_LOG_NORMAL_PDF = """\
def log_normal_pdf(x, mean, logvar):
    log2pi = tf.math.log(2.0 * np.pi)
    return tf.reduce_sum(-0.5 * ((x - mean) ** 2 * tf.exp(-logvar) + logvar + log2pi), axis=1)


def loss(x, mean, logvar, logpx_z):
    z = mean + tf.exp(0.5 * logvar) * tf.random.normal(mean.shape)
"""

_MISTAKE = Mistake(
    "KL208",
    "prior log-variance 1",
    "the prior has the variance e = 2.718: a 1 stands where the logarithm of a variance belongs",
    "A function that takes a log-variance is handed 1 for the unit prior, whose log-variance is 0. Write 0.",
    "The KL is that to N(0, 2.718), and its optimum is sigma = 1.649, which is 0.3591 nats a latent "
    "away from N(0, 1): samples of N(0, 1) at test time do not cover what the decoder was trained on.",
    (
        f"""\
{_LOG_NORMAL_PDF}\
    logpz = log_normal_pdf(z, 0.0, 1.0)
    logqz_x = log_normal_pdf(z, mean, logvar)
    return -tf.reduce_mean(logpx_z + logpz - logqz_x)
""",
        f"""\
{_LOG_NORMAL_PDF}\
    logpz = log_normal_pdf(z, 0.0, 0.0)
    logqz_x = log_normal_pdf(z, mean, logvar)
    return -tf.reduce_mean(logpx_z + logpz - logqz_x)
""",
    ),
)


def _check(found: ModuleTerms) -> Iterator[Finding]:
    for kl in found.kls:
        if kl.best.is_right and _has_unit_log_variance(kl.best):
            yield finding_at(kl.best.excerpt, _MISTAKE, "warning", reading=kl.reading)


def _has_unit_log_variance(one: Divergence) -> bool:
    """Whether the prior has the variance e, which nobody chooses."""
    from klcli.judge.constants import constant_text

    kl = one.found.best.verdict.kl
    return kl is not None and kl.prior_variance is not None and constant_text(kl.prior_variance) == "e"


RULE = Rule(_check, _MISTAKE)
