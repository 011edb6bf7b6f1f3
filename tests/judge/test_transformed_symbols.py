"""Symbols that stand in one function alone: the formula is the KL at the value of the function, or it is none."""

from __future__ import annotations

from fractions import Fraction
from math import exp, log1p, tanh

import pytest

from klcli.errors import KlcliError
from klcli.formula.program_reader import read_program
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.judge.answer import verify
from klcli.judge.question import Question
from klcli.judge.scaled_kl import FixedPrior
from klcli.judge.transformed_symbols import transformed
from tests.reference import kl


@pytest.mark.parametrize(
    ("text", "mean", "sigma"),
    [
        ("0.5*(exp(m)**2 + exp(lv) - lv - 1)", lambda at: exp(at["m"]), lambda at: exp(at["lv"] / 2)),
        ("0.5*(tanh(m)**2 + exp(lv) - lv - 1)", lambda at: tanh(at["m"]), lambda at: exp(at["lv"] / 2)),
        (
            "0.5*(m**2 + (0.1 + softplus(a))**2 - 2*log(0.1 + softplus(a)) - 1)",
            lambda at: at["m"],
            lambda at: 0.1 + log1p(exp(at["a"])),
        ),
        (
            "0.5*(m**2 + exp(5*tanh(a)) - 5*tanh(a) - 1)",
            lambda at: at["m"],
            lambda at: exp(2.5 * tanh(at["a"])),
        ),
        (
            "0.5*(exp(m)**2 + exp(5*tanh(a)) - 5*tanh(a) - 1)",
            lambda at: exp(at["m"]),
            lambda at: exp(2.5 * tanh(at["a"])),
        ),
    ],
)
def test_it_is_the_kl_at_the_value_of_the_function(text, mean, sigma) -> None:
    program = read_program(text, "python")
    at = {"m": 0.4, "lv": -0.7, "a": 0.3}
    reference = kl(mean(at), sigma(at), 0, 1)
    assert evaluate(program.tree, at, Doubles()) == pytest.approx(float(reference), rel=1e-12)
    found = verify(program, Question())
    assert found.kind == "exact"
    assert [one.passes for one in found.conditions if one.kind == "definition"]


@pytest.mark.parametrize(
    "text",
    [
        "0.5*(exp(m) + exp(lv) - lv - 1)",  # the mean is not squared
        "0.5*(exp(m)**2 + m + exp(lv) - lv - 1)",  # and stands elsewhere, too
        "0.5*(mu**2 + exp(tanh(a)) - 2*tanh(a) - 1)",  # another factor: not even a KL to another prior is claimed
        "0.5*(mu**2 + exp(tanh(a)) - a - 1)",
        "-0.5*(1 + log(v) - v - mu.int()**2)",  # a cast has no gradient
        "0.5*(mu**2 + exp(log(v)**2) - log(v)**2 - 1)",  # the square is no part of what the head means
    ],
)
def test_what_is_wrong_stays_wrong(text: str) -> None:
    assert verify(read_program(text, "python"), Question()).kind in ("wrong", "not-kl")


@pytest.mark.parametrize(
    "text",
    [
        "0.5*((tanh(m) - 1)**2 + exp(lv) - lv - 1)",
        "0.5*((tanh(m) - 1)*(tanh(m) - 1) + exp(lv) - lv - 1)",
        "mu = tanh(m); 0.5*((mu - 1)**2 + exp(lv) - lv - 1)",
    ],
)
def test_what_is_taken_from_a_mean_is_the_mean_of_the_prior(text: str) -> None:
    program = read_program(text, "python")
    at = {"m": 0.4, "lv": -0.7}
    reference = kl(tanh(at["m"]), exp(at["lv"] / 2), 1, 1)
    assert evaluate(program.tree, at, Doubles()) == pytest.approx(float(reference), rel=1e-12)
    assert verify(program, Question()).kind == "other-prior"
    assert verify(program, Question(prior=FixedPrior(Fraction(1), Fraction(1)))).kind == "exact"


@pytest.mark.parametrize("mean", ["mu = 1 + tanh(m); mu**2", "tanh(m)**2"])
def test_a_sum_that_a_helper_is_given_is_a_mean(mean: str) -> None:
    *given, square = mean.rpartition(" ")
    text = f"{''.join(given)}0.5*({square} + exp(lv) - lv - 1)"
    assert verify(read_program(text, "python"), Question()).kind == "exact"


def test_a_symbol_that_stands_elsewhere_has_no_function() -> None:
    assert [*transformed(read_program("exp(lv) - lv + mu**2", "python"))] == []


def test_a_sampling_line_has_to_use_the_function() -> None:
    text = "0.5*(mu**2 + exp(5*tanh(a)) - 5*tanh(a) - 1)"

    def sampled(line: str):
        found = verify(read_program(text, "python"), Question(sampler=read_program(line, "python")))
        return found.sampling

    assert sampled("mu + exp(2.5*tanh(a)) * eps").status == "agrees"
    assert sampled("mu + exp(5*tanh(a)/2) * eps").status == "agrees"
    assert sampled("mu + exp(5*tanh(a)) * eps").mistake.code == "KL201"
    with pytest.raises(KlcliError, match="uses a by itself"):
        sampled("mu + exp(a/2) * eps")


def test_a_power_of_a_function_is_one_of_its_value() -> None:
    assert verify(read_program("1/2 (tanh²(m) + s² - log s² - 1)", "math"), Question()).kind == "exact"


def test_the_inverse_of_a_readings_deviation_is_no_deviation_of_its_own() -> None:
    """With a, b for 1 + e^-s it would be a KL; with sigma = 1/(1 + e^-s) it is the other direction."""
    h_q, h_p = "(1 + exp(-s_q))", "(1 + exp(-s_p))"
    reversed_one = f"-(1 - {h_q}**2/{h_p}**2 - 2*log({h_p}) + 2*log({h_q}))/2"
    at = {"s_q": 0.4, "s_p": -0.3}
    sigmas = {name: 1 / (1 + exp(-value)) for name, value in at.items()}
    program = read_program(reversed_one, "python")
    other = kl(0, sigmas["s_p"], 0, sigmas["s_q"])
    assert evaluate(program.tree, at, Doubles()) == pytest.approx(float(other), rel=1e-12)
    assert verify(program, Question()).kind == "reversed"
