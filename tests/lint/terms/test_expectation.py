"""Estimates from one sample: what is put in for the sample, and what belongs to others."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from klcli.formula.program_reader import read
from klcli.formula.write.printing import to_text
from klcli.lint.terms.expectation import drawn, independent_parts

DRAWN = """
from klcli.formula.write.printing import to_text
from klcli.formula.program_reader import read
from klcli.lint.terms.expectation import drawn
print(*map(to_text, drawn(read("log(b) - log(d) + (z - a)^2/b - (z - c)^2/d"))), sep="\\n")
"""


def test_the_sample_is_that_of_the_first_mean_where_names_do_not_tell() -> None:
    first = next(drawn(read("log(b) - log(d) + (z - a)^2/b - (z - c)^2/d")))
    assert " * randn - a)^2/b" in to_text(first)


def test_the_order_does_not_depend_on_hashes() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", DRAWN],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3", "4", "5", "6")
    }
    assert len(found) == 1


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("(a * randn - 3) + (c * randn - 4)", ["a * randn - 3", "c * randn - 4"]),
        ("sum(a * randn) - sum(1 + c * randn)", ["sum(a * randn)", "-sum(1 + c * randn)"]),
        ("a * randn + 2 - b * randn", ["a * randn + 2", "-(b * randn)"]),
        ("a * randn + a", []),
    ],
)
def test_parts_leave_what_belongs_to_others(text: str, parts: list[str]) -> None:
    assert [to_text(part) for part in independent_parts(read(text))] == parts
