"""``klcli latents --prior-arrays``: a prior for each example, what is known then, and what contradicts it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import pytest

from tests.cli.conftest import Klcli

RNG = numpy.random.default_rng(29)
MEAN, LOGVAR = RNG.normal(size=(10, 2)), RNG.normal(size=(10, 2))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def information(mean: numpy.ndarray, logvar: numpy.ndarray) -> tuple[float, float]:
    """E log q(z | x) - log q(z) from 40,000 draws of another generator, and its standard error."""
    rng = numpy.random.default_rng(5)
    drawn = rng.integers(len(mean), size=40_000)
    z = mean[drawn] + numpy.exp(logvar[drawn] / 2) * rng.normal(size=(40_000, mean.shape[1]))
    off = z[:, None] - mean
    logs = -0.5 * (off**2 / numpy.exp(logvar) + logvar).sum(axis=2)
    own, most = logs[numpy.arange(len(z)), drawn], logs.max(axis=1)
    of_all = most + numpy.log(numpy.exp(logs - most[:, None]).mean(axis=1))
    return float((own - of_all).mean()), float((own - of_all).std() / 200)


def test_of_priors_of_their_own_the_aggregate_has_no_kl(klcli: Klcli) -> None:
    """With prior = posterior the mean KL is 0, and less the information it would be a KL below 0."""
    numpy.savez("e.npz", mu=MEAN, logvar=LOGVAR, prior_mu=MEAN, prior_logvar=LOGVAR)
    found = json.loads(
        klcli("latents", "e.npz", "--prior-arrays", "prior_mu,prior_logvar", "--marginal", "--json").out
    )
    assert found["kl"]["mean"] == 0
    assert found["marginal_kl"]["value"] is None
    said, (value, error) = found["mutual_information"], information(MEAN, LOGVAR)
    assert said["kind"] == "estimate"
    assert said["value"] == pytest.approx(value, abs=4 * (error + said["standard_error"]))
    text = klcli("latents", "e.npz", "--prior-arrays", "prior_mu,prior_logvar", "--marginal").out
    assert "marginal KL    not known" in text


@pytest.mark.parametrize("option", [("--prior-mu", "1"), ("--prior-std", "2"), ("--prior-param", "var")])
def test_one_prior_contradicts_those_of_each_example(klcli: Klcli, option: tuple[str, str]) -> None:
    numpy.savez("e.npz", mu=MEAN, logvar=LOGVAR, pm=MEAN, pl=LOGVAR)
    result = klcli("latents", "e.npz", "--prior-arrays", "pm,pl", *option)
    assert (result.status, result.out) == (2, "")
    assert f"{option[0]} contradicts --prior-arrays" in result.err


@pytest.mark.parametrize("rows", [1, 2, 5, 20])
def test_there_is_a_prior_for_each_example(klcli: Klcli, rows: int) -> None:
    numpy.savez("e.npz", mu=MEAN, logvar=LOGVAR, pm=numpy.zeros((rows, 2)), pl=LOGVAR)
    result = klcli("latents", "e.npz", "--prior-arrays", "pm,pl")
    assert (result.status, result.out) == (2, "")
    assert f"pm has {rows} row{'s' * (rows > 1)} of 2 numbers, mu has 10 of 2" in result.err


@pytest.mark.parametrize("name", ["prior_std", "std_p", "p_var"])
def test_a_prior_of_another_spread(klcli: Klcli, name: str) -> None:
    numpy.savez("e.npz", mu=MEAN, logvar=LOGVAR, prior_mu=MEAN, **{name: numpy.exp(LOGVAR)})
    result = klcli("latents", "e.npz", "--prior-arrays", f"prior_mu,{name}")
    assert (result.status, result.out) == (2, "")
    assert f"{name} is called a {'var' if 'var' in name else 'std'}" in result.err


def test_a_prior_may_be_called_what_its_posterior_is(klcli: Klcli) -> None:
    """Who says that `sigma` holds log-variances means `prior_sigma`, too."""
    numpy.savez("e.npz", mu=MEAN, sigma=LOGVAR, prior_mu=MEAN, prior_sigma=LOGVAR)
    arguments = ("--logvar", "sigma", "--prior-arrays", "prior_mu,prior_sigma", "--json")
    assert json.loads(klcli("latents", "e.npz", *arguments).out)["kl"]["mean"] == 0
