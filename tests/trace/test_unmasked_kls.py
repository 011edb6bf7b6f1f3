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


def error(mask: Any, shape: tuple[int, ...] = (B, T)) -> Any:
    """The squared errors of the positions that are kept."""
    prediction = HEADS(torch.rand(*shape, 4))
    return ((prediction - torch.rand(*shape, 2 * LATENTS)) ** 2).sum(-1) * mask


GAPS = torch.tensor([[1, 0, 1, 1, 0]] * B).float()
PREFIX = torch.tensor([[1, 1, 1, 0, 0]] * B).float()
STEPS = (B, T)


@pytest.mark.parametrize(
    ("loss", "is_wrong"),
    [
        (lambda: error(MASK).sum() / B + kl(torch.rand(*STEPS, 4)).sum() / B, True),
        (lambda: error(MASK).sum() + kl(torch.rand(*STEPS, 4)).sum(), True),
        (lambda: error(MASK).sum() / MASK.sum() + kl(torch.rand(*STEPS, 4)).mean(), True),
        (lambda: error(MASK.flip(1)).sum() / B + kl(torch.rand(*STEPS, 4)).sum() / B, True),
        (lambda: error(MASK.T, (T, B)).sum() / B + kl(torch.rand(T, B, 4)).sum() / B, True),
        (lambda: error(1.0)[MASK.bool()].mean() + kl(torch.rand(*STEPS, 4)).mean(), True),
        (lambda: error(1).masked_fill(MASK == 0, 0).sum() / B + kl(torch.rand(*STEPS, 4)).sum() / B, True),
        (lambda: error(1).masked_fill(PREFIX == 0, 0).sum() / B + kl(torch.rand(*STEPS, 4)).sum() / B, False),
        (lambda: error(MASK).sum() / B + (kl(torch.rand(*STEPS, 4)) * MASK).sum() / B, False),
        (lambda: error(MASK).sum() / B + kl(torch.rand(B, 4)).mean(), False),  # of whole sequences
        (lambda: error(torch.ones(STEPS)).sum() / B + kl(torch.rand(*STEPS, 4)).sum() / B, False),
        # What is missing in between has latents, and so has what all sequences are to be continued by.
        (lambda: error(GAPS).sum() / B + kl(torch.rand(*STEPS, 4)).sum() / B, False),
        (lambda: error(PREFIX).sum() / B + kl(torch.rand(*STEPS, 4)).sum() / B, False),
    ],
)
def test_padding_that_another_term_leaves_out(loss: Any, is_wrong: bool) -> None:
    with klcli.watch() as seen:
        loss().backward()
    assert [one.mistake.code for one in seen.findings] == (["KL133"] if is_wrong else [])
    assert seen.watched.holds() is not is_wrong


def test_the_kept_positions_are_counted() -> None:
    with klcli.watch() as seen:
        (error(MASK).sum() / B + kl(torch.rand(*STEPS, 4)).sum() / B).backward()
    assert "keeps 17 of 30 positions, and the KL counts all of them" in seen.findings[0].message


def test_as_many_latents_as_steps_are_no_padding() -> None:
    """A latent of each sentence, whose KL is divided by the words of all, as the error is."""
    mask = MASK[:, :LATENTS]
    with klcli.watch() as seen:
        (kl(torch.rand(B, 4)).sum() / mask.sum()).backward()
    assert [(one.mistake.code, one.severity) for one in seen.findings] == [("KL133", "note")]
    assert seen.watched.holds()
