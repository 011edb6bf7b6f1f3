"""The words of mathematical writing: which of them are functions of matrices, and where."""

from __future__ import annotations

import pytest

from klcli.formula.read.functions_and_transposes import (
    MATRIX_WORDS,
    TRANSPOSE,
    WORD_FUNCTIONS,
    matrix_function,
)
from klcli.formula.symbol_names import FUNCTIONS, MATRIX_FUNCTIONS


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("tr S", "trace"),
        ("tr(S)", "trace"),
        ("inv(S)", "inverse"),
        (r"inv \left(S\right)", "inverse"),
        ("inv S", None),
        ("diag v", None),
        ("log_det(S)", "logdet"),
        ("log_det + 1", None),
        ("sigma(S)", None),
    ],
)
def test_which_words_are_functions(text: str, function: str | None) -> None:
    word = text.partition(" ")[0].partition("(")[0]
    assert matrix_function(word, text, len(word)) == function


@pytest.mark.parametrize(
    ("text", "inverse"),
    [("'", None), ("^T", None), (r"^{\mathsf T}", None), (r"^\top", None), ("^{-T}", "-"), ("ᵀ", None)],
)
def test_signs_of_a_transpose(text: str, inverse: str | None) -> None:
    found = TRANSPOSE.fullmatch(text)
    assert found
    assert found["inverse"] == inverse


@pytest.mark.parametrize("text", ["^Tau", "^T_1", "^2", "^{T+1}"])
def test_what_is_no_transpose(text: str) -> None:
    assert not TRANSPOSE.match(text)


def test_words_mean_what_the_tree_knows() -> None:
    assert set(WORD_FUNCTIONS.values()) == set(FUNCTIONS)
    assert set(MATRIX_WORDS.values()) <= set(MATRIX_FUNCTIONS)
