"""Statements that change in place what others use by another name."""

from __future__ import annotations

from klcli.lint.flow.shared_changes import with_shared_changes
from klcli.lint.flow.slicing import CodeExcerpt
from tests.lint.sources import excerpts

KL = "-0.5 * (1 + logvar - mu ** 2 - logvar.exp())"


def last(lines: str) -> CodeExcerpt:
    return excerpts(f"def f(x, mu, logvar):\n    kl = {KL}\n    {lines}\n    return kl.sum()\n")[-1]


def test_the_change_and_the_views_that_lead_to_it_are_added_in_their_order() -> None:
    found = with_shared_changes(last("k = kl.T\n    j = k[0]\n    j *= 2"))
    assert found is not None
    assert found.source.text.splitlines() == [
        f"kl = {KL}",
        "k = kl.T",
        "j = k[0]",
        "j *= 2",
        "return kl.sum()",
    ]


def test_nothing_is_added_where_only_others_change() -> None:
    for lines in ("j = x[0]\n    j *= 2", "k = kl.T", "kl *= 2", "k = kl.T.clone()\n    k *= 2"):
        assert with_shared_changes(last(lines)) is None
