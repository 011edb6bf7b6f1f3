"""Which space a formula is asked in: that of Gaussians, or that of log-probabilities of samples."""

from __future__ import annotations

from dataclasses import replace

from klcli.formula.program import Program
from klcli.judge.candidates import PLAIN, Question
from klcli.judge.naming import multiple_text
from klcli.judge.spaces.estimation import Estimation
from klcli.judge.spaces.log_ratios import neutral_estimation, stated_estimation
from klcli.judge.verification import Verification, verify

__all__ = ["answer"]


def answer(program: Program, question: Question = PLAIN) -> Verification | Estimation:
    """What a formula is.

    One whose names are those of log-probabilities is asked as an estimator first; one of two symbols whose
    names say nothing only where it is no KL of Gaussians. A question about means, heads, readings, priors or
    samplers is one about Gaussians.

    Raises:
        KlcliError: it has no symbol or too many, or lacks one that the question names.
    """
    if replace(question, mended=True, described=True) != PLAIN:
        return verify(program, question)
    if stated := stated_estimation(program):
        return stated
    found = verify(program, question)
    if found.best.kind == "exact":
        return found
    other = neutral_estimation(program)
    if other is None:
        return found
    verdict = found.best.verdict
    if verdict.kl:
        text = f"read as heads of Gaussians it is {multiple_text(found, verdict)}"
        other = replace(other, warnings=(*other.warnings, text))
    return other
