"""The pictures of compute, against scipy's densities, quadrature and what is known of the estimators."""

from __future__ import annotations

from math import inf, sqrt

import numpy
import pytest
from scipy import stats

from klcli.gaussian.distribution import Gaussian
from klcli.report.compute_pictures import integrand_plot, settling_plot
from klcli.report.document import Area, Curve, Plot
from klcli.witness.examination import case_of

Q, P = Gaussian.from_head("0.3", "1.2"), Gaussian.from_head(0, 1)


def series(plot: Plot | None) -> tuple[Area, Curve, Curve]:
    assert plot
    area, q, p = plot.series
    assert isinstance(area, Area)
    assert isinstance(q, Curve)
    assert isinstance(p, Curve)
    return area, q, p


def held(plot: Plot | None, q: object, p: object, nats: float = 1.0) -> float:
    """The area, once it is seen that the densities are those of scipy."""
    area, first, second = series(plot)
    x = numpy.array(first.x)
    assert first.y == pytest.approx(q.pdf(x), rel=1e-12)  # type: ignore[attr-defined]
    assert second.y == pytest.approx(p(x), rel=1e-9)  # type: ignore[operator]
    assert area.high == pytest.approx(q.pdf(x) * (q.logpdf(x) - numpy.log(p(x))) / nats, rel=1e-9, abs=1e-12)  # type: ignore[attr-defined,operator]
    assert set(area.low) == {0.0}
    return (
        float(numpy.trapezoid(area.high, x))
        if hasattr(numpy, "trapezoid")
        else float(numpy.trapz(area.high, x))
    )


@pytest.mark.parametrize("unit", ["nats", "bits"])
def test_the_area_is_the_kl(unit: str) -> None:
    nats = numpy.log(2) if unit == "bits" else 1.0
    area = held(integrand_plot(Q, P, unit), stats.norm(0.3, 1.2), stats.norm(0, 1).pdf, nats)  # type: ignore[arg-type]
    assert area == pytest.approx(0.0826784 / nats, rel=3e-3), "but for what lies beyond 4 standard deviations"


def test_the_dimension_with_most_of_it() -> None:
    q = Gaussian.from_head(["0.3", "1"], ["1.2", "0.5"])
    plot = integrand_plot(q, Gaussian.from_head([0, 0], [1, 1]), "nats")
    assert plot
    assert plot.title.startswith("dimension 2 of 2")
    held(plot, stats.norm(1, 0.5), stats.norm(0, 1).pdf)


def test_a_prior_that_is_too_broad_or_too_narrow_leaves_q_to_be_seen() -> None:
    _, q, _ = series(integrand_plot(Q, Gaussian.from_head(0, 10**6), "nats"))
    assert q.x[0] == pytest.approx(0.3 - 12 * 1.2)
    plot = integrand_plot(Q, Gaussian.from_head(0, "0.001"), "nats")
    area, _, _ = series(plot)
    assert plot
    assert max(area.high) <= plot.y.high < inf


def test_there_is_none_of_matrices_and_beyond_the_doubles() -> None:
    assert integrand_plot(Q.with_covariance(), P.with_covariance(), "nats") is None
    assert integrand_plot(Gaussian.from_head(0, "1e-320"), P, "nats") is None


def test_estimates_settle() -> None:
    """The log ratio is z^2/2 (s^2 - 1) + m s z + ..., whose variance is (s^2 - 1)^2/2 + (m s)^2."""
    plot = settling_plot(case_of(Q, P), 20_000, 0, "nats")
    band, *curves = plot.series
    assert isinstance(band, Area)
    assert [round(x) for x in band.x] == [1000, 1778, 3162, 5623, 10_000, 17_783, 20_000]
    assert plot.truth
    assert plot.truth.y == pytest.approx((0.0826784, 0.0826784), abs=5e-8)
    variance = (1.44 - 1) ** 2 / 2 + (0.3 * 1.2) ** 2
    for count, low, high in zip(band.x, band.low, band.high, strict=True):
        assert (high - low) / 2 == pytest.approx(1.96 * sqrt(variance / count), rel=0.1)
    found = {curve.name: curve for curve in curves if isinstance(curve, Curve)}
    assert list(found) == ["k1", "k2", "k3", "antithetic", "stratified", "qmc"]
    k1 = found["k1"]
    assert all(low < y < high for y, low, high in zip(k1.y, band.low, band.high, strict=True))
    assert abs(found["qmc"].y[-1] - 0.0826784) < 1e-5
    second_moment = variance + 0.0826784**2
    assert found["k2"].y[-1] == pytest.approx(second_moment / 2, rel=0.05)
    assert plot.remark == "seed 0; k2 is biased."
