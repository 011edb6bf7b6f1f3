"""Numbers before the terms of a loss: they decide nothing about which symbols are other terms."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.write.printing import to_text
from klcli.judge.answer import verify
from klcli.judge.loss_context.levelled_terms import levelled

KL = "0.5*sum(mu**2 + exp(lv) - 1 - lv)"


@pytest.mark.parametrize(
    ("text", "kind", "count"),
    [
        (f"1e8*rec + {KL}", "exact", 1),
        (f"{KL} - rec/1e-9 + aux*1e7", "exact", 2),
        (f"bce + 1e-9*{KL}", "scaled", 1),
        (f"1e8*rec + {KL.replace('- lv', '+ lv')}", "wrong", 1),
        (f"1e8*mu + {KL}", "wrong", 0),  # a mean that stands elsewhere, too, is no other term
    ],
)
def test_a_number_before_a_term_hides_no_kl(text: str, kind: str, count: int) -> None:
    found = verify(read_program(text))
    assert found.kind == kind
    assert len(found.prepared.others) == count


def test_only_a_number_before_a_term_changes() -> None:
    def shown(text: str) -> str:
        return to_text(levelled(read_program(text).tree))

    assert shown("1e8*x - 1e-9*(s^2 + e^s)") == shown("x + -(s^2 + e^s)")
    for text in ("2*x + s^2 - log s", "1e8*s + s^2", "1e8*x*y + s^2", "1e8*x", "1e400*x + s^2"):
        assert shown(text) == to_text(read_program(text).tree)
