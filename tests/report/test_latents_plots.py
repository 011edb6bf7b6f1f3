"""What the pictures of latents show, against numpy."""

from __future__ import annotations

import numpy
import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.latents.aggregate import Prior
from klcli.latents.rows import Rows
from klcli.latents.statistics import Statistics, statistics
from klcli.latents.summary import summary
from klcli.latents.thresholds import Thresholds
from klcli.report.document import Bars
from klcli.report.latents_plots import example_plot, latent_plot, variance_plot


def found(mean: numpy.ndarray) -> Statistics:
    result = statistics(mean.shape[1], PARAMETERIZATIONS["logvar"])
    result.add(Rows(mean, numpy.full_like(mean, -1.0)))
    return result


def test_latents_by_their_kl_and_every_example_once() -> None:
    mean = numpy.random.default_rng(16).normal(size=(700, 3)) * [0.5, 2.0, 1.0]
    kl = 0.5 * (numpy.exp(-1) - 1 + 1 + mean**2)
    statistic = found(mean)
    result = summary(statistic, Thresholds(), Prior())
    whole, spread = latent_plot(result).series
    assert isinstance(whole, Bars)
    assert isinstance(spread, Bars)
    assert whole.heights == pytest.approx(sorted(kl.mean(axis=0), reverse=True), rel=1e-12)
    assert spread.heights == pytest.approx([numpy.exp(-1) / 2] * 3, rel=1e-9)
    plot = example_plot(statistic.grid)
    assert plot is not None
    (bars,) = plot.series
    assert isinstance(bars, Bars)
    assert sum(bars.heights) == 700


def test_examples_that_are_all_alike_have_no_picture() -> None:
    statistic = found(numpy.ones((5, 1)))
    assert example_plot(statistic.grid) is None


def test_means_against_variances() -> None:
    mean = numpy.random.default_rng(17).normal(size=(700, 2)) * [0.5, 2.0]
    means, variances = variance_plot(summary(found(mean), Thresholds(), Prior())).series
    assert isinstance(means, Bars)
    assert isinstance(variances, Bars)
    assert means.heights == pytest.approx(mean.var(axis=0)[::-1], rel=1e-12)
    assert variances.heights == pytest.approx([numpy.exp(-1)] * 2, rel=1e-12)
