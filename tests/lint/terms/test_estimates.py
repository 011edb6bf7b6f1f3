"""Estimates from one sample, log q(z) - log p(z)."""

from __future__ import annotations

import pytest

from klcli.lint.terms.estimates import estimate
from klcli.lint.terms.programs import program_of
from tests.lint.sources import excerpts

SOURCE = """
def log_normal(x, m, s):
    return -torch.log(s) - (x - m) ** 2 / (2 * s ** 2)
def f(mu, std):
    z = mu + {scale} * torch.randn_like(std)
    return {value}
"""


@pytest.mark.parametrize(
    ("scale", "value", "kind"),
    [
        ("std", "log_normal(z, mu, std) - log_normal(z, 0, torch.ones(1))", "exact"),
        ("torch.exp(std)", "log_normal(z, mu, std) - log_normal(z, 0, torch.ones(1))", "exact"),
        ("std", "log_normal(z, mu, std)", None),
        ("std", "log_normal(z, 0, torch.ones(1)) - x", None),
        ("std", "log_normal(z, mu, std) - 2 * log_normal(z, 0, torch.ones(1))", "wrong"),
    ],
)
def test_estimates_in_expectation(scale: str, value: str, kind: str | None) -> None:
    """A sample that reads its head otherwise disagrees with the density, which is a KL with the other sample."""
    found = excerpts(SOURCE.format(scale=scale, value=value))[-1]
    program = program_of(found.source)
    assert program is not None
    one = estimate(found, program)
    assert (one and one.found.best.kind) == kind
    assert one is None or one.is_sampled
