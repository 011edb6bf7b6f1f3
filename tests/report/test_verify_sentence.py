"""The answer of verify in one line, and in as few words as possible: one of every verdict."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify
from klcli.judge.verification import Verification
from klcli.report.verify_sentence import bare, sentence

# 1/2 KL(q || N(0, 1/2)) has its optimum at sigma = sqrt(1/2) = 0.7071
ANSWERS = [
    (
        "-0.5 * (1 + logvar - mu**2 - exp(logvar))",
        "exact: KL(N(mu, exp(logvar)) || N(0, 1)), in nats",
        "exact logvar",
    ),
    (
        "-0.25 * (1 + logvar - mu**2 - exp(logvar))",
        "scaled: 1/2 KL(N(mu, exp(logvar)) || N(0, 1))",
        "scaled logvar",
    ),
    (
        "log(s) + (1 + mu**2)/(2*s**2) - 1/2",
        "reversed: KL115 KL(N(0, 1) || N(mu, s**2))",
        "reversed std KL115",
    ),
    ("-0.5 * (1 + logvar + mu**2 - exp(logvar))", "wrong: KL108 ", "wrong logvar KL108"),
    ("mu**2 + s", "not-kl: it lacks the ingredients of a KL", "not-kl"),
    ("-0.5 * (1 + log_std - mu**2 - exp(log_std)**2)", "wrong: KL101 ", "wrong logstd KL101"),
]


def answer(text: str) -> Verification:
    return verify(read_program(text, "python"))


@pytest.mark.parametrize(("text", "begins", "few"), ANSWERS)
def test_each_verdict_has_its_sentence(text: str, begins: str, few: str) -> None:
    found = answer(text)
    assert sentence(found, True).startswith(begins)
    assert bare(found) == few


def test_a_lost_factor_moves_the_optimum() -> None:
    text = sentence(answer("-0.5 * (1 + log_std - mu**2 - exp(log_std)**2)"), True)
    assert "1/2 KL to N(0, 1/2)" in text
    assert "sigma = 0.7071, not 1" in text


def test_what_is_not_proved_is_not_called_so() -> None:
    found = answer("-0.5 * (1 + logvar - mu**2 - exp(logvar))")
    assert "it is not proved" in sentence(found, False)
    assert "points" in sentence(found, False)
    assert "proved" not in sentence(found, True)
    assert "proved" not in sentence(found, None)


def test_a_condition_that_does_not_pass_is_said() -> None:
    found = answer("torch.clamp(0.5 * (mu**2 + torch.exp(lv) - lv - 1), min=0.5)")
    assert "; but the whole is kept to 0.5 (free bits)" in sentence(found, True)


def test_units_and_readings_are_said() -> None:
    text = sentence(answer("-0.5 * (1 + logvar - mu**2 - exp(logvar))"), True)
    assert "in nats, " in text
    assert "log-variance" in text
