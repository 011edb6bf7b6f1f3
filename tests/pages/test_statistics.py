"""Numbers on the pages of statistics, by other means."""

from __future__ import annotations

from math import log, sqrt

import mpmath
import numpy
import pytest

from klcli.latents.thresholds import ACTIVE_VARIANCE, COLLAPSED_KL
from klcli.report.markdown_pages import terms
from tests import reference


def said(term: str, number: str) -> None:
    assert number in terms("statistic")[term].text


def test_the_thresholds() -> None:
    said("active-units", f"above {ACTIVE_VARIANCE} prior variances")
    said("active-units", f"below {COLLAPSED_KL} nats")
    said("collapse", f"below {COLLAPSED_KL} nats")


def test_what_an_active_unit_costs_at_least() -> None:
    """Means of variance 0.01 with the prior's spread: E[mu^2]/2."""
    with mpmath.workdps(30):
        mean = sum(reference.kl(m, mpmath.mpf(1)) for m in (mpmath.mpf("0.1"), mpmath.mpf("-0.1"))) / 2
    assert float(mean) == pytest.approx(0.005, rel=1e-12)
    said("active-units", "0.005")


def test_a_mean_that_costs_as_much_as_a_collapsed_latent_may() -> None:
    assert sqrt(2 * 0.01) == pytest.approx(0.14, abs=0.005)
    said("collapse", "0.14 deviations")


def test_the_textbook_near_collapse() -> None:
    s = numpy.random.default_rng(1).normal(scale=1e-9, size=1000)
    with mpmath.workdps(50):
        true = [(mpmath.expm1(x) - x) / 2 for x in map(mpmath.mpf, s.tolist())]
    off = [abs(float(t / e - 1)) for t, e in zip((0.5 * (numpy.exp(s) - 1 - s)).tolist(), true, strict=True)]
    assert numpy.median(off) >= 1
    said("collapse", "about 1e-9")


def test_the_most_information() -> None:
    assert log(60_000) == pytest.approx(11, abs=0.01)
    said("aggregate-posterior", "11 nats of 60,000")
