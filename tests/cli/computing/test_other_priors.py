"""``klcli compute --prior``: formats, statuses, the reading that is echoed, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import mpmath
import pytest

from tests import reference
from tests.cli.conftest import Klcli
from tests.gaussian.priors.references import DIGITS, kl_to_density, kl_to_mixture, needs_landau

POINT = ("compute", "--mu", "0.3", "--sigma", "1.2", "--samples", "20000")
MIXTURE = "mixture: 0.3*N(-1, 0.1) + 0.7*N(1, 0.5)"


def data(klcli: Klcli, prior: str, *arguments: str, status: int = 0) -> Any:
    """The JSON of a run, in which no constant outside of the standard may occur."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    result = klcli(*POINT, "--json", "--prior", prior, *arguments)
    assert result.status == status, result.err
    return json.loads(result.out, parse_constant=refuse)


def test_the_json_of_a_mixture(klcli: Klcli) -> None:
    found = data(klcli, MIXTURE)
    with mpmath.workdps(DIGITS):
        rows = [("0.3", "-1", "0.1"), ("0.7", "1", "0.5")]
        numbers = [tuple(map(mpmath.mpf, row)) for row in rows]
        expected = float(kl_to_mixture((mpmath.mpf("0.3"), mpmath.mpf("1.2")), numbers))
    assert (found["schema"], found["unit"], found["status"]) == ("klcli.compute/2", "nats", "agrees")
    assert found["closed_form"]["value"] is None
    assert "mixture" in found["closed_form"]["reason"]
    assert found["integral"]["value"] == pytest.approx(expected, rel=1e-13)
    assert found["monte_carlo"]["agrees"] is True
    assert [row["kind"] for row in found["bounds"]] == ["upper", "upper", "upper", "lower"]
    assert found["bounds"][0]["name"].startswith("variational")
    assert "Hershey and Olsen" in found["bounds"][0]["source"]
    prior = found["inputs"]["prior"]
    assert prior["text"] == MIXTURE
    assert [row["weight"] for row in prior["components"]] == [0.3, 0.7]
    assert prior["components"][0]["distribution"]["sigma"] == [0.1]
    assert (found["steps"], found["reverse"], found["digits"]) == ([], None, None)


@pytest.mark.parametrize(
    ("text", "arguments", "reading", "sigma"),
    [
        ("0.5*N(0, 4) + 0.5*N(1, 4)", (), "the second number of N(0, 4) is a standard deviation, so sigma = 4 "
         "(--prior-param var reads it as a variance)", 4),
        ("0.5*N(0, 4) + 0.5*N(1, 4)", ("--prior-param", "var"), "the second number of N(0, 4) is a variance, so "
         "sigma = 2 (--prior-param std reads it as a standard deviation)", 2),
        ("0.5*N(0, 4^2) + 0.5*N(1, 4^2)", (), "the spread of N(0, 4^2) is written as the square of a standard "
         "deviation, so sigma = 4", 4),
        ("0.5*N(0, var=4) + 0.5*N(1, var=4)", (), "the spread of N(0, var=4) is a variance, so sigma = 2", 2),
    ],
)  # fmt: skip
def test_the_reading_is_echoed(
    klcli: Klcli, text: str, arguments: tuple[str, ...], reading: str, sigma: float
) -> None:
    found = data(klcli, text, *arguments)
    assert found["inputs"]["prior"]["reading"] == reading
    assert found["inputs"]["prior"]["components"][0]["distribution"]["sigma"] == [sigma]
    assert f"prior's reading: {reading}" in klcli(*POINT, "--prior", text, *arguments).out


@pytest.mark.parametrize("text", ["N(1, 2)", "normal(1, 2^2)", "1*N(mu=1, var=4)"])
def test_a_plain_gaussian_goes_the_way_of_gaussians(klcli: Klcli, text: str) -> None:
    found = data(klcli, text, "--digits", "20", "--reverse")
    with mpmath.workdps(40):
        expected = float(reference.kl(mpmath.mpf("0.3"), mpmath.mpf("1.2"), 1, 2))
    assert found["closed_form"]["value"] == expected
    assert found["steps"]
    assert found["reverse"]["status"] == "agrees"
    assert found["inputs"]["prior"]["sigma"] == [2]


