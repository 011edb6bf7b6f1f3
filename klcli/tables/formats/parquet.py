"""Parquet files, read by pyarrow: columns of numbers, of lists of numbers, or of texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from klcli.errors import KlcliError, first_line
from klcli.tables.extras import needed
from klcli.tables.named_arrays import TEXT_WIDTH, ArrayBlock, ArrayShape, rows_of_block
from klcli.tables.numbered_names import array_columns, check_distinct
from klcli.tables.source import Source
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class _Parquet:
    """A file; each array is one column of lists, or several columns of numbers."""

    name: str
    file: Any
    columns: Mapping[str, tuple[str, ...]]
    shapes: Mapping[str, ArrayShape]
    texts: Mapping[str, ArrayShape]

    def blocks(self, names: Sequence[str]) -> Iterator[ArrayBlock]:
        import numpy

        wanted = [column for name in names for column in self._columns(name)]
        size = rows_of_block(
            sum(TEXT_WIDTH if name in self.texts else self.shapes[name][1] for name in names)
        )
        first = 1
        for batch in self._batches(size, wanted):
            values = []
            for name in names:
                parts = [self._cells(batch.column(column), name, first) for column in self._columns(name)]
                values.append(parts[0] if len(parts) == 1 else numpy.concatenate(parts, axis=1))
            yield ArrayBlock(tuple(values), first)
            first += batch.num_rows

    def _batches(self, size: int, columns: Sequence[str]) -> Iterator[Any]:
        import pyarrow

        rows = 0
        try:
            # Group by group and in one thread: otherwise pyarrow keeps what it has read ahead, all of it.
            for group in range(self.file.num_row_groups):
                for batch in self.file.iter_batches(size, [group], columns, use_threads=False):
                    yield batch
                    rows += batch.num_rows
        except (pyarrow.ArrowException, OSError) as error:
            said = first_line(error)
            raise KlcliError(f"{self.name} is damaged behind row {rows:,}: {said}", "save it anew") from None

    def _columns(self, name: str) -> Sequence[str]:
        return self.columns.get(name, (name,))

    def _cells(self, column: Any, name: str, first: int) -> Any:
        """A column of a batch, of shape (rows, width); what is missing is NaN, or an empty text."""
        import pyarrow

        if name in self.texts:
            return _texts(column)
        rows, kind = len(column), column.type
        is_list = pyarrow.types.is_list(kind) or pyarrow.types.is_large_list(kind)
        if not is_list and not pyarrow.types.is_fixed_size_list(kind):
            return _doubles(column).reshape(rows, 1)
        width = self.shapes[name][1]
        lengths = column.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
        wrong = (lengths != width).nonzero()[0]
        if len(wrong):
            raise KlcliError(
                f"row {first + int(wrong[0]):,} of {self.name}: {name} has {int(lengths[wrong[0]])} numbers, "
                f"the first row has {width}",
                "every row has a list of the same length; lists of any length are read as JSON lines",
            )
        return _doubles(column.flatten()).reshape(rows, width)


def _texts(column: Any) -> Any:
    """The bytes of texts, of shape (rows, 1): as such none is damaged."""
    import numpy
    import pyarrow

    plain = column.dictionary_decode() if pyarrow.types.is_dictionary(column.type) else column
    texts = plain.cast(pyarrow.large_binary()).to_pylist()
    return numpy.array([text or b"" for text in texts], dtype=object).reshape(-1, 1)


def _doubles(column: Any) -> Any:
    import pyarrow

    return column.cast(pyarrow.float64()).to_numpy(zero_copy_only=False)


def open_parquet(source: Source) -> _Parquet:
    """The columns of numbers and of texts in a file.

    Raises:
        KlcliError: pyarrow is missing, the file is damaged or comes through a pipe.
    """
    pyarrow = needed("pyarrow", "parquet", f"{source.name} is a Parquet file")
    from pyarrow import parquet

    if not source.seekable:
        raise KlcliError(
            "a Parquet file cannot be read from a pipe: its directory stands at its end", "give the file"
        )
    try:
        file = parquet.ParquetFile(source.stream)
        schema = file.schema_arrow
        check_distinct(schema.names, source.name)
        widths = {field.name: _width(file, field, pyarrow) for field in schema}
    except (pyarrow.ArrowException, OSError) as error:
        raise KlcliError(f"{source.name} cannot be read: {first_line(error)}", "save it anew") from None
    known = [name for name, width in widths.items() if width]
    single = [name for name in known if widths[name] == 1]
    columns = {name: (name,) for name in known if name not in single}
    columns |= {name: tuple(single[i] for i in found) for name, found in array_columns(single).items()}
    rows = file.metadata.num_rows
    shapes = {name: (rows, max(len(found), widths[found[0]])) for name, found in columns.items()}
    texts = {field.name: (rows, 1) for field in schema if field.name not in columns and _is_text(field.type)}
    return _Parquet(source.name, file, columns, shapes, texts)


def _width(file: Any, field: Any, pyarrow: Any) -> int:
    """The numbers in each row of a column; of a list those in its first row, 0 for what holds no numbers."""
    types, kind = pyarrow.types, field.type
    if _is_number(kind, types):
        return 1
    is_list = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    if not is_list or not _is_number(kind.value_type, types):
        return 0
    first = next(file.iter_batches(1, columns=[field.name]), None)
    return 0 if first is None or not first.num_rows else len(first.column(field.name)[0] or ())


def _is_text(kind: Any) -> bool:
    """Whether a type is one of texts, each by itself or by its number in a list of them."""
    from pyarrow import types

    plain = kind.value_type if types.is_dictionary(kind) else kind
    return bool(types.is_string(plain) or types.is_large_string(plain))


def _is_number(kind: Any, types: Any) -> bool:
    """Whether a type is one of numbers; masks are of booleans."""
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind))
