"""Which sample belongs to which KL."""

from __future__ import annotations

import pytest

from klcli.lint.findings.sample_pairing import paired_samples
from klcli.lint.terms_by_place import occurrences
from tests.lint.sources import module, project

SOURCE = """
import torch
class Model:
    def draw(self, mu, logvar):
        return mu + torch.exp({factor} * logvar) * torch.randn_like(mu)
    def loss(self, {names}):
        return -0.5 * (1 + {head} - {mean} ** 2 - torch.exp({head})).sum()
"""


@pytest.mark.parametrize(
    ("factor", "mean", "head", "relations"),
    [
        ("0.5", "mu", "logvar", ["agree"]),
        ("1.0", "mu", "logvar", ["disagree"]),
        ("1.0", "m", "lv", []),
    ],
)
def test_by_the_names_of_methods_of_one_class(
    factor: str, mean: str, head: str, relations: list[str]
) -> None:
    one = module(SOURCE.format(factor=factor, names=f"{mean}, {head}", mean=mean, head=head))
    found = occurrences(one, project(one))
    assert [pair.relation for pair in paired_samples(found.divergences, found.samples)] == relations


@pytest.mark.parametrize(("charged", "relations"), [("post", ["disagree"]), ("prior", [])])
def test_gaussians_of_one_object_are_two(charged: str, relations: list[str]) -> None:
    one = module(
        "import torch\ndef f(out):\n"
        "    z = out.post.mu + torch.exp(out.post.s) * torch.randn_like(out.post.mu)\n"
        f"    return z, -0.5 * (1 + out.{charged}.s - out.{charged}.mu ** 2 - out.{charged}.s.exp()).sum()\n"
    )
    found = occurrences(one, project(one))
    assert [pair.relation for pair in paired_samples(found.divergences, found.samples)] == relations


def test_what_is_the_mean_of_one_and_the_head_of_the_other() -> None:
    one = module(
        "import torch\ndef f(h):\n    a, b = h.chunk(2)\n"
        "    z = a + torch.exp(0.5 * b) * torch.randn_like(a)\n"
        "    return z, -0.5 * (1 + a - b ** 2 - torch.exp(a)).sum()\n"
    )
    found = occurrences(one, project(one))
    assert [pair.relation for pair in paired_samples(found.divergences, found.samples)] == ["crossed"]
