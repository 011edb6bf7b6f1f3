"""Posterior and prior in the wrong order, and what only looks like it."""

from __future__ import annotations

import textwrap

import pytest

from klcli.lint.linter import linted
from klcli.lint.source.module import parsed
from tests.lint.sources import codes

BEGIN = "import torch\nfrom torch.distributions import Normal, kl_divergence\n\n"
PAIR = "q = Normal(mu, std)\n    base = Normal(torch.zeros(3), torch.ones(3))"


def lines(source: str) -> list[int]:
    """The lines in which posterior and prior are said to be exchanged, those of the imports left out."""
    found = linted(parsed(BEGIN + textwrap.dedent(source), "model.py"))
    return [one.place.line - BEGIN.count("\n") for one in found.findings if one.mistake.code == "KL115"]


MEANT = {
    "Jeffreys, of a fixed prior": f"""
def jeffreys(mu, std):
    {PAIR}
    return kl_divergence(q, base) + kl_divergence(base, q)
""",
    "Jeffreys, term by term": f"""
def jeffreys(mu, std):
    {PAIR}
    one = kl_divergence(q, base).sum()
    other = kl_divergence(base, q).sum()
    return 0.5 * (one + other)
""",
    "Jeffreys, of two learned distributions": """
def jeffreys(posterior, prior):
    return kl_divergence(posterior, prior) + kl_divergence(prior, posterior)
""",
    "Jeffreys by hand": """
def jeffreys(mu, logvar):
    forward = 0.5 * torch.sum(mu**2 + logvar.exp() - 1 - logvar)
    backward = 0.5 * torch.sum((1 + mu**2) / logvar.exp() - 1 + logvar)
    return forward + backward
""",
    "the shape of a call": f"""
def test_shape(mu, std):
    {PAIR}
    assert kl_divergence(base, q).shape == (3,)
""",
    "the shape of a name": """
def test_shape(self, posterior, prior):
    found = kl_divergence(prior, posterior)
    self.assertEqual(found.shape, (3,))
""",
    "the size of a sum": f"""
def test_shape(mu, std):
    {PAIR}
    found = kl_divergence(base, q).sum(-1)
    assert found.size() == () and found.dim() == 0
""",
    "what checks a shape": """
def test_shape(posterior, prior):
    chex.assert_shape(kl_divergence(prior, posterior), (3,))
""",
    "a function whose name says the direction": """
def kl_loss_forward(posterior, prior):
    return torch.distributions.kl_divergence(prior, posterior)
""",
    "a formula whose function's name says the direction": """
def reverse_kl(mu, logvar):
    return 0.5 * torch.sum((1 + mu**2) / logvar.exp() - 1 + logvar)
""",
    "distributions in their order, by what they are made of": """
def loss(post, prior):
    q = Normal(post["mean"], post["std"])
    p = Normal(prior["mean"], prior["std"])
    return kl_divergence(q, p)
""",
    "names that say the opposite": """
def loss(post, prior):
    q = Normal(prior.mean, prior.std)
    p = Normal(post.mean, post.std)
    return kl_divergence(q, p)
""",
}
WRONG = {
    "by what they are made of": (
        """
def loss(post, prior):
    q = Normal(post["mean"], post["std"])
    p = Normal(prior["mean"], prior["std"])
    return kl_divergence(p, q)
""",
        [5],
    ),
    "by the means that they are given": (
        """
def loss(post_mean, post_std, prior_mean, prior_std):
    return kl_divergence(Normal(prior_mean, prior_std), Normal(post_mean, post_std))
""",
        [3],
    ),
    "by the whole path of the library": (
        """
def loss(posterior, prior):
    return torch.distributions.kl.kl_divergence(prior, posterior).sum()
""",
        [3],
    ),
    "of a fixed prior": (
        f"""
def loss(mu, std):
    {PAIR}
    return kl_divergence(base, q).sum()
""",
        [5],
    ),
    "of two learned distributions": (
        """
def loss(posterior, prior):
    return kl_divergence(prior, posterior).sum()
""",
        [3],
    ),
    "its shape is looked at, too": (
        """
def loss(posterior, prior):
    found = kl_divergence(prior, posterior)
    assert found.shape == (3,)
    return found.sum()
""",
        [3],
    ),
    "the other order stands in another function": (
        """
def loss(posterior, prior):
    return kl_divergence(prior, posterior).sum()

def right(posterior, prior):
    return kl_divergence(posterior, prior).sum()
""",
        [3],
    ),
    "beside that of another posterior": (
        """
def loss(mu, std, mean, scale):
    base = Normal(torch.zeros(3), torch.ones(3))
    one = kl_divergence(Normal(mu, std), base).sum()
    other = kl_divergence(base, Normal(mean, scale)).sum()
    return one + other
""",
        [5],
    ),
}


@pytest.mark.parametrize("name", MEANT)
def test_what_is_meant_is_not_complained_of(name: str) -> None:
    assert lines(MEANT[name]) == []


@pytest.mark.parametrize("name", WRONG)
def test_exchanged_arguments_are_found(name: str) -> None:
    source, expected = WRONG[name]
    assert lines(source) == expected


@pytest.mark.parametrize(("name", "expected"), [("inclusive_kl", []), ("kl", ["KL115"])])
def test_a_name_that_a_call_is_given_may_say_the_direction(name: str, expected: list[str]) -> None:
    source = f"""
from torch.distributions import kl_divergence

def f(prior, posterior):
    {name} = kl_divergence(prior, posterior).sum()
    return {name}
"""
    assert codes(source) == expected
