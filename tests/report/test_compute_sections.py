"""Sections of compute: the terms of each dimension, and what textbooks make the closed form of matrices of."""

from __future__ import annotations

import numpy
import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import divergence
from klcli.gaussian.multivariate.divergence import divergence as of_matrices
from klcli.report.compute_sections import dimensions, parts
from klcli.report.document import CellTable, FactList, Paragraph


def test_one_dimension_needs_no_table() -> None:
    q, p = Gaussian.from_head(0, 2), Gaussian.from_head(0, 1)
    assert list(dimensions(q, p, divergence(q, p))) == []


@pytest.mark.parametrize(("size", "rows", "hidden"), [(2, 2, ""), (20, 20, ""), (23, 20, "and 3 more")])
def test_a_screen_of_dimensions_is_shown(size: int, rows: int, hidden: str) -> None:
    q, p = Gaussian.from_head([0] * size, [2] * size), Gaussian.from_head([0] * size, [1] * size)
    blocks = list(dimensions(q, p, divergence(q, p)))
    (table,) = [one for one in blocks if isinstance(one, CellTable)]
    assert len(table.rows) == rows
    assert "".join(str(one.text) for one in blocks if isinstance(one, Paragraph)).startswith(hidden)


def facts(cov: list[list[float]], diagonal: float | None = None) -> dict[str, str]:
    size = len(cov)
    q = Gaussian.from_matrix([1] * size, cov)
    p = Gaussian.from_matrix(0, numpy.eye(size).tolist())
    (found,) = [one for one in parts(of_matrices(q, p), diagonal, "nats") if isinstance(one, FactList)]
    return {str(fact.label): str(fact.value) for fact in found.facts}


def test_the_parts_are_those_of_numpy() -> None:
    cov = [[2.0, 0.5], [0.5, 1.0]]
    found = facts(cov)
    assert found["trace"] == "3"
    assert found["dimensions"] == "2"
    assert float(found["log-determinant"]) == pytest.approx(numpy.linalg.slogdet(cov)[1], rel=1e-5)
    assert found["Mahalanobis"] == "2"
    half = 0.5 * (3 - 2 - numpy.linalg.slogdet(cov)[1] + 2) / 2
    assert float(found["mean over latents"].split()[1]) == pytest.approx(half, rel=1e-5)


def test_the_value_without_correlations_is_told_where_there_are_some() -> None:
    assert "without correlations" not in facts([[2.0, 0.5], [0.5, 1.0]])
    assert facts([[2.0, 0.5], [0.5, 1.0]], diagonal=0.5)["without correlations"].endswith("0.5 nats")


def test_an_infinite_value_has_no_parts() -> None:
    flat = Gaussian.from_matrix(0, [[1, 1], [1, 1]])
    one = Gaussian.from_matrix(0, [[1, 0], [0, 1]])
    assert list(parts(of_matrices(flat, one), None, "nats")) == []
