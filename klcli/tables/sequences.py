"""Arrays with a row for each sequence and a number for each token, as a table with a row for each token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError
from klcli.names.table_columns import GROUP_NAME, MASK_COLUMN, WHOLE_MASK, bare
from klcli.tables.masks import kept_by
from klcli.tables.named_arrays import Arrays, ArrayShape
from klcli.tables.source import Block, Table, Watch
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEQUENCE = "sequence"
"""The column of such a table that tells sequences apart: the number of the row in the file."""


@dataclass(frozen=True, slots=True)
class _Tokens:
    """The tokens of all sequences.

    Attributes:
        arrays: of the file.
        names: of its arrays, one column each, and `SEQUENCE`; behind them those of texts.
        mask: the array that is 0 where there is no token; None where every number is one.
        width: how many columns these are, without those of texts.
        group: `SEQUENCE`, where a row of the file has several tokens.
    """

    arrays: Arrays
    names: tuple[str, ...]
    mask: str | None
    width: int
    group: str | None
    shape: None = None

    def blocks(
        self, columns: Sequence[int], key: int | None = None, watch: Watch | None = None
    ) -> Iterator[Block]:
        names = [self.names[column] for column in columns]
        extra = [self.names[key]] if key is not None and self.names[key] != SEQUENCE else []
        masks = [self.mask] if self.mask is not None else []
        self._check(names, extra, masks)
        mask = f"{self.mask} in {self.arrays.name}" if self.mask is not None else None
        labels = self._labels(watch, names)
        seen = [self.names[column] for column in labels]
        for found in self.arrays.blocks([*names, *extra, *seen, *masks]):
            for place, column in enumerate(labels, len(names) + len(extra)):
                if watch:
                    watch.see(column, _labels_of(found.values[place]))
            yield _block(found, len(names), key is not None, bool(extra), mask)

    def _labels(self, watch: Watch | None, names: Sequence[str]) -> list[int]:
        """The columns with one entry for each row that are named like groups; all would have to be read."""
        shapes, (rows, _) = self._shapes, self._shapes[names[0]]
        return [
            column
            for column in (watch.columns if watch else ())
            if shapes.get(self.names[column]) == (rows, 1)
            and GROUP_NAME.says(bare(self.names[column], digits=False))
        ]

    @property
    def _shapes(self) -> Mapping[str, ArrayShape]:
        return {**self.arrays.shapes, **(self.arrays.texts or {})}

    def _check(self, names: Sequence[str], keys: Sequence[str], masks: Sequence[str]) -> None:
        """Columns that stand beside each other have the same tokens."""
        if SEQUENCE in names:
            raise KlcliError(
                f"{SEQUENCE!r} numbers the sequences, it holds no densities", "name another array"
            )
        for name in names:
            if name in (self.arrays.texts or ()):
                raise KlcliError(f"{name} in {self.arrays.name} holds texts", "name a column of numbers")
        shapes = {name: self._shapes[name] for name in (*names, *keys, *masks)}
        for part, what in (
            ({name: width for name, (_, width) in shapes.items() if name not in keys}, "tokens in a row"),
            ({name: rows for name, (rows, _) in shapes.items()}, "rows"),
        ):
            if len(set(part.values())) > 1:
                said = ", ".join(f"{name} has the shape {_shape(shapes[name])}" for name in part)
                raise KlcliError(
                    f"the arrays have different numbers of {what}: {said}", "give arrays of one shape"
                )


def _shape(shape: ArrayShape) -> str:
    """Rows, where they are known, and numbers in each."""
    rows, width = shape
    return f"({'rows' if rows is None else rows}, {width})"


def _block(found: Any, count: int, keyed: bool, own_key: bool, mask: str | None) -> Block:
    """The tokens of some sequences, those behind the mask left out."""
    import numpy

    rows, tokens = found.values[0].shape
    values = numpy.stack([value.ravel().astype(float) for value in found.values[:count]], axis=1)
    numbers = numpy.repeat(numpy.arange(found.first, found.first + rows), tokens)
    kept = numpy.ones(rows * tokens, dtype=bool)
    if mask is not None:
        lines = range(found.first, found.first + rows)
        kept = kept_by(found.values[-1], mask, lines, found.noun).ravel()
    keys = numpy.repeat(found.values[count][:, 0], tokens) if own_key else numbers
    texts = _labels_of(keys[kept][:, None]) if keyed else ()
    return Block(values[kept], numbers[kept].tolist(), found.noun, texts)


def _labels_of(column: NDArray[Any]) -> list[str]:
    """The texts of a column of shape (n, 1) of numbers, texts or their bytes."""
    labels = column[:, 0].tolist()
    return [label.decode(errors="replace") if isinstance(label, bytes) else str(label) for label in labels]


def token_table(arrays: Arrays, *, masked: bool = True) -> Table:
    """The table of a file of arrays: where their rows have several numbers, each is a token.

    Args:
        arrays: of the file.
        masked: whether tokens are left out where an array that is called like a mask is 0, and texts are
            columns, too; False for files of which one column stands beside those of others.
    """
    mask = mask_of(list(arrays.shapes)) if masked else None
    group = SEQUENCE if any(width > 1 for _, width in arrays.shapes.values()) else None
    numbers = (*arrays.shapes, *filter(None, [group]))
    texts = tuple(arrays.texts or ()) if masked else ()
    return _Tokens(arrays, (*numbers, *texts), mask, len(numbers), group)


def mask_of(names: Sequence[str]) -> str | None:
    """The array that says which tokens count, by its name; None if there is none.

    Raises:
        KlcliError: several may be it.
    """
    found = [name for name in names if MASK_COLUMN.says(bare(name.rpartition("/")[2]))]
    answers = [name for name in found if not WHOLE_MASK.says(bare(name.rpartition("/")[2]))]
    found = answers if len(answers) == 1 else found
    if len(found) > 1:
        raise KlcliError(f"{' and '.join(map(repr, found))} may both be the mask", "keep the one that counts")
    return found[0] if found else None
