"""What rules say, and where."""

from __future__ import annotations

from klcli.judge.mistakes.table import find_mistake
from klcli.lint.rules.rule import finding_at
from tests.lint.sources import excerpts


def test_a_finding_stands_where_the_term_does() -> None:
    (found,) = excerpts("def f(m, s):\n    return 0.5 * (m ** 2 + s.exp() - 1 - s)\n")
    said = finding_at(found, find_mistake("KL205"), "warning")
    assert (said.place.line, said.place.column) == (2, 12)
    assert said.message == find_mistake("KL205").sentence
    assert said.expression == "0.5 * (m ** 2 + s.exp() - 1 - s)"
    assert finding_at(found, find_mistake("KL205"), "note", "other words").message == "other words"
