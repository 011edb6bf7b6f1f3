"""Statistics of tables, against numpy and mpmath over all rows at once; merged in any order."""

from __future__ import annotations

from itertools import pairwise

import mpmath
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.latents.rows import Rows
from klcli.latents.statistics import Statistics, statistics

LOGVAR, VAR = PARAMETERIZATIONS["logvar"], PARAMETERIZATIONS["var"]
RNG = numpy.random.default_rng(8)
MEAN, HEAD = RNG.normal(size=(700, 3)), RNG.normal(scale=0.5, size=(700, 3))


def of(mean: numpy.ndarray, head: numpy.ndarray, reading=LOGVAR, **rest: object) -> Statistics:  # type: ignore[no-untyped-def]
    found = statistics(mean.shape[1], reading, 0.25)
    found.add(Rows(mean, head, **rest))
    return found


def test_against_mpmath() -> None:
    with mpmath.workdps(50):
        kl = [
            [
                (mpmath.expm1(mpmath.mpf(float(s))) - mpmath.mpf(float(s)) + mpmath.mpf(float(m)) ** 2) / 2
                for m, s in zip(*row, strict=True)
            ]
            for row in zip(MEAN[:40], HEAD[:40], strict=True)
        ]
        expected = [float(sum(row[j] for row in kl)) for j in range(3)]
        free = float(sum(max(entry, mpmath.mpf("0.25")) for row in kl for entry in row))
        in_total = float(sum(max(sum(row), mpmath.mpf("0.75")) for row in kl))
        shift = [float(sum(mpmath.mpf(float(m)) ** 2 / 2 for m in MEAN[:40, j])) for j in range(3)]
    found = of(MEAN[:40], HEAD[:40])
    numpy.testing.assert_allclose(found.kl.values, expected, rtol=1e-14)
    numpy.testing.assert_allclose(found.shift, shift, rtol=1e-14)
    assert found.free_entries == pytest.approx(free, rel=1e-14)
    assert found.free_examples == pytest.approx(in_total, rel=1e-14)
    numpy.testing.assert_allclose(found.variance, numpy.exp(HEAD[:40]).sum(axis=0), rtol=1e-14)
    assert found.examples == 40


@given(st.lists(st.integers(1, 699), max_size=4, unique=True), st.randoms(use_true_random=False))
def test_blocks_merge_in_any_order(cuts: list[int], random: object) -> None:
    whole = of(MEAN, HEAD)
    edges = [0, *sorted(cuts), 700]
    parts = [of(MEAN[a:b], HEAD[a:b], first=a + 1) for a, b in pairwise(edges)]
    random.shuffle(parts)  # type: ignore[attr-defined]
    merged = statistics(3, LOGVAR, 0.25)
    for part in parts:
        merged.merge(part)
    assert merged.kl.values == whole.kl.values
    assert (merged.examples, merged.grid.cells) == (whole.examples, whole.grid.cells)
    assert (merged.grid.least, merged.grid.most) == (whole.grid.least, whole.grid.most)
    numpy.testing.assert_allclose(merged.means.covariance, whole.means.covariance, rtol=1e-12, atol=1e-14)
    numpy.testing.assert_allclose(merged.variance, whole.variance, rtol=1e-13)
    numpy.testing.assert_allclose(merged.of_examples.products, whole.of_examples.products, rtol=1e-12)


def test_bad_rows_are_counted_and_the_others_stay() -> None:
    mean, head = MEAN.copy(), HEAD.copy()
    mean[3, 1], head[5, 0], head[9, 2] = numpy.nan, numpy.inf, 1000.0
    found = of(mean, head, file="t.npy", first=101)
    rest = [row for row in range(700) if row not in (3, 5, 9)]
    assert found.kl.values == of(MEAN[rest], HEAD[rest]).kl.values
    assert found.bad.count == 3
    assert [(row.row, row.column, row.why) for row in found.bad.first] == [
        (104, "mean 2", "NaN"),
        (106, "logvar 1", "infinite"),
        (110, "latent 3", "its KL is beyond the doubles"),
    ]


def test_a_spread_that_is_none_is_bad() -> None:
    found = of(
        MEAN[:4], numpy.array([[1.0, 2.0, 3.0], [0.0, 1.0, 1.0], [1.0, -2.0, 1.0], [1.0, 1.0, 1.0]]), VAR
    )
    assert (found.examples, [row.why for row in found.bad.first]) == (2, ["0 is not > 0", "-2 is not > 0"])


def test_only_a_hundred_bad_rows_are_named() -> None:
    found = of(numpy.full((300, 2), numpy.nan), numpy.zeros((300, 2)))
    assert (found.examples, found.bad.count, len(found.bad.first)) == (0, 300, 100)
    assert found.bad.first[-1].row == 100


def test_own_priors_are_parted_with_the_rows() -> None:
    prior_mean, prior_head = RNG.normal(size=(700, 3)), RNG.normal(size=(700, 3))
    bad = prior_mean.copy()
    bad[0, 0] = numpy.nan
    found = of(MEAN, HEAD, prior_mean=bad, prior_head=prior_head)
    ratio = numpy.exp(HEAD - prior_head)
    kl = 0.5 * (ratio - 1 - numpy.log(ratio) + (MEAN - prior_mean) ** 2 / numpy.exp(prior_head))
    numpy.testing.assert_allclose(found.kl.values, kl[1:].sum(axis=0), rtol=1e-12)
    assert found.bad.first[0].column == "prior mean 1"


def test_collapse_keeps_its_digits() -> None:
    """At a log-variance of 1e-9 the textbook expression in doubles is 5 % off."""
    head = numpy.full((1000, 1), 1e-9)
    found = of(numpy.zeros((1000, 1)), head)
    with mpmath.workdps(50):
        s = mpmath.mpf(1e-9)
        assert found.kl.values[0] == pytest.approx(float(1000 * (mpmath.expm1(s) - s) / 2), rel=1e-14)
