"""The spaces, in the order in which they are asked what a program is.

One whose names are those of log-probabilities is asked as an estimator first; one of two symbols whose names
say nothing only where it is no KL of Gaussians.
"""

from __future__ import annotations

from klcli.formula.program_reader import Language, Program, read_as_matrices, read_matrices, read_otherwise
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.traversal import free_symbols
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.naming import multiple_text
from klcli.judge.question import Question
from klcli.judge.spaces import number_space
from klcli.judge.spaces.matrices.readings import READINGS
from klcli.judge.spaces.space import Answer, Space, SpaceReader
from klcli.names.log_ratios import is_neutral, stated
from klcli.values import replace


def _of_stated_log_ratios(program: Program, question: Question, before: Answer | None) -> Answer | None:
    if program.of_matrices or not any(map(stated, free_symbols(program.arrays))):
        return None
    from klcli.judge.spaces.log_ratios.log_ratio_space import stated_estimation  # not for other formulas

    return stated_estimation(program)


def _of_numbers(program: Program, question: Question, before: Answer | None) -> Answer | None:
    return None if program.of_matrices else number_space.settled(program, question)


def _of_matrices(program: Program, question: Question, before: Answer | None) -> Answer | None:
    if not program.of_matrices:
        return None
    from klcli.judge.spaces.matrices.matrix_space import settled  # its algebra is not loaded for numbers

    return settled(program, question)


def _of_neutral_log_ratios(program: Program, question: Question, before: Answer | None) -> Answer | None:
    """An estimator, with what it would be of Gaussians if that is a KL."""
    names = free_symbols(program.arrays)
    if program.of_matrices or not any(stated(name) or is_neutral(name) for name in names):
        return None
    from klcli.judge.spaces.log_ratios.log_ratio_space import neutral_estimation  # not for other formulas

    found = neutral_estimation(program)
    if found is None or before is None or before.gaussian is None:
        return found
    best = before.gaussian.best
    if best.verdict.kl:
        text = f"read as heads of Gaussians it is {multiple_text(before.gaussian, best.verdict)}"
    elif best.mistake:
        text = f"read as the head of a Gaussian it is wrong: {best.mistake.code} {best.mistake.sentence}"
    else:
        return found
    return replace(found, warnings=(*found.warnings, text))


def _formula_of_matrices(text: str, language: Language | None) -> tuple[Program, Program | None] | None:
    program = read_matrices(text, language)
    if program is None:
        return None
    return program, None if language else read_otherwise(program)


def _line_of_matrices(text: str, language: Language) -> Program:
    """A sampling line in the language of its formula, or else in the other one."""
    try:
        return read_as_matrices(text, language)
    except FormulaError:
        return read_as_matrices(text)


SPACES: tuple[Space, ...] = (
    Space("log-probabilities", _of_stated_log_ratios, of_gaussians=False, is_final=True),
    Space(
        "numbers",
        _of_numbers,
        of_gaussians=True,
        is_final=False,
        readings=PARAMETERIZATIONS,
        noun="number",
    ),
    Space(
        "matrices",
        _of_matrices,
        of_gaussians=True,
        is_final=True,
        readings=READINGS,
        noun="matrix",
        reader=SpaceReader(_formula_of_matrices, _line_of_matrices),
    ),
    Space("numbers without names", _of_neutral_log_ratios, of_gaussians=False, is_final=False),
)
"""Every space. What no other claims is of numbers, or of matrices where it was read so."""
