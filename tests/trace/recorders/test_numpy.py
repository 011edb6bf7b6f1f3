"""Functions of NumPy: what they compute, by arrays that note what is done to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klcli.errors import KlcliError
from klcli.testing import assert_kl
from klcli.trace.recorders.numpy import call
from klcli.trace.recording import read_recording
from klcli.trace.run_summary import watched


def elements(mu: Any, logvar: Any) -> Any:
    return -0.5 * (1 + logvar - np.square(mu) - np.exp(logvar))


def summed(mu: Any, logvar: Any) -> Any:
    return np.mean(np.sum(elements(mu, logvar), axis=-1))


def methods(mu: Any, logvar: Any) -> Any:
    return elements(mu, logvar).sum(axis=1, keepdims=True).mean()


def divided(mu: Any, logvar: Any) -> Any:
    return elements(mu, logvar).sum() / len(mu)


def of_std(mu: Any, std: Any) -> Any:
    return (np.power(std, 2) + mu * mu - 1) / 2 - np.log(std)


def of_softplus(mu: Any, rho: Any) -> Any:
    return of_std(mu, np.logaddexp(0, rho)).sum()


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (elements, {}),
        (summed, {"reduction": "sum-mean"}),
        (methods, {}),
        (divided, {}),
        (of_std, {"param": "std"}),
        (of_softplus, {"param": "softplus"}),
        (lambda mu, s: np.vdot(elements(mu, s), np.ones_like(mu)), {}),  # not followed: the numbers decide
    ],
)
def test_right_functions_pass(function: Any, options: dict[str, Any]) -> None:
    assert_kl(function, **options)


@pytest.mark.parametrize(
    ("function", "options", "text"),
    [
        (lambda mu, s: elements(mu, 2 * s).sum(), {}, "log standard deviation"),
        (lambda mu, s: -0.5 * np.sum(1 + s - mu**2 - np.exp(s) ** 2), {}, "KL105"),
        (lambda mu, s: 2 * elements(mu, s), {}, "2 KL("),
        (
            lambda mu, s: np.vdot(elements(mu, s), np.ones_like(mu)) * 1.01,
            {},
            "not followed: what vdot computes",
        ),
        (lambda mu, s: np.einsum("ij->", elements(mu, s)) * 1.01, {}, "101/100 KL("),
        (of_std, {"param": "var"}, "it is one for a standard deviation"),
    ],
)
def test_wrong_functions_are_named(function: Any, options: dict[str, Any], text: str) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_kl(function, **options)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda mu, s: float(np.sum(mu)), "gives back float"),
        (lambda mu, s: np.concatenate([mu, s], axis=7), "failed with mu of shape"),
    ],
)
def test_what_cannot_be_called_is_said(function: Any, text: str) -> None:
    with pytest.raises(KlcliError, match=text):
        assert_kl(function)


def of_covariance(mu: Any, c: Any) -> Any:
    return 0.5 * (np.trace(c) + mu @ mu - len(mu) - np.linalg.slogdet(c)[1])


def of_factor(mu: Any, raw: Any) -> Any:
    lower = np.tril(raw)
    return 0.5 * (np.trace(lower @ lower.T) + np.sum(mu**2) - 3) - np.sum(np.log(np.diag(lower)))


def of_factor_once(mu: Any, raw: Any) -> Any:
    lower = np.tril(raw)
    return 0.5 * (np.sum(lower**2) + np.sum(mu**2) - 3 - np.log(np.linalg.det(lower)))


@pytest.mark.parametrize(
    ("function", "verdict", "reading"),
    [
        (of_covariance, "exact", "covariance"),
        (of_factor, "exact", "cholesky"),
        (of_factor_once, "wrong", "cholesky"),
    ],
)
def test_covariance_matrices(function: Any, verdict: str, reading: str) -> None:
    matrix = [2.0, 0.1, 0.2, 0.1, 1.5, 0.3, 0.2, 0.3, 1.2]
    given = {"mu": ((3,), [0.3, 0.4, 0.5]), "matrix": ((3, 3), matrix)}
    found = watched(read_recording(call(function, given, "float64", {})["document"]))
    (term,) = (term for one in found.losses for term in one.terms)
    assert term.parameterization is not None
    assert (term.verdict, term.parameterization.name) == (verdict, reading)
