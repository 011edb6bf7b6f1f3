"""Compressed streams: read as they are unpacked, and refused where they are damaged."""

from __future__ import annotations

import gzip
from io import BytesIO

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.formats.detection import open_arrays
from klcli.tables.source import Source
from tests.tables.sources import npy

TEXT = b"mu,logvar\n" + b"1,2\n3,4\n" * 5000


def opened(data: bytes, name: str = "t.csv.gz"):  # type: ignore[no-untyped-def]
    return open_arrays(Source(name, BytesIO(data), len(data), seekable=False))


def test_a_compressed_text() -> None:
    found = opened(gzip.compress(TEXT))
    assert found.name == "t.csv"
    assert sum(len(block.values[0]) for block in found.blocks(["mu"])) == 10_000


def test_a_compressed_array() -> None:
    found = opened(gzip.compress(npy(numpy.ones((3, 2)))), "mu.npy.gz")
    assert dict(found.shapes) == {"mu": (3, 2)}


@pytest.mark.parametrize("damage", [slice(0, 40), slice(0, -9)])
def test_a_damaged_one(damage: slice) -> None:
    with pytest.raises(KlcliError, match="is no gzip file that can be read"):
        list(opened(gzip.compress(TEXT)[damage]).blocks(["mu"]))
