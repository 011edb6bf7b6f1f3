"""KL terms that nothing uses."""

from __future__ import annotations

import pytest

from klcli.lint.losses.unused import is_unused
from klcli.lint.terms_by_place import occurrences
from tests.lint.sources import module, project

KL = "-0.5 * (1 + logvar - mu ** 2 - logvar.exp()).sum()"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("return rec", True),
        ("return rec + kl", False),
        ("print(kl)\n    return rec", False),
        ("kl = kl * 2\n    return rec", True),
        ("return locals()", False),
        ("global kl\n    return rec", False),
    ],
)
def test_whether_anything_reads_its_name(after: str, expected: bool) -> None:
    one = module(f"def f(rec, mu, logvar):\n    kl = {KL}\n    {after}\n")
    ways = occurrences(one, project(one)).divergences[0]
    assert is_unused(ways[0]) == expected


def test_what_other_files_may_import_is_used() -> None:
    one = module(f"mu, logvar = load()\nkl = {KL}\n")
    assert not is_unused(occurrences(one, project(one)).divergences[0][0])
