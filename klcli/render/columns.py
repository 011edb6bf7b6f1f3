"""How wide the columns of a table are, and how far apart."""

from __future__ import annotations

from collections.abc import Sequence

from klcli.values import dataclass

_LEAST_PROSE = 18
"""Characters to which a column of prose may shrink, whatever words are in it."""


@dataclass(frozen=True, slots=True)
class ColumnWidths:
    """What stands in a column, in characters.

    Attributes:
        title: the width of its title.
        entry: the width of its widest entry.
        word: the width of its longest word.
        rigid: whether entries stay on one line, as numbers must.
    """

    title: int
    entry: int
    word: int
    rigid: bool = False

    @property
    def natural(self) -> int:
        """The width in which nothing is wrapped."""
        return max(self.title, self.entry)

    @property
    def least(self) -> int:
        """The width to which the column may shrink."""
        return max(self.word, self.entry) if self.rigid else min(self.word, _LEAST_PROSE)


def fit(columns: Sequence[ColumnWidths], room: int, gaps: Sequence[int]) -> tuple[list[int], int]:
    """The widths of the columns and the gap between them, together at most `room` if that can be.

    Gaps shrink first, then titles are wrapped, then prose from the widest column down; rigid entries never.

    Args:
        columns: what stands in them.
        room: the characters for all.
        gaps: the characters that may be between two columns, the best first.
    """
    gap = _gap(columns, room, gaps)
    widths = [column.natural for column in columns]
    excess = sum(widths) + gap * (len(columns) - 1) - room
    for _ in range(excess):
        shrinkable = [index for index, column in enumerate(columns) if widths[index] > column.least]
        if not shrinkable:
            break
        widths[max(shrinkable, key=lambda index: (widths[index] > columns[index].entry, widths[index]))] -= 1
    return widths, gap


def _gap(columns: Sequence[ColumnWidths], room: int, gaps: Sequence[int]) -> int:
    """A gap at which nothing is wrapped, or else one that leaves rigid entries whole.

    The last of several is a makeshift and only chosen where nothing else does.
    """
    natural = sum(column.natural for column in columns)
    least = sum(column.least for column in columns)
    unwrapped = [gap for gap in gaps[:-1] if natural + gap * (len(columns) - 1) <= room]
    whole = [gap for gap in gaps[1:] if least + gap * (len(columns) - 1) <= room]
    return next(iter([*unwrapped, *whole, gaps[-1]]))
