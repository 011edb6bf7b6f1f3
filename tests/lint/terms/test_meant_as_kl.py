"""What is called a KL, and what of it was meant to be one of Gaussians."""

from __future__ import annotations

import pytest

from klcli.lint.terms.meant_as_kl import has_name_of_kl, is_meant_as_kl, is_registered_for_others
from klcli.lint.terms.programs import program_of
from tests.lint.sources import excerpts

BODY = "0.5 * (mu ** 2 + torch.exp(logvar) - 1 - logvar)"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (f"def f(mu, logvar):\n    kl_loss = {BODY}\n", True),
        (f"def f(mu, logvar):\n    self.latentLoss = {BODY}\n", True),
        (f"def f(mu, logvar):\n    clock = {BODY}\n", False),
        (f"def f(mu, logvar):\n    kl_gamma = {BODY}\n", False),
        (f"def f(mu, logvar):\n    kl_first_part = {BODY}\n", False),
        (f"def f(mu, logvar):\n    kl_ratio = {BODY}\n", False),
        (f"def f(mu, logvar):\n    kl_ratio_loss = {BODY}\n", True),
        (f"def f(mu, logvar):\n    entropy_kl = {BODY}\n", True),
    ],
)
def test_names(source: str, expected: bool) -> None:
    (found,) = excerpts(source)
    assert has_name_of_kl(found) == expected


def test_functions_and_differences_of_densities() -> None:
    (found,) = excerpts(f"def kl(mu, logvar):\n    return {BODY}\n", "kl")
    assert has_name_of_kl(found)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (BODY, True),
        ("0.5 * (mu ** 2 + torch.exp(mu) - 1 - logvar)", False),
        ("0.5 * (mu ** 2 + torch.exp(logvar) - 1 - x)", False),
    ],
)
def test_all_symbols_are_those_of_gaussians(body: str, expected: bool) -> None:
    (found,) = excerpts(f"def f(mu, logvar, x):\n    kl = {body}\n")
    program = program_of(found.source)
    assert program is not None
    assert is_meant_as_kl(found, program.tree) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # All of a KL is no part of one; a cross entropy has no logarithm of the posterior's scale.
        ("kl_tr = 0.5 * (mu ** 2 + torch.exp(logvar) - 1 - logvar)", True),
        ("kl_ce = 0.5 * (mu ** 2 + torch.exp(logvar) - 1)", False),
        ("kl_ce = 0.5 * (logvar2 + ((mu - mu2) ** 2 + torch.exp(logvar)) / torch.exp(logvar2))", False),
        # One without any logarithm charges scales all the same, unless both are alike.
        ("kl = (logvar ** 2 + (mu - mu2) ** 2) / (2 * logvar2 ** 2) - 1", True),
        ("kl = (mu - mu2) ** 2 / (2 * logvar2 ** 2) - 1 + 2", False),
        ("kl = -0.5 * (1 + logvar - mu ** 2)", True),
        ("kl = -0.5 * (1 + logvar - mu ** 2 - logvar)", True),
        ("kl = 0.5 * (mu ** 2 + std ** 2 - 1 - logvar)", False),
    ],
)
def test_all_of_a_kl_and_parts_of_one(line: str, expected: bool) -> None:
    found = excerpts(f"def f(mu, logvar, mu2, logvar2, std):\n    {line}\n")[-1]
    program = program_of(found.source)
    assert program is not None
    assert is_meant_as_kl(found, program.tree) == expected


@pytest.mark.parametrize(
    ("decorator", "expected"), [("register_kl(Beta, Normal)", True), ("register_kl(Normal, Normal)", False)]
)
def test_mistakes_are_not_looked_for_in_other_distributions(decorator: str, expected: bool) -> None:
    (found,) = excerpts(f"@{decorator}\ndef f(mu, logvar):\n    return {BODY}\n")
    assert is_registered_for_others(found) == expected
