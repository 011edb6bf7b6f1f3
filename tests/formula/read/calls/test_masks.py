"""Casts, complements and comparisons of masks, and what joins them: the values that numpy gives for 0 and 1."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.traversal import free_symbols
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array, ShapeError


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        *(
            (text, lambda mask, _: mask)
            for text in ("mask.bool()", "mask.float()", "mask.int()", "mask.long()")
        ),
        *((text, lambda mask, _: mask) for text in ("mask.to(torch.bool)", "mask.astype(bool)", "mask > 0")),
        *(
            (text, lambda mask, _: mask)
            for text in ("mask == 1", "mask != 0", "mask >= 0.5", "mask.bool() > 0")
        ),
        *((text, lambda mask, _: mask) for text in ("tf.cast(mask, tf.int32)", "tf.not_equal(mask, 0)")),
        *((text, lambda mask, _: mask) for text in ("np.count_nonzero(mask)", "~~mask", "mask.gt(0.5)")),
        *((text, lambda mask, _: 1 - mask) for text in ("~mask", "1 - mask", "mask == 0", "mask < 1")),
        *((text, lambda mask, _: 1 - mask) for text in ("torch.logical_not(mask)", "mask.logical_not()")),
        *(
            (text, lambda mask, _: 1 - mask)
            for text in ("tf.equal(mask, 0)", "mask.eq(0)", "(mask <= 0).float()")
        ),
        *(
            (text, lambda mask, valid: mask * valid)
            for text in ("mask & valid", "np.logical_and(mask, valid)")
        ),
        *(
            (text, lambda mask, valid: max(mask, valid))
            for text in ("mask | valid", "mask.logical_or(valid)")
        ),
        ("mask ^ valid", lambda mask, valid: abs(mask - valid)),
        ("mask & ~valid", lambda mask, valid: mask * (1 - valid)),
        ("keep.bool() & ~(valid == 0)", lambda keep, valid: keep * valid),
    ],
)
def test_of_zero_and_one(text: str, truth: object) -> None:
    tree = read_program(text, "python").arrays
    first = free_symbols(tree)[0]
    assert first in ("mask", "keep_mask")
    for mask, valid in product((0.0, 1.0), repeat=2):
        given = {first: Array((), [mask]), "valid": Array((), [valid])}
        assert evaluate_arrays(tree, given).values == [truth(mask, valid)]


@pytest.mark.parametrize(
    "spread",
    [
        "mask[:, None].expand_as(x)",
        "mask.unsqueeze(-1).expand(x.shape)",
        "mask[:, None].expand(-1, x.size(1))",
        "mask[:, None].expand(-1, 3)",
    ],
)
def test_a_mask_in_the_shape_of_an_array_counts_each_row_as_often(spread: str) -> None:
    keeps, x = np.array([1.0, 0.0, 1.0, 1.0, 0.0]), np.ones((5, 3))
    given = {"mask": Array((5,), list(keeps)), "x": Array((5, 3), [1.0] * 15)}
    tree = read_program(f"m = {spread}\n(x * m).sum() / m.sum(0)", "python").arrays
    spread_mask = np.broadcast_to(keeps[:, None], x.shape)
    truth = spread_mask.sum() / spread_mask.sum(0)
    assert evaluate_arrays(tree, given).values == pytest.approx(list(truth))
    with pytest.raises(ShapeError):
        evaluate_arrays(tree, {**given, "x": Array((4, 3), [1.0] * 12)})


@pytest.mark.parametrize("text", ["x > 0", "0 < x", "-x > 1", "(x > 0) & valid", "keep", "_keep > 0"])
def test_what_takes_entries_and_is_no_mask_by_its_name_gets_one(text: str) -> None:
    mean, mask = free_symbols(read_program(f"kl = mu**2\nkl[{text}].sum()", "python").arrays)
    assert (mean, mask.isidentifier(), mask.endswith("_mask")) == ("mu", True, True)


def test_a_private_name_is_a_mask_if_it_says_so() -> None:
    assert free_symbols(read_program("kl = mu**2\nkl[_mask].sum()", "python").arrays) == ("mu", "mask")
    for text in ("_keep", "~_keep"):
        with pytest.raises(FormulaError, match="what _keep keeps is not followed"):
            read_program(f"kl = mu**2\nkl[{text}].sum()", "python")


@pytest.mark.parametrize(
    "text",
    [
        *("mask > 1", "mask == 2", "x > 0", "mask & x", "x == 0", "mask == other", "mask.eq()"),
        *("torch.eq(mask, 0, 1)", "np.logical_and(mask, x)", "np.logical_or(mask)"),
        "np.count_nonzero(mask, axis=1)",
    ],
)
def test_what_is_no_mask(text: str) -> None:
    with pytest.raises(FormulaError, match=r"has no place in a formula|is not a known function"):
        read_program(text, "python")
