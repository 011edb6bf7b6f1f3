"""`klcli explain`: every page is listed, printed and given as data."""

from __future__ import annotations

import json

import pytest

from klcli.errors import EXIT_STATUSES
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.condition_meanings import CONDITION_MEANINGS
from klcli.judge.spaces.log_ratios.estimators import ESTIMATOR_PAGES, ESTIMATOR_VERDICTS
from klcli.judge.verdict import KINDS
from klcli.lint.rules.table import mistakes
from klcli.report.guides import FOLDER
from klcli.witness.estimators import ESTIMATORS
from tests.cli.conftest import Klcli

TERMS = [
    *sorted(path.stem for path in FOLDER.glob("*.md")),
    *sorted(mistakes()),
    *PARAMETERIZATIONS,
    *KINDS,
    "unreadable",
    *ESTIMATOR_VERDICTS,
    *CONDITION_MEANINGS,
    *dict.fromkeys((*ESTIMATOR_PAGES, *ESTIMATORS)),
    *map(str, EXIT_STATUSES),
]


def test_every_page_is_listed(klcli: Klcli) -> None:
    assert klcli("explain", "-q").out.split() == TERMS
    groups = [line for line in klcli("explain").out.splitlines()[1:] if line and line[0] != " "]
    assert groups == [
        *("guides", "mistakes", "parameterizations", "verdicts", "conditions", "estimators"),
        "exit statuses",
    ]


@pytest.mark.parametrize("term", TERMS)
def test_a_page(klcli: Klcli, term: str) -> None:
    result = klcli("explain", term.upper())
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith(f"{term}: ")
    found = json.loads(klcli("explain", term.lower(), "--json").out)
    assert found["term"] == term
    assert found["text"]


def test_a_page_of_a_mistake_has_four_parts(klcli: Klcli) -> None:
    out = klcli("explain", "KL201").out
    wrong, right = mistakes()["KL201"].example
    places = [out.index(title) for title in ("\nwhy it matters\n", "\nwrong\n", "\nright\n")]
    assert places == sorted(places)
    for example in (wrong, right):
        assert "".join(f"  {line}\n" for line in example.splitlines()) in out
    found = json.loads(klcli("explain", "KL201", "--json").out)
    assert (found["wrong"], found["right"]) == (wrong, right)
    assert found["text"] == f"{found['what']} {found['why']}"


def test_an_unknown_page(klcli: Klcli) -> None:
    result = klcli("explain", "logvra")
    assert (result.status, result.out) == (2, "")
    assert result.err == "error: there is no page for 'logvra'\nhint: did you mean 'logvar'?\n"
