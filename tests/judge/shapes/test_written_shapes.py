"""Shapes that a text gives its arrays: numpy says which sums are the KL of each example."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify

KL = "kl = 0.5*(np.exp(logvar) + mu**2 - 1 - logvar); "


def is_the_kl(text: str) -> bool:
    """Whether numpy computes the sum over latents, summed or averaged over the batch, at several shapes."""
    random = np.random.default_rng(3)
    for rows, latents in ((4, 3), (3, 5), (6, 2)):
        mu, logvar = random.normal(size=(2, rows, latents))
        space: dict[str, Any] = {"np": np, "mu": mu, "logvar": logvar, "B": rows, "latent_dim": latents}
        *before, last = (KL + text).split("; ")
        exec("\n".join(before), space)
        found = float(eval(last, space))
        whole = float(np.sum(0.5 * (np.exp(logvar) + mu**2 - 1 - logvar)))
        if not np.isclose(found, whole) and not np.isclose(found, whole / rows):
            return False
    return True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kl.reshape(B, -1).sum(1).mean()", True),
        ("kl.reshape(-1, latent_dim).sum(1).mean()", True),
        ("kl.reshape(mu.shape).sum(-1).mean()", True),
        ("B, d = kl.shape; kl.reshape(B, d).sum(1).mean()", True),
        ("kl.transpose().sum(0).mean()", True),
        ("np.broadcast_to(kl, (B, latent_dim)).sum(1).mean()", True),
        ("kl.reshape(-1, B).sum(1).mean()", False),
        ("kl.reshape(latent_dim, -1).sum(1).mean()", False),
        ("d, B = kl.shape; kl.reshape(B, d).sum(0).mean()", True),
        ("d, B = kl.shape; kl.reshape(B, d).sum(1).mean()", False),
        ("np.broadcast_to(kl, (2, B, latent_dim)).sum()", False),
        ("np.broadcast_to(kl, (B, B, latent_dim)).sum(2).mean(1).sum()", True),
    ],
)
def test_sums_over_written_shapes(text: str, expected: bool) -> None:
    assert is_the_kl(text) is expected
    assert (verify(read_program(KL + text, "python")).best.kind == "exact") is expected


@pytest.mark.parametrize(
    ("mask", "kind"),
    [
        ("mask[:, None]", "exact"),
        ("mask[:, None] * np.ones_like(kl)", "scaled"),
        ("mask[:, None] + np.zeros_like(kl)", "scaled"),
        ("mask[:, None] * np.ones((B, latent_dim))", "scaled"),
        ("mask[:, None] * np.ones((B, 1))", "exact"),
        ("np.broadcast_to(mask[:, None], kl.shape)", "scaled"),
        ("np.broadcast_to(mask[:, None], (B, latent_dim))", "scaled"),
    ],
)
def test_a_mask_in_a_larger_shape_counts_a_row_as_often(mask: str, kind: str) -> None:
    random = np.random.default_rng(3)
    space: dict[str, Any] = {"np": np, "B": 6, "latent_dim": 4, "mask": np.array([1.0, 0, 1, 1, 0, 1])}
    space |= dict(zip(("mu", "logvar"), random.normal(size=(2, 6, 4)), strict=True))
    text = f"{KL}m = {mask}; (kl * m).sum() / m.sum()"
    *before, last = text.split("; ")
    exec("\n".join(before), space)
    is_mean_over_kept = np.isclose(eval(last, space), space["kl"].sum(1)[space["mask"] == 1].mean())
    assert is_mean_over_kept == (kind == "exact")
    assert verify(read_program(text, "python")).best.kind == kind
