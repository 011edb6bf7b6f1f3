"""The second pass: against a mixture whose information is computed by quadrature, and independent of blocks."""

from __future__ import annotations

from math import log

import numpy
import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.latents.mutual_information import ExampleSample, mixture
from klcli.latents.rows import Rows

pytestmark = pytest.mark.sampling

STD = PARAMETERIZATIONS["std"]
MEANS, SIGMAS = numpy.array([[-2.0], [0.0], [0.5], [3.0]]), numpy.array([[0.5], [1.0], [0.3], [0.2]])


def information(
    size: int, cut: int, mean: numpy.ndarray = MEANS, sigma: numpy.ndarray = SIGMAS
) -> tuple[float, float]:
    blocks = [Rows(mean[:cut], sigma[:cut]), Rows(mean[cut:], sigma[cut:], first=cut + 1)]
    sample = ExampleSample(size, 0)
    for block in blocks:
        sample.add(block)
    found = mixture(sample, STD)
    for block in reversed(blocks):
        found.add(block)
    return found.information()


def quadrature() -> float:
    """1/n sum_i KL(q_i || mean of all), by the trapezoid rule."""
    x = numpy.linspace(-8, 8, 200_001)
    q = numpy.exp(-0.5 * ((x - MEANS) / SIGMAS) ** 2) / SIGMAS / numpy.sqrt(2 * numpy.pi)
    ratio = numpy.log(numpy.maximum(q, 1e-300) / numpy.maximum(q.mean(axis=0), 1e-300))
    return float((q * ratio).sum(axis=1).mean() * (x[1] - x[0]))


def test_a_mixture_of_four() -> None:
    value, error = information(40_000, 2)
    assert error < 0.01
    assert value == pytest.approx(quadrature(), abs=4 * error)


def test_blocks_do_not_matter() -> None:
    mean, sigma = numpy.random.default_rng(1).normal(size=(500, 2)), numpy.full((500, 2), 0.1)
    first, second = information(64, 1, mean, sigma), information(64, 333, mean, sigma)
    assert first == pytest.approx(second, rel=1e-12)


def test_examples_that_do_not_overlap_tell_all() -> None:
    value, _ = information(64, 5, 100.0 * numpy.arange(10.0)[:, None], numpy.ones((10, 1)))
    assert value == pytest.approx(log(10), abs=1e-12)


def test_examples_that_are_all_alike_tell_nothing() -> None:
    value, error = information(64, 5, numpy.ones((10, 1)), numpy.ones((10, 1)))
    assert (value, error) == (pytest.approx(0, abs=1e-14), pytest.approx(0, abs=1e-14))


def test_samples_are_drawn_without_preference() -> None:
    """Of 10,000 examples 2,000 are kept: their mean number is 5,000 within four standard errors."""
    numbers = numpy.arange(1.0, 10_001.0)[:, None]
    sample = ExampleSample(2000, 3)
    sample.add(Rows(numbers, numpy.ones_like(numbers)))
    assert len(sample.means) == 2000
    assert abs(sample.means.mean() - 5000.5) < 4 * 2887 / 2000**0.5
