"""Masks that are written as what they leave out are masks like others, and only where they are nothing else."""

from __future__ import annotations

import numpy
import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify
from klcli.judge.loss_context.complements import without_complements

KL = "(-0.5*(1 + logvar - mu**2 - logvar.exp())).sum(-1)"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"({KL} * (1 - mask)).sum() / (1 - mask).sum()", "exact"),
        (f"({KL} * (1.0 - pad_mask)).mean()", "scaled"),
        (f"(-{KL} * (1 - mask)).sum() / (1 - mask).sum()", "wrong"),
        (f"({KL} * (2 - mask)).sum() / (2 - mask).sum()", "wrong"),
        (f"kl = {KL}\nkl[~invalid].mean()", "exact"),
        (f"{KL}.masked_fill(pad_mask, 0).sum() / (~pad_mask).sum()", "exact"),
        (f"{KL}.masked_fill(pad_mask, 0).sum() / pad_mask.sum()", "wrong"),
        (f"kl = {KL}\nkl[keep].sum() / (~keep).sum()", "wrong"),
    ],
)
def test_what_they_keep_is_averaged(text: str, kind: str) -> None:
    assert verify(read_program(text, "python")).kind == kind


def test_the_mean_of_what_is_kept_is_that_of_the_rows_by_hand() -> None:
    """NumPy's own mean over the rows, so that `exact` above is no claim of the judge alone."""
    draw = numpy.random.default_rng(0)
    mu, logvar = draw.normal(size=(2, 5, 3))
    mask = numpy.array([0, 1, 1, 0, 1])
    kl = (-0.5 * (1 + logvar - mu**2 - numpy.exp(logvar))).sum(-1)
    assert (kl * (1 - mask)).sum() / (1 - mask).sum() == pytest.approx(kl[mask == 0].mean())


def test_a_mask_that_is_used_itself_stays() -> None:
    program = read_program(f"({KL} * (1 - mask) + rec * mask).mean()", "python")
    assert without_complements(program) == program
