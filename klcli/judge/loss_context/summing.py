"""What the sums of a prepared program do; numbers of dimensions that no name is sure of are tried in turn."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from klcli.formula.entrywise_form import entry
from klcli.formula.traversal import free_symbols
from klcli.judge.loss_context.loss_parts import Aside, Powers
from klcli.judge.shapes.length_polynomials import LengthMonomial, LengthPolynomial
from klcli.judge.shapes.mask_corners import at_corner
from klcli.judge.shapes.reductions import Reductions, reductions
from klcli.judge.shapes.taken_entries import as_whole
from klcli.names.counts import count_of
from klcli.names.losses import is_mask
from klcli.values import replace

_UNSURE: tuple[Powers, ...] = ((0, 1), (1, 1), (1, 0))
"""What an ``n`` can be, the likeliest first: the number of latents, of entries, of examples."""


def summed_up(aside: Aside, *, in_formula: bool, is_one_latent: bool = False) -> Reductions:
    """What the sums and means of a program do.

    Args:
        aside: the program without what belongs to the loss around it.
        in_formula: whether it is mathematics.
        is_one_latent: whether its means and heads are one entry of every row.
    """
    unsure = [name for name in aside.dimensions if count_of(name) is None]
    first: Reductions | None = None
    for powers in _UNSURE if unsure else (None,):
        counts = dict(aside.counts) | (dict.fromkeys(unsure, powers) if powers else {})
        found = _of_counts(aside, counts, in_formula=in_formula, is_one_latent=is_one_latent)
        if powers and found.is_plain and found.constant == LengthPolynomial():
            words = " and ".join(unsure)
            text = LengthMonomial(Fraction(1), powers).text(("B", "d"))
            return replace(found, layout="; ".join(filter(None, (found.layout, f"{words} = {text}"))))
        first = first or found
    assert first
    return first


def _of_counts(
    aside: Aside, counts: Mapping[str, Powers], *, in_formula: bool, is_one_latent: bool
) -> Reductions:
    latent = [name for name in free_symbols(aside.tree) if name not in counts]
    if found := as_whole(aside.arrays, latent):
        arrays, mask = found
        own = _of_counts(
            replace(aside, arrays=arrays), counts, in_formula=in_formula, is_one_latent=is_one_latent
        )
        return replace(own, kept=(*own.kept, mask))
    names = free_symbols(aside.arrays)
    masks = [name for name in names if is_mask(name)]
    around = [name for name in names if name not in latent and name not in counts and name not in masks]
    return reductions(
        aside.arrays,
        entry(at_corner(aside.arrays, {}) or aside.arrays),
        latent,
        counts=counts,
        masks=masks,
        weights=around,
        has_others=bool(around),
        in_formula=in_formula,
        is_one_latent=is_one_latent,
    )
