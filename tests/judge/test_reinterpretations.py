"""What a formula can be read as beside itself: each rewriting is the same function, with what it takes for granted."""

from __future__ import annotations

from math import exp, log
from typing import Any

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.traversal import free_symbols
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.judge.answer import verify
from klcli.judge.reinterpretations import ways_to_read


def ways(text: str) -> list[tuple[Any, set[str], tuple[str, ...]]]:
    found = list(ways_to_read(read_program(text, "python")))
    assert found[0][1:] == (set(), ()), "the formula itself comes first, and takes nothing for granted"
    return found[1:]


def value(tree: Any, **symbols: float) -> float:
    return evaluate(tree, symbols, Doubles())


def only(text: str, words: str) -> tuple[Any, set[str], tuple[str, ...]]:
    (found,) = [way for way in ways(text) if words in " ".join(map(str, way[2]))]
    return found


def test_a_formula_of_its_own_symbols_is_that_alone() -> None:
    assert ways("-0.5 * (1 + log_var - mu**2 - exp(log_var))") == []


def test_a_helper_may_be_a_symbol() -> None:
    program, symbols, taken = only("std = 0.1 + x; -log(std) + (std**2 + mu**2 - 1) / 2", "computed from")
    assert symbols == {"std"}
    assert taken == ("what std is computed from is not judged",)
    assert value(program.tree, std=2.0, mu=0.0) == pytest.approx(-log(2) + 1.5)


def test_helpers_that_do_not_stand_in_the_formula_are_not_named() -> None:
    text = "mu = 3 * h + tanh(h); std = 0.1 + x; kl = -log(std) + (std**2 + mu**2 - 1) / 2"
    _, symbols, taken = only(text, " and ")
    assert (symbols, taken) == ({"mu", "std"}, ("what mu and std are computed from is not judged",))


@pytest.mark.parametrize(
    ("text", "is_symbol"),
    [
        # By the meaning of the names sigma = exp(logvar / 2) and sigma^2 = exp(logvar).
        ("var = exp(logvar / 2); (mu**2 + var - log(var) - 1) / 2", False),
        ("std = exp(logvar); (mu**2 + std**2 - 2 * log(std) - 1) / 2", False),
        ("std = exp(logvar) + 1e-6; (mu**2 + std**2 - 2 * log(std) - 1) / 2", False),
        ("var = exp(2 * log_std); (mu**2 + var - log(var) - 1) / 2", True),
        ("std = exp(logvar / 2); (mu**2 + std**2 - 2 * log(std) - 1) / 2", True),
        ("var = exp(logvar / 4); (mu**2 + var - log(var) - 1) / 2", True),
        ("v = exp(s / 2); (mu**2 + v - log(v) - 1) / 2", True),
        ("var = log(logvar - 1); (mu**2 + var - log(var) - 1) / 2", True),
    ],
)
def test_a_helper_whose_name_contradicts_what_it_is_made_of_is_no_symbol(text: str, is_symbol: bool) -> None:
    assert any("computed from" in " ".join(map(str, taken)) for _, _, taken in ways(text)) == is_symbol


def test_a_variance_beside_its_logarithm_is_its_exponential() -> None:
    program, _, taken = only("-0.5 * (1 + logvar - mu**2 - var)", "is taken for")
    assert taken == ("var is taken for exp(logvar)",) or "e^" in taken[0]
    assert value(program.tree, logvar=0.7, mu=0.3) == pytest.approx(-0.5 * (1 + 0.7 - 0.09 - exp(0.7)))


def test_the_prior_has_links_of_its_own() -> None:
    text = "0.5 * (logvar_p - logvar_q + (var_q + (mu_q - mu_p)**2) / var_p - 1)"
    program, _, _ = only(text, "is taken for")
    found = value(program.tree, logvar_p=0.2, logvar_q=-0.4, mu_q=0.3, mu_p=0.1)
    assert found == pytest.approx(0.5 * (0.6 + (exp(-0.4) + 0.04) / exp(0.2) - 1))


@pytest.mark.parametrize(
    "text",
    [
        # A 2 that squares is not that of a second Gaussian.
        "0.5 * (mu**2 + sigma**2 - log_sigma2 - 1)",
        "0.5 * (mu**2 + sigma_sq - log_sigma_sq - 1)",
        "0.5 * (mu**2 + q_std**2 - log_q_var - 1)",
        # Squares and logarithms at once.
        "0.5 * (mu_sq + sigma_sq - log_sigma_sq - 1)",
    ],
)
def test_names_of_one_head_belong_together(text: str) -> None:
    """With a variance of e^0.4 and a mean of 0.6 each is the KL to N(0, 1)."""
    variance = exp(0.4)
    due = 0.5 * (0.36 + variance - 0.4 - 1)
    tree = ways(text)[-1][0].tree  # the way that takes most for granted
    mean, head = sorted(free_symbols(tree), key=lambda name: name != "mu")
    assert value(tree, **{mean: 0.6, head: 0.2 if "std" in head else 0.4}) == pytest.approx(due)


