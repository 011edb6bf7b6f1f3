"""SamplerJudgement lines: the reading they have, the noise they take, and what they must not be."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.errors import KlcliError
from klcli.formula.program_reader import read
from klcli.formula.write.printing import to_text
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.roles import Roles
from klcli.judge.sampler import judge_sampler

NAMES = tuple(PARAMETERIZATIONS)
ROLES = Roles("mu", "s")
LINES = (
    "mu + ({}) * eps",
    "eps.mul({}).add_(mu)",
    "eps = torch.randn_like(mu); mu - eps * ({})",
    "std = {}\nmu + std * K.random_normal(shape=x)",
)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("drawn", NAMES)
def test_every_reading_is_told_from_every_other(drawn: str, line: str) -> None:
    sigma = to_text(PARAMETERIZATIONS[drawn].sigma, "python")
    tree = read(line.format(sigma))
    for name in NAMES:
        found = judge_sampler(tree, ROLES, PARAMETERIZATIONS[name])
        assert found.parameterization == drawn
        assert found.status == ("agrees" if name == drawn else "disagrees")
        assert (found.mistake and found.mistake.code) == (None if name == drawn else "KL201")


@pytest.mark.parametrize(
    ("text", "noise", "factor", "code"),
    [
        ("mu + exp(s/2) * eps", "eps", 1, None),
        ("mu + exp(s/2) * torch.rand_like(mu)", "rand", 1, "KL202"),
        ("mu + exp(s/2) * 0.1 * eps", "eps", Fraction(1, 10), "KL203"),
        (
            "mu + K.exp(s/2) * K.random_normal(shape=d, mean=0., stddev=0.01)",
            "randn",
            Fraction(1, 100),
            "KL203",
        ),
        ("Normal(mu, torch.exp(0.5 * s)).rsample()", "randn", 1, None),
        ("mu + sqrt(exp(s) + 1e-8) * eps", "eps", 1, None),
        ("mu + exp(clip(s, -10, 10)/2) * eps", "eps", 1, None),
        ("mu + s^3 * eps", "eps", None, "KL201"),
    ],
)
def test_noise_and_factors(text: str, noise: str, factor: Fraction | None, code: str | None) -> None:
    found = judge_sampler(read(text), ROLES, PARAMETERIZATIONS["logvar"])
    assert (found.noise, found.factor, found.mistake and found.mistake.code) == (noise, factor, code)


def test_without_a_reading_nothing_is_claimed() -> None:
    found = judge_sampler(read("mu + exp(s) * eps"), ROLES, None)
    assert (found.status, found.parameterization, found.mistake) == ("unknown", "logstd", None)


def test_the_symbols_are_those_of_the_formula() -> None:
    """A variable without a value, or a misspelt one, must not be taken for the head."""
    for text, missing in (("mu + std * eps", "s"), ("mu + exp(0.5 * h) * eps", "s"), ("exp(s) * eps", "mu")):
        with pytest.raises(KlcliError, match=f"does not use {missing};") as caught:
            judge_sampler(read(text), ROLES, PARAMETERIZATIONS["logstd"])
        assert "give helper variables their values" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mu + exp(s)", "a mean, a head and one noise"),
        ("mu + eps", "does not use s; it has mu, eps"),
        ("mu + a * exp(s) * eps + b", "a mean, a head and one noise"),
        ("mu * exp(s) * eps", "not the mean plus something times the noise"),
        ("mu + exp(s) * abs(eps)", "not the mean plus something times the noise"),
        ("mu + exp(s) * eps^2", "not the mean plus something times the noise"),
        ("2 mu + exp(s) * eps", "not the mean plus something times the noise"),
    ],
)
def test_what_is_no_sampling_line(text: str, message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        judge_sampler(read(text), ROLES, None)
