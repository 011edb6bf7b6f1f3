"""What latents found as data: its verdict in one line, against numpy, and what it warns of."""

from __future__ import annotations

from math import log
from typing import Any

import numpy
import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.latents.many_tables import Collected
from klcli.latents.posterior_blocks import Choice
from klcli.latents.rows import BadRow, Rows
from klcli.latents.statistics import statistics
from klcli.latents.table_passes import LatentAnswer, LatentQuestion, answered
from klcli.latents.thresholds import Thresholds
from klcli.report.latents_data import Check, LatentsData, latents_data
from klcli.tables.posteriors import Posteriors
from klcli.values import replace

LOGVAR = PARAMETERIZATIONS["logvar"]
UNIT = Choice(None, {}, Gaussian.from_head(0, 1))
RNG = numpy.random.default_rng(16)


def answer(
    mean: numpy.ndarray, logvar: float | numpy.ndarray = -1.0, choice: Choice = UNIT, **arrays: Any
) -> LatentAnswer:
    found = statistics(mean.shape[1], LOGVAR)
    found.add(Rows(mean, numpy.broadcast_to(logvar, mean.shape).copy()))
    collected = Collected(found, Posteriors("mu", "lv", LOGVAR, **arrays))
    return answered(LatentQuestion(choice), lambda _: collected, lambda _, densities: densities)


def data(found: LatentAnswer, choice: Choice = UNIT, checks: tuple[Check, ...] = ()) -> LatentsData:
    return latents_data(("a.npz",), choice, Thresholds(), found, checks)


ACTIVE = RNG.normal(size=(400, 2)) * 2
NOTHING = numpy.zeros((400, 1))
SAME = numpy.full((400, 1), 3.0)
"""One for all examples, and not the prior."""


def test_its_numbers_are_those_of_numpy() -> None:
    kl = 0.5 * (numpy.exp(-1) - 1 + 1 + ACTIVE**2)
    found = data(answer(ACTIVE))
    whole = kl.sum(axis=1)
    assert found.kl.mean == pytest.approx(whole.mean(), rel=1e-12)
    assert found.kl.mean_bits == pytest.approx(whole.mean() / log(2), rel=1e-12)
    assert found.kl.standard_error == pytest.approx(whole.std(ddof=1) / 20, rel=1e-9)
    assert (found.kl.least, found.kl.most) == (pytest.approx(whole.min()), pytest.approx(whole.max()))
    assert found.kl.quantiles["0.5"] == pytest.approx(numpy.median(whole), rel=2 * found.kl.quantile_width)
    assert found.kl.histogram is not None
    assert sum(found.kl.histogram.counts) == 400
    assert (found.schema, found.examples, found.complete) == ("klcli.latents/1", 400, True)
    assert found.aggregate.mean == pytest.approx(ACTIVE.mean(axis=0))
    spread = numpy.cov(ACTIVE.T, bias=True) + numpy.exp(-1) * numpy.eye(2)
    assert found.aggregate.variances == pytest.approx(numpy.diag(spread))
    assert found.aggregate.covariance is not None
    assert numpy.array(found.aggregate.covariance) == pytest.approx(spread)


def many(*columns: numpy.ndarray) -> numpy.ndarray:
    return numpy.concatenate(columns, axis=1)


