"""Ways to read a formula: the same of one matrix or several, of numbers and of a head that two Gaussians share."""

from __future__ import annotations

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.roles import Roles
from klcli.judge.spaces.matrices.readings import CHOLESKY, COVARIANCE, PRECISION
from klcli.judge.ways import Head, Way, way_of

STD, VAR = PARAMETERIZATIONS["std"], PARAMETERIZATIONS["var"]


def test_heads_are_those_of_the_roles_with_their_readings() -> None:
    way = Way(Roles("m", "s", "n", "t"), STD, VAR)
    assert way.heads == (Head("s", "q", STD), Head("t", "p", VAR))
    assert way.means == {"m": "q", "n": "p"}
    assert way.has_prior
    assert (way.mean("q"), way.mean("p")) == ("m", "n")


def test_what_does_not_occur_has_no_head() -> None:
    way = Way(Roles(None, "s"), STD)
    assert (way.heads, way.means, way.has_prior) == ((Head("s", "q", STD),), {}, False)
    assert way.head("p") is None


def test_a_shared_head_is_counted_once() -> None:
    assert Way(Roles("m", "s", "n", "s"), STD, STD).heads == (Head("s", "q", STD),)


def test_a_gaussian_may_have_several_matrices() -> None:
    heads = (Head("P", "p", PRECISION), Head("S", "q", COVARIANCE), Head("L", "q", CHOLESKY))
    way = way_of(heads, {"n": "p", "m": "q"}, ("d",))
    assert way.roles == Roles("m", "S", "n", "P")
    assert (way.reading, way.prior_reading) == (COVARIANCE, PRECISION)
    assert way.further == (Head("L", "q", CHOLESKY),)
    assert set(way.heads) == set(heads)
    assert way.dimensions == ("d",)


def test_a_reading_of_a_matrix_is_one_of_a_number_in_one_dimension() -> None:
    for row, number in ((COVARIANCE, "var"), (CHOLESKY, "std"), (PRECISION, "precision")):
        assert (row.sigma, row.variance) == (
            PARAMETERIZATIONS[number].sigma,
            PARAMETERIZATIONS[number].variance,
        )
