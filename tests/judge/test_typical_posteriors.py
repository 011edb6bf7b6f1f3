"""Where conditions are measured: the range of sigma in every reading, and the KL there by mpmath."""

from __future__ import annotations

import mpmath
import pytest

from klcli.formula.program_reader import read_program
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.answer import verify
from klcli.judge.roles import Roles
from klcli.judge.typical_posteriors import sigmas_text, usual_points
from klcli.judge.verdict import Verdict
from klcli.judge.ways import Way
from tests.reference import SIGMA, kl


def verdict(name: str, prior: str | None = None) -> Verdict:
    roles = Roles("m", "s", "n", "t") if prior else Roles("m", "s")
    return Verdict("exact", Way(roles, PARAMETERIZATIONS[name], PARAMETERIZATIONS[prior] if prior else None))


@pytest.mark.parametrize("name", PARAMETERIZATIONS)
def test_the_kl_is_that_of_the_heads(name: str) -> None:
    columns, divergences = usual_points(verdict(name))
    assert set(columns) == {"m", "s"}
    with mpmath.workdps(30):
        for mean, head, found in zip(columns["m"], columns["s"], divergences, strict=True):
            exact = kl(mpmath.mpf(mean), SIGMA[name](mpmath.mpf(head)))
            assert found == pytest.approx(float(exact), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("reads_reversed", [True, False])
def test_the_kl_is_that_of_the_verdict(*, reads_reversed: bool) -> None:
    formula = (
        "0.5 * ((mu**2 + 1) / s**2 + 2 * torch.log(s) - 1)"
        if reads_reversed
        else ("0.5 * ((mu - 1)**2 / 4 + s**2 / 4 - 1 - torch.log(s**2 / 4))")
    )
    found = verify(read_program(formula, "python")).best.verdict
    columns, divergences = usual_points(found)
    for mean, sigma, one in zip(columns["mu"], columns["s"], divergences, strict=True):
        given = (0, 1, mean, sigma) if reads_reversed else (mean, sigma, 1, 2)
        assert one == pytest.approx(float(kl(*given)), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("std", "for sigma from 0.01 to 100"),
        ("logvar", "for sigma from 0.01 to 100"),
        ("sigmoid", "for sigma from 0.0099 to 0.99"),
    ],
)
def test_the_range_is_said(name: str, words: str) -> None:
    assert sigmas_text(verdict(name)) == words


def test_the_ends_are_points_and_so_is_the_prior() -> None:
    columns, divergences = usual_points(verdict("std"))
    assert (min(columns["s"]), max(columns["s"])) == pytest.approx((0.01, 100))
    assert min(divergences) == pytest.approx(0, abs=1e-12)


def test_a_prior_with_symbols_stands_still() -> None:
    columns, divergences = usual_points(verdict("logvar", "std"))
    assert set(columns["n"]) == {0.0}
    assert set(columns["t"]) == {1.0}
    assert len(divergences) == len(columns["s"])
