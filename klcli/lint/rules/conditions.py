"""What a verdict needs beside the algebra, all in one note."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.judge.mistakes.mistake import Mistake
from klcli.lint.findings.types import Finding, ListedTerm
from klcli.lint.rules.rule import ModuleTerms, Rule, finding_at

__all__ = ["RULE"]

_MISTAKE = Mistake(
    "KL211",
    "condition of a verdict",
    "the verdict has conditions",
    "The KL is judged without its small numbers, clips and free bits, and what they do is measured: how "
    "far 1e-8 inside of a logarithm moves it, whether a clip binds for sigma from 0.01 to 100, where "
    "free bits leave no gradient. A number that stands wherever the head does belongs to the head, and "
    "the sampler has to add it, too. What was compared at points and is not proved says so. `klcli lint "
    "--notes` shows the conditions of each term, `klcli verify` those of a formula; one that fails is "
    "status 1 there. See `klcli explain small-number` and the pages of the other conditions.",
    "In the example 1e-3 inside of the logarithm makes an error of up to 0.23, relative to 1 + KL. With "
    "1e-6 in its place the error is 0.00097, which passes.",
    (
        """\
def kl_loss(mu, var):
    return 0.5 * torch.sum(var + mu.pow(2) - 1 - torch.log(var + 1e-3))
""",
        """\
def kl_loss(mu, var):
    return 0.5 * torch.sum(var + mu.pow(2) - 1 - torch.log(var))
""",
    ),
)


def _check(found: ModuleTerms) -> Iterator[Finding]:
    for excerpt, term in found.judged:
        if noted := "; ".join(_noted(term)):
            yield finding_at(excerpt, _MISTAKE, "note", noted, term.parameterization)


def _noted(term: ListedTerm) -> Iterator[str]:
    """The conditions in words; a gradient that is stopped is a warning of its own.

    What is stopped as a whole is a value to be printed, as it stands beside losses.
    """
    for condition in term.conditions:
        if condition.kind == "no-gradient":
            continue
        if condition.kind != "gradient" or condition.passes:
            yield condition.text if condition.passes else f"it does not hold: {condition.text}"
    if term.proof == "numeric":
        yield "no difference found at points, it is not proved"


RULE = Rule(_check, _MISTAKE)
