"""Which matrix belongs to which Gaussian, and as what: every way there is, the likeliest first."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.errors import KlcliError
from klcli.formula.value.symbol_kinds import SymbolKind
from klcli.judge.spaces.matrices.readings import CHOLESKY, COVARIANCE, PRECISION
from klcli.judge.spaces.matrices.ways import misfit, sides_said, ways
from klcli.judge.ways import Head, Way, way_of


def kinds(matrices: str, vectors: str = "", scalars: str = "") -> dict[str, SymbolKind]:
    named: dict[str, SymbolKind] = dict.fromkeys(matrices.split(), "matrix")
    return named | dict.fromkeys(vectors.split(), "vector") | dict.fromkeys(scalars.split(), "scalar")  # type: ignore[operator]


def found(matrices: str, vectors: str = "", **names: Any) -> list[list[Way]]:
    asked = {"mean": None, "head": None} | names
    return ways(kinds(matrices, vectors), ("d",), **asked)


def first(*given: Any, **names: Any) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """The heads of the likeliest way with their sides and readings, and its means."""
    way = found(*given, **names)[0][0]
    return {head.name: (head.side, head.reading.name) for head in way.heads}, dict(way.means)


@pytest.mark.parametrize(
    ("matrices", "vectors", "heads", "means"),
    [
        ("S", "mu", {"S": ("q", "covariance")}, {"mu": "q"}),
        ("L", "mu", {"L": ("q", "cholesky")}, {"mu": "q"}),
        ("Sigma", "", {"Sigma": ("q", "covariance")}, {}),
        ("precision", "mu", {"precision": ("q", "precision")}, {"mu": "q"}),
        (
            "S_q S_p",
            "m_q m_p",
            {"S_q": ("q", "covariance"), "S_p": ("p", "covariance")},
            {"m_q": "q", "m_p": "p"},
        ),
        (
            "S_p S_q",
            "m_p m_q",
            {"S_q": ("q", "covariance"), "S_p": ("p", "covariance")},
            {"m_q": "q", "m_p": "p"},
        ),
        ("L_q L_p", "", {"L_q": ("q", "cholesky"), "L_p": ("p", "cholesky")}, {}),
        # Two matrices are of two Gaussians before they are a covariance and its factor.
        ("S L", "mu", {"S": ("q", "covariance"), "L": ("p", "cholesky")}, {"mu": "q"}),
        # The identity is no head.
        ("S I", "mu", {"S": ("q", "covariance")}, {"mu": "q"}),
        (
            "S_q S_prior",
            "prior_mean",
            {"S_q": ("q", "covariance"), "S_prior": ("p", "covariance")},
            {"prior_mean": "p"},
        ),
    ],
)
def test_the_likeliest_way(
    matrices: str, vectors: str, heads: dict[str, tuple[str, str]], means: dict[str, str]
) -> None:
    assert first(matrices, vectors) == (heads, means)


@pytest.mark.parametrize(
    ("matrices", "vectors", "count"),
    [
        ("S", "mu", 3),  # its readings
        ("S", "", 3),
        # Both of q, of two readings: 3 * 2; of q and p: 2 * 9. Either mean may be that of q.
        ("A B", "m n", 2 * (6 + 18)),
        ("A B", "", 6 + 18),
        # A single mean whose name says nothing is that of q.
        ("A B", "m", 6 + 18),
    ],
)
def test_every_way_is_there_once(matrices: str, vectors: str, count: int) -> None:
    every = [way for group in found(matrices, vectors) for way in group]
    assert len(every) == count
    assert len(set(every)) == count
    assert all(way.dimensions == ("d",) for way in every)
    assert all(any(head.side == "q" for head in way.heads) for way in every)
    for way in every:
        assert len({(head.side, head.reading.name) for head in way.heads}) == len(way.heads)


def test_names_that_contradict_their_sides_come_later() -> None:
    groups = found("S_q S_p", "m_q m_p")
    assert all(way.roles.head == "S_q" and way.roles.mean == "m_q" for way in groups[0])
    assert {way.roles.head for way in groups[-1]} == {"S_p"}


@pytest.mark.parametrize("names", [{"head": "S_p"}, {"mean": "m_p"}, {"head": "S_q", "mean": "m_p"}])
def test_what_is_asked_for_is_of_the_posterior(names: dict[str, str]) -> None:
    every = [way for group in found("S_q S_p", "m_q m_p", **names) for way in group]
    for way in every:
        assert names.get("mean") in (None, way.roles.mean)
        assert names.get("head") in (None, *(head.name for head in way.heads if head.side == "q"))
    assert 0 < len(every) < len([way for group in found("S_q S_p", "m_q m_p") for way in group])


@pytest.mark.parametrize(
    ("matrices", "vectors", "names", "message"),
    [
        ("A B C D E", "", {}, "this formula has A, B, C, D, E"),
        ("A", "k m n", {}, "this formula has k, m, n"),
        ("A", "m", {"mean": "z"}, "z is no vector of the formula"),
        ("A", "", {"mean": "z"}, "z is no vector of the formula"),
        ("A", "m", {"head": "m"}, "m is no matrix of the formula"),
        ("I", "m", {}, "no matrix is left for the posterior"),
        ("", "m", {}, "no matrix is left for the posterior"),
    ],
)
def test_what_is_none(matrices: str, vectors: str, names: dict[str, str], message: str) -> None:
    with pytest.raises(KlcliError, match=message) as caught:
        found(matrices, vectors, **names)
    assert caught.value.hint


def test_four_matrices_are_not_too_many() -> None:
    assert found("A B C D")[0]


def test_whose_a_symbol_is_by_its_name() -> None:
    assert sides_said(["S_q", "S_p", "mu", "prior_mean"]) == {"S_q": "q", "S_p": "p", "prior_mean": "p"}
    assert sides_said(["S"]) == {}


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        ((("L", CHOLESKY),), 0),
        ((("L", COVARIANCE),), 3),
        ((("Sigma", COVARIANCE),), 0),
        ((("Sigma", PRECISION),), 3),
        ((("W", COVARIANCE),), 1),
        ((("W", COVARIANCE), ("L", COVARIANCE)), 4),
    ],
)
def test_how_names_misfit_their_readings(heads: Any, expected: int) -> None:
    sides = ("q", "p")
    way = way_of(
        tuple(Head(name, side, reading) for (name, reading), side in zip(heads, sides, strict=False)), {}, ()
    )
    assert misfit(way) == expected
