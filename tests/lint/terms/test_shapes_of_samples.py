"""Samples whose mean and head are given other shapes on the way."""

from __future__ import annotations

import pytest

from klcli.lint.linter import linted
from klcli.lint.source.module import parsed


@pytest.mark.parametrize(
    "spread",
    [
        ".unsqueeze(1).expand(b, n, d)",
        ".unsqueeze(1).expand(-1, n, -1)",
        ".unsqueeze(0).expand(n, *mu.shape)",
        ".expand_as(x)",
        "",
    ],
)
@pytest.mark.parametrize(
    ("std", "reading"), [("logvar.mul(0.5).exp()", "logvar"), ("logvar.exp()", "logstd")]
)
def test_a_sample_of_arrays_in_a_larger_shape_is_that_of_their_entries(
    spread: str, std: str, reading: str
) -> None:
    source = f"""
def draw(mu, logvar, n, x):
    b, d = mu.size()
    std = {std}
    means, stds = mu{spread}, std{spread}
    return means + torch.randn_like(stds) * stds
def kl(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
"""
    found = linted(parsed(source, "model.py")).terms
    assert [(one.parameterization, dict(one.symbols)["head"]) for one in found if one.kind == "sampler"] == [
        (reading, "logvar")
    ]


def test_broadcasting_by_a_function_is_no_other_sample() -> None:
    source = """
def draw(mu, logvar, n):
    std = jnp.broadcast_to(jnp.exp(logvar), (n, 5))
    return mu + np.random.normal(size=(n, 5)) * std, 0.5 * jnp.sum(jnp.exp(logvar) + mu**2 - 1 - logvar)
"""
    assert [one.mistake.code for one in linted(parsed(source, "model.py")).findings] == ["KL201"]
