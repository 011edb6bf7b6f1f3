"""By what a formula of matrices is known."""

from __future__ import annotations

import pytest

from klcli.formula.read.math_parser import parse_matrices
from klcli.formula.read.matrix_detection import has_matrices, matrix_word


@pytest.mark.parametrize(
    ("text", "is_word"),
    [("tr(S)", True), ("log det S", True), ("torch.logdet(S)", True), ("straight", False), ("t", False)],
)
def test_words_of_matrices(text: str, is_word: bool) -> None:
    assert bool(matrix_word().search(text)) == is_word


@pytest.mark.parametrize(
    ("text", "of_matrices"),
    [("tr(S)", True), ("mu^T mu", False), ("log|S| - mu^T mu", True), ("log|x|", False), ("|x|", False)],
)
def test_functions_of_matrices(text: str, of_matrices: bool) -> None:
    assert has_matrices(parse_matrices(text)) == of_matrices
