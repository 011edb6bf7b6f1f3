"""Causes in words: each with its number, and what would show those that nobody can tell."""

from __future__ import annotations

from typing import get_args

import pytest

from klcli.report.estimate_causes import UNTOLD, cause_text
from klcli.samples.causes import CauseName, RatioCause


@pytest.mark.parametrize("name", get_args(CauseName))
def test_every_cause_has_words_with_its_number(name: CauseName) -> None:
    assert "0.7018 ± 0.0096" in cause_text(RatioCause(name, True, 0.25, 0.7018, 0.0096)) or name == "floor"
    assert "0.013" in cause_text(RatioCause(name, False, 0.25, 0.0131, None))


def test_a_temperature_that_was_not_held_against_contexts_is_hedged() -> None:
    held = cause_text(RatioCause("temperature", True, None, 0.7, 0.01))
    open_question = cause_text(RatioCause("temperature", False, None, 0.7, 0.01))
    assert "agree on it" in held
    assert "other causes may move as well" in open_question
    assert "agree" not in open_question


def test_logarithms_of_another_base_are_told_from_no_temperature() -> None:
    """2^log_q is q^(1/T) at T = 1/ln 2 = 1.44, and 10^log_q at 1/ln 10 = 0.43."""
    assert "temperature near 1.44" in cause_text(RatioCause("base-2", True, None, 1.0, 0.01))
    assert "temperature near 0.43" in cause_text(RatioCause("base-10", True, None, 1.0, 0.01))


def test_padding_that_does_not_explain_says_so() -> None:
    assert "which is still not 1" in cause_text(RatioCause("padding", False, 0.2, 1.3, 0.01))


def test_what_would_show_the_rest() -> None:
    assert {"another temperature, top-k or top-p", "another tokenizer"} <= set(UNTOLD)
