"""The KL of distributions that are written out: that of the integral, and numpy's closed form for vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klcli.formula.program_reader import read_matrices, read_program
from klcli.formula.read.calls.distributions import CONSTRUCTORS, MULTIVARIATE
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array

RANDOM = np.random.default_rng(3)
GIVEN = {name: RANDOM.uniform(0.3, 2.5, (2, 4, 3)) for name in ("m", "s", "n", "t")}


def evaluated(text: str) -> Any:
    symbols = {name: Array(array.shape, array.ravel().tolist()) for name, array in GIVEN.items()}
    found = evaluate_arrays(read_program(text, "python").arrays, symbols)
    return np.array(found.values).reshape(found.shape)


def closed(v: Any, w: Any) -> Any:
    """KL(N(m, v) || N(n, w)), entry by entry."""
    return 0.5 * (np.log(w / v) + (v + (GIVEN["m"] - GIVEN["n"]) ** 2) / w - 1)


@pytest.mark.parametrize("owner", ["", "dist.", "tfd.", "D.kl.", "torch.distributions.kl."])
def test_a_divergence_is_that_of_any_module(owner: str) -> None:
    found = evaluated(f"{owner}kl_divergence(tfd.Normal(m, s), tfd.Normal(n, t))")
    np.testing.assert_array_equal(found, evaluated("kl_divergence(Normal(m, s), Normal(n, t))"))


def test_a_divergence_is_the_integral() -> None:
    """Of q (log q - log p) over 14 standard deviations, by the trapezoid rule."""
    found = evaluated("kl_divergence(Normal(m, s), Normal(n, scale=t))")
    m, s, n, t = (GIVEN[name][..., None] for name in "msnt")
    step = 1 / 64
    z = m + s * np.arange(-14, 14, step)
    logs = [-(((z - mean) / scale) ** 2) / 2 - np.log(scale) for mean, scale in ((m, s), (n, t))]
    density = np.exp(logs[0]) / np.sqrt(2 * np.pi)
    expected = np.sum(density * (logs[0] - logs[1]) * s * step, -1)
    np.testing.assert_allclose(found, expected, rtol=1e-10)


@pytest.mark.parametrize(
    ("text", "axes", "of_variances"),
    [
        ("kl_divergence(Independent(Normal(m, s), 0), Independent(Normal(n, t), 0))", 0, False),
        ("kl_divergence(Independent(Normal(m, s), 1), Independent(Normal(n, t), 1))", 1, False),
        ("kl_divergence(Independent(Normal(m, s), 2), Independent(Normal(n, t), 2))", 2, False),
        ("q = dist.Normal(m, s).to_event(1); kl_divergence(q, dist.Normal(n, t).to_event(1)) + 0", 1, False),
        ("tfd.Independent(tfd.Normal(m, s)).kl_divergence(tfd.Independent(tfd.Normal(n, t)))", 1, False),
        ("MultivariateNormalDiag(m, s).kl_divergence(MultivariateNormalDiag(n, scale_diag=t))", 1, False),
        (
            "kl_divergence(MultivariateNormal(m, diag_embed(s)), MultivariateNormal(n, diag_embed(t)))",
            1,
            True,
        ),
        (
            "kl_divergence(MultivariateNormal(m, scale_tril=torch.diag_embed(s)), "
            "MultivariateNormal(n, covariance_matrix=torch.diag_embed(t**2)))",
            1,
            False,
        ),
        ("kl_divergence(Normal(m, s).expand((2, 4, 3)), Normal(n, t))", 0, False),
    ],
)
def test_entries_are_summed_over_the_axes_of_an_event(text: str, axes: int, of_variances: bool) -> None:
    power = 1 if of_variances else 2
    entries = closed(GIVEN["s"] ** power, GIVEN["t"] ** power)
    truth = entries.sum(tuple(range(-axes, 0))) if axes else entries
    np.testing.assert_allclose(evaluated(text), truth, rtol=1e-13)


def test_a_unit_matrix_is_one_of_every_entry() -> None:
    text = "kl_divergence(MultivariateNormal(m, 4 * torch.eye(3)), MultivariateNormal(n, torch.eye(3)))"
    np.testing.assert_allclose(evaluated(text), closed(4.0, 1.0).sum(-1), rtol=1e-13)


@pytest.mark.parametrize(
    "text",
    [
        "kl_divergence(Laplace(m, s), Normal(n, t))",
        "kl_divergence(q, p)",
        "kl_divergence(Normal(m), Normal(n, t))",
        "kl_divergence(Independent(Normal(m, s), axes), Normal(n, t))",
        "kl_divergence(MultivariateNormal(m, S), MultivariateNormal(n, T))",
    ],
)
def test_what_is_no_distribution_of_independent_entries_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        read_program(text, "python")


def test_a_diagonal_one_beside_a_matrix_is_refused() -> None:
    with pytest.raises(FormulaError):
        read_matrices("kl_divergence(MultivariateNormalDiag(m, s), MultivariateNormal(n, T))", "python")


def test_those_of_vectors_are_constructors() -> None:
    assert set(MULTIVARIATE) < CONSTRUCTORS
