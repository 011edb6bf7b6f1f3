"""Rows of the table of names, and how they look at a name."""

from __future__ import annotations

import pytest

from klcli.name_kind import NameKind, anywhere, beginning, containing, whole, worded, words_of


@pytest.mark.parametrize(
    ("kind", "names", "others"),
    [
        (whole("", "kl", "", ""), ["kl", "KL"], ["kl2", "akl"]),
        (beginning("", "kl", "", ""), ["kl", "kl2"], ["akl"]),
        (anywhere("", "kl", "", ""), ["kl", "kl2", "aKL"], ["k"]),
        (whole("", "K", "", "", 0), ["K"], ["k"]),
        (containing("", "kl elbo", "", ""), ["aKLb", "ELBO"], ["k l"]),
        (
            worded("", "ref log-prob", "", ""),
            ["ref_x", "xRef", "log_prob", "aLogProb"],
            ["log_x_prob", "prob"],
        ),
    ],
)
def test_how_names_are_looked_at(kind: NameKind, names: list[str], others: list[str]) -> None:
    assert [name for name in [*names, *others] if kind.says(name)] == names


def test_words() -> None:
    assert words_of("refLogProb_KL2") == ("ref", "log", "prob", "kl", "2")
