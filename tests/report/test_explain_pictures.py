"""The pictures of pages."""

from __future__ import annotations

import pytest

from klcli.report.explain import explain_report
from klcli.report.explain_pictures import pictures_of
from klcli.report.explainable_terms import pages


@pytest.mark.parametrize("term", ["kl201", "kl101", "kl102"])
def test_a_mistake_in_a_formula_of_one_head_has_one(term: str) -> None:
    (plot,) = explain_report(term).pictures()
    assert plot.truth


@pytest.mark.parametrize("term", ["logvar", "exact", "0", "k1", "kl206", "kl202", "kl133"])
def test_other_pages_have_none(term: str) -> None:
    assert pictures_of(pages()[term]) == []
