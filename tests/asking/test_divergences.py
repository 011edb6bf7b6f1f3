"""``klcli.compute`` and ``klcli.estimate``: numbers and arrays in, the fields of the JSON out."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

import klcli
from tests import reference
from tests.cli.conftest import Klcli

FEW = {"samples": 2000}


def kl(*numbers: Any) -> float:
    with mpmath.workdps(50):
        return float(reference.kl(*map(mpmath.mpf, numbers)))


@pytest.mark.parametrize(
    "mu", [0.3, Fraction(0.3), [0.3], np.float64(0.3), np.array(0.3), np.array([0.3])], ids=repr
)
def test_numbers_of_every_kind(mu: Any) -> None:
    assert klcli.compute(mu, 1.2, **FEW).value == kl(0.3, 1.2)


def test_texts_are_decimals_and_floats_are_what_they_are() -> None:
    assert klcli.compute("0.3", "1.2", **FEW).value == kl("0.3", "1.2") != kl(0.3, 1.2)


def test_arrays_are_dimensions_and_one_number_serves_all() -> None:
    found = klcli.compute(0.5, np.array([2.0, 4.0]), param="var", prior_mu=[1, 0], prior_sigma=2, **FEW)
    with mpmath.workdps(50):
        parts = [reference.kl(mpmath.mpf("0.5"), mpmath.sqrt(v), m, 2) for v, m in ((2, 1), (4, 0))]
    assert found.value == float(sum(parts))
    assert found.closed_form.per_dimension[1].value == float(parts[1])


def test_a_matrix() -> None:
    cov = np.array([[1.5, 0.25], [0.25, 1.0]])
    by_hand = 0.5 * (2.5 - 2 - np.log(1.5 - 0.0625) + 0.5)
    assert klcli.compute(0.5, cov=cov, **FEW).value == pytest.approx(by_hand, rel=1e-14)
    assert klcli.compute([0.5, 0.5], 1, prior_cov=cov, **FEW).value > 0


def test_bits_and_the_seed() -> None:
    found = klcli.compute("0.3", "1.2", unit="bits", seed=3, **FEW)
    assert found.value == pytest.approx(kl("0.3", "1.2") / np.log(2), rel=1e-15)
    assert (found.monte_carlo.seed, found.monte_carlo.samples) == (3, 2000)


def test_the_fields_are_those_of_the_command(klcli: Klcli) -> None:
    import klcli as library

    said = json.loads(
        klcli(
            "compute", "--mu", "0.3", "--sigma", "1.2", "--samples", "2000", "--steps", "none", "--json"
        ).out
    )
    found = library.compute("0.3", "1.2", **FEW)
    assert json.loads(library.to_json(found)) == said
    assert {name for name in said if not hasattr(found, name)} == set()


def test_a_short_repr() -> None:
    assert repr(klcli.compute("0.3", "1.2", **FEW)) == (
        "ComputeData(divergence='KL(q || p)', value=0.08267844320604538, unit='nats', status='agrees')"
    )


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((0.3,), {}, "sigma is missing"),
        ((0.3, -1.0), {}, "sigma must be > 0"),
        ((float("nan"), 1), {}, "mu must be finite"),
        (([0, 1, 2], [1, 2]), {}, "mu has 3 values and std has 2 values"),
        ((0, [[1, 2], [3, 4]]), {}, "not a matrix"),
        ((0, 1), {"cov": [[1]]}, "say the same thing twice"),
        ((0, 1), {"param": "variance"}, "variance"),
        (("x", 1), {}, "mu must be a number"),
        ((10**400, 1), {}, "beyond the doubles"),
        ((0.3, 1), {"unit": "bit"}, "unknown unit 'bit'"),
        ((0.3, 1), {"samples": 0}, "samples must be from 1,000"),
        ((0.3, 1), {"samples": "1e6"}, "samples must be a whole number, got '1e6'"),
        ((0.3, 1), {"seed": 0.5}, "seed must be a whole number, got 0.5"),
    ],
)
def test_what_is_no_gaussian(arguments: tuple[Any, ...], options: dict[str, Any], message: str) -> None:
    with pytest.raises(klcli.KlcliError, match=message):
        klcli.compute(*arguments, **FEW | options)


def test_a_whole_number_may_be_a_float() -> None:
    assert (
        klcli.compute(0.3, 1.2, samples=2e3).monte_carlo == klcli.compute(0.3, 1.2, samples=2000).monte_carlo
    )


def samples() -> tuple[Any, Any]:
    x = np.random.default_rng(5).normal(0.3, 1.2, 4000)
    return -((x - 0.3) ** 2) / 2.88 - np.log(1.2), -(x**2) / 2


def test_samples_as_one_array_or_two() -> None:
    log_q, log_p = samples()
    found = klcli.estimate(log_q - log_p)
    assert found.value == pytest.approx(np.mean(log_q - log_p), rel=1e-12)
    error = np.std(log_q - log_p, ddof=1) / np.sqrt(len(log_q))
    assert found.standard_error == pytest.approx(error, rel=1e-9)
    assert abs(found.value - kl("0.3", "1.2")) < 5 * error
    for other in (klcli.estimate(log_q, log_p), klcli.estimate(np.stack([log_q, log_p], axis=1))):
        assert other.value == pytest.approx(found.value, rel=1e-12)
    assert klcli.estimate(log_q, log_p, unit="bits").value == pytest.approx(found.value / np.log(2))
    assert klcli.estimate(log_q, log_p, independent=False).standard_error is None
    order = np.argsort(log_q - log_p)
    assert klcli.estimate((log_q - log_p)[order]).standard_error is None
    assert klcli.estimate((log_q - log_p)[order], independent=True).standard_error is not None
    copies = np.tile(log_q - log_p, 2)
    assert klcli.estimate(copies).standard_error is None
    assert klcli.estimate(copies, independent=True).standard_error is not None


def test_estimates_have_the_fields_of_the_command(klcli: Klcli, tmp_path: Any) -> None:
    import klcli as library

    log_q, log_p = samples()
    np.save(tmp_path / "x.npy", log_q - log_p)
    said = json.loads(klcli("estimate", str(tmp_path / "x.npy"), "--log-ratio", "1", "--json").out)
    found = json.loads(library.to_json(library.estimate(log_q - log_p)))
    assert found.pop("table").keys() == said.pop("table").keys()
    assert found == said


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (([0.1],), "needs two samples or more"),
        (([],), "needs two samples or more"),
        (([0.1, float("nan")],), "entry 2: a number is missing"),
        (([0.1, -np.inf],), "entry 2: log q - log p is -inf"),
        (([-1.0, -np.inf], [-1.0, -2.0]), "entry 2: log q is -inf"),
        (([0.1, 0.2], [0.1]), r"of shape \(n,\), not \(2,\) and \(1,\)|have the shape"),
        ((np.zeros((2, 3)),), "shape"),
        ((["a", "b"],), "no real numbers"),
        (([1j, 2],), "no real numbers"),
    ],
)
def test_what_are_no_samples(arrays: tuple[Any, ...], message: str) -> None:
    with pytest.raises(klcli.KlcliError, match=message):
        klcli.estimate(*arrays)


def test_no_estimate_has_an_unknown_unit() -> None:
    with pytest.raises(klcli.KlcliError, match="unknown unit 'nat'"):
        klcli.estimate([0.1, 0.2], unit="nat")  # type: ignore[arg-type]
