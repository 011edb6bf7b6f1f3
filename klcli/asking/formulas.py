"""``klcli.verify``: what a formula is, given as a text, as a program or as a function that computes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, overload

from klcli.errors import KlcliError
from klcli.formula.program_reader import Language, Program
from klcli.gaussian.parameterization import find
from klcli.judge import answer as judge
from klcli.judge.question import PLAIN, Question
from klcli.judge.verification import Verification
from klcli.report.verify_data import VerifyData


@overload
def verify(what: Program, question: Question = PLAIN, *, other: Program | None = None) -> Verification: ...


@overload
def verify(
    what: str,
    question: Question = PLAIN,
    *,
    language: Language | None = None,
    sampler: str | None = None,
    param: str | None = None,
) -> VerifyData: ...


@overload
def verify(
    what: Callable[..., Any],
    question: Question = PLAIN,
    *,
    arguments: Mapping[str, Any] | None = None,
    param: str | None = None,
) -> VerifyData: ...


def verify(
    what: str | Program | Callable[..., Any],
    question: Question = PLAIN,
    *,
    other: Program | None = None,
    language: Language | None = None,
    sampler: str | None = None,
    arguments: Mapping[str, Any] | None = None,
    param: str | None = None,
) -> VerifyData | Verification:
    """What a formula really computes: which KL, under which reading of its head, and what is wrong.

    ``klcli.verify("-0.5 * (1 + logvar - mu**2 - exp(logvar))").is_exact`` is True.

    Args:
        what: a text of mathematics (ASCII, Unicode, LaTeX) or of Python, which is read and never run; or a
            function of PyTorch, JAX or NumPy, which is called with arrays of its own in two shapes, and whose
            operations are judged as a text is; or a program that was read, whose answer is the judge's own.
        question: what is asked about it.
        other: of a program of matrices, the same text in the other language.
        language: of a text; by default it is detected.
        sampler: the text of the sampling line that belongs to a text.
        arguments: of a function those that are no arrays, by their names.
        param: the reading that is required; without it every one is tried.

    Returns:
        The fields of the JSON of ``klcli verify``; of a program a `klcli.judge.verification.Verification`.

    Raises:
        KlcliError: it cannot be read, called or followed, or lacks a symbol that the question names.
    """
    from klcli.report.judge_answers import data_of
    from klcli.values import replace

    if param is not None:
        question = replace(question, reading=find(param))
    if isinstance(what, Program):
        return judge.verify(what, question, other=other)
    if isinstance(what, str):
        found = judge.answer_to_text(what, language, question, sampler)
    else:
        found = judge.answer(_program(what, arguments or {}), question)
    return data_of(found)


def _program(function: Callable[..., Any], given: Mapping[str, Any]) -> Program:
    """The operations that a function runs."""
    if not callable(function):
        raise KlcliError(f"a {type(function).__name__} is no formula", "give a text, a program or a function")
    from klcli.trace.function_call import call_of, name_of, open_arguments
    from klcli.trace.function_programs import program_of_call
    from klcli.trace.programs import UnfollowedError

    names = open_arguments(function, given)
    try:
        return program_of_call(call_of(function, names, given), names)
    except UnfollowedError as error:
        text = f"{name_of(function)} was not followed: {error}"
        raise KlcliError(text, "klcli.testing.assert_kl holds its numbers against the KL") from None
