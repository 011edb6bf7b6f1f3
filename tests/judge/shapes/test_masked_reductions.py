"""Masked sums and means: numpy on arrays says what each is with a mask of every shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify
from klcli.judge.naming import scale_text
from klcli.judge.verification import Verification

RANDOM = np.random.default_rng(5)
ENTRY = "(-0.5*(1 + lv - mu**2 - np.exp(lv)))"
PER_EXAMPLE = f"{ENTRY}.sum(-1)"


def settled(text: str) -> Verification:
    return verify(read_program(text, "python"))


def kept_mean(text: str, mask_shape: tuple[int, ...], entries: tuple[int, ...]) -> tuple[Any, Any]:
    """The value that numpy gives, and the mean over kept examples of the sum over latents."""
    mu, lv = RANDOM.normal(size=(2, *entries))
    mask = np.ones(mask_shape)
    mask.flat[::3] = 0
    value = eval(text, {"np": np, "mu": mu, "lv": lv, "mask": mask})
    kl = (-0.5 * (1 + lv - mu**2 - np.exp(lv))).sum(-1)
    rows = mask.reshape(kl.shape)
    return value, (kl * rows).sum() / rows.sum()


@pytest.mark.parametrize(
    ("text", "mask_shape", "entries"),
    [
        (f"({PER_EXAMPLE}*mask).sum()/mask.sum()", (7,), (7, 3)),
        (f"({ENTRY}*mask[:, None]).sum()/mask.sum()", (7,), (7, 3)),
        (f"({ENTRY}*mask[..., None]).sum()/mask.sum()", (7,), (7, 3)),
        (f"({ENTRY}.sum(2)*mask).sum()/mask.sum()", (4, 5), (4, 5, 3)),
        (f"({PER_EXAMPLE}*mask).sum(-1)/mask.sum(-1)", (7,), (7, 3)),
    ],
)
def test_a_mean_over_kept_examples_is_exact(
    text: str, mask_shape: tuple[int, ...], entries: tuple[int, ...]
) -> None:
    value, truth = kept_mean(text, mask_shape, entries)
    assert value == pytest.approx(truth)
    found = settled(text)
    assert found.kind == "exact"
    assert found.prepared.reductions.kept


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"({PER_EXAMPLE}*mask).sum()/valid.sum()", "scaled"),
        (f"({PER_EXAMPLE}*mask*valid).sum()/mask.sum()", "scaled"),
        (f"({PER_EXAMPLE}*mask*valid).sum()/(mask*valid).sum()", "exact"),
        (f"({PER_EXAMPLE}*mask).sum()/mask.sum() + (rec*valid).sum()/valid.sum()", "exact"),
    ],
)
def test_a_mean_is_over_what_each_of_several_masks_keeps(text: str, kind: str) -> None:
    mu, lv = RANDOM.normal(size=(2, 7, 3))
    mask, valid = np.arange(7) % 3 > 0, np.arange(7) % 4 > 1
    value = eval(text, {"np": np, "mu": mu, "lv": lv, "mask": mask, "valid": valid, "rec": np.zeros(7)})
    kl = (-0.5 * (1 + lv - mu**2 - np.exp(lv))).sum(-1)
    truth = kl[mask & valid if f"{PER_EXAMPLE}*mask*valid" in text else mask].mean()
    assert (value == pytest.approx(truth)) == (kind == "exact")
    assert settled(text).kind == kind


def test_a_mean_over_kept_entries_is_one_over_the_latents() -> None:
    """With a mask of (B, d) it is 1/d of the sum where nothing is left out; with (B, 1) it is the mean above."""
    text = f"({ENTRY}*mask).sum()/mask.sum()"
    value, truth = kept_mean(text, (7, 1), (7, 3))
    assert value == pytest.approx(truth)
    mu, lv = RANDOM.normal(size=(2, 7, 3))
    whole = eval(text, {"np": np, "mu": mu, "lv": lv, "mask": np.ones((7, 3))})
    assert whole == pytest.approx((-0.5 * (1 + lv - mu**2 - np.exp(lv))).sum(-1).mean() / 3)
    found = settled(text)
    assert (found.kind, scale_text(found.best.verdict, found.prepared)) == ("scaled", "1/d")
    assert found.prepared.reductions.layout == (
        "mask of their shape: a mean over the entries that it keeps; "
        "of shape (B, 1) a sum over the latents and a mean over the rows that it keeps"
    )


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        (f"({PER_EXAMPLE}*mask).mean()", "mask"),
        (f"({PER_EXAMPLE}*mask).sum()/mu.shape[0]", "mask"),
        (f"({PER_EXAMPLE}*mask).sum()", "mask"),
        (f"beta*({PER_EXAMPLE}*mask).sum()/mask.sum()", "beta"),
        (f"({PER_EXAMPLE}*mask).sum(1)/mask.sum(1)", "1/n_1"),  # of every sequence of (B, T, d)
    ],
)
def test_what_else_a_mask_does_is_a_weight(text: str, scale: str) -> None:
    found = settled(text)
    assert (found.kind, scale_text(found.best.verdict, found.prepared)) == ("scaled", scale)


@pytest.mark.parametrize(
    "text",
    [
        "(0.5*(np.exp(lv) + mask*mu**2 - 1 - lv)).sum()/mask.sum()",
        f"({PER_EXAMPLE}).sum()/mask.sum() + 0*mask.sum()",
    ],
)
def test_what_masks_a_part_or_nothing_is_no_mean_of_what_is_kept(text: str) -> None:
    assert settled(text).kind != "exact"


def test_what_sums_the_batch_in_one_term_is_no_kl_of_one_example_either() -> None:
    text = "np.mean(0.5*(np.sum(mask*(mu**2 - 1 - lv), -1) + np.sum(mask*np.exp(lv))))"
    mu, lv = RANDOM.normal(size=(2, 7, 3))
    given = {"np": np, "mu": mu, "lv": lv, "mask": np.ones((7, 3))}
    once = eval(text, given)
    doubled = eval(text, given | {"lv": lv + np.log(2)})
    # The exponential counts 7 times as often as the rest.
    assert doubled - once == pytest.approx(0.5 * (np.exp(lv).sum() - 3 * np.log(2)))
    assert settled(text).kind == "wrong"
