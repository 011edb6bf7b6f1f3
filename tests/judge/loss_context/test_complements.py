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


NUMPY = KL.replace("logvar.exp()", "numpy.exp(logvar)")


@pytest.mark.parametrize(
    ("text", "is_mean"),
    [
        (f"({NUMPY} * (1 - mask)).sum() / (1 - mask).sum()", True),
        (f"({NUMPY} * (1 - mask)).sum() / mask.sum()", False),
        (f"({NUMPY} * (1 - mask)).sum() / not_mask.sum()", False),
        (f"({NUMPY} * (2 - mask)).sum() / (2 - mask).sum()", False),
    ],
)
def test_exact_is_what_has_the_mean_of_the_kept_rows_in_numpy(text: str, is_mean: bool) -> None:
    """A text is run on arrays with a mask of its own for each name, and has that mean if it is exact."""
    mu, logvar = numpy.random.default_rng(0).normal(size=(2, 5, 3))
    mask, not_mask = numpy.array([0, 1, 1, 0, 1]), numpy.array([1, 1, 1, 1, 0])
    names = {"numpy": numpy, "mu": mu, "logvar": logvar, "mask": mask, "not_mask": not_mask}
    kept = (-0.5 * (1 + logvar - mu**2 - numpy.exp(logvar))).sum(-1)[mask == 0]
    assert bool(eval(text, names) == pytest.approx(kept.mean())) is is_mean
    assert (verify(read_program(text, "python")).kind == "exact") is is_mean


def test_a_mask_that_is_used_itself_stays() -> None:
    program = read_program(f"({KL} * (1 - mask) + rec * mask).mean()", "python")
    assert without_complements(program) == program
