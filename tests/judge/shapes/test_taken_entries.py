"""Programs that take entries with masks: numpy runs those that are exact, and refuses what is told as such."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify

ENTRY = "-0.5*(1 + {l} - {m}**2 - np.exp({l}))"
TAKEN = ENTRY.format(m="mu[mask]", l="lv[mask]")
PER_EXAMPLE = f"kl = ({ENTRY.format(m='mu', l='lv')}).sum(-1)\n"
MASK = np.array([True, False, True, True, False, True, True])


def value(text: str) -> np.ndarray:
    mu, lv = np.random.default_rng(1).normal(size=(2, 7, 3))
    given = {"np": np, "mu": mu, "lv": lv, "mask": MASK, "valid": ~np.roll(MASK, 1)}
    *lines, last = text.split("\n")
    exec("\n".join(lines), given)
    return np.asarray(eval(last, given))


def kept() -> np.ndarray:
    """The KL of every example that the mask keeps."""
    mu, lv = np.random.default_rng(1).normal(size=(2, 7, 3))
    return (-0.5 * (1 + lv - mu**2 - np.exp(lv))).sum(-1)[MASK]


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        (f"({TAKEN}).sum(-1).mean()", kept().mean()),
        (f"({TAKEN}).sum() / mu[mask].shape[0]", kept().mean()),
        (f"({TAKEN}).sum()", kept().sum()),  # of the Gaussians that it takes
        (f"{PER_EXAMPLE}kl[mask]", kept()),
        (f"{PER_EXAMPLE}kl[mask].sum() / len(kl[mask])", kept().mean()),
        (f"{PER_EXAMPLE}kl[mask].sum() / kl[mask].size", kept().mean()),
        ("a = mu**2 - 1 - lv\nb = np.exp(lv)\n(0.5*(a[mask] + b[mask])).sum(-1).mean()", kept().mean()),
    ],
)
def test_what_is_exact_is_what_numpy_has(text: str, truth: np.ndarray) -> None:
    assert value(text) == pytest.approx(truth)
    assert verify(read_program(text, "python")).kind == "exact"


@pytest.mark.parametrize(
    "text",
    [
        f"({TAKEN}).sum() / mu.shape[0]",
        f"({TAKEN}).mean()",
        f"{PER_EXAMPLE}kl[mask].sum()",
        f"{PER_EXAMPLE}kl[mask].sum() / len(kl)",
    ],
)
def test_what_is_weighed_by_the_mask_is_scaled(text: str) -> None:
    assert value(text) != pytest.approx(kept().mean())
    assert verify(read_program(text, "python")).kind == "scaled"


def test_a_mask_of_entries_counts_them() -> None:
    """It takes (B, d) entries apart from each other: divided by how many these are, it is 1/d of the sum."""
    found = verify(read_program(f"({TAKEN}).sum() / mask.sum()", "python"))
    assert found.kind == "scaled"
    assert "of shape (B,) a sum over the latents" in found.prepared.reductions.layout


@pytest.mark.parametrize(
    "text",
    [
        f"({ENTRY.format(m='mu[mask]', l='lv[~mask]')}).sum()",
        f"({ENTRY.format(m='mu[~mask]', l='lv[mask]')}).sum(-1).mean()",
        f"({ENTRY.format(m='mu[mask]', l='lv')}).sum()",
        f"{PER_EXAMPLE}(kl[mask] * mask).mean()",
        "a = (mu**2 - 1 - lv).sum(-1)\nb = np.exp(lv).sum(-1)\n(0.5*(a[mask] + b)).mean()",
        "a = (mu**2 - 1 - lv).sum(-1)\nb = np.exp(lv).sum(-1)\n0.5*(a[mask] + b)",
        "a = (mu**2 - 1 - lv).sum(-1)\nb = np.exp(lv).sum(-1)\n0.5*(a[mask] + b[~mask])",
    ],
)
def test_what_does_not_run_is_said_so(text: str) -> None:
    with pytest.raises(ValueError, match="could not be broadcast"):
        value(text)
    found = verify(read_program(text, "python"))
    assert found.kind != "exact"
    assert "does not run" in found.prepared.reductions.flaw
