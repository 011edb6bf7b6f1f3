"""The search for changes, and the table of mistakes: an entry and a rule are all that a new one takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from klcli.errors import KlcliError
from klcli.formula.program_reader import read, read_program
from klcli.formula.tree import Call, Tree
from klcli.judge.answer import verify
from klcli.judge.mistakes import correction, rule_table
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.rules.rewriting import Site, SymbolRoles
from klcli.judge.mistakes.search import changes
from klcli.judge.mistakes.table import MISTAKES, find_mistake
from klcli.report.explain import explain_report
from klcli.report.explainable_terms import pages

NEW = Mistake("KL999", "squashed", "a part is squashed", "A page.", "It costs.", ("softplus(s)", "s"))
TWICE = Mistake("KL998", "squashed again", "a part is squashed", "Another page.", "It costs.", NEW.example)
SYMBOLS = SymbolRoles(frozenset({"mu"}), frozenset({"s"}))


def squashed(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    if isinstance(site.node, Call) and site.node.function == "softplus":
        yield site.node.argument
        yield site.node.argument  # the same again


def test_every_place_is_changed_once_for_every_mistake() -> None:
    tree = read("softplus(s) + softplus(mu)")
    found = list(changes(tree, [(NEW, squashed), (TWICE, squashed)], SYMBOLS))
    assert [(change.place, change.mistake) for change in found] == [(0, NEW)] * 2 + [(1, TWICE)] * 2
    assert {change.tree for change in found} == {read("s + softplus(mu)"), read("softplus(s) + mu")}


@pytest.mark.parametrize("most", [1, 2, 3])
def test_the_search_ends_after_so_many_changes(most: int) -> None:
    tree = read("softplus(s) + softplus(mu) + softplus(s mu) + softplus(1)")
    assert len(list(changes(tree, [(NEW, squashed)], SYMBOLS, most))) == most


def test_a_new_mistake_is_an_entry_and_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "1/2 (exp(s) + softplus(mu^2) - 1 - s)"
    assert verify(read_program(text)).best.mistake is None
    monkeypatch.setitem(MISTAKES, NEW.code, NEW)  # type: ignore[arg-type]
    monkeypatch.setattr(correction, "RULES", (*correction.RULES, (NEW, squashed)))
    best = verify(read_program(text)).best
    assert best.mistake is NEW
    assert best.corrected
    assert verify(read_program(best.corrected)).best.kind == "exact"
    pages.cache_clear()
    assert explain_report("kl999").bare == "A page. It costs."
    pages.cache_clear()


def test_a_code_has_one_mistake() -> None:
    assert all(find_mistake(code.lower()) is mistake for code, mistake in MISTAKES.items())
    assert all(mistake.code == code for code, mistake in MISTAKES.items())
    with pytest.raises(KlcliError, match="there is no mistake"):
        find_mistake("KL000")


def test_every_rule_is_of_a_mistake_in_the_table() -> None:
    for mistake, _ in (*rule_table.RULES, *rule_table.RULES_OF_PRIORS):
        assert MISTAKES[mistake.code] is mistake