@pytest.mark.parametrize(
    ("mean", "logvar", "states"),
    [
        (ACTIVE, -1.0, "2 of 2 latents are active"),
        (many(ACTIVE, NOTHING), (-1.0, -1.0, 0.0), "2 of 3 latents are active, 1 has collapsed to the prior"),
        (
            many(ACTIVE[:, :1], NOTHING, NOTHING),
            (-1.0, 0.0, 0.0),
            "1 of 3 latents is active, 2 have collapsed",
        ),
        (
            many(ACTIVE, SAME),
            -1.0,
            "2 of 3 latents are active, 1 is the same for all examples, and not the prior",
        ),
        (many(SAME, SAME), -1.0, "0 of 2 latents are active, 2 are the same for all examples"),
        (ACTIVE[:, :1], -1.0, "1 of 1 latent is active"),
        (SAME, -1.0, "0 of 1 latent is active, 1 is the same for all examples"),
    ],
)
def test_the_verdict_counts_what_became_of_latents(mean: numpy.ndarray, logvar: Any, states: str) -> None:
    found = data(answer(mean, numpy.asarray(logvar)))
    first, _, rest = found.verdict.partition(" per example; ")
    assert first.endswith(" nats")
    assert rest.startswith(states)
    counts = (found.active_units, found.collapsed_units, found.dead_units)
    assert sum(counts) == mean.shape[1]


def test_of_one_example_it_cannot_be_told_what_varies() -> None:
    found = data(answer(many(SAME, NOTHING)[:1], numpy.array([-1.0, 0.0])))
    assert found.verdict == (
        "4.68 nats for the only example; 1 has collapsed to the prior (KL below 0.01 nats); "
        "it takes more to see what is active"
    )


def test_an_end_before_the_end_is_said() -> None:
    whole = answer(ACTIVE)
    cut = replace(
        whole, collected=replace(whole.collected, is_whole=False), interrupted="the rest was not read"
    )
    found = data(cut)
    assert found.verdict.startswith("interrupted after 400 examples: ")
    assert (found.complete, found.warnings) == (
        False,
        ("interrupted after 400 examples: the rest was not read",),
    )


@pytest.mark.parametrize(
    ("prior", "own", "text"),
    [
        (Gaussian.from_head(0, 1), None, "N(0, 1)"),
        (Gaussian.from_head("0.5", 2), None, "N(0.5, 4)"),
        (Gaussian.from_head([0, 1], [1, 1]), None, "of 2 dimensions"),
        (Gaussian.from_head(0, 1), ("pm", "pv"), "of each example: pm, pv"),
    ],
)
def test_the_prior_in_words(prior: Gaussian, own: tuple[str, str] | None, text: str) -> None:
    choice = Choice(None, {}, prior, own)
    found = data(answer(ACTIVE, choice=UNIT), choice)
    assert found.input.prior == text
    assert (found.input.files, found.input.mean, found.input.head) == (("a.npz",), "mu", "lv")


def test_priors_that_nobody_asked_for_are_named() -> None:
    found = answer(ACTIVE, priors=("pm", "pv"))
    assert data(found).warnings == ("pm and pv are not used; --prior-arrays pm,pv reads them",)
    assert data(found, replace(UNIT, own_priors=("pm", "pv"))).warnings == ()


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "1 row left out: a, row 1, mu: NaN"),
        (3, "3 rows left out: a, row 1, mu: NaN; a, row 2, mu: NaN; a, row 3, mu: NaN"),
        (4, "4 rows left out: a, row 1, mu: NaN; a, row 2, mu: NaN; a, row 3, mu: NaN; and 1 more"),
    ],
)
def test_three_bad_rows_are_named(count: int, text: str) -> None:
    found = answer(ACTIVE)
    rows = [BadRow("a", number + 1, "mu", "NaN") for number in range(count)]
    found.collected.statistics.bad.add(0, rows, count)
    assert data(found).warnings == (text,)
    assert (data(found).bad_rows.count, len(data(found).bad_rows.first)) == (count, count)


def test_a_clip_is_named() -> None:
    logvar = RNG.normal(size=(400, 2))
    logvar[:, 1] = numpy.minimum(logvar[:, 1], 0.0)
    share = (logvar[:, 1] == 0).mean()
    assert data(answer(ACTIVE, logvar)).warnings == (
        f"latent 2: {share:.3g} of its heads are 0, its extreme: a clip holds them there, and their gradient is 0",
    )


def test_in_short() -> None:
    found = data(answer(ACTIVE))
    assert repr(found) == f"LatentsData(verdict={found.verdict!r}, examples=400)"
