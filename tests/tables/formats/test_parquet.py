"""Parquet files as pyarrow writes them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.formats.detection import open_arrays
from klcli.tables.source import Source

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
MEAN = numpy.random.default_rng(12).normal(size=(500, 3))


def opened(**columns: Any):  # type: ignore[no-untyped-def]
    file = BytesIO()
    parquet.write_table(pyarrow.table(columns), file, row_group_size=200)
    return open_arrays(Source("t.parquet", BytesIO(file.getvalue()), len(file.getvalue()), seekable=True))


def read(found: Any, name: str) -> numpy.ndarray:
    return numpy.concatenate([block.values[0] for block in found.blocks([name])])


def test_columns_with_numbers_behind_their_names() -> None:
    found = opened(id=list(range(500)), who=["a"] * 500, **{f"mu_{j}": MEAN[:, j] for j in range(3)})
    assert dict(found.shapes) == {"mu": (500, 3), "id": (500, 1)}
    numpy.testing.assert_array_equal(read(found, "mu"), MEAN)


@pytest.mark.parametrize("size", [-1, 3])
def test_columns_of_lists(size: int) -> None:
    kind = pyarrow.list_(pyarrow.float32(), size)
    found = opened(mu=pyarrow.array(MEAN.tolist(), kind), logvar=pyarrow.array((MEAN - 1).tolist(), kind))
    assert dict(found.shapes) == {"mu": (500, 3), "logvar": (500, 3)}
    blocks = list(found.blocks(["logvar", "mu"]))
    assert blocks[0].first == 1
    numpy.testing.assert_allclose(blocks[0].values[0] + 1, blocks[0].values[1], rtol=1e-5, atol=1e-6)


def test_what_is_missing_is_nan() -> None:
    assert numpy.isnan(read(opened(mu=[1.0, None, 3.0]), "mu")).ravel().tolist() == [False, True, False]


def test_lists_of_other_lengths() -> None:
    with pytest.raises(KlcliError, match=r"row 3 of t\.parquet: mu has 1 numbers, the first row has 2"):
        read(opened(mu=[[1.0, 2.0], [3.0, 4.0], [5.0]]), "mu")


def test_a_name_of_two_columns() -> None:
    file = BytesIO()
    table = pyarrow.Table.from_arrays([pyarrow.array([1.0]), pyarrow.array([2.0])], ["mu", "mu"])
    parquet.write_table(table, file)
    with pytest.raises(KlcliError, match="two columns called 'mu'"):
        open_arrays(Source("t.parquet", BytesIO(file.getvalue()), len(file.getvalue()), seekable=True))


def test_rows_that_are_damaged() -> None:
    file = BytesIO()
    parquet.write_table(pyarrow.table({"mu": MEAN[:, 0]}), file, use_dictionary=False, compression="gzip")
    data = bytearray(file.getvalue())
    data[500:700] = bytes(200)
    found = open_arrays(Source("t.parquet", BytesIO(bytes(data)), len(data), seekable=True))
    with pytest.raises(KlcliError, match=r"t\.parquet is damaged behind row 0"):
        read(found, "mu")


def test_a_damaged_file() -> None:
    file = BytesIO()
    parquet.write_table(pyarrow.table({"mu": [1.0]}), file)
    data = file.getvalue()[:-20]
    with pytest.raises(KlcliError, match="cannot be read"):
        open_arrays(Source("t.parquet", BytesIO(data), len(data), seekable=True))


def test_masks_are_of_booleans() -> None:
    found = opened(mask=(MEAN > 0).tolist(), kept=MEAN[:, 0] > 0)
    numpy.testing.assert_array_equal(read(found, "mask"), MEAN > 0)
    numpy.testing.assert_array_equal(read(found, "kept"), MEAN[:, :1] > 0)


def test_lists_of_other_lengths_are_read_as_json_lines() -> None:
    found = opened(log_q=[[1.0, 2.0], [3.0]])
    with pytest.raises(KlcliError, match=r"row 2 .*log_q has 1 numbers, the first row has 2") as error:
        read(found, "log_q")
    assert error.value.hint.endswith("are read as JSON lines")
