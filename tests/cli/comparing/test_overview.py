"""``klcli compare`` without ``--param``: which of the formulas met online is right, and when."""

from __future__ import annotations

import csv
import io
import json

import mpmath
import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from tests import reference
from tests.cli.conftest import Klcli

SCREEN = """\
each is right under one reading: A std, B var, C logvar, D logstd

      KL(q || N(0, 1))              if s is
  ─────────────────────────────────────────────────────────────────────
  A   −½ (2 log s − s² − μ² + 1)    a standard deviation, s = σ
  B   −½ (log s − s − μ² + 1)       a variance, s = σ²
  C   −½ (1 + s − μ² − e^s)         a log-variance, s = 2 log σ
  D   −½ (1 + 2 s − μ² − e^(2 s))   a log standard deviation, s = log σ

All are one KL, −½ (log σ² − σ² − μ² + 1), written in s; between A and B stands 2 log σ = log σ² alone. klcli derive goes there step by step.

nats at mu = 0.3, sigma = 1.2, where KL(q || N(0, 1)) ≈ 0.0826784
  s is            s             A             B             C             D
  ─────────────────────────────────────────────────────────────────────────
  std           1.2   * 0.0826784     0.0538392      0.605058       3.85659
  var          1.44      0.217157   * 0.0826784      0.935348       7.01214
  logstd   0.182322        1.2636      0.487152     0.0538392   * 0.0826784
  logvar   0.364643      0.620318       0.23174   * 0.0826784      0.217157

"""

FORMULAS = {
    "A": lambda s, mu: -(2 * mpmath.log(s) - s**2 - mu**2 + 1) / 2,
    "B": lambda s, mu: -(mpmath.log(s) - s - mu**2 + 1) / 2,
    "C": lambda s, mu: -(1 + s - mu**2 - mpmath.exp(s)) / 2,
    "D": lambda s, mu: -(1 + 2 * s - mu**2 - mpmath.exp(2 * s)) / 2,
}


def test_the_screen(klcli: Klcli) -> None:
    result = klcli("compare")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith(SCREEN)


def test_the_screen_holds_40_rows_of_80_columns(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("klcli.cli.output._width", lambda stream: 80)
    rows = klcli("compare", "--color", "never").out.splitlines()
    assert max(map(len, rows)) <= 80
    assert len(rows) <= 40


@pytest.mark.parametrize(("mu", "sigma"), [("0.3", "1.2"), ("-1", "0.5"), ("0", "3")])
def test_the_values(klcli: Klcli, mu: str, sigma: str) -> None:
    found = json.loads(klcli("compare", "--mu", mu, "--sigma", sigma, "--json").out)
    at, spread = mpmath.mpf(mu), mpmath.mpf(sigma)
    truth = (spread**2 + at**2 - 1) / 2 - mpmath.log(spread)
    assert found["truth"] == pytest.approx(float(truth), rel=1e-15)
    assert len(found["table"]) == 4 * len(PARAMETERIZATIONS)
    for entry in found["table"]:
        head = found["heads"][entry["parameterization"]]
        if head is None:
            continue
        assert reference.SIGMA[entry["parameterization"]](head) == pytest.approx(float(spread), rel=1e-14)
        value = FORMULAS[entry["name"]](mpmath.mpf(head), at)
        if isinstance(value, mpmath.mpf) and mpmath.isfinite(value):
            assert entry["value"] == pytest.approx(float(value), rel=1e-12)
        else:  # the logarithm of a head that is not positive
            assert entry["value"] is None
        if entry["verdict"] == "exact":
            assert entry["value"] == pytest.approx(float(truth), rel=1e-12)


def test_the_other_formats(klcli: Klcli) -> None:
    assert klcli("compare", "-q").out == "A std\nB var\nC logvar\nD logstd\n"
    rows = list(csv.DictReader(io.StringIO(klcli("compare", "--format", "csv").out)))
    exact = {row["name"]: row["parameterization"] for row in rows if row["verdict"] == "exact"}
    assert exact == {"A": "std", "B": "var", "C": "logvar", "D": "logstd"}
    assert "| B | " in klcli("compare", "--format", "markdown").out
    assert "\\log" in klcli("compare", "--format", "latex").out


def test_all_readings(klcli: Klcli) -> None:
    lines = klcli("compare", "--all").out.splitlines()
    shown = [line.split()[0] for line in lines if line.startswith("  ") and line.split()]
    assert set(PARAMETERIZATIONS) <= set(shown)
    (sigmoid,) = [line for line in lines if line.startswith("  sigmoid")]
    assert sigmoid.split()[1:] == ["–"] * 5  # no head of this reading stands for 1.2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--expect", "A"), "error: --expect needs --param, the reading\nhint: for example --param var"),
        (("--plot", "x.png"), "error: --plot needs --param"),
        (("--cov", "1"), "error: --cov needs --param"),
        (("--prior-mu", "1"), "error: --prior-mu needs --param"),
        (("--formula", "mine=s"), "error: --formula needs --param, the reading\nhint: klcli verify"),
        (("--mu", "1,2"), "error: --mu with 2 values needs --param"),
        (("--sigma", "0"), "error: sigma must be > 0, got 0"),
    ],
)
def test_what_says_something_of_one_reading(klcli: Klcli, arguments: tuple[str, ...], message: str) -> None:
    result = klcli("compare", *arguments)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(message)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--param", "var"), "B is exact; A, C and D are not"),
        (("--param", "precision"), "none of A, B, C and D is exact"),
        (
            ("--param", "std", "--formula", "mine=log(1/s) + (s^2 + mu^2 - 1)/2"),
            "A and mine are exact; B, C and D are not",
        ),
        (  # a number that is too large beside the head
            ("--param", "var", "--formula", "mine=0.5*(s + mu**2 - 1 - log(s + 1e-2))"),
            "B is exact; A, C, D and mine are not",
        ),
    ],
)
def test_the_second_line_says_which_is_exact(klcli: Klcli, arguments: tuple[str, ...], line: str) -> None:
    lines = klcli("compare", "--samples", "2000", *arguments).out.splitlines()
    assert [one.strip() for one in lines if one][1] == line
