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
from math import isfinite, prod
from typing import Literal, TypeAlias

from klcli.formula.arrays import (
    Array,
    ShapeError,
    UnshapedError,
    axes_of,
    evaluate_arrays,
    filled,
    summed,
)
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
from klcli.judge.counts import ONE, Monomial, Polynomial, fitted_monomial, fitted_polynomial

__all__ = ["ReductionName", "Reductions", "reductions"]

ReductionName: TypeAlias = Literal["none", "sum", "mean", "sum-mean"]
"""Entry by entry; a sum over the latents; a mean over them; a sum over them and a mean over the batch."""

Spread: TypeAlias = Literal["full", "latents", "number"]
"""The shape of a symbol: (B, d), (d,) or one number for all."""

_SHAPES: Mapping[int, tuple[tuple[int, ...], ...]] = {
    1: ((2,), (3,), (5,), (4,), (7,)),
    2: ((2, 3), (3, 2), (2, 5), (5, 3), (4, 3), (3, 5), (4, 5), (5, 2)),
    3: ((2, 3, 4), (3, 2, 5), (2, 5, 3), (4, 3, 2), (3, 4, 5)),
    4: ((2, 3, 4, 5), (3, 4, 2, 5), (2, 5, 3, 4), (4, 2, 3, 7), (3, 5, 2, 4), (5, 3, 4, 2)),
}
"""Shapes by rank, of lengths that differ: which axes a result has left is seen from their lengths.

For (B, d) there are eight, which is two more than the polynomial of a constant has terms.
"""
_DRAWS = 4
"""Draws of the symbols at one shape: a factor and a constant take two, the others hold them."""
_CLOSE = 1e-9
"""Error of a fit relative to the numbers that are added; a wrong count or axis is off by much more."""
_LOW, _RANGE = 0.3, 2.2
"""All symbols are drawn from 0.3 to 2.5: every reading has a value there, positive as a scale is."""


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


@dataclass(frozen=True, slots=True)
class _Case:
    """A program and the formula of its entries, with what is drawn anew for every point.

    Attributes:
        program: the program on arrays.
        entry: the formula of one entry, without sums.
        varied: the symbols that are means and heads.
        counts: symbols that count, by the powers of B and d.
        arrays: symbols that are arrays of ones, as masks are.
        fixed: symbols that are held as arrays of ones, by their shapes.
        held: all other symbols, with their values.
        constant_is_seen: whether no other terms are added, in which a constant cannot be seen.
        in_formula: whether it is mathematics.
    """

    program: Tree
    entry: Tree
    varied: tuple[str, ...]
    counts: Mapping[str, tuple[int, int]]
    arrays: tuple[str, ...]
    fixed: Mapping[str, Spread]
    held: Mapping[str, float]
    constant_is_seen: bool
    in_formula: bool


@dataclass(frozen=True, slots=True)
class _Fit:
    """F = k R(f) + c at every shape.

    Attributes:
        kept: the axes that the result has.
        scales: k at every shape.
        constants: c at every shape.
        shapes: the lengths of the axes of the entries there.
    """

    kept: tuple[int, ...]
    scales: list[float]
    constants: list[float]
    shapes: list[tuple[int, ...]]


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
        case = _Case(program, bare, tuple(varied), counts, arrays, {}, held, not has_others, in_formula)
        return _found(_without_others(case, weights) if has_others else case)
    except UnshapedError:
        is_summed = any(isinstance(node, Reduction) and node.kind != "E" for node in walk(program))
        return Reductions("sum" if is_summed else "none", is_tried=False)


def _without_others(case: _Case, weights: Sequence[str]) -> _Case:
    """The program with 0 for its other terms, where it is linear in them, so that its constant is seen."""
    others = [name for name in case.held if name not in weights]
    cases = [
        replace(case, held=dict(case.held) | {name: factor * case.held[name] for name in others})
        for factor in (0.0, 1.0, 2.0)
    ]
    spreads = {name: _written_spread(case, name) for name in case.varied}
    for rank in _ranks(case):
        shape, draws = _SHAPES[rank][0], _Draws()
        symbols = {name: draws.array(_spread(shape, spreads[name])) for name in case.varied}
        try:
            none, once, twice = (_both(one, symbols, shape)[0].values for one in cases)
        except ShapeError:
            continue
        values = list(zip(none, once, twice, strict=True)) if len(none) == len(once) == len(twice) else []
        linear = all(
            isfinite(zero) and abs(two - 2 * one + zero) <= _CLOSE * (abs(zero) + abs(one) + abs(two))
            for zero, one, two in values
        )
        return replace(cases[0], constant_is_seen=True) if values and linear else case
    return case


