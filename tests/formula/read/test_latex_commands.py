"""Commands of LaTeX: each means one thing, and those that change the look alone change no formula."""

from __future__ import annotations

import unicodedata

import pytest

from klcli.formula.character_tables import GREEK
from klcli.formula.read.latex_commands import (
    COMBINING,
    LATEX_FUNCTIONS,
    LATEX_IGNORED,
    LATEX_OPERATORS,
    STYLES,
)
from klcli.formula.read.math_parser import parse


def test_a_command_means_one_thing() -> None:
    tables = (GREEK, LATEX_FUNCTIONS, LATEX_OPERATORS, LATEX_IGNORED, STYLES)
    names = [name for table in tables for name in table]
    assert len(set(names)) == len(names)


def test_accents_are_signs_that_follow_a_letter() -> None:
    assert all(unicodedata.combining(sign) for sign in COMBINING)


@pytest.mark.parametrize("look", ["displaystyle", "scriptstyle", "rm", "limits"])
def test_the_look_of_a_formula_is_no_part_of_it(look: str) -> None:
    assert parse(rf"\{look} -\frac{{1}}{{2}} (1 + s)") == parse("-1/2 (1 + s)")
