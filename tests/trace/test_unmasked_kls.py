"""KLs of sequences whose padding is counted, or not: by hand, what each sum is of."""

from __future__ import annotations

from typing import Any

import pytest

import klcli
from tests.trace.losses import torch

B, T, LATENTS = 6, 5, 3
MASK = (torch.arange(T) < torch.tensor([5, 2, 4, 1, 3, 2])[:, None]).float()
HEADS = torch.nn.Linear(4, 2 * LATENTS)


def kl(x: Any) -> Any:
    mu, logvar = HEADS(x).chunk(2, -1)
    return -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(-1)


def of_steps() -> Any:
    return torch.stack([kl(torch.rand(B, 4)) for _ in range(T)], 1)


@pytest.mark.parametrize(
    ("loss", "is_wrong"),
    [
        (lambda: (kl(torch.rand(B, T, 4)) * MASK).sum() / MASK.sum(), False),
        (lambda: kl(torch.rand(B, T, 4)).sum() / MASK.sum(), True),
        (
            lambda: (kl(torch.rand(B, T, 4)) + HEADS(torch.rand(B, T, 4)).sum(-1) ** 2).sum() / MASK.sum(),
            True,
        ),
        (lambda: kl(torch.rand(B, 4)).sum() / MASK.sum(), False),  # one latent of a whole sequence
        (lambda: (of_steps() * MASK).sum() / MASK.sum(), False),
        (lambda: of_steps().sum() / MASK.sum(), True),
        (lambda: ((of_steps() * MASK).sum(1) / MASK.sum(1)).mean(), False),
    ],
)
def test_padding_that_is_counted(loss: Any, is_wrong: bool) -> None:
    with klcli.watch() as seen:
        loss().backward()
    assert {one.verdict for one in seen.terms if one.kind == "kl"} == {"exact"}
    assert [one.mistake.code for one in seen.findings] == (["KL133"] if is_wrong else [])


def test_masks_on_kls_that_are_side_by_side_are_followed() -> None:
    with klcli.watch() as seen:
        found = (of_steps() * MASK).sum() / MASK.sum()
        found.backward()
    assert [term.weight for term in seen.terms] == pytest.approx([1 / 17] * T)
    assert sum(term.contribution for term in seen.terms) == pytest.approx(found.item(), rel=1e-5)
    assert "sum over 6 kept positions" in seen.terms[0].what


@pytest.mark.parametrize(("take", "word"), [("max", "largest"), ("amin", "smallest")])
def test_one_of_several_kls(take: str, word: str) -> None:
    with klcli.watch() as seen:
        getattr(torch.stack([kl(torch.rand(B, 4)).mean() for _ in range(3)]), take)().backward()
    (term,) = seen.terms
    assert (term.verdict, term.what) == ("other", f"the {word} of 3 KLs: the others train nothing")
    assert not seen.watched.holds(["scaled", "free-bits"])
