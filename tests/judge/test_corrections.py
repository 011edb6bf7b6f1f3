"""Corrections: how large one is, whether it may be shown, and the text of the other direction."""

from __future__ import annotations

import difflib

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.math_source import PlainText
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.answer import verify
from klcli.judge.corrections import effort, exchanged, holds
from klcli.judge.loss_context.preparation import prepare
from klcli.judge.mistakes import correction
from klcli.judge.question import Question
from klcli.judge.roles import Roles
from klcli.judge.verdict import judge_as

KL = "-0.5 * (1 + logvar - mu**2 - exp(logvar))"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("abc", "abc", 0),
        ("abc", "abxc", 1),
        ("abc", "ac", 1),
        ("abc", "axc", 2),
        ("", "abc", 3),
        ("aa", "aaa", 1),
    ],
)
def test_an_effort_is_the_characters_taken_and_added(before: str, after: str, expected: int) -> None:
    assert effort(before, after) == expected
    blocks = difflib.SequenceMatcher(None, before, after).get_opcodes()
    least = sum((j - i) + (n - m) for kind, i, j, m, n in blocks if kind != "equal")
    assert effort(before, after) >= least


@pytest.mark.parametrize(
    ("text", "before", "expected"),
    [
        (KL, "-0.5 * (1 + logvar + mu**2 - exp(logvar))", True),
        (None, KL, False),
        ("-0.5 * (1 + logvar + mu**2 - exp(logvar))", KL, False),  # it is no KL
        ("no formula at (", KL, False),
        (KL, f"rec + {KL}", False),  # another term is lost
        (f"rec + {KL}", f"rec + {KL}", True),
        (KL, f"beta * {KL}", False),
        (KL, f"torch.sum({KL})", False),  # whose sums are not followed here
    ],
)
def test_a_correction_holds_with_all_that_stood_around_it(
    text: str | None, before: str, expected: bool
) -> None:
    source = None if text is None else PlainText(text)
    assert holds(source, read_program(before, "python")) is expected


def test_a_reversed_kl_to_the_unit_prior_is_the_forward_one() -> None:
    program = read_program("log(s) + (1 + mu**2)/(2*s**2) - 1/2", "python")
    verdict = judge_as(program.tree, Roles("mu", "s"), PARAMETERIZATIONS["std"])
    assert verdict.kind == "reversed"
    source = exchanged(program, prepare(program), verdict)
    assert source is not None
    again = judge_as(read_program(source.text, "python").tree, Roles("mu", "s"), PARAMETERIZATIONS["std"])
    assert again.kind == "exact"


@pytest.mark.parametrize(
    ("wrong", "corrected"),
    [
        # the change that takes the fewest characters, in the text as it was written
        ("-0.5 * (1 + logvar + mu**2 - exp(logvar))", "-0.5 * (1 + logvar - mu**2 - exp(logvar))"),
        ("-0.5 * (1 + logvar - mu - exp(logvar))", "-0.5 * (1 + logvar - mu**2 - exp(logvar))"),
        ("0.5 * (1 + logvar - mu**2 - exp(logvar))", "-0.5 * (1 + logvar - mu**2 - exp(logvar))"),
        (
            "rec + beta * -0.5 * torch.sum(1 + logvar + mu**2 - torch.exp(logvar))",
            "rec + beta * -0.5 * torch.sum(1 + logvar - mu**2 - torch.exp(logvar))",
        ),
        # exact but for two places at once: nothing that is shown would be right
        ("-0.5 * (1 + logvar + mu - exp(logvar)**3)", None),
    ],
)
def test_the_corrected_text_is_what_one_would_write(wrong: str, corrected: str | None) -> None:
    best = verify(read_program(wrong, "python")).best
    assert best.corrected == corrected


@pytest.mark.parametrize(
    "text", ["-0.5 * (1 + logvar - mu**2 - exp(logvar))", "-0.25 * (1 + logvar - mu**2 - exp(logvar))"]
)
def test_what_is_right_has_no_correction(text: str) -> None:
    assert verify(read_program(text, "python")).best.corrected is None


def test_what_is_right_under_the_reading_that_is_demanded_is_not_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where another reading is demanded it is: the same line is wrong there."""
    searched: list[str] = []

    def undoings(
        tree: object, role: object, readings: list[tuple[Parameterization, None]], prior: object
    ) -> list[None]:
        searched.extend(reading.name for reading, _ in readings)
        return []

    monkeypatch.setattr(correction, "undoings", undoings)
    for name in ("logvar", "logstd"):
        verify(read_program(KL), Question(reading=PARAMETERIZATIONS[name]))
    assert set(searched) == {"logstd"}
