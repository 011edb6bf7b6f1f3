"""A head whose name says another reading than the code has."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.mistakes.mistake import Mistake
from klcli.lint.findings.types import Finding
from klcli.lint.rules.rule import KlTerm, ModuleTerms, Rule, finding_at
from klcli.names.means_and_spreads import suggested

__all__ = ["RULE"]

_MISTAKE = Mistake(
    "KL207",
    "name of another reading",
    "the name says another reading than the code has",
    "The code is right, consistently, under another reading than the name of the head states: a number "
    "that is called sigma and is a log-variance everywhere. Nothing is computed wrongly. Readers take "
    "it for a mistake, and one day someone puts it right in one place only.",
    "Today it costs 0 nats. Who believes the name and samples mu + sigma * eps draws with the "
    "log-variance: at the prior it is 0, and the sample has no noise.",
    (
        """\
def forward(mu, sigma):
    z = mu + torch.exp(0.5 * sigma) * torch.randn_like(mu)
    kl = -0.5 * torch.sum(1 + sigma - mu.pow(2) - sigma.exp(), dim=-1)
    return z, kl
""",
        """\
def forward(mu, logvar):
    z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=-1)
    return z, kl
""",
    ),
)


def _check(found: ModuleTerms) -> Iterator[Finding]:
    for kl in found.kls:
        stated = _stated(kl)
        if kl.best.is_right and stated and stated != kl.reading:
            meant, held = (PARAMETERIZATIONS[name].meaning for name in (stated, kl.reading))
            words = f"{kl.head} is called {meant} and is {held}"
            yield finding_at(kl.best.excerpt, _MISTAKE, "note", words, kl.reading)


def _stated(kl: KlTerm) -> str | None:
    """The reading that the name of a head states, where it has one meaning."""
    head = kl.best.head
    if head is None or kl.best.excerpt.is_rebound(head):
        return None
    return suggested(kl.head.rpartition(".")[2])


RULE = Rule(_check, _MISTAKE)
