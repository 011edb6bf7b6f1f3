"""What formulas of numbers can be taken for: the best answer, its mistake and its correction."""

from __future__ import annotations

from functools import cache

import pytest

from klcli.errors import KlcliError
from klcli.formula.program_reader import read_program
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.loss_context.preparation import prepare
from klcli.judge.question import PLAIN, Question
from klcli.judge.ranked_readings import Candidate, candidates

KL = "-0.5*(1 + logvar - mu^2 - exp(logvar))"
OF_STD = "-0.5 * (1 + 2 * log s - mu^2 - s^2)"
TURNED = "0.5*(1/s^2 + mu^2/s^2 - 1) + log(s)"
"""KL(N(0, 1) || N(mu, s^2))."""


@cache
def found(text: str, question: Question = PLAIN) -> tuple[Candidate, ...]:
    program = read_program(text)
    return candidates(program, prepare(program), question)


@pytest.mark.parametrize(
    ("text", "kind", "reading", "code", "corrected"),
    [
        (KL, "exact", "logvar", None, None),
        (f"beta*{KL}", "scaled", "logvar", None, None),
        (f"3*{KL}", "scaled", "logvar", None, None),
        (f"mask*{KL}", "scaled", "logvar", None, None),
        (f"max({KL}, 0.1)", "exact", "logvar", None, None),
        (f"{KL}/N", "scaled", "logvar", None, None),
        (f"rec + {KL}", "exact", "logvar", None, None),
        ("-0.5*w1*(1 + logvar - exp(logvar)) + 0.5*w2*mu^2", "scaled", "logvar", None, None),
        # One small change away, which is shown.
        ("1 + logvar - mu^2 - exp(logvar)", "wrong", "logvar", "KL120", KL.replace("0.5*", "0.5 ")),
        ("-(1 + logvar - mu^2 - exp(logvar))", "scaled", "logvar", "KL106", KL.replace("0.5*", "0.5 ")),
        ("-0.5*(1 + logvar - mu^2 + exp(logvar))", "wrong", "logvar", "KL108", KL),
        ("-0.5*(1 + logvar - mu^2 - exp(2*logvar))", "wrong", "logvar", "KL105", KL),
        ("-0.5*(logvar - mu^2 - exp(logvar))", "scaled", "logvar", "KL110", KL),
        # The constant that only a KL to N(0, 1) has shows what was meant: it is no KL to N(0, 1/2).
        ("-0.5*(1 + logvar - mu^2 - 2*exp(logvar))", "wrong", "logvar", "KL106", KL),
        # Twice KL(q || N(0, 2)) and a constant: nothing says that it was meant otherwise.
        ("0.5*(mu^2 + exp(logvar)) - logvar", "other-prior", "logvar", None, None),
        # The logarithm is lost.
        ("mu^2 + exp(logvar) - 1", "wrong", "logvar", "KL143", None),
        # The spread term alone, which no small change mends, also times 3.
        ("-0.5*(1 + logvar - exp(logvar))", "wrong", "logvar", "KL111", None),
        ("-1.5*(1 + logvar - exp(logvar))", "wrong", "logvar", "KL111", None),
        # To N(0, 4).
        ("-0.5*(1 + logvar - mu^2/4 - exp(logvar)/4)", "other-prior", "logvar", None, None),
        (f"abs({KL} - C)", "other", "logvar", None, None),
        # Corrections are shown where they are right with all that stands around the KL.
        (f"beta*clip({KL}, 0.1, 3)", "wrong", "logvar", "KL118", None),
        (f"beta*({TURNED})", "reversed", "std", "KL115", None),
        # The Gaussian with symbols is the posterior, unless the left-hand side says otherwise.
        (TURNED, "reversed", "std", "KL115", OF_STD),
        (f"KL(p || q) = {TURNED}", "reversed", "std", "KL115", OF_STD),
        (f"KL(N(0,1) || q) = {TURNED}", "exact", "std", None, None),
        ("KL(p || q) = log(s/t) + (t^2 + (mu-m)^2)/(2 s^2) - 1/2", "exact", "std", None, None),
        # Right algebra under a clip that binds, a sum too many or a mask of a part.
        (f"clip({KL}, 0.1, 3)", "wrong", "logvar", "KL118", KL),
        ("-0.5*(1 + clip(logvar,-1,1) - mu^2 - exp(logvar))", "wrong", "logvar", "KL118", KL),
        ("sum(1 + logvar) - mu^2 - exp(logvar)", "wrong", "logvar", "KL120", None),
        (f"torch.sum({KL}, dim=0).mean() + mu.sum()".replace("^", "**"), "wrong", "logvar", "KL121", None),
        (f"sum(mask*{KL} - 0.5*logvar*mask2)", "wrong", "logvar", "KL133", None),
        # No logarithm beside the square, or no scale beside it.
        ("mu^2 + logvar", "not-kl", "logvar", None, None),
        ("-0.5*(1 + logvar - mu^2)", "not-kl", "logvar", None, None),
    ],
)
def test_the_best_answer(text: str, kind: str, reading: str, code: str | None, corrected: str | None) -> None:
    best, *_ = found(text)
    assert (best.kind, best.verdict.parameterization.name) == (kind, reading)
    assert (best.mistake and best.mistake.code, best.corrected) == (code, corrected)


def test_every_reading_has_an_answer() -> None:
    names = [one.verdict.parameterization.name for one in found(KL)]
    assert sorted(names) == sorted(PARAMETERIZATIONS)
    assert [one.kind for one in found(KL)].count("exact") == 1


def test_the_reading_that_is_demanded_comes_first() -> None:
    best, other, *_ = found(KL, Question(reading=PARAMETERIZATIONS["std"]))
    assert (best.kind, best.verdict.parameterization.name, best.corrected) == ("wrong", "std", None)
    assert (other.kind, other.verdict.parameterization.name) == ("exact", "logvar")


def test_a_name_that_states_a_reading_comes_before_one_that_does_not() -> None:
    """Of readings under which a formula is alike the one that its head is called comes first."""
    for head, reading in (("sigma", "std"), ("log_std", "logstd"), ("precision", "precision"), ("h", "std")):
        assert found(f"{head}^2")[0].verdict.parameterization.name == reading


@pytest.mark.parametrize(("text", "proved"), [(KL, True), (f"clip({KL}, 0.1, 3)", False), ("mu^2", False)])
def test_what_a_proof_is_one_of(text: str, proved: bool) -> None:
    assert found(text)[0].is_proved_of is proved


def test_without_corrections_there_are_no_mistakes() -> None:
    best, *_ = found("-0.5*(1 + logvar - mu^2 + exp(logvar))", Question(mended=False))
    assert (best.kind, best.mistake) == ("wrong", None)


def test_a_symbol_is_not_mean_and_head() -> None:
    assert found(KL, Question(mean="mu"))[0].kind == "exact"
    with pytest.raises(KlcliError, match="mu cannot be mean and head"):
        found(KL, Question(mean="mu", head="mu"))
