"""What the sums and means of a formula do: over the latents, over the batch, and whether all terms agree."""

from __future__ import annotations

from collections.abc import Iterator
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
    """

    name: ReductionName
    flaw: str


def reductions(tree: Tree) -> Reductions:
    """The reductions of a formula whose symbols stand for vectors."""
    ways = dict.fromkeys(_ways(tree, ()))
    flaw = "a sum or a mean stands inside of a function" if _is_nested(tree, linear=True) else ""
    if len(ways) > 1 and not flaw:
        flaw = "its terms are not summed and averaged alike"
    latents, batch = next(iter(ways), ("", ""))
    if latents == "mean":
        return Reductions("mean", flaw)
    return Reductions("none" if not latents else "sum-mean" if batch == "mean" else "sum", flaw)


def _ways(tree: Tree, above: tuple[Reduction, ...]) -> Iterator[_Way]:
    """What is done to each symbol, from the innermost reduction to the outermost."""
    if isinstance(tree, Symbol):
        yield _way(above)
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


def _is_nested(tree: Tree, *, linear: bool) -> bool:
    """Whether the value depends on a reduction of symbols in any way but as a multiple of it."""
    if isinstance(tree, Reduction) and not linear and free_symbols(tree):
        return True
    match tree:
        case Call() | Operation("^"):
            linear = False
        case Operation("*", left, right):
            linear = linear and not (_reduces(left) and free_symbols(right))
            linear = linear and not (_reduces(right) and free_symbols(left))
        case Operation("/", left, right):
            return _is_nested(left, linear=linear and not free_symbols(right)) or _is_nested(
                right, linear=False
            )
        case Reduction(kind="E"):
            return _reduces(tree.body)
        case Clip():
            pass
    return any(_is_nested(child, linear=linear) for child in children(tree))


def _reduces(tree: Tree) -> bool:
    return any(isinstance(node, Reduction) and free_symbols(node) for node in walk(tree))
