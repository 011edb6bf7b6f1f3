"""An NPY file as one array."""

from __future__ import annotations

from io import BytesIO

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.formats.detection import open_arrays
from klcli.tables.source import Source
from tests.tables.sources import npy


def opened(data: bytes):  # type: ignore[no-untyped-def]
    return open_arrays(Source("runs/z mean.npy", BytesIO(data), len(data), seekable=False))


def test_it_is_called_like_the_file() -> None:
    found = opened(npy(numpy.arange(6.0).reshape(3, 2)))
    assert dict(found.shapes) == {"z mean": (3, 2)}
    (block,) = found.blocks(["z mean"])
    assert (block.values[0].tolist(), block.first) == ([[0, 1], [2, 3], [4, 5]], 1)


@pytest.mark.parametrize("array", [numpy.array(["a"]), numpy.float64(1), numpy.array([None])])
def test_what_holds_no_rows_of_numbers(array: numpy.ndarray) -> None:
    with pytest.raises(KlcliError, match="holds no numbers in rows"):
        opened(npy(array))


def test_rows_that_are_too_long() -> None:
    with pytest.raises(KlcliError, match="rows of more than 64 MiB"):
        opened(npy(numpy.broadcast_to(numpy.float64(1), (1, 9_000_000)))[:300])


def test_bytes_behind_the_last_row() -> None:
    data = npy(numpy.arange(6.0).reshape(3, 2))
    with pytest.raises(KlcliError, match="goes on behind row 3, the last that it announces"):
        list(opened(data + b"\0").blocks(["z mean"]))
