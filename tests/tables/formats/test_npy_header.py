"""Headers of NPY files: those that numpy writes are read, and those that lie are one clear error."""

from __future__ import annotations

from io import BytesIO

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.formats import npy_header
from klcli.tables.formats.npy_header import MAGIC, read_header
from tests.tables.sources import announcing, announcing_text


def header(data: bytes) -> object:
    stream = BytesIO(data)
    stream.read(len(MAGIC))
    return read_header(stream.read, "t.npy")


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
@pytest.mark.parametrize(
    "array",
    [
        numpy.zeros((3, 2)),
        numpy.zeros((3, 2), order="F"),
        numpy.zeros((), dtype=">i2"),
        numpy.zeros(0, dtype="f2"),
        numpy.zeros(2, dtype=[("a", "U3"), (("title", "b"), "f8", (2, 2)), ("c", [("d", "i1")])]),
        numpy.zeros(2, dtype=numpy.dtype([("a", "i1"), ("b", "f8")], align=True)),
        numpy.zeros(2, dtype="M8[ns]"),
    ],
    ids=lambda array: f"{array.dtype.kind}{array.ndim}",
)
def test_what_numpy_writes(array: numpy.ndarray, version: tuple[int, int]) -> None:
    stream = BytesIO()
    numpy.lib.format.write_array(stream, array, version=version)
    found = header(stream.getvalue())
    assert (found.shape, found.dtype) == (array.shape, array.dtype)
    assert found.by_column == (array.ndim == 2 and not array.flags.c_contiguous)
    assert found.size == array.nbytes


def test_what_python_2_wrote() -> None:
    assert header(announcing("(3L, 2L)")).shape == (3, 2)


@pytest.mark.parametrize("kind", ["<f8", "|b1", "<M8[ns]", "|O", ">c16"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (3, 2), (1, 2, 10)])
def test_plain_headers_take_no_parser(
    kind: str, shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of Python failed with a SystemError in threads."""
    stream = BytesIO()
    numpy.lib.format.write_array_header_1_0(stream, {"descr": kind, "fortran_order": False, "shape": shape})
    monkeypatch.setattr(npy_header.ast, "literal_eval", None)
    found = header(stream.getvalue())
    assert (found.shape, found.dtype, found.by_column) == (shape, numpy.dtype(kind), False)


@pytest.mark.parametrize(
    "data",
    [
        announcing("(3, 2"),
        announcing("(10**12,)"),
        announcing("(True, 2)"),
        announcing("(-1, 2)"),
        announcing("[2, 2]"),
        announcing(f"({2**61}, 2)"),
        announcing(kind="'|V0'"),
        announcing(kind="'f8,f8'"),
        announcing(kind="('<f8',)"),
        announcing(order="1"),
        announcing_text("{'descr': '<f8', 'shape': (2,)}"),
        announcing_text("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'more': 1}"),
        announcing_text("[" * 5000),
        announcing_text("'\\x'", 3),
        MAGIC + b"\x03\x00\x02\x00\x00\x00\xff\xff",
        announcing_text("{}")[:-1],
    ],
)
def test_headers_that_lie(data: bytes) -> None:
    with pytest.raises(KlcliError, match=r"the NPY header of t\.npy is broken"):
        header(data)


@pytest.mark.parametrize("data", [MAGIC, MAGIC + b"\x04\x00" + bytes(9), MAGIC + b"\x02\x00\xff\xff\xff\xff"])
def test_no_header(data: bytes) -> None:
    with pytest.raises(KlcliError, match="no header"):
        header(data)
