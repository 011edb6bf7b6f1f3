"""Which matrix of a formula belongs to which Gaussian, and as what: the ways in which it can be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, product

from klcli.errors import KlcliError
from klcli.formula.value.symbol_kinds import SymbolKind
from klcli.judge.spaces.matrices.readings import CHOLESKY, COVARIANCE, PRECISION, READINGS
from klcli.judge.ways import Head, Side, Way, way_of
from klcli.names.matrices import CHOLESKY_FACTOR, COVARIANCE_MATRIX, PRECISION_MATRIX
from klcli.names.means_and_spreads import is_mean, prior_among

_MOST_HEADS = 4
"""A covariance and a factor of it for q and for p."""
_SIDES: tuple[Side, Side] = ("q", "p")
_STATES = ((CHOLESKY, CHOLESKY_FACTOR), (PRECISION, PRECISION_MATRIX), (COVARIANCE, COVARIANCE_MATRIX))
"""Readings with the names of matrices that state them, in the order in which a name is looked at."""


def ways(
    kinds: Mapping[str, SymbolKind],
    dimensions: Sequence[str],
    *,
    mean: str | None,
    head: str | None,
    spellings: Mapping[str, str] | None = None,
) -> list[list[Way]]:
    """Every way in which the symbols can be those of one or two Gaussians, in groups, the likeliest first.

    Args:
        kinds: of all symbols, by name.
        dimensions: the symbols for the number of dimensions.
        mean: the name that has to be the posterior's mean; None for any.
        head: the name that has to be its matrix; None for any.
        spellings: how the symbols are written that are attributes or entries.

    Raises:
        KlcliError: there are too many of them, or none is what the question names.
    """
    heads = [name for name, kind in kinds.items() if kind == "matrix" and name != "I"]
    means = [name for name, kind in kinds.items() if kind == "vector"]
    _check(heads, means, mean, head)
    said = sides_said([*heads, *means])
    found = [
        way_of(sides, own, tuple(dimensions)) for sides in _of_heads(heads) for own in _of_means(means, sides)
    ]
    wanted = [
        way
        for way in found
        if (mean is None or way.means.get(mean) == "q")
        and (head is None or head in [part.name for part in way.heads if part.side == "q"])
    ]
    if not wanted:
        raise KlcliError("no matrix is left for the posterior", "name it: --head S")

    owners = {name: owner for name, text in (spellings or {}).items() if (owner := _owner(text))}

    def strange(way: Way) -> int:
        return _strangeness(way, said) + _mixed(way, owners)

    ordered = sorted(wanted, key=lambda way: (strange(way), misfit(way)))
    return [list(group) for _, group in groupby(ordered, key=strange)]


def _check(heads: list[str], means: list[str], mean: str | None, head: str | None) -> None:
    if len(heads) > _MOST_HEADS or len(means) > 2:
        many = heads if len(heads) > _MOST_HEADS else means
        raise KlcliError(
            f"two Gaussians have two means and two covariance matrices; this formula has {', '.join(many)}",
            "give helper variables their values, as in 'L = cholesky(S); ...'",
        )
    if mean is not None and mean not in means:
        raise KlcliError(f"{mean} is no vector of the formula", f"its vectors: {', '.join(means) or 'none'}")
    if head is not None and head not in heads:
        raise KlcliError(f"{head} is no matrix of the formula", f"its matrices: {', '.join(heads) or 'none'}")


def _of_heads(names: Sequence[str]) -> Iterator[tuple[Head, ...]]:
    """The posterior has a matrix, and no Gaussian has two of one reading."""
    for sides in product(_SIDES, repeat=len(names)):
        if "q" not in sides:
            continue
        for readings in product(READINGS, repeat=len(names)):
            if len({*zip(sides, readings, strict=True)}) == len(names):
                parts = zip(names, sides, readings, strict=True)
                yield tuple(Head(name, side, READINGS[reading]) for name, side, reading in parts)


def _of_means(names: Sequence[str], heads: Sequence[Head]) -> Iterator[dict[str, Side]]:
    if not names:
        yield {}
    elif len(names) == 1:
        yield {names[0]: "q"}
        if prior_among(names[0], names) and len({head.side for head in heads}) == 2:
            yield {names[0]: "p"}
    else:
        first, second = names
        yield {first: "q", second: "p"}
        yield {second: "q", first: "p"}


def sides_said(names: Iterable[str]) -> dict[str, Side]:
    """The Gaussians of those symbols whose names say to which they belong."""
    every = list(names)
    said = {name: prior_among(name, every) for name in every}
    return {name: "p" if prior else "q" for name, prior in said.items() if prior is not None}


def _strangeness(way: Way, said: Mapping[str, Side]) -> int:
    """How many of the names contradict their sides."""
    sides = [(head.name, head.side) for head in way.heads] + list(way.means.items())
    if len(sides) - len(way.means) == 1 and not way.has_prior:
        return 0
    strange = sum(said.get(name, side) != side for name, side in sides)
    doubled = len(way.heads) - len({head.side for head in way.heads})
    return 2 * strange + doubled + sum(is_mean(head.name) for head in way.heads)


def _owner(written: str) -> str:
    """What an attribute or an entry is one of: ``other`` of ``other.mean``, ``q`` of ``q[0]``."""
    return written.rpartition("[" if written.endswith("]") else ".")[0]


def _mixed(way: Way, owners: Mapping[str, str]) -> int:
    """How many means stand beside a matrix that is of something else."""
    of_heads = {head.side: owners.get(head.name) for head in way.heads}
    own = [(owners.get(name), of_heads.get(side)) for name, side in way.means.items()]
    return sum(one is not None and other is not None and one != other for one, other in own)


def misfit(way: Way) -> int:
    """How many of the names of matrices state another reading, and then how many state none."""
    total = 0
    for head in way.heads:
        stated = next((reading for reading, kind in _STATES if kind.says(head.name)), None)
        # A name that states another reading weighs more than two that state none.
        total += 0 if stated is head.reading else 1 if stated is None else 3
    return total
