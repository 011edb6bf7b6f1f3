"""The options of a Gaussian: one head under one reading, one prior value for every dimension."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import click
import pytest
from click.testing import CliRunner

from klcli.cli.options.gaussians import (
    given_head,
    posterior,
    posterior_options,
    prior,
    prior_options,
    repeated,
)
from klcli.cli.options.types import OfFile
from klcli.errors import KlcliError
from klcli.gaussian.parameterization import PARAMETERIZATIONS


def options(**given: Any) -> dict[str, Any]:
    names = ("mu", "sigma", "param", *PARAMETERIZATIONS)
    empty = dict.fromkeys((*names, *(f"prior_{name}" for name in names)))
    return empty | {
        name: tuple(map(Fraction, one)) if isinstance(one, list) else one for name, one in given.items()
    }


@pytest.mark.parametrize("name", PARAMETERIZATIONS)
def test_every_reading_has_an_option(name: str) -> None:
    positive = ["0.5"]
    assert given_head(options(**{name: positive}), "") == (name, (Fraction(1, 2),))
    assert given_head(options(sigma=positive, param=name), "") == (name, (Fraction(1, 2),))
    assert posterior(options(mu=["1"], **{name: positive})).spread.parameterization.name == name


def test_without_a_reading_the_head_is_a_standard_deviation() -> None:
    assert given_head(options(sigma=["2"]), "") == ("std", (Fraction(2),))
    assert given_head(options(), "") == ("std", None)
    assert given_head(options(param="var"), "prior_") == ("std", None)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sigma": ["1"], "var": ["1"]}, "--sigma and --var say the same thing twice"),
        ({"std": ["1"], "var": ["1"]}, "--std and --var say the same thing twice"),
        ({"var": ["1"], "param": "std"}, "--var contradicts --param std"),
    ],
)
def test_a_spread_is_given_once(given: dict[str, Any], message: str) -> None:
    with pytest.raises(KlcliError, match=message) as caught:
        given_head(options(**given), "")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("given", "message"), [({"sigma": ["1"]}, "--mu is missing"), ({"mu": ["1"]}, "--sigma is missing")]
)
def test_a_posterior_has_both(given: dict[str, Any], message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        posterior(options(**given))


def test_one_number_serves_those_of_a_file_and_no_typed_list() -> None:
    file = OfFile(map(Fraction, (1, 2, 3)))
    assert posterior(options(mu=["0"]) | {"sigma": file}).dimension == 3
    assert posterior(options(sigma=["1"]) | {"mu": file}).dimension == 3
    with pytest.raises(KlcliError):
        posterior(options(mu=["0"], sigma=["1", "2", "3"]))


def test_the_prior_is_standard_unless_it_is_said() -> None:
    found = prior(options(), 3)
    assert (found.mean, found.spread.head, found.spread.parameterization.name) == ((0,) * 3, (1,) * 3, "std")
    assert prior(options(prior_var=["4"], prior_mu=["1", "2"]), 2).mean == (1, 2)


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        ({"prior_param": "var"}, "--prior-param reads --prior-sigma, which is missing", "--prior-sigma"),
        ({"prior_sigma": ["-2"]}, "the prior's", "--prior-"),
        ({"prior_mu": ["1", "2"]}, "the prior's mu has 2 values, the posterior has 3", "one value"),
    ],
)
def test_what_is_no_prior(given: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(KlcliError) as caught:
        prior(options(**given), 3)
    assert caught.value.message.startswith(message)
    assert hint in caught.value.hint


def test_values_are_repeated_or_as_many() -> None:
    assert repeated((Fraction(1),), 3, "mu") == (1, 1, 1)
    assert repeated((Fraction(1), Fraction(2)), 2, "mu") == (1, 2)


def test_help_has_the_readings_once() -> None:
    @click.command
    @posterior_options
    @prior_options
    def command(**_: Any) -> None: ...

    text = CliRunner().invoke(command, ["--help"]).output
    assert all(f"--{name} " in text for name in PARAMETERIZATIONS)
    assert "--prior-logvar X" not in text, "those of the prior are told in a sentence"
    assert {f"--prior-{name}" for name in PARAMETERIZATIONS} <= {
        name for one in command.params for name in one.opts
    }
