"""Which space a text is asked in, and that the answer of each has one form."""

from __future__ import annotations

from dataclasses import fields

import pytest

import klcli
from klcli.errors import KlcliError
from klcli.formula.program_reader import read_matrices, read_program
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.answer import answer, answer_to_text, verify
from klcli.judge.question import Question
from klcli.judge.spaces.log_ratios.estimator_answer import Estimation
from klcli.judge.spaces.matrices.readings import CHOLESKY, READINGS
from klcli.judge.spaces.matrices.words import MATRICES
from klcli.judge.spaces.number_words import NUMBERS
from klcli.judge.verification import Verification
from klcli.report.verify import verify_report

OF_NUMBERS = "0.5 * (exp(logvar) + mu^2 - 1 - logvar)"
OF_MATRICES = "0.5 * (trace(S) + mu' mu - d - log det S)"
OF_SAMPLES = "torch.exp(ref_lp - lp) - (ref_lp - lp) - 1"


def test_the_text_decides_which_space_is_asked() -> None:
    numbers, matrices = answer_to_text(OF_NUMBERS), answer_to_text(OF_MATRICES)
    assert isinstance(numbers, Verification)
    assert isinstance(matrices, Verification)
    assert (numbers.words, matrices.words) == (NUMBERS, MATRICES)
    assert numbers.best.kind == matrices.best.kind == "exact"
    assert isinstance(answer_to_text(OF_SAMPLES), Estimation)


def test_one_verify_serves_both() -> None:
    program = read_matrices(OF_MATRICES)
    assert program
    assert klcli.verify_matrices is klcli.verify
    for found in (verify(program), answer(program), verify(read_program(OF_NUMBERS))):
        assert isinstance(found, Verification)
        assert found.best.verdict.kl
        assert found.best.verdict.kl.scale == 1


def test_what_could_not_be_read_is_not_told_to_lack_anything() -> None:
    with pytest.raises(KlcliError, match="'foo' is not a known function"):
        answer_to_text("kl = foo(torch.exp(lv)) + mu**2 - 1 - lv\nkl = 0.5 * kl.sum()")
    # What a network computes is no part of it.
    assert answer_to_text("mu = self.fc(x)\nkl = 0.5 * (mu**2).sum()").kind == "not-kl"


@pytest.mark.parametrize("text", [OF_NUMBERS, OF_MATRICES, OF_SAMPLES])
def test_the_data_have_one_shape(text: str) -> None:
    data = verify_report(answer_to_text(text), proved=None).data
    assert type(data).__name__ == "VerifyData"
    assert [field.name for field in fields(data)][:4] == ["schema", "input", "notation", "verdict"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "reading", "message"),
    [
        (OF_NUMBERS, CHOLESKY, "--param cholesky is a reading of a matrix"),
        (OF_MATRICES, PARAMETERIZATIONS["std"], "--param std is a reading of a number"),
    ],
)
def test_a_reading_of_the_other_space_is_refused(text: str, reading: object, message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        answer_to_text(text, question=Question(reading=reading))  # type: ignore[arg-type]


def test_a_reading_that_both_spaces_have_is_that_of_the_space() -> None:
    """``--param precision`` means a number here and a matrix there."""
    for row in (PARAMETERIZATIONS["precision"], READINGS["precision"]):
        number = answer_to_text("0.5 * (1/s + mu^2 - 1 + log(s))", question=Question(reading=row))
        matrix = answer_to_text(
            "0.5 * (trace(P^-1) + mu' mu - d + log det P)", question=Question(reading=row)
        )
        for found, meaning in ((number, "a precision"), (matrix, "a precision matrix")):
            assert isinstance(found, Verification)
            assert found.best.kind == "exact"
            assert found.best.verdict.parameterization.meaning.startswith(meaning)


def test_sampling_lines_are_read_in_the_space_of_their_formula() -> None:
    number = answer_to_text(OF_NUMBERS, sampler="mu + exp(logvar / 2) * eps")
    matrix = answer_to_text("0.5 * (trace(L L') + mu' mu - d - 2 sum(log(diag(L))))", sampler="mu + L @ eps")
    for found, name in ((number, "logvar"), (matrix, "cholesky")):
        assert isinstance(found, Verification)
        assert found.sampling
        assert (found.sampling.status, found.sampling.parameterization) == ("agrees", name)


def test_a_demanded_reading_is_a_row_of_its_space_in_corrections_too() -> None:
    wrong = answer_to_text(
        "0.5 * (1/s + mu^2 - 1 - log(s))", question=Question(reading=READINGS["precision"])
    )
    assert isinstance(wrong, Verification)
    assert wrong.best.mistake
    assert wrong.best.repaired
    assert wrong.best.repaired.parameterization is PARAMETERIZATIONS["precision"]
