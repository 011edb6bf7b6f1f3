"""Symbols as they are written: an entry or a part of an array is no name of its own."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify
from klcli.judge.naming import condition_text


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("-0.5*(1 + lv[:, 0] - mu[:, 0]**2 - lv[:, 0].exp())", "lv[:, 0]"),
        ("-0.5*(1 + h[..., d:] - h[..., :d]**2 - h[..., d:].exp()).sum(1)", "h[..., d:]"),
        ("mu, lv = h[:, :d], h[:, d:]; -0.5*(1 + lv - mu**2 - lv.exp())", "h[:, d:]"),
        ("-0.5*(1 + self.lv - self.mu**2 - self.lv.exp())", "lv"),
        ("-0.5*(1 + lv - mu**2 - lv.exp())", "lv"),
    ],
)
def test_a_head_is_called_by_what_is_written(text: str, head: str) -> None:
    assert condition_text(verify(read_program(text))) == f"if and only if {head} is a log-variance"