def test_a_laplace_prior_has_a_closed_form(klcli: Klcli) -> None:
    found = data(klcli, "laplace(0, 1)", "--unit", "bits")
    with mpmath.workdps(DIGITS):
        expected = float(kl_to_density("laplace", (), ("0.3", "1.2")) / mpmath.log(2))
    assert found["closed_form"]["value"] == pytest.approx(expected, rel=1e-14)
    assert "folded normal" in found["closed_form"]["source"]
    assert found["integral"]["agrees"] is True
    assert found["inputs"]["prior"]["parameters"] == [{"loc": 0, "scale": 1}]


def test_a_student_prior_has_none(klcli: Klcli) -> None:
    found = data(klcli, "t(3)")
    with mpmath.workdps(DIGITS):
        expected = float(kl_to_density("t", (3,), ("0.3", "1.2")))
    assert found["closed_form"]["value"] is None
    assert found["integral"]["value"] == pytest.approx(expected, rel=1e-13)
    assert found["inputs"]["prior"]["reading"] == "t(3) as scipy.stats reads it: df = 3, loc = 0, scale = 1"
    out = klcli(*POINT, "--prior", "t(3)").out
    assert "Integral and Monte Carlo agree; there is no closed form to hold them to." in out


def test_an_infinite_kl_is_said(klcli: Klcli) -> None:
    found = data(klcli, "uniform(-1, 2)")
    assert found["status"] == "infinite"
    assert found["closed_form"]["value"] == {"value": None, "status": "infinite"}
    assert (found["integral"], found["monte_carlo"]) == (None, None)
    result = klcli(*POINT, "--prior", "uniform(-1, 2)")
    assert "KL(q || p) is infinite: p = uniform has no mass outside of [-1, 1]" in result.out
    assert "loc = -1, scale = 2" in result.out


@needs_landau
def test_what_is_undetermined_is_not_status_0(klcli: Klcli) -> None:
    assert data(klcli, "landau", status=1)["status"] == "undetermined"
    assert "undetermined" in klcli(*POINT, "--prior", "landau").out


def test_a_closed_form_that_nothing_confirms_is_not_said_to_agree(klcli: Klcli) -> None:
    result = klcli(*POINT, "--prior", "gumbel_r(0, 0.05)")
    assert result.status == 1
    assert "Nothing confirms this value" in result.out
    assert "agree." not in result.out


def test_heavy_tails_are_a_warning(klcli: Klcli) -> None:
    found = data(klcli, "gumbel_r(0, 0.3)")
    assert (found["status"], found["monte_carlo"]["agrees"]) == ("agrees", None)
    assert "heavy tails" in found["warnings"][0]
    assert "not held against anything" in klcli(*POINT, "--prior", "gumbel_r(0, 0.3)").out


def test_a_density_that_is_only_scipys_is_a_warning(klcli: Klcli) -> None:
    assert "scipy.stats.exponnorm" in data(klcli, "exponnorm(1.5)")["warnings"][0]
    assert data(klcli, "t(3)")["warnings"] == []


def test_two_dimensions(klcli: Klcli) -> None:
    point = ("compute", "--mu", "0.3,1", "--sigma", "1.2,1", "--samples", "20000", "--prior")
    joint = klcli(*point, "1/3*N((-1, 0), 0.5) + 2/3*N(1, 2)")
    assert joint.status == 0
    assert "the prior is one mixture in 2 dimensions, no product of mixtures" in joint.out
    assert "Monte Carlo lies within the bounds; there is no closed form" in joint.out
    assert "within the bounds; 20,000 samples, seed 0" in joint.out
    both = klcli(*point, "laplace((0, 1), 2)")
    assert both.status == 0
    assert "the dimensions of the prior are independent; the KL is the sum" in both.out
    assert "All three agree." in both.out
    assert "loc = (0, 1), scale = 2" in both.out


@pytest.mark.parametrize(
    ("prior", "expected"),
    [("t(3)", 0.0714564266660211), (MIXTURE, 1.9205196856874058), ("laplace(0, 1)", 0.0791143662979103)],
)
def test_quiet_prints_the_best_value(klcli: Klcli, prior: str, expected: float) -> None:
    result = klcli(*POINT, "--prior", prior, "-q")
    assert (result.status, result.err) == (0, "")
    assert float(result.out) == pytest.approx(expected, rel=1e-13)


