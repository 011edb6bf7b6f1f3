"""NPZ archives: arrays side by side in blocks, and archives that are damaged or lie."""

from __future__ import annotations

from io import BytesIO

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.formats.detection import open_arrays
from klcli.tables.named_arrays import Arrays
from klcli.tables.source import Source
from tests.tables.sources import announcing

RNG = numpy.random.default_rng(10)


def archive(**arrays: numpy.ndarray) -> bytes:
    file = BytesIO()
    numpy.savez(file, **arrays)
    return file.getvalue()


def arrays(data: bytes, *, seekable: bool = True) -> Arrays:
    return open_arrays(Source("t.npz", BytesIO(data), len(data), seekable))


def read(found: Arrays, *names: str) -> list[numpy.ndarray]:
    blocks = list(found.blocks(names))
    return [numpy.concatenate([block.values[i] for block in blocks]) for i in range(len(names))]


def test_several_arrays_in_blocks() -> None:
    mean, head = RNG.normal(size=(70_000, 4)), RNG.normal(size=(70_000, 4)).astype("f4")
    found = arrays(archive(mu=mean, label=numpy.array(["a"]), logvar=head, step=numpy.float64(3)))
    assert dict(found.shapes) == {"mu": (70_000, 4), "logvar": (70_000, 4)}
    assert [block.first for block in found.blocks(["mu"])][:2] == [1, 65_537]
    for got, expected in zip(read(found, "logvar", "mu"), (head, mean), strict=True):
        numpy.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("kind", ["<f2", ">f4", ">f8", "<i4", "|u1"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_kinds_and_orders(kind: str, order: str) -> None:
    array = numpy.arange(12).reshape(4, 3).astype(kind, order=order)
    numpy.testing.assert_array_equal(read(arrays(archive(mu=array)), "mu")[0], array)


def test_a_compressed_archive() -> None:
    file = BytesIO()
    numpy.savez_compressed(file, mu=numpy.ones((3, 2)))
    numpy.testing.assert_array_equal(read(arrays(file.getvalue()), "mu")[0], numpy.ones((3, 2)))


def test_vectors_and_boxes_are_rows() -> None:
    found = arrays(archive(a=numpy.arange(3.0), b=numpy.arange(12.0).reshape(3, 2, 2)))
    assert dict(found.shapes) == {"a": (3, 1), "b": (3, 4)}


def test_objects_are_not_unpickled() -> None:
    assert dict(arrays(archive(mu=numpy.array([object()], dtype=object))).shapes) == {}


def test_a_damaged_archive() -> None:
    data = bytearray(archive(mu=RNG.normal(size=(1000, 4))))
    data[500:540] = bytes(40)
    with pytest.raises(KlcliError, match="no archive that can be read"):
        read(arrays(bytes(data)), "mu")
    with pytest.raises(KlcliError, match="no archive that can be read"):
        arrays(bytes(data[:700]))


def test_a_header_that_lies_about_its_length() -> None:
    from zipfile import ZipFile

    file = BytesIO()
    with ZipFile(file, "w") as made:
        made.writestr("mu.npy", announcing("(1000000000, 2)"))
    with pytest.raises(KlcliError, match=r"mu in t\.npz ends before row 1,000,000,000"):
        read(arrays(file.getvalue()), "mu")


@pytest.mark.parametrize("extra", [b"\0", bytes(1 << 25)])
def test_a_member_that_goes_on_behind_its_rows(extra: bytes) -> None:
    from zipfile import ZIP_DEFLATED, ZipFile

    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as made:
        made.writestr("mu.npy", announcing("(2, 2)") + extra)
    with pytest.raises(KlcliError, match=r"mu in t\.npz goes on behind row 2"):
        read(arrays(file.getvalue()), "mu")


def test_a_directory_that_announces_less() -> None:
    file = BytesIO()
    numpy.savez(file, mu=numpy.ones((100, 2)))
    size = (100 * 2 * 8 + 128).to_bytes(4, "little")
    lying = file.getvalue().replace(size, (900).to_bytes(4, "little"))
    with pytest.raises(KlcliError, match=r"no archive that can be read|ends before row"):
        read(arrays(lying), "mu")


def test_a_pipe_has_no_directory() -> None:
    with pytest.raises(KlcliError, match="cannot be read from a pipe"):
        arrays(archive(mu=numpy.ones(3)), seekable=False)
