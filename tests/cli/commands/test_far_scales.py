"""Every reading at the ends of the doubles and of the exponentials: the right value or a refusal, at once."""

from __future__ import annotations

import json
import math
import time
from itertools import cycle
from typing import Any

import mpmath
import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from tests.cli.conftest import Klcli

HEADS = (
    "1e-300",
    "1e-5",
    "1",
    "30",
    "300",
    "700",
    "705",
    "706",
    "708",
    "709",
    "710",
    "710.47",
    "745",
    "1e3",
    "1e6",
    "1e300",
)
SCALES = ("5e-324", "1e-300", "1e-5", "1", "700", "1.3e154", "1.89e154", "1e155", "1e300", "1.79e308")

LOG_SIGMA = {
    "std": mpmath.log,
    "var": lambda s: mpmath.log(s) / 2,
    "logstd": lambda s: s,
    "logvar": lambda s: s / 2,
    "precision": lambda s: -mpmath.log(s) / 2,
    "logprecision": lambda s: -s / 2,
    "softplus": lambda s: log_softplus(s),
    "softplusvar": lambda s: log_softplus(s) / 2,
    "sigmoid": lambda s: s if s < -2000 else -mpmath.log1p(mpmath.exp(-s)),
}
"""Written from the meaning of each reading; tests.reference has sigma itself, which mpmath cannot hold here."""


def log_softplus(s: Any) -> Any:
    """log log(1 + e^s); beyond 2000 the two limits are right in 700 digits."""
    if abs(s) > 2000:
        return s if s < 0 else mpmath.log(s)
    return mpmath.log(mpmath.log1p(mpmath.exp(s)))


def expected(name: str, mu: str, head: str) -> float:
    """KL(q || N(0, 1)), infinite beyond the doubles; 700 digits are left for the cancellation of 1e-300."""
    with mpmath.workdps(700):
        log_sigma = LOG_SIGMA[name](mpmath.mpf(head))
        if log_sigma > 2000:
            return math.inf
        value = (mpmath.expm1(2 * log_sigma) - 2 * log_sigma + mpmath.mpf(mu) ** 2) / 2
        return float(value) if value < mpmath.mpf(2) ** 1024 else math.inf


def cases(name: str) -> list[str]:
    if PARAMETERIZATIONS[name].domain == "positive":
        return list(SCALES)
    return ["0", *HEADS, *(f"-{head}" for head in HEADS)]


@pytest.mark.parametrize("name", PARAMETERIZATIONS)
def test_the_right_value_or_a_refusal(klcli: Klcli, name: str) -> None:
    for head, mu in zip(cases(name), cycle(("0", "0.3", "-1e6"))):
        start = time.process_time()
        found = klcli("compute", f"--mu={mu}", f"--{name}={head}", "--samples", "1000", "--json")
        assert time.process_time() - start < 3, head  # a hundredth of it, most of them
        value = expected(name, mu, head)
        if math.isinf(value):
            assert (found.status, "beyond the doubles" in found.err or "too far" in found.err) == (2, True)
        else:
            assert found.status == 0, (head, found.err)
            assert json.loads(found.out)["closed_form"]["value"] == value, head


def test_the_largest_shift(klcli: Klcli) -> None:
    """9.8e307 nats: half of 1.4e154^2, which is no double itself."""
    found = klcli("compute", "--mu", "1.4e154", "--sigma", "1")
    assert found.status == 0
    assert "≈ 9.8e+307 nats" in found.out
    assert "All three agree." in found.out
    assert found.err == ""


@pytest.mark.parametrize(
    "prior",
    [
        ["--prior-logvar=-1e300"],
        ["--prior-softplusvar=-1e300"],  # softplus(s) = e^s below: the same distribution in any digits
        ["--prior-logvar", "1e300"],
        ["--prior-logvar=-1e6"],
        ["--prior-sigma", "1e-300"],
    ],
)
def test_far_priors(klcli: Klcli, prior: list[str]) -> None:
    """Equal ones have the KL 0, whatever their scale; others are too far apart, and that is said."""
    head = prior[0].replace("prior-softplusvar", "logvar").replace("prior-", "").split("=")
    same = klcli(
        "compute",
        "--mu",
        "0.3",
        "--prior-mu",
        "0.3",
        "=".join(head),
        *prior[1:],
        *prior,
        "-q",
        "--samples=1000",
    )
    assert (same.status, same.out) == (0, "0.0\n")
    other = klcli("compute", "--mu", "0.3", "--logstd=1e301", *prior, "--samples=1000")
    assert (other.status, other.out) == (2, "")
    assert "too far apart" in other.err


def test_steps_that_no_arithmetic_evaluates_say_so(klcli: Klcli) -> None:
    """x is equal to mu in all digits that are spent; with mu = 0 it is not."""
    here, elsewhere = "and the closed form here", "but takes too many digits to be put in here"
    for arguments, said in ((["--mu=0", "--logvar=-1e5"], here), (["--mu=0.3", "--logvar=-1e5"], elsewhere)):
        found = klcli("compute", *arguments, "--samples=1000", "--steps=full")
        assert found.status == 0
        assert said in found.out
    assert "sigma ≈ 1.88758e-21715" in found.out
    assert "sigma ≈ e^-5e+299" in klcli("compute", "--mu=0", "--logvar=-1e300", "--samples=1000").out


def test_a_tie_is_rounded_by_what_lies_beyond_all_digits(klcli: Klcli) -> None:
    """15000.5 + e^-30002/2, of which 13,029 digits are nines and zeros."""
    assert (
        klcli("compute", "--mu=0", "--logvar=-30002", "--digits=5", "-q", "--samples=1000").out == "15001\n"
    )


def test_digits_are_a_bounded_work(klcli: Klcli) -> None:
    found = klcli(
        "compute", "--mu=" + ",".join(["0"] * 40), "--sigma=" + ",".join(["2"] * 40), "--digits=1000"
    )
    assert (found.status, found.out) == (2, "")
    assert "1,000 digits of a KL in 40 dimensions are too much work" in found.err
    assert "at most 790 here" in found.err


@pytest.mark.parametrize("text", ["1e999999", "-1e999999", "1e-999999", "1" + "0" * 1000])
def test_exponents_beyond_the_doubles_are_refused(klcli: Klcli, text: str) -> None:
    for name in PARAMETERIZATIONS:
        found = klcli("compute", "--mu=0", f"--{name}={text}")
        assert (found.status, found.out) == (2, "")
    assert klcli("compute", "--mu=0", "--sigma=2", "--digits=1000000").status == 2


def test_a_component_that_is_no_decimal(klcli: Klcli) -> None:
    """It has no density anywhere near q; what is left has half of the weight."""
    prior = "0.5*N(0, logvar=-1e300) + 0.5*N(0, logvar=0)"
    for mu, log_variance in (("0.3", "0.8"), ("0.3", "-1e6"), ("-1e6", "300")):
        found = klcli(
            "compute", f"--mu={mu}", f"--logvar={log_variance}", "--prior", prior, "-q", "--samples=1000"
        )
        value = expected("logvar", mu, log_variance) + math.log(2)
        assert (found.status, float(found.out)) == (0, pytest.approx(value, rel=1e-12))