def test_the_prior_may_stand_within_a_name() -> None:
    text = "-0.5 * (log_var - log_prior_var + 1 - (var + (mu - prior_mu)**2) / prior_var)"
    program, _, _ = only(text, "is taken for")
    found = value(program.tree, log_prior_var=0.2, log_var=-0.4, mu=0.3, prior_mu=0.1)
    assert found == pytest.approx(0.5 * (0.6 + (exp(-0.4) + 0.04) / exp(0.2) - 1))


def test_a_name_may_say_a_square() -> None:
    program, _, taken = only("0.5 * (mu2 + sigma2 - log(sigma2) - 1)", "the square of")
    assert len(taken) == 1
    (mean,) = [name for name in ("mu", "mean") if f"square of {name}" in taken[0]]
    assert value(program.tree, **{mean: 3.0, "sigma2": 1.0}) == pytest.approx(4.5)


def test_a_power_of_two_is_an_exponential_in_natural_logarithms() -> None:
    """2^s of s = log2 of a variance: 2^1.5 at s = 1.5, which is 1.5 log 2 in the new symbol."""
    program, _, taken = only("0.5 * (mu**2 + 2**s - s * log(2) - 1)", "a logarithm to the base 2")
    assert taken[0].startswith("s is read as a logarithm to the base 2")
    (name,) = {"s_ln", "nat_s"} & set(program.spellings)
    found = value(program.tree, **{name: 1.5 * log(2), "mu": 0.4})
    assert found == pytest.approx(0.5 * (0.16 + 2**1.5 - 1.5 * log(2) - 1))


def test_a_head_may_count_from_that_of_the_prior() -> None:
    """KL(N(m + d, v r) || N(m, v)) = 1/2 (d^2/v + r - log r - 1), Vahdat and Kautz (2020), equation 2."""
    text = "0.5 * (d**2 / exp(p) + exp(r) - r - 1)"
    found = [way for way in ways(text) if "ratio of the variances" in str(way[2][0])]
    assert found
    program = found[0][0]
    posterior = next(name for name in program.spellings if name.endswith("_q"))
    at = value(program.tree, **{posterior: 0.3 - 0.5, "p": -0.5, "d": 0.2})
    assert at == pytest.approx(0.5 * (0.04 / exp(-0.5) + exp(0.3) - 0.3 - 1))


def test_a_sample_is_its_posterior_in_expectation() -> None:
    """E (z - m)^2 = (mu - m)^2 + var for z of N(mu, var), with mu written z."""
    program, _, taken = only("0.5 * ((z - prior_mean)**2 - log(var))", "a sample of the posterior")
    assert taken[0].startswith("z is taken for a sample of the posterior")
    found = value(program.tree, z=0.5, prior_mean=0.2, var=1.7)
    assert found == pytest.approx(0.5 * (0.09 + 1.7 - log(1.7)))


@pytest.mark.parametrize("names", [("std", "log_std"), ("scale", "logscale")])
def test_each_of_two_policies_has_a_link_of_its_own(names: tuple[str, str]) -> None:
    """KL(old || new) = log new - log old + (old^2 + d^2)/(2 new^2) - 1/2, at log old = 0.2, log new = -0.3."""
    std, log_std = names
    text = f"new_{log_std} - old_{log_std} + (old_{std}**2 + (old_mean - new_mean)**2)/(2*new_{std}**2) - 0.5"
    program, _, taken = only(text, "is taken for")
    assert len(taken) == 2
    logs = {f"old_{log_std}": 0.2, f"new_{log_std}": -0.3}
    found = value(program.tree, **logs, old_mean=0.5, new_mean=0.1)
    assert found == pytest.approx(-0.5 + (exp(0.4) + 0.16) / (2 * exp(-0.6)) - 0.5)


def test_a_name_that_is_given_a_value_made_of_itself_keeps_what_it_says() -> None:
    """log(sq/sp) + (sp^2 + (mp - mq)^2)/(2 sq^2) - 1/2 is KL(p || q), however sigma_p and sigma_q were clipped."""
    for before in (
        "",
        "sigma_p = sigma_p.clamp(min=1e-8)\nsigma_q = sigma_q.clamp(min=1e-8)\n",
        "sigma_q = net(x)\n",
    ):
        text = "torch.log(sigma_q/sigma_p) + (sigma_p**2 + (mu_p - mu_q)**2)/(2*sigma_q**2) - 0.5"
        found = verify(read_program(before + text))
        assert (found.best.kind, found.best.verdict.roles.mean) == ("reversed", "mu_q")
