"""The words of the spaces: what every one of them says of its own formulas."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.formula.program_reader import Program, read_matrices, read_program
from klcli.judge.answer import verify
from klcli.judge.space_words import SpaceWords

NUMBERS = read_program("0.5 * (mu**2 + torch.exp(s) - 1 - s)")
MATRICES = read_matrices("1/2 (trace(S) + mu' mu - d - log det S)")


@pytest.mark.parametrize(
    ("program", "noun", "fixed", "proofs"),
    [(NUMBERS, "head", "1/2", True), (MATRICES, "matrix", "1/2 I", False)],
)
def test_a_space_names_what_its_gaussians_have(
    program: Program, noun: str, fixed: str, *, proofs: bool
) -> None:
    found = verify(program)
    words: SpaceWords = found.words
    assert (words.spread_noun, words.has_proofs) == (noun, proofs)
    assert words.fixed_spread(Fraction(1, 2)) == fixed
    assert words.points(found) > 1
    assert found.best.verdict.parameterization.name in words.readings
    assert str(words.points(found)) in words.checked(found)