def _found(case: _Case) -> Reductions:
    full: dict[str, Spread] = {name: _written_spread(case, name) for name in case.varied}
    problem: ShapeError | None = None
    parts: Mapping[str, Monomial] | None = None
    for rank in _ranks(case):
        try:
            if fit := _fitted(case, full, rank):
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
                if fit := _fitted(case, spreads, rank):
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


def _is_simple(case: _Case) -> bool:
    """Whether nothing but the sums decides about the shapes: no product, no other shape, no other array."""
    shaped = any(isinstance(node, Reshape | MatrixProduct | Length) for node in walk(case.program))
    return not (shaped or case.arrays or case.held or case.in_formula)


def _ranks(case: _Case) -> Iterator[int]:
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


def _mixed(case: _Case) -> Iterator[tuple[dict[str, Spread], str]]:
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


def _is_mean(case: _Case, name: str) -> bool:
    """Whether the formula is of at most second degree in a symbol: its third differences vanish."""
    given = {other: Array((), [0.7 + 0.3 * place]) for place, other in enumerate(free_symbols(case.entry))}
    at = [
        evaluate_arrays(case.entry, given | {name: Array((), [0.5 + 0.4 * step])}).values[0]
        for step in range(4)
    ]
    return bool(abs(at[3] - 3 * at[2] + 3 * at[1] - at[0]) <= _CLOSE * max(1.0, *map(abs, at)))


def _of_numbers(case: _Case, rank: int) -> Reductions | None:
    """The program with one symbol that is one number for all, where it does not run on arrays otherwise."""
    for spreads, words in _mixed(case):
        if list(spreads.values()).count("number") == 1:
            try:
                if fit := _fitted(case, spreads, rank):
                    return _told(case, fit, words)
            except (ShapeError, UnshapedError):
                continue
    return None


def _written_spread(case: _Case, name: str) -> Spread:
    """In mathematics a symbol without the index beside others that carry it is one number for all."""
    indices = {node.index for node in walk(case.program) if isinstance(node, Reduction)} - {""}
    carrying = {one for one in case.varied for index in indices if carries(one, index)}
    return "number" if case.in_formula and carrying and name not in carrying else "full"


def _parts(case: _Case, spreads: Mapping[str, Spread], rank: int, *, in_all: bool) -> dict[str, Monomial]:
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
        fit = _fitted(alone, {name: spreads[name]}, rank, in_all=in_all)
        if fit and (scale := fitted_monomial(fit.shapes, fit.scales)):
            found[name] = scale
    return found


def _mask_flaw(case: _Case, spreads: Mapping[str, Spread], rank: int) -> str:
    """In words, what is wrong with the masks: what one leaves out is a part of an entry; empty if nothing is.

    A mask of the whole makes the program a multiple of the masked entries, whatever it is divided by.
    """
    if not case.arrays:
        return ""
    try:
        if _fitted(case, spreads, rank, masked=True):
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


def _told(case: _Case, fit: _Fit, layout: str) -> Reductions:
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


def _constant(fit: _Fit, scale: Monomial) -> Polynomial | None:
    """The constant; a mean that divides it, too, makes it a polynomial times the factor."""
    found = fitted_polynomial(fit.shapes, fit.constants)
    if found is not None:
        return found
    parts = [constant / scale for constant, scale in zip(fit.constants, fit.scales, strict=True)]
    apart = fitted_polynomial(fit.shapes, parts)
    return apart.times(scale) if apart is not None else None


def _fit_of_one(case: _Case) -> bool:
    """Whether the program is a plain sum for one example, whose means and heads have the shape (d,)."""
    try:
        fit = _fitted(case, dict.fromkeys(case.varied, "full"), 1)
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


def _fitted(
    case: _Case, spreads: Mapping[str, Spread], rank: int, *, in_all: bool = False, masked: bool = False
) -> _Fit | None:
    """F = k R(f) + c at every shape; None where it is no such thing.

    Args:
        case: the program.
        spreads: the shapes of the symbols.
        rank: how many axes there are.
        in_all: whether what the result has left is summed up first.
        masked: whether masks leave entries out, and are no arrays of ones.

    Raises:
        ShapeError: the program does not run on such arrays.
        UnshapedError: it has no value at any draw.
    """
    kept: tuple[int, ...] | None = None
    fit = _Fit((), [], [], [])
    draws = _Draws()
    for shape in _SHAPES[rank]:
        columns: list[tuple[float, float]] = []
        for _ in range(_DRAWS):
            symbols = {name: draws.array(_spread(shape, spreads[name])) for name in case.varied}
            symbols |= {
                name: filled(_spread(shape, own), 1.0 + 0.4 * place)
                for place, (name, own) in enumerate(case.fixed.items())
            }
            value, entries = _both(case, symbols, shape, masked=masked)
            if in_all:
                value, kept = summed(value, ()), ()
            if kept is None:
                kept = _axes_left(value.shape, entries.shape)
            if kept is None:
                return None
            columns += zip(summed(entries, kept).values, value.values, strict=True)
        line = _line([pair for pair in columns if all(map(isfinite, pair))])
        if line is None:
            return None
        fit.scales.append(line[0])
        fit.constants.append(line[1])
        fit.shapes.append(entries.shape)
    return _Fit(kept or (), fit.scales, fit.constants, fit.shapes)


