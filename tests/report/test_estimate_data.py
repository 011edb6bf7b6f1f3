"""The fields of the JSON and of the CSV of estimate."""

from __future__ import annotations

import numpy
import pytest

from klcli.report.estimate_data import data, rows
from klcli.report.estimate_figures import figures_of
from klcli.samples.causes import RatioCause
from klcli.values import replace
from tests.report.test_estimate import SOUND, estimated
from tests.report.test_estimate_figures import CHAINS, ERROR, FOUND, K1, KL, SEQUENCES, pair
from tests.report.test_estimate_input import table
from tests.samples.test_token_means import means

FIGURES = figures_of(table(), FOUND, "nats", pair(True))
NAMES = ["k1", "k2", "k3"]


def test_its_value_is_that_of_k1() -> None:
    found = data(FIGURES)
    assert found.value == pytest.approx(K1, rel=1e-12)
    assert found.standard_error == pytest.approx(ERROR, rel=1e-9)
    assert (found.schema, found.unit, found.status) == ("klcli.estimate/2", "nats", "consistent")
    assert repr(found).startswith("EstimateData(divergence='KL(q || p)', value=")
    wrong = data(figures_of(table(), FOUND, "nats", pair(False)))
    assert (wrong.standard_error, wrong.status) == (None, "inconsistent")


def test_estimators_and_weights() -> None:
    found = data(FIGURES)
    assert [one["name"] for one in found.estimates] == NAMES
    assert [one["unbiased"] for one in found.estimates] == [True, False, True]
    assert [one["error_bar"] for one in found.estimates] == [one.reliability for one in FIGURES.estimates]
    ratio = numpy.exp(-SOUND)
    effective = ratio.sum() ** 2 / (ratio**2).sum()
    assert found.effective_size == pytest.approx({"rows": effective, "share": effective / 10_000}, rel=1e-9)
    assert found.mean_ratio.value == pytest.approx(ratio.mean(), rel=1e-12)
    assert found.mean_inverse_ratio["value"] == pytest.approx((1 / ratio).mean(), rel=1e-12)
    assert found.sign["negative_rows"] == (SOUND < 0).sum()


def test_the_tail_has_an_error_where_it_has_a_shape() -> None:
    assert data(FIGURES).tail["standard_error"] == FOUND.ratio_tail.shape_error
    few = data(figures_of(table(), estimated([0.1, 0.2]), "nats")).tail
    assert (few["shape"], few["standard_error"], few["remark"]) == (None, None, "too few rows for a tail")


def test_samples_of_gaussians_stand_beside_the_closed_form() -> None:
    samples = data(FIGURES).samples
    assert samples is not None
    assert samples["closed_form"] == pytest.approx(KL, rel=1e-14)
    assert samples["z"] == FIGURES.z
    assert data(figures_of(table(), FOUND, "nats")).samples is None


def test_means_per_row_have_no_gradients_of_their_own() -> None:
    found = data(figures_of(table(), SEQUENCES, "nats", tokens=means(CHAINS)))
    assert [one["name"] for one in found.per_row] == NAMES
    assert found.per_row[0]["value"] == pytest.approx(CHAINS.mean(), rel=1e-12)
    assert set(found.estimates[0]) - set(found.per_row[0]) == {"unbiased", "as_loss", "in_reward"}
    assert data(FIGURES).per_row == []


def test_a_cause_has_its_words() -> None:
    told = replace(FIGURES, causes=(RatioCause("padding", True, 0.25, 1.0, 0.01),))
    (found,) = data(told).causes
    assert (found["name"], found["explains"], found["share"]) == ("padding", True, 0.25)
    assert (found["value"], found["standard_error"]) == (1.0, 0.01)
    assert "in 25 % of the rows" in str(found["text"])


def test_records_of_csv() -> None:
    first, second, _ = rows(FIGURES)
    assert [one["estimator"] for one in rows(FIGURES)] == NAMES
    assert FIGURES.k1.interval
    assert (first["low"], first["high"]) == FIGURES.k1.interval
    assert (second["low"], second["high"], second["error_bar"]) == (None, None, "biased")
    assert (first["mean_per_row"], first["per_row"], first["per_row_error"]) == (None, None, None)
    assert (first["rows"], first["closed_form"]) == (10_000, pytest.approx(KL))
    figures = figures_of(table(), SEQUENCES, "nats", tokens=means(CHAINS))
    grouped = list(rows(figures))
    assert {one["mean_per_row"] for one in grouped} == {figures.mean_per_row and figures.mean_per_row.value}
    assert [one["per_row"] for one in grouped] == [one.value for one in figures.per_row]
    assert [one["per_row_error"] for one in grouped] == [one.standard_error for one in figures.per_row]
