"""Files of safetensors: by the format's description, and by its own library where that is installed."""

from __future__ import annotations

import json
from io import BytesIO

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.formats.detection import open_arrays
from klcli.tables.source import Source

MEAN = numpy.arange(6, dtype="<f4").reshape(3, 2)


def written(about: object, data: bytes = MEAN.tobytes()) -> bytes:
    header = json.dumps(about).encode()
    return len(header).to_bytes(8, "little") + header + data


def opened(data: bytes, *, seekable: bool = True):  # type: ignore[no-untyped-def]
    return open_arrays(Source("t.safetensors", BytesIO(data), len(data), seekable))


def entry(kind: str = "F32", shape: object = (3, 2), begin: int = 0, end: int = 24) -> dict[str, object]:
    return {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}


def test_tensors_side_by_side() -> None:
    data = MEAN.tobytes() + MEAN[:, :1].astype("<f8").tobytes()
    found = opened(
        written({"__metadata__": {"a": "b"}, "mu": entry(), "s": entry("F64", (3, 1), 24, 48)}, data)
    )
    assert dict(found.shapes) == {"mu": (3, 2), "s": (3, 1)}
    (block,) = found.blocks(["s", "mu"])
    assert [value.tolist() for value in block.values] == [[[0], [2], [4]], MEAN.tolist()]


def test_the_upper_half_of_a_float() -> None:
    """1, -2.5 and 0.15625 in bfloat16, which have few digits."""
    halves = numpy.array([0x3F80, 0xC020, 0x3E20], dtype="<u2")
    found = opened(written({"mu": entry("BF16", [3, 1], 0, 6)}, halves.tobytes()))
    (block,) = found.blocks(["mu"])
    assert block.values[0].ravel().tolist() == [1.0, -2.5, 0.15625]


@pytest.mark.parametrize(
    "about",
    [
        {"mu": entry(end=48)},
        {"mu": entry(shape=[300, 2], end=2400)},
        {"mu": entry(shape=[-3, -2])},
        {"mu": entry(shape="ab")},
        {"mu": {"dtype": "F32"}},
        {"mu": 3},
    ],
)
def test_headers_that_lie(about: object) -> None:
    with pytest.raises(KlcliError, match="is broken"):
        opened(written(about))


@pytest.mark.parametrize("length", [1, 1 << 27, 1 << 62])
def test_a_header_of_impossible_length(length: int) -> None:
    with pytest.raises(KlcliError, match=f"announces a header of {length:,} bytes"):
        opened(length.to_bytes(8, "little") + b'{"mu": 1}')


def test_a_header_that_is_longer_than_the_file() -> None:
    """It was read as a file without arrays."""
    with pytest.raises(KlcliError, match="is broken"):
        opened((1 << 20).to_bytes(8, "little") + b"{}")


def test_a_pipe() -> None:
    with pytest.raises(KlcliError, match="from a pipe"):
        opened(written({"mu": entry()}), seekable=False)


def test_what_the_library_writes() -> None:
    library = pytest.importorskip("safetensors.numpy")
    found = opened(library.save({"mu": MEAN, "half": MEAN.astype("f2")}))
    (block,) = found.blocks(["mu", "half"])
    for value in block.values:
        numpy.testing.assert_array_equal(value, MEAN)


def test_masks_are_of_booleans() -> None:
    kept = MEAN > 2
    (block,) = opened(written({"mask": entry("BOOL", (3, 2), 0, 6)}, kept.tobytes())).blocks(["mask"])
    numpy.testing.assert_array_equal(block.values[0], kept)
