"""The shapes that the symbols of a program may have: how many axes, and who is without a batch."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import combinations

from klcli.formula.traversal import carries, free_symbols, walk
from klcli.formula.tree import Reduction, Reshape, Symbol
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array, axes_of
from klcli.judge.shapes.reduction_fit import CLOSE, ArrayProgram, SymbolShape


def ranks(case: ArrayProgram) -> Iterator[int]:
    """How many axes the arrays may have: as many as the program names, or the ones that it takes away."""
    if case.in_formula:
        sums = [node for node in walk(case.program) if isinstance(node, Reduction)]
        indices = {node.index for node in sums if node.kind != "E"} - {""}
        yield 2 if len(indices) > 1 or any(node.kind == "E" for node in sums) else 1
        return
    named = [axes_of(node) or () for node in walk(case.program) if isinstance(node, Reduction)]
    needed = max((axis + 1 if axis >= 0 else -axis for axes in named for axis in axes), default=1)
    if any(isinstance(node, Reshape) for node in walk(case.program)):
        needed = 2  # an axis that is put in may be the one that is named
    # At most four axes, as of images: batch, channels, height and width.
    yield from range(max(needed, 2), 4 + 1)
    # Products of vectors are read for one example, whose arrays have no batch.
    yield 1


def mixed(case: ArrayProgram) -> Iterator[tuple[dict[str, SymbolShape], str]]:
    """Other shapes of some symbols: parameters without a batch, one number for all latents.

    The first holds only where all terms of every symbol are summed alike, so that the missing axis is no
    forgotten one: ``(0.5*(mu**2).sum(1) + spread(log_std).sum()).mean()`` counts all terms of log_std B times
    as often as those of mu, if both have a batch. The second is a last resort: where every symbol can be
    followed by itself, a sum of it is one too many. What is transposed has two axes.
    """
    spread: SymbolShape
    transposed = {
        node.operand.name
        for node in walk(case.program)
        if isinstance(node, Reshape) and node.kind == "transpose" and isinstance(node.operand, Symbol)
    }
    varied = [name for name in case.varied if name not in transposed]
    for spread, words in (("latents", "of shape (d,), without a batch"), ("number", "one number for all")):
        for count in range(1, len(case.varied)):
            for names in combinations(varied, count):
                # A head can be a parameter for all examples, a mean without one would be no posterior.
                if spread == "latents" and any(map(partial(_is_mean, case), names)):
                    continue
                own: dict[str, SymbolShape] = {
                    name: spread if name in names else "full" for name in case.varied
                }
                yield own, f"{' and '.join(names)} {words}"


def _is_mean(case: ArrayProgram, name: str) -> bool:
    """Whether the formula is of at most second degree in a symbol: its third differences vanish."""
    # Positive, as heads may have to be, and no two symbols alike.
    given = {other: Array((), [0.7 + 0.3 * place]) for place, other in enumerate(free_symbols(case.entry))}
    at = [
        # Equal steps between 0.5 and 1.7, as heads may have to be positive.
        evaluate_arrays(case.entry, given | {name: Array((), [0.5 + 0.4 * step])}).values[0]
        for step in range(4)
    ]
    # The binomial coefficients: third differences vanish for parabolas alone.
    return bool(abs(at[3] - 3 * at[2] + 3 * at[1] - at[0]) <= CLOSE * max(1.0, *map(abs, at)))


def written_spread(case: ArrayProgram, name: str) -> SymbolShape:
    """In mathematics a symbol without the index beside others that carry it is one number for all."""
    indices = {node.index for node in walk(case.program) if isinstance(node, Reduction)} - {""}
    carrying = {one for one in case.varied for index in indices if carries(one, index)}
    return "number" if case.in_formula and carrying and name not in carrying else "full"
