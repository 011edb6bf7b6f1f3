"""What a formula is: the spaces that it is asked in, and the answer of the one that it is of."""

from __future__ import annotations

from collections.abc import Iterable

from klcli.formula.program_reader import Language, Program, read_program
from klcli.formula.traversal import free_symbols
from klcli.judge.question import PLAIN, Question
from klcli.judge.spaces.space import Answer, Space
from klcli.judge.spaces.table import SPACES
from klcli.judge.verification import Verification
from klcli.values import replace


def answer_to_text(
    text: str, language: Language | None = None, question: Question = PLAIN, sampler: str | None = None
) -> Answer:
    """What a text is, in whatever space.

    Args:
        text: the formula.
        language: that of the text; by default it is detected.
        question: what is asked about it.
        sampler: the text of the sampling line that belongs to it.

    Raises:
        KlcliError: it cannot be read, or what is left of it is no KL, has no symbol or too many, or lacks
            one that the question names.
    """
    for reader in (space.reader for space in SPACES if space.reader):
        if found := reader.formula(text, language):
            program, other = found
            line = None if sampler is None else reader.line(sampler, program.language)
            return _of_the_whole(answer(program, replace(question, sampler=line, other=other)))
    line = None if sampler is None else read_program(sampler)
    return _of_the_whole(answer(read_program(text, language), replace(question, sampler=line)))


def _of_the_whole(found: Answer) -> Answer:
    """An answer, and what it is not about; what could not be read is not told to lack anything."""
    if found.kind == "not-kl":
        for name in free_symbols(found.program.arrays):
            if error := found.program.unread.get(name):
                raise error
    if name := found.program.apart:
        text = f"what stands behind {name} does not use it, and is not judged"
        return replace(found, warnings=(*found.warnings, text))
    return found


def verify(program: Program, question: Question = PLAIN, *, other: Program | None = None) -> Verification:
    """What a formula of Gaussians is, of numbers or of matrices.

    Args:
        program: the formula.
        question: what is asked about it.
        other: a formula of matrices in the other language, where it can be read in both.

    Raises:
        KlcliError: it has no symbol or too many, lacks one that the question names, or does not fit together.
    """
    asked = replace(question, other=other or question.other)
    found = _answer(program, asked, (space for space in SPACES if space.of_gaussians))
    assert found
    assert found.gaussian
    return found.gaussian


def answer(program: Program, question: Question = PLAIN) -> Answer:
    """What a formula is.

    A question about means, heads, readings, priors or samplers is one about Gaussians, and so is one about
    matrices.

    Raises:
        KlcliError: it has no symbol or too many, or lacks one that the question names.
    """
    if question.is_of_gaussians:
        return verify(program, question)
    found = _answer(program, question, SPACES)
    assert found is not None  # what no other space claims is of numbers
    return found


def stated(program: Program) -> Answer | None:
    """What a formula is that says by its names that it is of no Gaussians; None for any other."""
    return _answer(program, PLAIN, (one for one in SPACES if one.is_final and not one.of_gaussians))


def _answer(program: Program, question: Question, spaces: Iterable[Space]) -> Answer | None:
    """The answer of the first space whose answer stands, or of the last that has one."""
    found: Answer | None = None
    for space in spaces:
        if given := space.settled(program, question, found):
            found = given
            if space.is_final or given.kind == "exact":
                break
    return found
