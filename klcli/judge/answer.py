"""What a formula is: the space that it is asked in, and the answer there."""

from __future__ import annotations

from klcli.formula.program import (
    Language,
    Program,
    read_as_matrices,
    read_matrices,
    read_otherwise,
    read_program,
)
from klcli.formula.syntax import FormulaError
from klcli.judge.naming import multiple_text
from klcli.judge.question import PLAIN, Question
from klcli.judge.spaces import numbers
from klcli.judge.spaces.log_ratios.estimation import Estimation
from klcli.judge.spaces.log_ratios.settling import neutral_estimation, stated_estimation
from klcli.judge.verification import Verification
from klcli.values import replace

__all__ = ["answer", "answer_to_text", "verify"]


def answer_to_text(
    text: str, language: Language | None = None, question: Question = PLAIN, sampler: str | None = None
) -> Verification | Estimation:
    """What a text is, of numbers, of matrices or of log-probabilities.

    Args:
        text: the formula.
        language: that of the text; by default it is detected.
        question: what is asked about it.
        sampler: the text of the sampling line that belongs to it.

    Raises:
        KlcliError: it cannot be read, has no symbol or too many, or lacks one that the question names.
    """
    if program := read_matrices(text, language):
        line = None if sampler is None else _line_of_matrices(sampler, program.language)
        other = None if language else read_otherwise(program)
        return verify(program, replace(question, sampler=line), other=other)
    line = None if sampler is None else read_program(sampler)
    return answer(read_program(text, language), replace(question, sampler=line))


def _line_of_matrices(text: str, language: Language) -> Program:
    """A sampling line in the language of its formula, or else in the other one."""
    try:
        return read_as_matrices(text, language)
    except FormulaError:
        return read_as_matrices(text)


def verify(program: Program, question: Question = PLAIN, *, other: Program | None = None) -> Verification:
    """What a formula of Gaussians is, of numbers or of matrices.

    Args:
        program: the formula.
        question: what is asked about it.
        other: a formula of matrices in the other language, where it can be read in both.

    Raises:
        KlcliError: it has no symbol or too many, lacks one that the question names, or does not fit together.
    """
    if program.of_matrices:
        from klcli.judge.spaces.matrices.settling import settled

        return settled(program, question, other)
    return numbers.settled(program, question)


def answer(program: Program, question: Question = PLAIN) -> Verification | Estimation:
    """What a formula is.

    One whose names are those of log-probabilities is asked as an estimator first; one of two symbols whose
    names say nothing only where it is no KL of Gaussians. A question about means, heads, readings, priors or
    samplers is one about Gaussians, and so is one about matrices.

    Raises:
        KlcliError: it has no symbol or too many, or lacks one that the question names.
    """
    if program.of_matrices or replace(question, mended=True, described=True) != PLAIN:
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
