"""What the sums and means of a formula do: over the latents, over the batch, and whether all terms agree."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from klcli.formula.tree import Call, Clip, Operation, Reduction, Symbol, Tree, children, free_symbols, walk

__all__ = ["ReductionName", "Reductions", "reductions"]

ReductionName: TypeAlias = Literal["none", "sum", "mean", "sum-mean"]
"""Entry by entry; a sum over the latents; a mean over them; a sum over them and a mean over the batch."""

_Way: TypeAlias = tuple[str, str]
"""What is done over the latents, and over the batch: sum, mean or nothing."""


@dataclass(frozen=True, slots=True)
class Reductions:
    """Over what a formula sums or averages.

    Attributes:
        name: what its terms have in common.
        flaw: why it is no sum, mean or entry of one KL for every latent; empty if it is.
        scalars: the symbols without whose terms, which are not reduced, there would be no flaw.
    """

    name: ReductionName
    flaw: str
    scalars: frozenset[str] = frozenset()


def reductions(tree: Tree) -> Reductions:
    """The reductions of a formula whose symbols stand for vectors."""
    found = list(dict.fromkeys(_ways(tree, ())))
    ways = dict.fromkeys(way for _, way in found)
    single = frozenset(name for name, _ in found) - {name for name, way in found if any(way)}
    if _is_nested(tree, single, linear=True):
        flaw = "a sum or a mean stands inside of a function"
    else:
        flaw = "its terms are not summed and averaged alike" if len(ways) > 1 else ""
        if flaw and _is_of_parameters(found):
            flaw, ways = "", dict.fromkeys(way for way in ways if way == ("sum", ""))
    scalars = single if flaw and len(ways) == 2 else frozenset[str]()
    if scalars:
        del ways["", ""]
    latents, batch = next(iter(ways), ("", ""))
    if latents == "mean":
        return Reductions("mean", flaw, scalars)
    return Reductions("none" if not latents else "sum-mean" if batch == "mean" else "sum", flaw, scalars)


def _is_of_parameters(found: Sequence[tuple[str, _Way]]) -> bool:
    """Whether some symbols have no batch: all of them is summed, and of the others the latents only.

    A ``log_std`` of its own for every action, beside means for every example.
    """
    whole = {name for name, way in found if way == ("sum", "sum")}
    latents = {name for name, way in found if way == ("sum", "")}
    return {way for _, way in found} == {("sum", "sum"), ("sum", "")} and whole.isdisjoint(latents)


def _ways(tree: Tree, above: tuple[Reduction, ...]) -> Iterator[tuple[str, _Way]]:
    """What is done to each symbol, from the innermost reduction to the outermost."""
    if isinstance(tree, Symbol):
        yield tree.name, _way(above)
    if isinstance(tree, Reduction) and tree.kind != "E":
        above = (tree, *above)
    for child in children(tree):
        yield from _ways(child, above)


def _way(above: tuple[Reduction, ...]) -> _Way:
    latents = batch = ""
    for reduction in above:
        axes = {axis.strip("()[] ") for axis in reduction.axis.split(",")} - {"", "None", "True", "False"}
        # The first axis is the batch, any other is one of latents; a second reduction of one axis has
        # only the batch left.
        over_batch = not axes or "0" in axes or bool(latents)
        over_latents = not axes or bool(axes - {"0"})
        if over_latents and not latents:
            latents = reduction.kind
        if over_batch and not batch:
            batch = reduction.kind
    return latents, batch


def _is_nested(tree: Tree, single: Collection[str], *, linear: bool) -> bool:
    """Whether the value depends on a reduction of symbols in any way but as a multiple of it.

    Args:
        tree: the formula.
        single: the symbols that are nowhere reduced; beside others that are, they may be single numbers.
        linear: whether it is so for all that stands above.
    """
    if isinstance(tree, Reduction) and not linear and free_symbols(tree):
        return True
    match tree:
        case Call() | Operation("^"):
            linear = False
        case Operation("*", left, right):
            linear = linear and not (_reduces(left) and _varies(right, single))
            linear = linear and not (_reduces(right) and _varies(left, single))
        case Operation("/", left, right):
            inside = linear and not (_reduces(left) and _varies(right, single))
            return _is_nested(left, single, linear=inside) or _is_nested(right, single, linear=False)
        case Reduction(kind="E"):
            return _reduces(tree.body)
        case Clip():
            pass
    return any(_is_nested(child, single, linear=linear) for child in children(tree))


def _reduces(tree: Tree) -> bool:
    return any(isinstance(node, Reduction) and free_symbols(node) for node in walk(tree))


def _varies(tree: Tree, single: Collection[str]) -> bool:
    return not set(free_symbols(tree)) <= set(single)
