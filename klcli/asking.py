"""``klcli.verify``: what a formula is, given as a text, as a program or as a function that computes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, overload

from klcli.errors import KlcliError
from klcli.formula.program import Language, Program
from klcli.judge import answer as judge
from klcli.judge.question import PLAIN, Question
from klcli.judge.spaces.space import Answer
from klcli.judge.verification import Verification

__all__ = ["verify"]


@overload
def verify(what: Program, question: Question = PLAIN, *, other: Program | None = None) -> Verification: ...


@overload
def verify(
    what: str, question: Question = PLAIN, *, language: Language | None = None, sampler: str | None = None
) -> Answer: ...


@overload
def verify(
    what: Callable[..., Any], question: Question = PLAIN, *, arguments: Mapping[str, Any] | None = None
) -> Answer: ...


def verify(
    what: str | Program | Callable[..., Any],
    question: Question = PLAIN,
    *,
    other: Program | None = None,
    language: Language | None = None,
    sampler: str | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Answer:
    """What a formula is.

    Args:
        what: a text, a program, or a function of PyTorch, JAX or NumPy, which is called with arrays of its
            own in two shapes; the operations that it runs are judged as a text is.
        question: what is asked about it.
        other: of a program of matrices, the same text in the other language.
        language: of a text; by default it is detected.
        sampler: the text of the sampling line that belongs to a text.
        arguments: of a function those that are no arrays, by their names.

    Raises:
        KlcliError: it cannot be read, called or followed, or lacks a symbol that the question names.
    """
    if isinstance(what, str):
        return judge.answer_to_text(what, language, question, sampler)
    if isinstance(what, Program):
        return judge.verify(what, question, other=other)
    if not callable(what):
        raise KlcliError(f"a {type(what).__name__} is no formula", "give a text, a program or a function")
    return judge.answer(_program(what, arguments or {}), question)


def _program(function: Callable[..., Any], given: Mapping[str, Any]) -> Program:
    """The operations that a function runs."""
    from klcli.trace.called import call_of, name_of, open_arguments
    from klcli.trace.functions import program_of_call
    from klcli.trace.programs import UnfollowedError

    names = open_arguments(function, given)
    try:
        return program_of_call(call_of(function, names, given), names)
    except UnfollowedError as error:
        text = f"{name_of(function)} was not followed: {error}"
        raise KlcliError(text, "klcli.testing.assert_kl holds its numbers against the KL") from None
