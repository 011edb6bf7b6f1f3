"""Rows drawn from all without preference, with their neighbours: what a search for causes looks at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from klcli.samples.random_rows import hashed, places
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST = 1 << 15
"""Rows that are kept: the mean of a ratio of deviation 1/2 is then known to 0.003."""
_SEED = 1
"""Others than those of the pilots."""
_LOG_Q, _LOG_P, _LOG_Q_BEFORE, _LOG_P_BEFORE, _LOG_P_AFTER, _Q_ENDED, _P_ENDED = range(7)
"""The columns of a row, see the properties."""
_NO_ROW = float("nan")


@dataclass(slots=True, eq=False)
class RowSample:
    """The rows with the smallest hashes so far, which are the same in whatever order tables are read."""

    order: int = 0
    _seen: int = 0
    _keys: Any = None
    _rows: Any = None

    def add(self, values: NDArray[Any], keys: Sequence[str]) -> None:
        """Look at rows of the table that follow each other.

        Args:
            values: log q and log p, of shape (n, 2).
            keys: what tells sequences apart, one for each row; empty where a row is a sample itself.
        """
        import numpy

        hashes = hashed(places(self.order, numpy.arange(self._seen, self._seen + len(values))), _SEED)
        self._seen += len(values)
        chosen = numpy.arange(len(values))
        if self._keys is not None and len(self._keys) == _MOST:
            chosen = numpy.flatnonzero(hashes < self._keys[-1])
        elif len(values) > _MOST:
            chosen = numpy.argpartition(hashes, _MOST)[:_MOST]
        self._keep(hashes[chosen], _with_neighbours(values, keys, chosen))

    def merge(self, other: RowSample) -> None:
        """Look at the rows of another sample."""
        if other._keys is not None:
            self._keep(other._keys, other._rows)

    def _keep(self, keys: NDArray[Any], rows: NDArray[Any]) -> None:
        import numpy

        if self._keys is not None:
            keys, rows = numpy.concatenate([self._keys, keys]), numpy.concatenate([self._rows, rows])
        kept = numpy.argsort(keys)[:_MOST]
        self._keys, self._rows = keys[kept], rows[kept]

    def column(self, index: int) -> NDArray[Any]:
        """One of the numbers that are kept of each row, see the properties."""
        import numpy

        found: NDArray[Any] = numpy.zeros(0) if self._rows is None else self._rows[:, index]
        return found

    @property
    def log_q(self) -> NDArray[Any]:
        """Of each row, shape (n,), as all that follow."""
        return self.column(_LOG_Q)

    @property
    def log_p(self) -> NDArray[Any]:
        return self.column(_LOG_P)

    @property
    def log_q_before(self) -> NDArray[Any]:
        """Of the row before in the same sequence; NaN without one."""
        return self.column(_LOG_Q_BEFORE)

    @property
    def log_p_before(self) -> NDArray[Any]:
        return self.column(_LOG_P_BEFORE)

    @property
    def log_p_after(self) -> NDArray[Any]:
        return self.column(_LOG_P_AFTER)

    @property
    def q_has_ended(self) -> NDArray[Any]:
        """Whether log q is 0 in this row and in all that follow it in its sequence."""
        return self.column(_Q_ENDED).astype(bool)

    @property
    def p_has_ended(self) -> NDArray[Any]:
        """The same of log p."""
        return self.column(_P_ENDED).astype(bool)


def _with_neighbours(values: NDArray[Any], keys: Sequence[str], chosen: NDArray[Any]) -> NDArray[Any]:
    import numpy

    found = numpy.full((len(chosen), _P_ENDED + 1), _NO_ROW)
    found[:, [_LOG_Q, _LOG_P]] = values[chosen]
    found[:, [_Q_ENDED, _P_ENDED]] = 0.0
    for place, row in enumerate(chosen.tolist() if keys else ()):
        if row and keys[row - 1] == keys[row]:
            found[place, [_LOG_Q_BEFORE, _LOG_P_BEFORE]] = values[row - 1]
        if row + 1 < len(keys) and keys[row + 1] == keys[row]:
            found[place, _LOG_P_AFTER] = values[row + 1, 1]
        for side, column in enumerate((_Q_ENDED, _P_ENDED)):
            if values[row, side] == 0.0:
                found[place, column] = _has_ended(values[:, side], keys, row)
    return found


def _has_ended(values: NDArray[Any], keys: Sequence[str], row: int) -> bool:
    key = keys[row]
    while row < len(keys) and keys[row] == key:
        if values[row] != 0.0:
            return False
        row += 1
    return True
