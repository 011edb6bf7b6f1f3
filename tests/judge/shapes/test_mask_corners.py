"""Programs with a mask and its complement, against numpy on arrays."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.traversal import free_symbols
from klcli.formula.value.small_arrays import UnshapedError
from klcli.judge.answer import verify
from klcli.judge.shapes.mask_corners import kept_corners, with_kept_masks

KL = "(-0.5*(1 + logvar - mu**2 - numpy.exp(logvar))).sum(-1)"
KEEPS, VALID = np.array([0, 1, 1, 0, 1, 1, 0]), np.array([1, 1, 0, 1, 0, 1, 0])


def value(text: str, mu: np.ndarray, logvar: np.ndarray) -> float:
    """What numpy gives for the last line of a text, with one mask as numbers and as a selection."""
    given = {"numpy": np, "mu": mu, "logvar": logvar, "mask": KEEPS, "keep": KEEPS > 0, "valid": VALID}
    *lines, last = text.split("\n")
    exec("\n".join(lines), given)
    return float(eval(last, given))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"({KL} * (1 - mask)).sum() / (1 - mask).sum()", KEEPS == 0),
        (f"kl = {KL}\nkl[~keep].mean()", KEEPS == 0),
        (f"kl = {KL}\nkl[mask == 0].sum() / (mask == 0).sum()", KEEPS == 0),
        (f"kl = {KL}\n(kl * (1 - mask)).sum() / (mask == 0).sum()", KEEPS == 0),
        (f"kl = {KL}\n(kl * numpy.logical_not(mask)).sum() / (1 - mask).sum()", KEEPS == 0),
        (f"kl = {KL}\nm = mask > 0\nkl[m].sum() / mask.sum()", KEEPS == 1),
        (f"kl = {KL}\nm = mask.astype(bool)\n(kl[m] * mask[m]).mean()", KEEPS == 1),
        (f"kl = {KL}\nm = (mask > 0) & (valid == 0)\nkl[m].mean()", (KEEPS > 0) & (VALID == 0)),
        (f"kl = {KL}\nm = (mask > 0) | (valid > 0)\n(kl * m).sum() / m.sum()", (KEEPS > 0) | (VALID > 0)),
        (f"kl = {KL}\n(kl * mask * valid).sum() / (mask * valid).sum()", KEEPS * VALID > 0),
        (f"kl = {KL}\nm = (mask > 0) ^ (valid > 0)\nkl[m].mean()", KEEPS != VALID),
        (f"kl = {KL}\nkl[keep].sum() + kl[~keep].sum()", None),
        (f"kl = {KL}\n(mask * kl + (1 - mask) * kl).sum()", None),
        (f"kl = {KL}\nnumpy.where(keep, kl, 0).sum() + numpy.where(keep, 0, kl).sum()", None),
    ],
)
def test_exact_is_the_mean_of_what_is_kept_or_the_sum_of_all(text: str, kept: np.ndarray | None) -> None:
    mu, logvar = np.random.default_rng(0).normal(size=(2, 7, 3))
    kl = (-0.5 * (1 + logvar - mu**2 - np.exp(logvar))).sum(-1)
    truth = kl.sum() if kept is None else kl[kept].mean()
    assert value(text, mu, logvar) == pytest.approx(truth)
    assert verify(read_program(text, "python")).kind == "exact"


@pytest.mark.parametrize(
    "text",
    [
        f"({KL} * (1 - mask)).sum() / mask.sum()",
        f"({KL} * (1 - mask)).sum() / valid.sum()",
        f"({KL} * (2 - mask)).sum() / (2 - mask).sum()",
        f"(-{KL} * (1 - mask)).sum() / (1 - mask).sum()",
        f"kl = {KL}\nkl[keep].sum() / (~keep).sum()",
        f"kl = {KL}\nm = (mask > 0) & (valid > 0)\nkl[m].sum() / mask.sum()",
        f"kl = {KL}\nm = (mask > 0) | (valid > 0)\n(kl * m).sum()",
        f"kl = {KL}\nm = (mask > 0) ^ (valid > 0)\nkl[m].sum() / mask.sum()",
        f"kl = {KL}\nkl[keep].sum() - kl[~keep].sum()",
        f"kl = {KL}\nkl[keep].sum() + 2 * kl[~keep].sum()",
        f"kl = {KL}\n(mask * kl + (1 - mask) * kl).sum() / mask.sum()",
        f"kl = {KL}\nnumpy.where(keep, kl, 3).sum() / keep.sum()",
    ],
)
def test_what_is_neither_is_not_exact(text: str) -> None:
    mu, logvar = np.random.default_rng(0).normal(size=(2, 7, 3))
    kl = (-0.5 * (1 + logvar - mu**2 - np.exp(logvar))).sum(-1)
    parts = [kl[chosen] for chosen in (KEEPS > 0, KEEPS == 0, VALID > 0, VALID == 0, KEEPS * VALID > 0)]
    truths = [kl.sum(), kl.mean(), *(one.mean() for one in parts)]
    assert value(text, mu, logvar) != pytest.approx(truths)
    assert not any(value(text, mu, logvar) == pytest.approx(one) for one in truths)
    assert verify(read_program(text, "python")).kind != "exact"


def test_which_entries_have_a_part() -> None:
    program = read_program("(mu**2)[mask].sum() + (rec * (1 - mask)).sum() + 0 * mask.sum()", "python")
    assert kept_corners(program.arrays, ["mask"], ["mu"]) == {(1,): True, (0,): False}
    assert kept_corners(program.arrays, ["mask"], ["rec"]) == {(1,): False, (0,): True}


@pytest.mark.parametrize("text", ["(mu**2)[mask]", "1e-9 * (mu**2)[mask].sum()"])
def test_an_entry_alone_or_of_small_weight_has_a_part(text: str) -> None:
    assert kept_corners(read_program(text, "python").arrays, ["mask"], ["mu"]) == {(1,): True, (0,): False}


def test_more_than_three_masks_are_not_tried() -> None:
    masks = ["mask", "a_mask", "b_mask", "c_mask"]
    three, four = (read_program(" * ".join(("mu", *masks[:count])), "python").arrays for count in (3, 4))
    assert sum(kept_corners(three, masks[:3], ["mu"]).values()) == 1
    with pytest.raises(UnshapedError):
        kept_corners(four, masks, ["mu"])


def test_the_mask_that_keeps_most_symbols_is_the_one_that_is_meant() -> None:
    program = read_program(f"({KL} * (1 - mask) + rec * mask).mean()", "python")
    assert "not_mask" in free_symbols(with_kept_masks(program).arrays)
    program = read_program(f"({KL} * mask + rec * (1 - mask)).mean()", "python")
    assert with_kept_masks(program) == program
