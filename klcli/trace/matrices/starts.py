"""Where a program of matrices may begin: the arrays that may be means and matrices of its Gaussians.

They are leaves of the run, or nodes on the way from these to a term that stand for all that they are computed
from, as a Cholesky factor does that is put together of its two parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice

from klcli.trace.recording import Recording, Step
from klcli.trace.walks import reached
from klcli.values import dataclass

_MOST_CUTS = 8
"""Nodes that are tried as symbols, of matrices and of vectors each."""
_MOST_TRIES = 400
"""Sets of them; most have leaves beside them that are neither."""
_MOST_NODES = 600
"""From which a term is computed: the longest of the tests has 85, and the search takes the square of them."""
_MOST_SYMBOLS = 4
"""Two means, two matrices."""


@dataclass(frozen=True, slots=True)
class Start:
    """Arrays from which a term is computed, and nothing else that trains.

    Attributes:
        symbols: the nodes that may be means, covariance matrices, their factors or inverses, or spreads.
        noises: the nodes of noise.
        size: the number of latents.
        copies: the symbol of every node that is the same part of an array as one of them.
    """

    symbols: tuple[int, ...]
    noises: tuple[int, ...]
    size: int
    copies: tuple[tuple[int, int], ...] = ()


def starts_of(recording: Recording, root: int, *, has_volume: bool = True) -> Iterator[Start]:
    """The arrays from which a node may be computed, the farthest from it first.

    Args:
        recording: the run.
        root: the node.
        has_volume: whether there are none without a logarithm.
    """
    inside = nodes_inside(recording, root)
    if has_volume and not any(map(_is_volume, (recording.steps[one] for one in inside))):
        return
    sizes = {recording.steps[one].shape[-1] for one in inside if is_square(recording.steps[one])}
    alone = {
        one: ends
        for one in inside
        if _is_free(recording, one) and recording.steps[one].shape[-1] in sizes
        if (ends := _ends(recording, one)).isdisjoint(_ends(recording, root, without=one))
    }
    squares = [one for one in alone if is_square(recording.steps[one])]
    vectors = [one for one in alone if one not in squares]
    found: dict[Start, None] = {}
    for cuts in islice(
        _sets(squares[_MOST_CUTS - 1 :: -1], vectors[_MOST_CUTS - 1 :: -1], alone), _MOST_TRIES
    ):
        if start := _begun(recording, root, cuts):
            found[start] = None
    yield from found


def _sets(
    squares: Sequence[int], vectors: Sequence[int], ends: Mapping[int, frozenset[object]]
) -> Iterator[tuple[int, ...]]:
    """Sets of nodes that are cut at, those of few nodes first, none computed from what another one is."""
    # Up to two of each: those of two Gaussians.
    pairs = [
        (*some, *others)
        for count in range(3)
        for some in combinations(squares, count)
        for further in range(3)
        for others in combinations(vectors, further)
    ]
    for cuts in sorted(pairs, key=len):
        if all(ends[one].isdisjoint(ends[other]) for one, other in combinations(cuts, 2)):
            yield cuts


def _is_volume(step: Step) -> bool:
    """Whether a node may be the logarithm of a determinant, as every KL has one."""
    return step.op in ("log", "log2", "log10", "log1p") or step.more.get("call") in ("logdet", "slogdet")


def _ends(recording: Recording, index: int, without: int | None = None) -> frozenset[object]:
    """The leaves that a node is computed from, and parts of them, not through another one."""
    steps = recording.steps

    def below(one: int) -> Iterator[int]:
        own = () if _is_end(recording, steps[one]) else steps[one].operands
        return (other for other in own if other != without)

    found = reached(index, below)
    return frozenset(_key(steps[one], one) for one in found if _is_end(recording, steps[one]))


def nodes_inside(recording: Recording, root: int) -> list[int]:
    """The nodes that a node is computed from, the nearest first; none if there are too many."""
    found = list(islice(reached(root, lambda one: recording.steps[one].operands), _MOST_NODES + 1))
    return sorted(found, reverse=True) if len(found) <= _MOST_NODES else []


def is_square(step: Step) -> bool:
    """Whether an array is one of square matrices, or of as many vectors as these have entries."""
    return len(step.shape) > 1 and step.shape[-1] == step.shape[-2] > 1


def _is_free(recording: Recording, index: int) -> bool:
    """Whether an array may be that of a Gaussian: no copy of another one, and no zeros and ones."""
    step = recording.steps[index]
    if step.op in ("same", "spread", "stop", "noise", "full") or step.size < 2:
        return False
    return step.grad or not step.values or not set(step.values) <= {0.0, 1.0}


def _begun(recording: Recording, root: int, cuts: Sequence[int]) -> Start | None:
    """The arrays that a node is computed from beside some nodes, if all are vectors or matrices."""
    found = _symbols(recording, root, cuts)
    if found is None:
        return None
    symbols, noises, copies = found
    if not 0 < len(symbols) <= _MOST_SYMBOLS or not set(cuts) <= set(symbols):
        return None
    steps = [recording.steps[one] for one in symbols]
    if any(not step.shape for step in steps) or len({step.shape[-1] for step in steps}) != 1:
        return None
    return Start(tuple(symbols), noises, steps[0].shape[-1], copies)


def _symbols(
    recording: Recording, root: int, cuts: Sequence[int]
) -> tuple[list[int], tuple[int, ...], tuple[tuple[int, int], ...]] | None:
    """The leaves and cuts that a node is computed from, noise, and copies of parts; None for too many."""
    symbols: dict[object, int] = {}
    noises: list[int] = []
    copies: list[tuple[int, int]] = []
    ends: set[int] = set()
    for index in reached(root, lambda one: () if one in ends else recording.steps[one].operands):
        step = recording.steps[index]
        if step.op == "noise":
            ends.add(index)
            noises.append(index)
        elif index in cuts or _is_end(recording, step):
            ends.add(index)
            own = symbols.setdefault(_key(step, index), index)
            if own != index:
                copies.append((index, own))
        if len(symbols) > _MOST_SYMBOLS:
            return None
    return sorted(symbols.values()), tuple(sorted(noises)), tuple(copies)


def _key(step: Step, index: int) -> object:
    return (step.args, step.more.get("key")) if step.op == "part" else index


def is_computed(recording: Recording, index: int) -> bool:
    """Whether a node is followed further than to itself."""
    step = recording.steps[index]
    return bool(step.operands) and not _is_end(recording, step)


def _is_end(recording: Recording, step: Step) -> bool:
    """Whether a node is followed no further: a leaf that is no constant, or a part of one."""
    if step.op == "part":
        base = recording.steps[step.args[0]] if isinstance(step.args[0], int) else step
        return not base.operands and not is_square(base) and base.size != step.size
    return step.is_leaf and not step.operands and (step.grad or step.values is None)
