"""Records of compute for CSV: a row for each dimension and one for the sum; one row with a matrix or another prior."""

from __future__ import annotations

from fractions import Fraction
from math import fsum

import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.priors.other_prior import OtherPrior, read_prior
from klcli.report.compute_csv import rows
from klcli.witness.examination import examine
from tests import reference

Q = Gaussian.from_head(["0.3", "-1"], ["1.2", "0.5"])
P = Gaussian.from_head([0, "0.5"], [1, 2])


def test_dimensions_add_up_to_the_sum() -> None:
    found = list(rows("KL(q || p)", Q, P, "nats", examine(Q, P, samples=2000)))
    *parts, whole = found
    assert [row["dimension"] for row in found] == [1, 2, "sum"]
    assert [(row["mu"], row["sigma"], row["prior_mu"], row["prior_sigma"]) for row in parts] == [
        (Fraction("0.3"), 1.2, 0, 1),
        (-1, 0.5, Fraction("0.5"), 2),
    ]
    for name in ("closed_form", "spread", "shift"):
        assert whole[name] == pytest.approx(fsum(float(row[name]) for row in parts), rel=1e-15)  # type: ignore[arg-type]
    exact = reference.kl(reference.exact("0.3"), reference.exact("1.2"))
    assert parts[0]["closed_form"] == pytest.approx(float(exact), rel=1e-15)


def test_the_sum_alone_has_the_witnesses() -> None:
    *parts, whole = rows("KL(q || p)", Q, P, "nats", examine(Q, P, samples=2000, seed=3))
    for name in ("integral", "monte_carlo", "standard_error", "z", "samples", "seed", "status"):
        assert all(row[name] is None for row in parts)
        assert whole[name] is not None
    assert (whole["samples"], whole["seed"], whole["status"]) == (2000, 3, "agrees")


def test_all_rows_have_the_same_columns() -> None:
    found = list(rows("KL(q || p)", Q, P, "nats", examine(Q, P, samples=2000)))
    assert len({tuple(row) for row in found}) == 1


def test_a_matrix_is_one_row_with_its_terms() -> None:
    q = Gaussian.from_matrix(0, [[2, 1], [1, 2]])
    p = Gaussian.from_matrix(0, [[1, 0], [0, 1]])
    (row,) = rows("KL(q || p)", q, p, "nats", examine(q, p, samples=2000))
    assert (row["dimensions"], row["trace"], row["mahalanobis"]) == (2, 4.0, 0.0)


def test_another_prior_has_its_text_and_bounds() -> None:
    q = Gaussian.from_head(0, 1)
    p = read_prior("0.5*N(0, 1) + 0.5*N(1, 1)", None, 1)
    assert isinstance(p, OtherPrior)
    (row,) = rows("KL(q || p)", q, p, "nats", examine(q, p.distribution, samples=2000))
    assert row["prior"] == p.text
    assert row["closed_form"] is None
    assert any(name.startswith("upper bound: ") for name in row)
    assert list(row)[-1] == "status"
