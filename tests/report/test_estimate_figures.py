"""An estimation in the unit of its report: nats by log 2, no error where the rows are not what they are said to be."""

from __future__ import annotations

from math import inf, log

import numpy
import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.report.estimate_figures import figures_of
from klcli.report.estimate_input import GaussianPair
from klcli.samples.gaussian_samples import SampleCheck
from klcli.samples.row_sample import RowSample
from klcli.samples.token_means import TokenMeans
from klcli.values import replace
from tests.report.test_estimate import SOUND, estimated
from tests.report.test_estimate_input import table
from tests.samples.test_token_means import categorical, means

FOUND = estimated(SOUND)
K1, ERROR = float(SOUND.mean()), float(SOUND.std(ddof=1)) / 100
"""Of 10,000 rows."""
Q, P = Gaussian.from_head("0.3", "1.2"), Gaussian.from_head(0, 1)
KL = (1.44 + 0.09 - 1) / 2 - log(1.2)


def pair(agrees: bool) -> GaussianPair:
    return GaussianPair(Q, P, SampleCheck(1, 0, 0, 1, 0, agrees), SampleCheck(1, 0, 0, 1, 0, False))


@pytest.mark.parametrize(("unit", "nats"), [("nats", 1.0), ("bits", log(2))])
def test_values_errors_and_intervals_have_the_unit(unit: str, nats: float) -> None:
    found = figures_of(table(), FOUND, unit, pair(True))  # type: ignore[arg-type]
    assert found.k1.value == pytest.approx(K1 / nats, rel=1e-12)
    assert found.k1.standard_error == pytest.approx(ERROR / nats, rel=1e-9)
    assert found.k1.interval == pytest.approx(
        [(K1 - 1.959964 * ERROR) / nats, (K1 + 1.959964 * ERROR) / nats], rel=1e-6
    )
    assert found.closed_form == pytest.approx(KL / nats, rel=1e-14)
    # A distance in standard errors has no unit.
    assert found.z == pytest.approx((K1 - KL) / ERROR, rel=1e-6)
    assert (found.status, found.problems) == ("consistent", ())


def test_without_both_gaussians_there_is_no_closed_form() -> None:
    found = figures_of(table(), FOUND, "nats")
    assert (found.closed_form, found.z) == (None, None)
    assert (found.mean_per_row, found.per_row) == (None, ())


def test_samples_that_are_not_of_q_have_no_error_bar() -> None:
    found = figures_of(table(), FOUND, "nats", pair(False))
    assert found.status == "inconsistent"
    assert found.k1.value == pytest.approx(K1)
    assert (found.k1.standard_error, found.k1.interval, found.k1.reliability) == (None, None, "inconsistent")
    assert found.z is None
    # What has no error bar for a reason of its own keeps that.
    assert next(one for one in found.estimates if one.estimator.name == "k2").reliability == "biased"


def test_an_infinite_estimate_stays_one() -> None:
    found = figures_of(table(), estimated([1.0, inf]), "bits")
    assert found.k1.value == inf
    assert found.k1.standard_error is None


CHAINS, _ = categorical(numpy.random.default_rng(6), 800, 12)
SEQUENCES = estimated(CHAINS.sum(axis=1))


@pytest.mark.parametrize(("unit", "nats"), [("nats", 1.0), ("bits", log(2))])
def test_means_per_row_hang_together_within_groups(unit: str, nats: float) -> None:
    """The mean of 12 tokens of each of 800 sequences, with the spread of these means."""
    found = figures_of(table(), SEQUENCES, unit, tokens=means(CHAINS)).mean_per_row  # type: ignore[arg-type]
    assert found is not None
    rows = CHAINS.mean(axis=1) / nats
    error = rows.std(ddof=1) / 800**0.5
    assert (found.rows, found.groups) == (9600, 800)
    assert found.value == pytest.approx(rows.mean(), rel=1e-12)
    assert found.standard_error == pytest.approx(error, rel=1e-2)
    assert found.interval is not None
    assert found.standard_error
    assert found.interval[1] - found.interval[0] == pytest.approx(
        2 * 1.959964 * found.standard_error, rel=1e-6
    )
    assert sum(found.interval) / 2 == pytest.approx(found.value, rel=1e-12)


def test_each_estimator_per_row_has_the_unit() -> None:
    nats, bits = (figures_of(table(), SEQUENCES, unit, tokens=means(CHAINS)) for unit in ("nats", "bits"))
    for one, other in zip(nats.per_row, bits.per_row, strict=True):
        assert one.value
        assert other.value == pytest.approx(one.value / log(2), rel=1e-15)


def per_row(log_ratios: numpy.ndarray) -> TokenMeans:
    return means(numpy.asarray(log_ratios, dtype=float))


def test_a_mean_per_row_without_a_valid_error_has_its_value_alone() -> None:
    few = CHAINS[:50]
    found = figures_of(table(), estimated(few.sum(axis=1)), "nats", tokens=means(few)).mean_per_row
    assert found is not None
    assert found.value == pytest.approx(few.mean())
    assert (found.standard_error, found.interval) == (None, None)


def test_a_mean_per_row_beyond_the_doubles_is_none() -> None:
    huge = numpy.full((2, 2), 1e308)
    found = figures_of(table(), estimated([1e308, 1e308]), "nats", tokens=per_row(huge)).mean_per_row
    assert found is not None
    assert (found.value, found.standard_error, found.groups) == (None, None, 2)


def test_wrong_tables_have_no_errors_per_row_either() -> None:
    found = figures_of(table(), SEQUENCES, "nats", pair(False), means(CHAINS))
    assert {one.standard_error for one in found.per_row} == {None}
    assert found.mean_per_row is not None
    assert found.mean_per_row.standard_error is None


def sampled(log_q: numpy.ndarray, log_p: numpy.ndarray) -> RowSample:
    sample = RowSample()
    sample.add(numpy.stack([log_q, log_p], axis=1), ["s"] * (len(log_q) // 2) + ["t"] * (len(log_q) // 2))
    return sample


def test_padding_is_a_share_of_rows() -> None:
    """Each of two sequences of 50 ends in 10 rows with both columns 0."""
    log_q, log_p = numpy.full(100, -1.0), numpy.full(100, -2.0)
    for end in (50, 100):
        log_q[end - 10 : end] = log_p[end - 10 : end] = 0.0
    assert figures_of(table(), FOUND, "nats", sample=sampled(log_q, log_p)).padded == pytest.approx(0.2)
    assert figures_of(table(), FOUND, "nats").padded == 0.0


def test_causes_are_looked_for_where_something_is_wrong() -> None:
    rng = numpy.random.default_rng(9)
    log_q = rng.normal(-2, 0.5, 400)
    log_p = log_q - rng.normal(0, 0.01, 400)
    log_p[100:200] = log_p[300:] = 0.0  # the second half of both sequences
    log_q[100:200] = log_q[300:] = -3.0
    sample = sampled(log_q, log_p)
    wrong = estimated(log_q - log_p)
    assert not wrong.consistent
    found = figures_of(table(), wrong, "nats", sample=sample)
    assert [one.name for one in found.causes][:1] == ["padding"]
    assert figures_of(table(), FOUND, "nats", sample=sample).causes == ()
    swapped = replace(wrong, exchanged=True)
    assert figures_of(table(), swapped, "nats", sample=sample).causes == ()
    losses = figures_of(table(), swapped, "nats", sample=sampled(-log_q, -log_p))
    assert [one.name for one in losses.causes] == ["negative-logs"]
    assert "are log q and log p swapped" in losses.problems[0]
    assert "Or: no number is below 0" in losses.problems[0]
