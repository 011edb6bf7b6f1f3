"""What symbols do to a formula, found by changing them."""

from __future__ import annotations

from fractions import Fraction

from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify


def test_a_kl_beside_a_term_that_is_much_larger_keeps_its_weight() -> None:
    # The pixels of an image are 224 x 224 x 3; the KL is computed as it stands, and divided once.
    text = "bce + -0.5 * torch.sum(1 + lv - mu**2 - lv.exp()) / (gamma * (3*224*224))"
    found = verify(read_program(text, "python"))
    assert found.best.verdict.kl
    assert (found.kind, found.best.verdict.kl.scale) == ("scaled", Fraction(1, 224 * 224 * 3))
    assert (found.prepared.others, found.prepared.divisors) == (("bce",), ("gamma",))
