"""Combinations of the terms of a KL of matrices as formulas, computed again by NumPy."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from klcli.trace.matrices.fit import TermsFit
from klcli.trace.matrices.formulas import formula_of, symbols_of
from klcli.trace.matrices.random_gaussians import Arrangement
from klcli.trace.matrices.starts import Start

FACTORS = {
    "q": np.array([[1.5, 0.0], [0.4, 0.8]]),
    "p": np.array([[2.0, 0.0], [-0.5, 1.1]]),
}
MEANS = {"q": np.array([0.3, -1.2]), "p": np.array([1.0, 0.5])}
WEIGHTS = {
    "trace": Fraction(1, 2),
    "mahalanobis": Fraction(3, 4),
    "logdet_q": Fraction(-1, 3),
    "logdet_p": Fraction(2, 5),
    "constant": Fraction(-1),
}


def fit(heads: dict[str, str], means: tuple[str, ...]) -> TermsFit:
    """A fit to matrices that are read so, of some sides, with means of some sides; two latents."""
    own = {side: place for place, side in enumerate(heads)}
    of_means = {side: 10 + place for place, side in enumerate(means)}
    readings = {own[side]: reading for side, reading in heads.items()} | dict.fromkeys(
        of_means.values(), "mean"
    )
    way: Any = Arrangement(means=of_means, heads=own)
    return TermsFit(Start(tuple(readings), (), 2), readings, way, {}, None, 1)


def covariance(side: str) -> Any:
    return FACTORS[side] @ FACTORS[side].T


def array(side: str, reading: str) -> Any:
    return {
        "covariance": covariance(side),
        "cholesky": FACTORS[side],
        "precision": np.linalg.inv(covariance(side)),
    }[reading]


def value(fit: TermsFit, weights: Any) -> float:
    """The formula, computed by Python with NumPy's functions."""
    sides = {node: side for side, node in (*fit.way.means.items(), *fit.way.heads.items())}
    names = {
        name: MEANS[sides[node]] if fit.readings[node] == "mean" else array(sides[node], fit.readings[node])
        for name, node in symbols_of(fit).items()
    }
    functions = {"logdet": lambda matrix: np.linalg.slogdet(matrix)[1], "inv": np.linalg.inv}
    functions |= {"trace": np.trace, "sum": np.sum, "log": np.log, "diagonal": np.diagonal}
    return float(eval(formula_of(fit, weights), {**functions, **names, "d": 2}))


def expected(sides: set[str], means: tuple[str, ...]) -> float:
    """The same combination from the matrices themselves; a side without one has the identity."""
    q, p = (covariance(side) if side in sides else np.eye(2) for side in ("q", "p"))
    gap = MEANS[means[0]] - (MEANS[means[1]] if len(means) > 1 else 0)
    terms = {
        "trace": np.trace(np.linalg.inv(p) @ q),
        "mahalanobis": gap @ np.linalg.inv(p) @ gap,
        "logdet_q": np.log(np.linalg.det(q)),
        "logdet_p": np.log(np.linalg.det(p)),
        "constant": 1,
    }
    return float(sum(float(WEIGHTS[name]) * term for name, term in terms.items()))


@pytest.mark.parametrize("reading", ["covariance", "cholesky", "precision"])
@pytest.mark.parametrize("prior", ["covariance", "cholesky", "precision"])
def test_of_two_matrices(reading: str, prior: str) -> None:
    found = value(fit({"q": reading, "p": prior}, ("q", "p")), WEIGHTS)
    assert found == pytest.approx(expected({"q", "p"}, ("q", "p")), rel=1e-12)


@pytest.mark.parametrize("side", ["q", "p"])
@pytest.mark.parametrize("reading", ["covariance", "cholesky", "precision"])
def test_of_one_matrix(side: str, reading: str) -> None:
    other = {"q": "logdet_p", "p": "logdet_q"}[side]
    found = value(fit({side: reading}, ("q",)), WEIGHTS | {other: Fraction(0)})
    assert found == pytest.approx(expected({side}, ("q",)), rel=1e-12)


def test_symbols_say_whose_they_are_where_there_are_two_gaussians() -> None:
    assert [*symbols_of(fit({"q": "cholesky"}, ("q",)))] == ["mu", "L"]
    assert [*symbols_of(fit({"q": "covariance", "p": "precision"}, ("q", "p")))] == [
        "mu_q",
        "mu_p",
        "S_q",
        "P_p",
    ]


def test_the_mean_of_the_posterior_is_the_first_of_a_distance() -> None:
    weights = dict.fromkeys(WEIGHTS, Fraction(0)) | {"mahalanobis": Fraction(1)}
    found = formula_of(fit({"p": "covariance"}, ("p", "q")), weights)
    assert found == "(1)*((mu_q - mu_p) @ inv(S_p) @ (mu_q - mu_p))"


def test_what_stands_by_mistake_in_the_place_of_a_term() -> None:
    weights = {"trace of the factor": Fraction(1, 2), "constant": Fraction(0)}
    assert formula_of(fit({"q": "cholesky"}, ("q",)), weights) == "(1/2)*(trace(L))"
