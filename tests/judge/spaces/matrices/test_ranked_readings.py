"""The answers on formulas of matrices under every reading: the best first, with what was wrong."""

from __future__ import annotations

from functools import cache

import pytest

from klcli.errors import KlcliError
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.question import PLAIN, Question
from klcli.judge.spaces.matrices import ranked_readings
from klcli.judge.spaces.matrices.ranked_readings import MatrixAnswer, best_answer
from klcli.judge.spaces.matrices.readings import READINGS
from klcli.judge.ways import Way
from tests.judge.spaces.matrices.settings import program

UNIT = "0.5 (tr(S) + mu'mu - d - log det S)"
SIGN = "0.5 (tr(S) + mu'mu - d + log det S)"
TWO = "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' S_p^-1 (m_p - m_q) - d + log|S_p|/|S_q|)"
TURNED = "0.5 (tr(S_q^-1 S_p) + (m_p - m_q)' S_q^-1 (m_p - m_q) - d + log|S_q|/|S_p|)"
COUNTED = "0.5 (a'a + tr(B) - c - log|B|)"
"""c is the number of dimensions, or another term of a loss."""


def asked(reading: str | None) -> Question:
    return Question(reading={**PARAMETERIZATIONS, **READINGS}[reading]) if reading else PLAIN


@cache
def found(text: str, reading: str | None = None) -> MatrixAnswer:
    return best_answer(program(text), asked(reading))


@pytest.mark.parametrize(
    ("text", "kind", "reading", "code"),
    [
        (UNIT, "exact", "covariance", None),
        (f"beta * {UNIT}", "scaled", "covariance", None),
        (f"{UNIT} / N", "scaled", "covariance", None),
        # The factor 2 of the logarithm of a determinant.
        ("0.5 (tr(L L') + mu'mu - d - log det L)", "wrong", "cholesky", "KL124"),
        ("0.5 (tr(S) + mu'mu - d + log det S)", "wrong", "covariance", "KL126"),
        ("0.5 (tr(S^-1) + mu'S^-1 mu - d + log det S)", "reversed", "covariance", "KL115"),
        # The spread term alone.
        ("0.5 (tr(S) - d - log det S)", "wrong", "covariance", "KL111"),
        # No logarithm, and no determinant: it has not even the parts of a KL.
        ("tr(S) + mu'mu", "not-kl", "covariance", None),
        ("tr(S) + mu'mu - det(S) tr(S)", "wrong", "covariance", None),
        # What was left out is found from what is there.
        ("0.5 (tr(S)/4 + mu'mu/4 - log det S)", "other-prior", "covariance", None),
        ("0.5 (tr(P^-1) + mu'mu - d + log det P)", "exact", "precision", None),
        # Twice a KL looks unmeant, three times one does not.
        ("tr(S) + mu'mu - d - log det S", "scaled", "covariance", "KL106"),
        (f"3 ({UNIT})", "scaled", "covariance", None),
        # The posterior is what the left-hand side begins with.
        (f"KL(p || q) = {TURNED}", "exact", "covariance", None),
        (f"KL(p || q) = {TWO}", "reversed", "covariance", "KL115"),
        # Of no change of a known kind.
        ("0.5 (tr(S)/4 + mu'mu/4 - d + log det S)", "wrong", "covariance", None),
        ("tr(S) + det(S)", "wrong", "covariance", None),
        (COUNTED, "exact", "covariance", None),
    ],
)
def test_the_best_answer(text: str, kind: str, reading: str, code: str | None) -> None:
    best = found(text).best
    assert (best.kind, best.verdict.parameterization.name, best.mistake and best.mistake.code) == (
        kind,
        reading,
        code,
    )


def test_every_reading_has_its_own() -> None:
    answer = found(UNIT)
    assert [one.verdict.parameterization.name for one in answer.candidates] == [
        "covariance",
        "cholesky",
        "precision",
    ]
    assert [one.kind for one in answer.candidates].count("exact") == 1
    assert answer.rank < found("0.5 (tr(S) + mu'mu - d + log det S)").rank


