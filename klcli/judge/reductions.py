"""What the sums and means of a program do: F = k R(f) + c, whatever f is.

The question is asked apart from what the formula is. Let f be the formula of one entry, see
`klcli.formula.entry`, and R the sum over those axes that the result F of the program has not. At several
shapes, with several draws of the symbols, F is held against R(f): the factor k is then a monomial in the
batch size B and the number of latents d, the constant c a polynomial. A mean over the batch is k = 1/B, one
over the latents k = 1/d; a constant that is counted once for all latents shows in c, a sum within a sum in
a program that is no such multiple. Nothing here knows what a KL is, so a wrong formula with right sums is
told from a right one with wrong sums.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from itertools import combinations
from math import isfinite
from typing import Literal, TypeAlias

from klcli.formula.entry import without_sums
from klcli.formula.tree import (
    Length,
    MatrixProduct,
    Reduction,
    Reshape,
    Tree,
    carries,
    free_symbols,
    walk,
)
from klcli.formula.value.arrays import Array, ShapeError, UnshapedError, axes_of
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.judge.counts import ONE, Monomial, Polynomial, fitted_monomial, fitted_polynomial
from klcli.judge.layouts import CLOSE, SHAPES, Case, Draws, Fit, Spread, both, fitted, own_shape

__all__ = ["ReductionName", "Reductions", "reductions"]

ReductionName: TypeAlias = Literal["none", "sum", "mean", "sum-mean"]
"""Entry by entry; a sum over the latents; a mean over them; a sum over them and a mean over the batch."""


@dataclass(frozen=True, slots=True)
class Reductions:
    """Over what a program sums or averages.

    Attributes:
        name: what it does, in one of four words.
        flaw: why it is no multiple of a sum over entries, in words; empty if it is one.
        scale: the factor k, in powers of the lengths of the axes.
        constant: the constant c; None where other terms are in it, or it is no polynomial.
        counted: how many entries the result sums up, as a monomial: B d for a sum over everything.
        lengths: names of the lengths of the axes, for the texts of the three.
        layout: what is said of the shapes beside "means and heads of shape (B, d)"; empty if nothing.
        is_tried: whether the program could be followed on arrays.
    """

    name: ReductionName
    flaw: str = ""
    scale: Monomial = ONE
    constant: Polynomial | None = field(default_factory=Polynomial)
    counted: Monomial = ONE
    lengths: tuple[str, ...] = ("B", "d")
    layout: str = ""
    is_tried: bool = True

    @property
    def is_plain(self) -> bool:
        """Whether every latent is summed, and every example summed or averaged."""
        return not self.flaw and self.factor.is_one

    @property
    def factor(self) -> Monomial:
        """The factor without a mean over the batch, which is as good as a sum: ``1/d`` of ``1/(B d)``."""
        powers = list(self.scale.powers)
        for axis in range(_examples(powers)):
            if powers[axis] == -1 and self.counted.powers[axis]:
                powers[axis] = 0
        return Monomial(self.scale.factor, tuple(powers))


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
    """
    is_summed = any(isinstance(node, Reduction | Length | MatrixProduct) for node in walk(program))
    if not is_summed and not {*counts, *masks}.intersection(free_symbols(program)):
        return Reductions("none")
    names = [name for name in free_symbols(program) if name not in varied and name not in counts]
    held = {
        name: 1.0 if name in weights else 0.7 + 0.1 * place
        for place, name in enumerate(names)
        if name not in masks
    }
    try:
        bare = without_sums(entry)
        arrays = tuple(name for name in names if name in masks)
        case = Case(program, bare, tuple(varied), counts, arrays, {}, held, not has_others, in_formula)
        return _found(_without_others(case, weights) if has_others else case)
    except UnshapedError:
        is_summed = any(isinstance(node, Reduction) and node.kind != "E" for node in walk(program))
        return Reductions("sum" if is_summed else "none", is_tried=False)


def _without_others(case: Case, weights: Sequence[str]) -> Case:
    """The program with 0 for its other terms, where it is linear in them, so that its constant is seen."""
    others = [name for name in case.held if name not in weights]
    cases = [
        replace(case, held=dict(case.held) | {name: factor * case.held[name] for name in others})
        for factor in (0.0, 1.0, 2.0)
    ]
    spreads = {name: _written_spread(case, name) for name in case.varied}
    for rank in _ranks(case):
        shape, draws = SHAPES[rank][0], Draws()
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


