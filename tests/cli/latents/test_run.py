"""One pass over tables or two, from options to a report, against numpy; and what cannot be read twice."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest

from klcli.cli.latents.inputs import TableInputs
from klcli.cli.latents.run import run
from klcli.errors import KlcliError
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.latents.summary import Thresholds
from klcli.report.report import Report
from klcli.tables.inputs import STREAM, Input
from tests.cli.comparing.test_points import numbers

RNG = numpy.random.default_rng(31)
MEAN, HEAD = RNG.normal(size=(200, 2)), RNG.normal(size=(200, 2)) - 1
KL = 0.5 * (numpy.exp(HEAD) - 1 - HEAD + MEAN**2)
PRIORS = ("prior_mu", "prior_sigma", "prior_param", *(f"prior_{name}" for name in PARAMETERIZATIONS))
OPTIONS: dict[str, Any] = dict.fromkeys(("prior_arrays", "beta", "per_row", "engine", "scheduler", *PRIORS))
OPTIONS |= {"free_bits": 0.5, "marginal": False, "seed": 0, "jobs": 1, "full": False}


def report(*paths: str | Path, limits: dict[str, float | None] | None = None, **options: Any) -> Report:
    given = TableInputs(tuple(Input((str(path),), order) for order, path in enumerate(paths)), None, {})
    return run(given, Thresholds(), limits or {}, {**OPTIONS, **options}, quiet=True)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    numpy.savez(tmp_path / "a.npz", mu=MEAN, logvar=HEAD, pm=numpy.ones((200, 2)), pv=numpy.zeros((200, 2)))
    return tmp_path / "a.npz"


def test_the_kl_of_a_table(table: Path) -> None:
    found = report(table)
    assert found.data.kl.mean == pytest.approx(KL.sum(axis=1).mean(), rel=1e-12)
    assert found.data.input.files == (str(table),)
    assert found.data.input.prior == "N(0, 1)"


def test_many_tables_are_one(table: Path, tmp_path: Path) -> None:
    numpy.savez(tmp_path / "b.npz", mu=2 * MEAN, logvar=HEAD)
    found = report(table, tmp_path / "b.npz")
    twice = 0.5 * (numpy.exp(HEAD) - 1 - HEAD + 4 * MEAN**2)
    assert found.data.examples == 400
    assert found.data.kl.mean == pytest.approx((KL.sum() + twice.sum()) / 400, rel=1e-12)


def test_a_prior_for_all_and_one_for_each(table: Path) -> None:
    """To N(1, 4): log 2 + (v + (m - 1)^2)/8 - 1/2 - log v/2; of each example to N(1, 1)."""
    found = report(table, prior_mu=numbers("1"), prior_sigma=numbers("2"))
    expected = numpy.log(2) + (numpy.exp(HEAD) + (MEAN - 1) ** 2) / 8 - 0.5 - HEAD / 2
    assert found.data.kl.mean == pytest.approx(expected.sum(axis=1).mean(), rel=1e-12)
    own = report(table, prior_arrays="pm, pv")
    assert own.data.kl.mean == pytest.approx((KL + 0.5 - MEAN).sum(axis=1).mean(), rel=1e-12)
    assert own.data.input.prior == "of each example: pm, pv"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"prior_arrays": "pm"}, "--prior-arrays takes two names, got 'pm'"),
        ({"prior_arrays": ",pv"}, "--prior-arrays takes two names"),
        ({"prior_arrays": "pm,pv", "prior_mu": numbers("1")}, "--prior-mu contradicts --prior-arrays"),
        ({"prior_arrays": "pm,pv", "prior_param": "std"}, "--prior-param contradicts --prior-arrays"),
        ({"prior_arrays": "pm,pv", "prior_logvar": numbers("1")}, "--prior-logvar contradicts"),
        ({"per_row": "out.txt"}, "no format has the ending"),
    ],
)
def test_options_that_cannot_be(table: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(KlcliError, match=message) as caught:
        report(table, **options)
    assert caught.value.hint


def test_limits_are_held(table: Path) -> None:
    mean = float(KL.sum(axis=1).mean())
    assert report(table, limits={"--max-kl": mean + 1, "--min-kl": None}).holds
    assert not report(table, limits={"--max-kl": mean - 1}).holds


def test_every_example_by_itself(table: Path, tmp_path: Path) -> None:
    report(table, per_row=str(tmp_path / "rows.npy"))
    assert numpy.load(tmp_path / "rows.npy") == pytest.approx(KL.sum(axis=1), rel=1e-12)


def test_a_second_pass_estimates_what_the_first_bounds(table: Path) -> None:
    found = report(table, marginal=True, seed=3)
    assert found.data.mutual_information.kind == "estimate"
    assert report(table).data.mutual_information.kind != "estimate"


def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = "mu,logvar\n" + "\n".join(f"{m},{h}" for m, h in zip(MEAN[:, 0], HEAD[:, 0], strict=True))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(plain.encode())))
    assert report(STREAM).data.kl.mean == pytest.approx(KL[:, 0].mean(), rel=1e-12)


@pytest.mark.parametrize(
    ("paths", "options"),
    [((STREAM, "a.csv"), {}), ((STREAM,), {"marginal": True}), ((STREAM,), {"per_row": "b.csv"})],
)
def test_standard_input_is_alone_and_not_read_again(paths: tuple[str, ...], options: dict[str, Any]) -> None:
    with pytest.raises(KlcliError, match="standard input can be read once, and alone"):
        report(*paths, **options)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("options", [{"marginal": True}, {"per_row": "b.csv"}])
def test_a_pipe_is_not_read_again(tmp_path: Path, options: dict[str, Any]) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(KlcliError, match="is a pipe, which can be read once"):
        report(tmp_path / "pipe.csv", **options)
