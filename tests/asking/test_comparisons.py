"""``klcli.compare``: all readings, one, or formulas that were read."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

import klcli
from tests.cli.conftest import Klcli


def test_all_readings(klcli: Klcli) -> None:
    import klcli as library

    found = library.compare()
    assert repr(found) == "Overview(A='std', B='var', C='logvar', D='logstd')"
    assert json.loads(library.to_json(found)) == json.loads(klcli("compare", "--json").out)


def test_one_reading_has_the_fields_of_the_command(klcli: Klcli) -> None:
    import klcli as library

    found = library.compare("var", samples=2000)
    assert found.exact == ("B",)
    assert repr(found) == "CompareData(parameterization='var', exact=('B',))"
    said = json.loads(klcli("compare", "--param", "var", "--samples", "2000", "--json").out)
    assert json.loads(library.to_json(found)) == said


def test_a_formula_of_ones_own() -> None:
    mine = "-0.5*(1 + s - mu**2 - exp(s))"
    assert klcli.compare("logvar", formulas={"mine": mine}, mu=0, sigma=2, samples=1000).exact == (
        "C",
        "mine",
    )


def test_formulas_that_were_read() -> None:
    formulas = {"mine": klcli.read("-1/2 (log s - s - mu^2 + 1)")}
    (one,) = klcli.compare(formulas, klcli.PARAMETERIZATIONS["var"], Fraction(0), Fraction(2))
    assert one.verdict == "exact"


@pytest.mark.parametrize(
    ("param", "options", "message"),
    [
        ("variance", {}, "variance"),
        ("var", {"sigma": -1}, "sigma must be > 0"),
        ("var", {"mu": [0, 1]}, "at one latent, not 2"),
        ("sigmoid", {"sigma": 2}, "no head stands"),
        ("var", {"samples": "x"}, "samples must be a whole number"),
        ("var", {"formulas": {"A": "s"}}, "there is a formula A already"),
        ("var", {"formulas": ["s - mu"]}, "formulas are texts by their names, got"),
        ("var", {"formulas": "s - mu"}, "formulas are texts by their names, got"),
        ("var", {"formulas": {"mine": 3}}, "formulas are texts by their names, got"),
        ("var", {"formulas": {3: "s"}}, "formulas are texts by their names, got"),
        (None, {"formulas": {"mine": "s"}}, "formulas need a reading"),
        (3, {}, "unknown parameterization 3"),
    ],
)
def test_what_means_nothing(param: str | None, options: dict[str, object], message: str) -> None:
    with pytest.raises(klcli.KlcliError, match=message):
        klcli.compare(param, **options)  # type: ignore[call-overload]