def _found(case: Case) -> Reductions:
    full: dict[str, Spread] = {name: _written_spread(case, name) for name in case.varied}
    problem: ShapeError | None = None
    parts: Mapping[str, Monomial] | None = None
    for rank in _ranks(case):
        try:
            if fit := fitted(case, full, rank):
                flaw = _mask_flaw(case, full, rank)
                return Reductions("sum", flaw=flaw) if flaw else _told(case, fit, "")
            parts = _parts(case, full, rank, in_all=False)
        except ShapeError as error:
            if rank == 2 and (found := _of_numbers(case, rank)):
                return found
            problem = problem or error  # that of (B, d), the first that is tried
            continue
        alike = len(_parts(case, full, rank, in_all=True)) == len(case.varied)
        for spreads, words in _mixed(case):
            if not (alike if "latents" in spreads.values() else len(parts) < len(case.varied)):
                continue
            try:
                if fit := fitted(case, spreads, rank):
                    return _told(case, fit, words)
            except (ShapeError, UnshapedError):
                continue
        break
    if parts is None and problem:
        if not _is_simple(case):
            raise UnshapedError(str(problem)) from None
        # With as many examples as latents it would run in silence, and count its terms wrongly.
        return Reductions("sum", flaw=f"it does not run on means and heads of shape (B, d): {problem}")
    return Reductions("sum", flaw=_uneven(parts))


def _is_simple(case: Case) -> bool:
    """Whether nothing but the sums decides about the shapes: no product, no other shape, no other array."""
    shaped = any(isinstance(node, Reshape | MatrixProduct | Length) for node in walk(case.program))
    return not (shaped or case.arrays or case.held or case.in_formula)


def _ranks(case: Case) -> Iterator[int]:
    """How many axes the arrays may have: as many as the program names, or the ones that it takes away."""
    if case.in_formula:
        sums = [node for node in walk(case.program) if isinstance(node, Reduction)]
        indices = {node.index for node in sums if node.kind != "E"} - {""}
        yield 2 if len(indices) > 1 or any(node.kind == "E" for node in sums) else 1
        return
    named = [axes_of(node) or () for node in walk(case.program) if isinstance(node, Reduction)]
    needed = max((axis + 1 if axis >= 0 else -axis for axes in named for axis in axes), default=1)
    yield from range(max(needed, 2), 5)
    # Products of vectors are read for one example, whose arrays have no batch.
    yield 1


def _mixed(case: Case) -> Iterator[tuple[dict[str, Spread], str]]:
    """Other shapes of some symbols: parameters without a batch, one number for all latents.

    The first holds only where all terms of every symbol are summed alike, so that the missing axis is no
    forgotten one: ``(0.5*(mu**2).sum(1) + spread(log_std).sum()).mean()`` counts all terms of log_std B times
    as often as those of mu, if both have a batch. The second is a last resort: where every symbol can be
    followed by itself, a sum of it is one too many.
    """
    spread: Spread
    for spread, words in (("latents", "of shape (d,), without a batch"), ("number", "one number for all")):
        for count in range(1, len(case.varied)):
            for names in combinations(case.varied, count):
                # A head can be a parameter for all examples, a mean without one would be no posterior.
                if spread == "latents" and any(map(partial(_is_mean, case), names)):
                    continue
                own: dict[str, Spread] = {name: spread if name in names else "full" for name in case.varied}
                yield own, f"{' and '.join(names)} {words}"


def _is_mean(case: Case, name: str) -> bool:
    """Whether the formula is of at most second degree in a symbol: its third differences vanish."""
    given = {other: Array((), [0.7 + 0.3 * place]) for place, other in enumerate(free_symbols(case.entry))}
    at = [
        evaluate_arrays(case.entry, given | {name: Array((), [0.5 + 0.4 * step])}).values[0]
        for step in range(4)
    ]
    return bool(abs(at[3] - 3 * at[2] + 3 * at[1] - at[0]) <= CLOSE * max(1.0, *map(abs, at)))


def _of_numbers(case: Case, rank: int) -> Reductions | None:
    """The program with one symbol that is one number for all, where it does not run on arrays otherwise."""
    for spreads, words in _mixed(case):
        if list(spreads.values()).count("number") == 1:
            try:
                if fit := fitted(case, spreads, rank):
                    return _told(case, fit, words)
            except (ShapeError, UnshapedError):
                continue
    return None


