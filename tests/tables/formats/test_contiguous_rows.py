"""Arrays whose bytes lie in a row: numbers of every kind, bfloat16 among them, in blocks."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.formats.contiguous_rows import BFLOAT16, RawArray, RawArrays

KINDS = ["<f8", "<f4", "<f2", "<i8", "|i1", "|u1"]


def opened(**arrays: tuple[str, tuple[int, ...], bytes]) -> RawArrays:
    def reader(data: bytes) -> Callable[[], Callable[[int], bytes]]:
        return lambda: BytesIO(data).read

    made = {name: RawArray(shape, kind, reader(data)) for name, (kind, shape, data) in arrays.items()}
    return RawArrays("t.pt", made)


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_are_those_that_were_written(kind: str) -> None:
    array = numpy.arange(12).reshape(3, 2, 2).astype(kind)
    found = opened(mu=(kind, array.shape, array.tobytes()))
    assert found.shapes == {"mu": (3, 4)}
    (block,) = found.blocks(["mu"])
    numpy.testing.assert_array_equal(block.values[0], array.reshape(3, 4))


def test_bfloat16_is_the_upper_half_of_a_float32() -> None:
    """1, -2, 3.140625 and the smallest normal number, whose bits are known: sign, 8 of exponent, 7 of fraction."""
    bits = numpy.array([0x3F80, 0xC000, 0x4049, 0x0080], dtype="<u2")
    (block,) = opened(s=(BFLOAT16, (4,), bits.tobytes())).blocks(["s"])
    assert block.values[0].ravel().tolist() == [1.0, -2.0, 3.140625, 2.0**-126]


def test_several_arrays_come_side_by_side_and_each_from_its_own_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("klcli.tables.formats.npy_rows.rows_of_block", lambda width: 2)
    mu, s = numpy.arange(10.0).reshape(5, 2), numpy.arange(5.0)
    found = opened(mu=("<f8", mu.shape, mu.tobytes()), s=("<f8", s.shape, s.tobytes()))
    for _ in range(2):  # a table is read twice
        blocks = list(found.blocks(["s", "mu"]))
        assert [block.first for block in blocks] == [1, 3, 5]
        numpy.testing.assert_array_equal(numpy.concatenate([block.values[0] for block in blocks]).ravel(), s)
        numpy.testing.assert_array_equal(numpy.concatenate([block.values[1] for block in blocks]), mu)


def test_bytes_that_end_early_are_told_with_the_name_of_the_array() -> None:
    with pytest.raises(KlcliError, match=r"mu in t\.pt ends before row 3"):
        list(opened(mu=("<f8", (3, 1), bytes(23))).blocks(["mu"]))
