"""An exponential that a KL is handed as its head, of which it takes the exponential."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from klcli.formula.read.callee import called, viewed
from klcli.judge.mistakes.mistake import Mistake
from klcli.lint.findings.types import Finding
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.rules.rule import KlTerm, ModuleTerms, Rule, finding_at_step

__all__ = ["RULE"]

_KL_LOSS = """\
def kl_loss(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


"""

_MISTAKE = Mistake(
    "KL210",
    "exponential of an exponential",
    "the KL takes the exponential of what is an exponential already",
    "The formula reads its head as a logarithm and is handed exp(s). Its variance is then exp(exp(s)), "
    "which is above 1 for every s: the posterior of that KL is always wider than N(0, 1). Hand over the "
    "logarithm, or write the formula for what exp(s) is.",
    "What is charged falls to 0 as s falls, so that nothing keeps the standard deviation exp(s) from "
    "going to 0. At 0.01 this charges 2.5e-05 nats a latent, where the KL is 4.105.",
    (
        f"""\
{_KL_LOSS}\
def loss(mu, log_sigma):
    return kl_loss(mu, torch.exp(log_sigma))
""",
        f"""\
{_KL_LOSS}\
def loss(mu, log_sigma):
    return kl_loss(mu, 2 * log_sigma)
""",
    ),
)


def _check(found: ModuleTerms) -> Iterator[Finding]:
    for kl in found.undisputed:
        yield from _first(kl)


def _first(kl: KlTerm) -> Iterator[Finding]:
    for one in kl.right_ways:
        reading = one.found.best.verdict.parameterization
        name, step = one.excerpt.defined(str(one.head))
        if reading.name.startswith("log") and step and (made := _exponential(step)):
            given = one.excerpt.spelled(name if step.is_written else ast.unparse(made))
            words = f"{given} is an exponential, and the KL takes it for {reading.meaning}"
            yield finding_at_step(one, step, _MISTAKE, words)
            return


def _exponential(step: FlowStatement) -> ast.Call | None:
    value = getattr(step.node, "value", None)
    found = viewed(value) if isinstance(value, ast.expr) else None
    return found if isinstance(found, ast.Call) and called(found) in ("exp", "exp_") else None


RULE = Rule(_check, _MISTAKE)