def test_the_reading_that_is_demanded_comes_first() -> None:
    answer = found(UNIT, "precision")
    assert answer.best.verdict.parameterization.name == "precision"
    assert answer.best.kind != "exact"


def test_a_reading_of_a_number_is_none_of_a_matrix() -> None:
    with pytest.raises(KlcliError, match="--param logvar is a reading of a number") as caught:
        found(UNIT, "logvar")
    assert caught.value.hint == "a matrix is read as covariance, cholesky, precision"


def test_the_other_direction_of_two_gaussians_is_the_kl_of_the_other_one() -> None:
    """Which Gaussian is the posterior its names say, unless the left-hand side does."""
    text = "0.5 (tr(S_q^-1 S_p) + (m_p - m_q)' S_q^-1 (m_p - m_q) - d + log|S_q|/|S_p|)"
    best = found(text).best
    assert best.kind == "reversed"
    assert best.corrected == "0.5 (tr(S_p^-1 S_q) + (m_q - m_p)' S_p^-1 (m_q - m_p) - d + log|S_p|/|S_q|)"


@pytest.mark.parametrize(("terms", "mended"), [(1, True), (52, False)])
def test_long_formulas_are_not_mended(terms: int, mended: bool) -> None:
    """52 terms of the trace have more than 250 nodes."""
    trace = " + ".join(f"tr(S)/{terms}" for _ in range(terms))
    best = found(f"0.5 ({trace} + mu'mu - d + log det S)").best
    assert best.kind == "wrong"
    assert (best.mistake is not None) is mended


def test_the_change_is_looked_for_under_the_reading_that_is_demanded() -> None:
    """Under a precision it is the trace that is wrong: 1/2 (tr P^-1 + |mu|^2 - d + log det P)."""
    assert found(SIGN, "precision").best.corrected == "0.5 (tr(S^-1) + mu'mu - d + log det S)"


ALIKE = ["covariance", "cholesky", "precision"]


@pytest.mark.parametrize(
    ("text", "demanded", "ways"),
    [
        # What is exact, or turned around, or a multiple that is meant, is not searched for mistakes,
        (UNIT, None, []),
        (TURNED, None, []),
        (f"3 ({UNIT})", None, []),
        ("0.5 (tr(S) - d - log det S)", None, []),
        # unless a reading is demanded: then under this one.
        (UNIT, "precision", [["precision"]]),
        (f"3 ({UNIT})", "covariance", [["covariance"]]),
        # A multiple is mended in the way in which it is one.
        ("tr(S) + mu'mu - d - log det S", None, [["covariance"]]),
        ("0.5 (tr(S)/4 + mu'mu/4 - log det S)", None, [ALIKE]),
        (SIGN, None, [ALIKE]),
        # Two matrices are read alike.
        (TWO.replace("- d +", "- d -"), None, [["covariance"] * 2, ["cholesky"] * 2, ["precision"] * 2]),
        # Of a formula that has two meanings both are searched.
        (COUNTED, None, []),
        (COUNTED.replace("- log", "+ log"), None, [ALIKE, ALIKE]),
    ],
)
def test_where_mistakes_are_looked_for(
    text: str, demanded: str | None, ways: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[list[str]] = []

    def repaired(
        _program: object, _subject: object, _kinds: object, likely: list[Way], _prior: object
    ) -> None:
        heads = [[head.reading.name for head in way.heads] for way in likely]
        tried.extend(heads if any(len(one) > 1 for one in heads) else [[name for (name,) in heads]])

    monkeypatch.setattr(ranked_readings, "repaired", repaired)
    best_answer(program(text), asked(demanded))
    assert tried == ways


@pytest.mark.parametrize(("demanded", "judged"), [(None, 1), ("covariance", 1), ("precision", 2)])
def test_other_kinds_are_tried_where_the_first_are_not_exact(
    demanded: str | None, judged: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []
    verdicts = ranked_readings._verdicts
    monkeypatch.setattr(ranked_readings, "_verdicts", lambda *given: tried.append(given) or verdicts(*given))
    best_answer(program(COUNTED), asked(demanded))
    assert len(tried) == judged
