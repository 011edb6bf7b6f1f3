"""What the sums and means of a program do: F = k R(f) + c, whatever f is.

The question is asked apart from what the formula is. Let f be the formula of one entry, see
`klcli.formula.entrywise_form`, and R the sum over those axes that the result F of the program has not. At
several shapes, with several draws of the symbols, F is held against R(f): the factor k is then a monomial
in the batch size B and the number of latents d, the constant c a polynomial. A mean over the batch is k =
1/B, one over the latents k = 1/d; a constant that is counted once for all latents shows in c, a sum within
a sum in a program that is no such multiple. Nothing here knows what a KL is, so a wrong formula with right
sums is told from a right one with wrong sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from types import UnionType

from klcli.formula.entrywise_form import without_sums
from klcli.formula.traversal import free_symbols, walk
from klcli.formula.tree import KeptEntries, Length, MatrixProduct, Reduction, Reshape, Tree
from klcli.formula.value.small_arrays import MaskShapeError, ShapeError, UnshapedError
from klcli.judge.shapes.length_polynomials import LengthMonomial, fitted_monomial
from klcli.judge.shapes.mask_corners import kept_corners
from klcli.judge.shapes.masked_reductions import masked_reductions
from klcli.judge.shapes.reduction_findings import (
    ReductionName,
    Reductions,
    fit_of_one,
    of_one_latent,
    reductions_of,
    uneven,
)
from klcli.judge.shapes.reduction_fit import (
    CLOSE,
    ArrayProgram,
    Fit,
    ReproducibleDraws,
    SymbolShape,
    both,
    fitted,
    own_shape,
)
from klcli.judge.shapes.symbol_shapes import mixed, ranks, written_spread
from klcli.judge.shapes.taken_entries import may_be_left, without_outer
from klcli.values import replace

__all__ = ["ReductionName", "Reductions", "reductions"]


def reductions(
    program: Tree,
    entry: Tree,
    varied: Sequence[str],
    *,
    counts: Mapping[str, tuple[int, int]],
    masks: Sequence[str] = (),
    weights: Sequence[str] = (),
    has_others: bool = False,
    in_formula: bool = False,
    is_one_latent: bool = False,
    rank: int | None = None,
) -> Reductions:
    """What the sums and means of a program do.

    Args:
        program: the program on arrays.
        entry: the formula of one entry of it; both without clips and small numbers.
        varied: its means and heads.
        counts: the symbols that are counts, each by its powers of B and of d.
        masks: symbols that are masks, read as arrays of ones.
        weights: symbols that the whole is multiplied by or divided by, read as 1.
        has_others: whether other terms are added.
        in_formula: whether it is mathematics, where a sum runs over the index, and not Python.
        is_one_latent: whether its means and heads are one entry of every row: ``mu[:, 0]``.
        rank: how many axes its arrays have; None for as few as it runs with.
    """
    inner = without_outer(program)
    if inner == program and not _has_sums(inner, (*counts, *masks)):
        return Reductions("none")
    names = [name for name in free_symbols(program) if name not in varied and name not in counts]
    held, bare, seen = _held(names, masks, weights), without_sums(entry), not has_others
    whole = ArrayProgram(program, bare, tuple(varied), counts, (), {}, held, seen, in_formula, {})
    try:
        if apart := _taken_apart(_with_arrays(whole, masks)):
            return apart
        case = _with_arrays(replace(whole, program=inner), masks)
        case = _without_others(case, weights) if has_others else case
        own = _of_case(case, rank, is_one_latent=is_one_latent)
        taken = [name for name in names if name in masks and name not in case.arrays]
        return replace(own, kept=(*own.kept, *taken))
    except UnshapedError:
        is_summed = any(isinstance(node, Reduction) and node.kind != "E" for node in walk(program))
        return Reductions("sum" if is_summed else "none", is_tried=False)


def _with_arrays(case: ArrayProgram, masks: Sequence[str]) -> ArrayProgram:
    """The program with its masks, which are arrays."""
    arrays = tuple(name for name in free_symbols(case.program) if name in masks)
    return replace(case, arrays=arrays, keeps=kept_corners(case.program, arrays, case.varied))


def _of_case(case: ArrayProgram, rank: int | None, *, is_one_latent: bool) -> Reductions:
    if not _has_sums(case.program, (*case.counts, *case.arrays)):
        return Reductions("none")
    case = replace(case, takes=may_be_left(case.program))
    own = _of_one_latent(case) if is_one_latent and not case.counts else None
    return own or _found(case, rank)


def _has_sums(program: Tree, counts: Sequence[str]) -> bool:
    """Whether arrays have another value than their entries: it sums, or counts."""
    return _has(program, Reduction | Length | MatrixProduct) or not set(counts).isdisjoint(
        free_symbols(program)
    )


def _taken_apart(case: ArrayProgram) -> Reductions | None:
    """What is said of a program that takes entries and runs with no mask that leaves some out."""
    if not _has(case.program, KeptEntries):
        return None
    problem = None
    for rank in ranks(case):
        if rank == 1 and problem:
            break
        for kind in case.mask_shapes(rank):
            found = _problem(replace(case, masked=kind), rank)
            if found is None:
                return None
            if not problem or isinstance(problem, MaskShapeError):
                problem = found
    if not problem:
        return None
    masks = " and ".join(case.arrays)
    return Reductions("sum", flaw=f"it does not run where {masks} leaves out entries: {problem}")


def _problem(case: ArrayProgram, rank: int) -> ShapeError | None:
    """Why a program does not run with as many axes and masks that leave entries out; None if it does."""
    draws = ReproducibleDraws()
    try:
        for shape in case.shapes(rank):
            both(case, {name: draws.array(shape) for name in case.varied}, shape, masked=case.arrays)
    except ShapeError as error:
        return error
    return None


def _has(program: Tree, kinds: type | UnionType) -> bool:
    return any(isinstance(node, kinds) for node in walk(program))


def _held(names: Sequence[str], masks: Sequence[str], weights: Sequence[str]) -> dict[str, float]:
    """Values of the symbols that are held: positive, as heads may have to be, and no two alike."""
    places = {name: place for place, name in enumerate(names) if name not in masks}
    return {name: 1.0 if name in weights else 0.7 + 0.1 * place for name, place in places.items()}


def _without_others(case: ArrayProgram, weights: Sequence[str]) -> ArrayProgram:
    """The program with 0 for its other terms, where it is linear in them, so that its constant is seen."""
    others = [name for name in case.held if name not in weights]
    cases = [
        replace(case, held=dict(case.held) | {name: factor * case.held[name] for name in others})
        for factor in (0.0, 1.0, 2.0)
    ]
    spreads = {name: written_spread(case, name) for name in case.varied}
    for rank in ranks(case):
        shape, draws = case.shapes(rank)[0], ReproducibleDraws()
        symbols = {name: draws.array(own_shape(shape, spreads[name])) for name in case.varied}
        try:
            none, once, twice = (both(one, symbols, shape)[0].values for one in cases)
        except ShapeError:
            continue
        values = list(zip(none, once, twice, strict=True)) if len(none) == len(once) == len(twice) else []
        linear = all(
            isfinite(zero) and abs(two - 2 * one + zero) <= CLOSE * (abs(zero) + abs(one) + abs(two))
            for zero, one, two in values
        )
        return replace(cases[0], constant_is_seen=True) if values and linear else case
    return case


def _found(case: ArrayProgram, given: int | None) -> Reductions:
    full: dict[str, SymbolShape] = {name: written_spread(case, name) for name in case.varied}
    if case.arrays and (told_of_masks := _with_masks(case, full)):
        return told_of_masks
    problem: ShapeError | None = None
    parts: Mapping[str, LengthMonomial] | None = None
    even_for = ""
    for rank in ranks(case) if given is None else (given,):
        try:
            if fit := fitted(case, full, rank):
                return _told(case, fit, full, "")
            parts = _parts(case, full, rank, in_all=False)
        except ShapeError as error:
            if rank == 2 and (found := _of_fewer_axes(case, rank)):
                return found
            problem = problem or error  # that of (B, d), the first that is tried
            continue
        alike = len(_parts(case, full, rank, in_all=True)) == len(case.varied)
        differ = len(parts) < len(case.varied)
        shapes = (one for one in mixed(case) if (alike if "latents" in one[0].values() else differ))
        if found := _first_of(case, shapes, rank):
            return found
        without_batch = (one for one in mixed(case) if "latents" in one[0].values())
        fitting = _first_of(case, without_batch, rank) if rank > 1 else None
        even_for = fitting.layout if fitting and not fitting.flaw else ""
        break
    if parts is None and problem:
        if not _is_simple(case):
            raise UnshapedError(str(problem)) from None
        # With as many examples as latents it would run in silence, and count its terms wrongly.
        return Reductions("sum", flaw=f"it does not run on means and heads of shape (B, d): {problem}")
    flaw = uneven(case.program, parts)
    return Reductions(
        "sum", flaw=f"{flaw}; they are with {even_for}" if even_for else flaw, even_for=even_for
    )


def _of_one_latent(case: ArrayProgram) -> Reductions | None:
    """The program on arrays of one latent, whose only axis is the batch; None where it does not run so."""
    fit = fit_of_one(case)
    return of_one_latent(reductions_of(case, fit, "")) if fit else None


def _is_simple(case: ArrayProgram) -> bool:
    """Whether nothing but the sums decides about the shapes: no other shape, no array but means and heads."""
    return not (_has(case.program, Reshape) or case.arrays or case.held or case.in_formula)


def _of_fewer_axes(case: ArrayProgram, rank: int) -> Reductions | None:
    """The program with symbols without a batch, or one number for all, where it does not run otherwise.

    A mean and a head may be numbers, or both heads.
    """
    few = (one for one in mixed(case) if list(one[0].values()).count("number") <= 2)
    return _first_of(case, few, rank)


def _first_of(
    case: ArrayProgram, shapes: Iterable[tuple[Mapping[str, SymbolShape], str]], rank: int
) -> Reductions | None:
    """What the program does with the first shapes of its symbols that fit its entries."""
    for spreads, words in shapes:
        try:
            if fit := fitted(case, spreads, rank):
                return _told(case, fit, spreads, words)
        except (ShapeError, UnshapedError):
            continue
    return None


def _with_masks(case: ArrayProgram, full: Mapping[str, SymbolShape]) -> Reductions | None:
    """What a program with masks is, with the fewest axes with which it is a multiple of what they keep.

    A mask of another shape than it was written for may run by chance: (B, T) times (B, 1, 1) is (B, B, T).
    What runs with a batch is not judged without it.
    """
    flawed: Reductions | None = None
    has_run = False
    for rank in ranks(case):
        if rank == 1 and has_run:
            break
        for kind in case.mask_shapes(rank):
            try:
                fit = fitted(replace(case, masked=kind), full, rank)
                has_run = True
                found = masked_reductions(case, fit, full, "") if fit else None
            except ShapeError:
                continue
            if found and not found.flaw:
                return found
            flawed = flawed or found
    return flawed


def _told(case: ArrayProgram, fit: Fit, spreads: Mapping[str, SymbolShape], words: str) -> Reductions:
    """What a fit says, if it is one with masks that leave entries out, too."""
    return masked_reductions(case, fit, spreads, words) if case.arrays else reductions_of(case, fit, words)


def _parts(
    case: ArrayProgram, spreads: Mapping[str, SymbolShape], rank: int, *, in_all: bool
) -> dict[str, LengthMonomial]:
    """The factor k of every symbol by itself, the others held, for those for which there is one.

    Args:
        case: the program.
        spreads: the shapes of the symbols.
        rank: how many axes there are.
        in_all: whether what the result has left is summed up first.
    """
    found = {}
    for name in case.varied:
        others = tuple(other for other in case.varied if other != name)
        alone = replace(case, varied=(name,), fixed={other: spreads[other] for other in others})
        fit = fitted(alone, {name: spreads[name]}, rank, in_all=in_all)
        if fit and (scale := fitted_monomial(fit.shapes, fit.scales)):
            found[name] = scale
    return found
