"""What a mask does to the sums of a program, in every shape that it may have: weigh, or average what is kept.

Held against the sum of the entries that a mask keeps, a program has a factor of its own. Where that is larger
than the factor without a mask by as much as there are entries for one that is kept, the program divides by
their number: ``(mask * kl).sum() / mask.sum()`` is the mean over the examples, or entries, that mask keeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isclose

from klcli.formula.value.small_arrays import ShapeError, UnshapedError
from klcli.judge.shapes.masks import MaskShape
from klcli.judge.shapes.reduction_findings import Reductions, reductions_of
from klcli.judge.shapes.reduction_fit import CLOSE, ArrayProgram, Fit, SymbolShape, fitted
from klcli.values import dataclass, replace

_WRITTEN: Mapping[MaskShape, str] = {
    "examples": "(B,)",
    "rows": "(B, 1)",
    "positions": "(B, T)",
    "rows of positions": "(B, T, 1)",
    "steps": "(T,)",
    "latents": "(d,)",
}
"""How shapes of masks are written; that of entries is theirs."""


@dataclass(frozen=True, slots=True)
class MaskedFit:
    """What a program does with masks of one shape.

    Attributes:
        shape: that of the masks.
        fit: with masks that are ones.
        averages: whether it is the mean over what the masks keep.
    """

    shape: MaskShape
    fit: Fit
    averages: bool


def masked_reductions(
    case: ArrayProgram, fit: Fit, spreads: Mapping[str, SymbolShape], words: str
) -> Reductions:
    """What a program with masks does, told of the shape in which it is least a sum over latents.

    Args:
        case: the program.
        fit: with masks that are ones, of the first shape in which it runs.
        spreads: the shapes of the symbols.
        words: these in words.
    """
    masks = " and ".join(case.arrays)
    fits = list(_fits(case, spreads, len(fit.shapes[0])))
    if not fits:
        return Reductions("sum", flaw=f"{masks} leaves out a part of its terms, and not the others")
    if not all(one.averages for one in fits):
        return reductions_of(case, fit, words)
    found = [(one.shape, reductions_of(case, one.fit, words)) for one in fits]
    if all(case.keeps.values()):
        return replace(found[0][1], kept=case.arrays)  # what one leaves out, another keeps
    own, worst = next((pair for pair in found if not pair[1].is_plain), found[0])
    layout = "; ".join(
        filter(None, (worst.layout, _said(masks, own, worst, [one for one in found if one[0] != own])))
    )
    return replace(worst, kept=case.arrays, layout=layout)


def _fits(case: ArrayProgram, spreads: Mapping[str, SymbolShape], rank: int) -> list[MaskedFit]:
    """The shapes of masks with which a program is a multiple of the sum of what they keep."""
    kinds = case.mask_shapes(rank) or ("entries",)
    # Of what a mask of entries keeps one axis is left: who sums twice has one of examples in mind.
    for sums_numbers in (False, True):
        found = list(_of_shapes(replace(case, sums_numbers=sums_numbers), spreads, rank, kinds))
        if None in found and all(case.keeps.values()):
            return []  # spread over other axes a mask may change nothing by chance
        if fits := [one for one in found if one]:
            return fits
    return []


def _of_shapes(
    case: ArrayProgram, spreads: Mapping[str, SymbolShape], rank: int, kinds: Sequence[MaskShape]
) -> Iterator[MaskedFit | None]:
    """A fit for every shape of masks with which a program runs; None where it is no such multiple."""
    for kind in kinds:
        own = replace(case, masked=kind)
        try:
            plain = fitted(own, spreads, rank)
            kept = fitted(own, spreads, rank, masked=case.arrays) if plain else None
            if plain and not kept:
                yield None
            if plain and kept:
                alone = len(case.arrays) > 1
                averages = _averages(plain, kept) and (
                    not alone or all(_is_alike(own, spreads, name, plain) for name in case.arrays)
                )
                yield MaskedFit(kind, plain, averages)
        except (ShapeError, UnshapedError):
            continue


def _is_alike(case: ArrayProgram, spreads: Mapping[str, SymbolShape], name: str, plain: Fit) -> bool:
    """Whether a program averages over what one of its masks keeps, or that one belongs to another term."""
    kept = fitted(case, spreads, len(plain.shapes[0]), masked=(name,))
    return kept is not None and _averages(plain, kept)


def _averages(plain: Fit, kept: Fit) -> bool:
    """Whether a program divides by the number of entries that masks keep, and has no more of the others."""
    if any(kept.constants) and not any(plain.constants):
        return False
    return all(
        isclose(one * share, other, rel_tol=CLOSE)
        for share, one, other in zip(kept.shares, kept.scales, plain.scales, strict=True)
    )


def _said(
    masks: str, own: MaskShape, worst: Reductions, others: Sequence[tuple[MaskShape, Reductions]]
) -> str:
    """For which shape of a mask it is told, and what it is for others in which it is something else."""
    if own == "entries":
        first = f"{masks} of their shape: a mean over the entries that it keeps"
    else:
        first = f"{masks} of shape {_WRITTEN[own]}"
    apart = [_WRITTEN[kind] for kind, one in others if kind in _WRITTEN and one.factor != worst.factor]
    if not apart:
        return first
    shapes = " or ".join(apart)
    return f"{first}; of shape {shapes} a sum over the latents and a mean over the rows that it keeps"