def _written_spread(case: Case, name: str) -> Spread:
    """In mathematics a symbol without the index beside others that carry it is one number for all."""
    indices = {node.index for node in walk(case.program) if isinstance(node, Reduction)} - {""}
    carrying = {one for one in case.varied for index in indices if carries(one, index)}
    return "number" if case.in_formula and carrying and name not in carrying else "full"


def _parts(case: Case, spreads: Mapping[str, Spread], rank: int, *, in_all: bool) -> dict[str, Monomial]:
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


def _mask_flaw(case: Case, spreads: Mapping[str, Spread], rank: int) -> str:
    """In words, what is wrong with the masks: what one leaves out is a part of an entry; empty if nothing is.

    A mask of the whole makes the program a multiple of the masked entries, whatever it is divided by.
    """
    if not case.arrays:
        return ""
    try:
        if fitted(case, spreads, rank, masked=True):
            return ""
    except (ShapeError, UnshapedError):
        pass
    return f"{' and '.join(case.arrays)} leaves out a part of its terms, and not the others"


def _uneven(parts: Mapping[str, Monomial] | None) -> str:
    """In words, how the terms of the symbols differ."""
    if not parts or len(parts) < 2:
        return "a sum or a mean stands inside of a function or of another sum"
    rank = max(len(one.powers) for one in parts.values())
    texts = {name: one.text(_names(rank)) for name, one in parts.items()}
    if len(set(texts.values())) == 1:
        return "its terms are not summed alike"
    return "its terms are not summed alike: " + ", ".join(
        f"those of {name} are counted {'once' if text == '1' else f'{text} times'}"
        for name, text in texts.items()
    )


def _names(rank: int) -> tuple[str, ...]:
    if rank == 1:
        return ("d",)
    return ("B", "d") if rank == 2 else ("B", *(f"n_{axis}" for axis in range(1, rank)))


def _told(case: Case, fit: Fit, layout: str) -> Reductions:
    rank = len(fit.shapes[0])
    scale = fitted_monomial(fit.shapes, fit.scales)
    lost = [axis for axis in range(rank) if axis not in fit.kept]
    counted = Monomial(Fraction(1), tuple(int(axis in lost) for axis in range(rank)))
    if scale is None:
        return Reductions(
            "sum", flaw="how often its terms are counted depends on the shapes in no simple way"
        )
    constant = _constant(fit, scale) if case.constant_is_seen else None
    words = [layout] if layout else []
    if rank > 2:
        words.append(f"means and heads with {rank} axes")
    name = _name(scale, lost, rank)
    found = Reductions(name, "", scale, constant, counted, _names(rank), "; ".join(words))
    if rank == 2 and constant and constant.terms and _fit_of_one(case):
        # For vectors of one example the same constant may be counted as often as it should.
        return replace(found, layout="; ".join((*words, "for one example, of shape (d,), it is exact")))
    return found


def _constant(fit: Fit, scale: Monomial) -> Polynomial | None:
    """The constant; a mean that divides it, too, makes it a polynomial times the factor."""
    found = fitted_polynomial(fit.shapes, fit.constants)
    if found is not None:
        return found
    parts = [constant / scale for constant, scale in zip(fit.constants, fit.scales, strict=True)]
    apart = fitted_polynomial(fit.shapes, parts)
    return apart.times(scale) if apart is not None else None


def _fit_of_one(case: Case) -> bool:
    """Whether the program is a plain sum for one example, whose means and heads have the shape (d,)."""
    try:
        fit = fitted(case, dict.fromkeys(case.varied, "full"), 1)
    except (ShapeError, UnshapedError):
        return False
    scale = fitted_monomial(fit.shapes, fit.scales) if fit else None
    return fit is not None and scale is not None and scale.is_one and not any(fit.constants)


def _name(scale: Monomial, lost: Sequence[int], rank: int) -> ReductionName:
    if rank - 1 not in lost:
        return "none"
    if scale.powers[-1] == -1:
        return "mean"
    return "sum-mean" if rank > 1 and scale.powers[0] == -1 else "sum"


def _examples(powers: Sequence[int]) -> int:
    """How many of the axes are of examples: all before the last that are averaged without a gap.

    The first is the batch; of sequences averaged over their steps the second is one, too.
    """
    return next((axis for axis, power in enumerate(powers[:-1]) if power != -1), max(len(powers) - 1, 0))