def test_quiet_without_a_number(klcli: Klcli) -> None:
    assert klcli(*POINT, "--prior", "expon", "-q").out == "inf\n"


@needs_landau
def test_quiet_without_any_answer(klcli: Klcli) -> None:
    assert klcli(*POINT, "--prior", "landau", "-q").out == "undetermined\n"


def test_csv(klcli: Klcli) -> None:
    result = klcli(*POINT, "--prior", MIXTURE, "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(result.out))
    assert row["prior"] == MIXTURE
    assert row["closed_form"] == ""
    lower, upper = (
        float(value)
        for name, value in sorted(row.items())
        if name.startswith(("lower", "upper bound: variational"))
    )
    assert lower <= float(row["integral"]) <= upper


@pytest.mark.parametrize(
    "prior", [MIXTURE, "t(3)", "laplace(0, 1)", "uniform(0, 1)", pytest.param("landau", marks=needs_landau)]
)
@pytest.mark.parametrize("form", ["text", "markdown", "latex"])
def test_prose(klcli: Klcli, prior: str, form: str) -> None:
    result = klcli(*POINT, "--prior", prior, "--format", form)
    assert result.err == ""
    assert "no steps" in result.out
    assert "no steps" not in klcli(*POINT, "--prior", prior, "--format", form, "--steps", "none").out


def test_a_contradiction_is_status_1(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    from klcli.gaussian.priors import densities

    monkeypatch.setitem(densities._EXACT, "laplace", lambda x: -abs(x) - 0.7)  # type: ignore[index]
    result = klcli(*POINT, "--prior", "laplace(0, 1)")
    assert result.status == 1
    assert "contradict each other" in result.out


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("--prior", "laplce(0, 1)"), "no distribution 'laplce'", "did you mean 'laplace'?"),
        (("--prior", ""), "the prior is empty", "laplace(0, 1)"),
        (("--prior", "N(0, 1"), "is expected in the prior, not the end", "N(-1, 0.1)"),
        (("--prior", "0.3*N(0, 1) + 0.3*N(1, 1)"), "add up to 0.6, not to 1", "0.5*N(0, 1) + 0.5*N(1, 1)"),
        (("--prior", "t(3)", "--prior-mu", "1"), "--prior and --prior-mu both name the prior", "leave"),
        (("--prior", "t(3)", "--prior-logvar", "1"), "--prior and --prior-logvar both", "leave"),
        (
            ("--prior", "t(3)", "--prior-param", "var"),
            "--prior-param reads the spread of a Gaussian",
            "leave",
        ),
        (("--prior", "t(3)", "--digits", "30"), "--digits needs a Gaussian prior", "leave --digits out"),
        (("--prior", "t(3)", "--reverse"), "--reverse needs a Gaussian prior", "leave --reverse out"),
        (("--prior", "N((0, 1), 1)"), "2 values, the posterior has 1", "one value"),
        (("--prior", "gumbel_r(0, 0.01)"), "beyond the doubles", "--param"),
        (("--prior", "N(" * 5000), "10,000 characters", "one number"),
    ],
)
def test_what_is_refused(klcli: Klcli, arguments: tuple[str, ...], message: str, hint: str) -> None:
    result = klcli(*POINT, *arguments)
    assert (result.status, result.out) == (2, "")
    first, *_, last = result.err.splitlines()
    assert first.startswith("error: ")
    assert message in first
    assert last.startswith("hint: ")
    assert hint in last


@pytest.mark.parametrize("name", ["antithetic", "stratified", "qmc"])
@pytest.mark.parametrize("prior", [MIXTURE, "laplace(0, 1)"])
def test_estimators_that_need_no_moments(klcli: Klcli, name: str, prior: str) -> None:
    found = data(klcli, prior, "--estimator", name)
    assert (found["monte_carlo"]["estimator"], found["monte_carlo"]["agrees"]) == (name, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--estimator", "k3"), "needs the moments of p/q"),
        (("--target-se", "1e-3"), "--target-se needs a Gaussian prior"),
        (("--compare-estimators",), "--compare-estimators needs a Gaussian prior"),
        (("--cov", "1"), "says all of the spread"),
    ],
)
def test_what_other_priors_do_not_have(klcli: Klcli, arguments: tuple[str, ...], message: str) -> None:
    result = klcli(*POINT, "--prior", MIXTURE, *arguments)
    assert result.status == 2
    assert message in result.err
