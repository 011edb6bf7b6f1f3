"""What each array of a term may be: by how the term changes when that alone is scaled.

When a factor of a covariance matrix grows c times, a KL changes by a weight of log c and one of c^2, where it
is that of the posterior, or c^-2; the powers of the matrix itself are half of these. An array of logarithms
is shifted instead. A mean leaves no logarithm and no negative power.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import isfinite
from typing import TypeAlias

from klcli.judge.ways import Side
from klcli.trace.matrices.expectations import Added
from klcli.trace.matrices.numpy_operations import NumPyArray
from klcli.trace.matrices.random_gaussians import READINGS, Arrangement
from klcli.trace.matrices.starts import is_square
from klcli.trace.recording import Recording, Step
from klcli.values import dataclass

SidedReading: TypeAlias = "tuple[str, Side | None]"
Kinds: TypeAlias = "tuple[Mapping[int, str], Arrangement]"

_POWERS = (2, 1, -1, -2)
"""Of the scale of an array, that terms may have: a factor counts twice, an inverse with the other sign."""


def _sided(**powers: int) -> Mapping[SidedReading, int]:
    """By which power of its scale an array changes a term, by its reading and side."""
    signs: Mapping[Side, int] = {"q": 1, "p": -1}
    return {
        (reading, side): sign * power for side, sign in signs.items() for reading, power in powers.items()
    }


_OF_MATRICES = _sided(cholesky=2, covariance=1, precision=-1)
_OF_SPREADS = _sided(std=2, var=1)
_OF_LOGARITHMS = _sided(logstd=2, logvar=1)

_STEPS = (0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3, 1.5, 1.7)
"""More than the functions of which a change is made; between them every array stays what it may be."""
_CLOSE = 1e-9
"""Relative to what is added: of sums of few numbers in doubles."""
_SMALL = 1e-6
"""A part of a change that is the rounding of the others: they are nearly alike between the steps."""


@dataclass(frozen=True, slots=True)
class _Change:
    """How a term changes with an array: by a logarithm of its scale, and by which powers of that."""

    has_log: bool
    powers: frozenset[int]
    is_shifted: bool = False

    @property
    def is_of_mean(self) -> bool:
        return not self.has_log and not self.is_shifted and self.powers <= {1, 2}


def kinds_of(recording: Recording, added: Added, *, has_slips: bool = False) -> Iterator[Kinds]:
    """What all arrays may be, and whose.

    Args:
        recording: the run.
        added: the term.
        has_slips: whether powers may be those of a mistake.

    Raises:
        UnfollowedError: an operation is not known.
    """
    import numpy as np

    symbols = added.start.symbols
    steps = [recording.steps[one] for one in symbols]
    given = {one: _positive(step) for one, step in zip(symbols, steps, strict=True)}
    options = []
    with np.errstate(all="ignore"):
        for one, step in zip(symbols, steps, strict=True):
            change = _changed(added, given, one)
            if change is None:
                return
            options.append(list(_kinds(step, change, has_slips=has_slips)))
    for own in product(*options):
        means = [one for one, (reading, _) in zip(symbols, own, strict=True) if reading == "mean"]
        heads: dict[Side, int] = {side: one for one, (_, side) in zip(symbols, own, strict=True) if side}
        if len(means) > 2 or not heads or len(heads) + len(means) < len(symbols):
            continue
        sides: Sequence[Side] = ("q", "p") if len(means) > 1 or len(heads) > 1 else tuple(heads)
        readings = {one: reading for one, (reading, _) in zip(symbols, own, strict=True)}
        yield readings, Arrangement(dict(zip(sides, means, strict=False)), heads)


def _positive(step: Step) -> NumPyArray:
    """Numbers that may be those of a mean, of spreads, and of a matrix of any kind."""
    import numpy as np

    random = np.random.default_rng(18)  # any seed: every run has the same numbers
    # Not near 0, where logarithms and inverses are large.
    found = 0.3 + random.random(step.shape)
    if not is_square(step):
        return found
    factor = np.tril(found) + np.eye(step.shape[-1])
    return np.asarray(factor @ factor.swapaxes(-1, -2))


def _changed(added: Added, given: Mapping[int, NumPyArray], symbol: int) -> _Change | None:
    """How a term changes with an array; None if by anything else."""
    import numpy as np

    own, steps = given[symbol], np.array(_STEPS)
    for is_shifted in (False, True):
        moved = [own + np.log(one) if is_shifted else own * one for one in steps]
        try:
            values = np.array([added.glimpsed({**given, symbol: one}) for one in moved])
        except ArithmeticError:
            continue
        if not all(map(isfinite, values)):
            continue
        table = np.stack([np.ones_like(steps), np.log(steps), *(steps**power for power in _POWERS)], 1)
        found, *_ = np.linalg.lstsq(table, values, rcond=None)
        sizes = np.abs(table * found).max(0)
        if np.abs(table @ found - values).max() > _CLOSE * (sizes.sum() + np.abs(values).max()):
            continue
        is_there = sizes > _SMALL * max(sizes.max(), np.abs(values).max())
        powers = frozenset(power for power, there in zip(_POWERS, is_there[2:], strict=True) if there)
        return _Change(bool(is_there[1]), powers, is_shifted)
    return None


def _kinds(step: Step, change: _Change, *, has_slips: bool) -> Iterator[SidedReading]:
    """What an array may be, the most likely first."""
    may_be_rows = not is_square(step) or len(step.shape) == 2
    if change.is_of_mean and may_be_rows:
        yield "mean", None
    if is_square(step) and not change.is_shifted:
        yield from _of_matrix(step, change, has_slips=has_slips)
    if may_be_rows:
        table = _OF_LOGARITHMS if change.is_shifted else _OF_SPREADS
        yield from (kind for kind, power in table.items() if power in change.powers)


def _of_matrix(step: Step, change: _Change, *, has_slips: bool) -> Iterator[SidedReading]:
    """What a matrix may be, as far as its numbers allow; where that is nothing, its powers are wrong."""
    allowed = _allowed(step)
    numbered = [kind for kind in _OF_MATRICES if kind[0] in allowed]
    fitting = [kind for kind in numbered if _OF_MATRICES[kind] in change.powers]
    yield from numbered if has_slips or not fitting else fitting


def _allowed(step: Step) -> tuple[str, ...]:
    """The readings of a matrix with the numbers of the run: one that is not symmetric is a factor."""
    import numpy as np

    if step.values is None or len(step.values) != step.size:
        return READINGS
    array = np.array(step.values).reshape(step.shape)
    if (array == array * np.eye(step.shape[-1])).all():
        return READINGS
    gap = np.abs(array - array.swapaxes(-1, -2)).max()
    # In single precision a product with a transpose is symmetric to its last digits.
    return READINGS[1:] if gap <= 1e-4 * np.abs(array).max() else READINGS[:1]