def _both(
    case: _Case, symbols: dict[str, Array], shape: tuple[int, ...], *, masked: bool = False
) -> tuple[Array, Array]:
    """The value of the program, and of the formula at every entry.

    What is held has the shape that lets the program run: one number, or an array of the same.
    """
    sums_numbers = all(symbol.shape for symbol in symbols.values())
    batch, latents = (shape[0], prod(shape[1:])) if len(shape) > 1 else (1, shape[0])
    lengths = {name: float(batch**i * latents**j) for name, (i, j) in case.counts.items()}
    problem: ShapeError | None = None
    column = (*shape[:1], *(1 for _ in shape[1:]))
    for own, spread in (((), shape[:1]), ((), column), ((), shape), (shape, shape), (shape[:1], shape[:1])):
        given = dict(symbols)
        given |= {name: filled(own, value) for name, value in case.held.items()}
        given |= {name: _mask(spread) if masked else filled(spread, 1.0) for name in case.arrays}
        in_program = given | {name: Array((), [value]) for name, value in lengths.items()}
        try:
            value = evaluate_arrays(
                case.program,
                in_program,
                in_formula=case.in_formula,
                sums_numbers=sums_numbers,
                batch=batch if len(shape) > 1 else None,
            )
        except ShapeError as error:
            problem = problem or error
            continue
        at_one = given | {name: Array((), [1.0]) for name in lengths}
        at_one |= {name: Array((), [value]) for name, value in case.held.items()}
        at_one |= {name: Array((), [1.0]) for name in case.arrays}
        entries = evaluate_arrays(case.entry, at_one)
        return value, _left_out(entries, _mask(spread)) if masked else entries
    raise problem or ShapeError("no shape")


def _mask(shape: tuple[int, ...]) -> Array:
    """Zeros and ones, three of five entries kept."""
    return Array(shape, [float((7 * place + 3) % 5 < 3) for place in range(prod(shape))])


def _left_out(entries: Array, mask: Array) -> Array:
    """The entries with 0 for what a mask leaves out; a mask of examples has one entry for all latents."""
    count = prod(entries.shape) // prod(mask.shape)
    kept = [mask.values[place // count] for place in range(prod(entries.shape))]
    return Array(entries.shape, [one * value for one, value in zip(kept, entries.values, strict=True)])


def _spread(shape: tuple[int, ...], spread: Spread) -> tuple[int, ...]:
    return {"full": shape, "latents": shape[1:], "number": ()}[spread]


def _axes_left(result: tuple[int, ...], entries: tuple[int, ...]) -> tuple[int, ...] | None:
    """The axes of the entries that a result has, in their order; None if it has others."""
    left, place = [], 0
    for length in (length for length in result if length != 1):
        while place < len(entries) and entries[place] != length:
            place += 1
        if place == len(entries):
            return None
        left.append(place)
        place += 1
    return tuple(left)


def _line(pairs: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """The k and c with which y = k x + c for all pairs; None where there are none."""
    if len(pairs) < 3:
        raise UnshapedError("no value")
    count = len(pairs)
    mean_x, mean_y = (sum(values) / count for values in zip(*pairs, strict=True))
    spread = sum((x - mean_x) ** 2 for x, _ in pairs)
    if not spread:
        raise UnshapedError("no variation")
    scale = sum((x - mean_x) * (y - mean_y) for x, y in pairs) / spread
    constant = mean_y - scale * mean_x
    size = max(abs(y) + abs(scale * x) for x, y in pairs)
    fits = all(abs(scale * x + constant - y) <= _CLOSE * size for x, y in pairs)
    return (scale, 0.0 if abs(constant) <= _CLOSE * size else constant) if fits and scale else None


class _Draws:
    """Numbers between 0.3 and 2.5, always the same ones.

    A linear congruential generator with the constants of Knuth's MMIX: to import `random` takes longer than
    all that is drawn here.
    """

    def __init__(self) -> None:
        self._state = 2026

    def array(self, shape: tuple[int, ...]) -> Array:
        return Array(shape, [self._number() for _ in range(prod(shape))])

    def _number(self) -> float:
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        return _LOW + _RANGE * (self._state >> 11) / 2**53
