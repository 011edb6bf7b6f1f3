"""Headers of NPY files: those that numpy writes are read, and those that lie are one clear error."""

from __future__ import annotations

import random
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy
import pytest

from klcli.cli.files import read_rows
from klcli.cli.tables.log_ratios import densities, read
from klcli.cli.tables.npy_header import MAGIC, read_header
from klcli.cli.tables.source import open_source, open_table
from klcli.errors import KlcliError
from tests.cli.conftest import Klcli

KINDS = [
    "'<f8'",
    "'>f2'",
    "'<i4'",
    "'|O'",
    "'O'",
    "'<U0'",
    "'|V0'",
    "'<f9'",
    "'f8,f8'",
    "'<M8[zz]'",
    "None",
    "[]",
]
KINDS += [
    "[('a','<f8'),('b','<f8')]",
    "[('a','<f8',(1000000000,)),('b','<f8',(1000000000,))]",
    "('<f8',)",
    "'?'",
]
KINDS += [
    "[('a','<f8'),('a','<f8')]",
    "[(('t','a'),'<f8'),('','|V4'),('b','<f4')]",
    "'S2147483647'",
    "b'<f8'",
]
SHAPES = [
    "(2, 2)",
    "(3,",
    "3, 2)",
    "(10**12,)",
    "(1000000000000,)",
    "(1, 1000000000000)",
    "(True, 2)",
    "(2, True)",
]
SHAPES += [
    "(3, 0)",
    "(0, 3)",
    "()",
    "(-1, 2)",
    "(2.0, 2)",
    "[2, 2]",
    "2",
    "None",
    "(2, 2, 2)",
    "(3L, 2L)",
    "('a',)",
]
SHAPES += [f"({10**30}, 2)", f"({2**63 - 1}, {2**63 - 1})", "(__import__('os'),)"]


def file(
    shape: str = "(2, 2)", kind: str = "'<f8'", order: str = "False", *, data: bytes = bytes(32)
) -> bytes:
    text = f"{{'descr': {kind}, 'fortran_order': {order}, 'shape': {shape}, }}"
    return raw(text) + data


def raw(text: str, version: int = 1) -> bytes:
    header = text.encode("utf-8")
    return MAGIC + bytes([version, 0]) + len(header).to_bytes(2 if version == 1 else 4, "little") + header


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
    assert header(file("(3L, 2L)")).shape == (3, 2)


@pytest.mark.parametrize(
    "data",
    [
        file("(3, 2"),
        file("(10**12,)"),
        file("(True, 2)"),
        file("(-1, 2)"),
        file("[2, 2]"),
        file(f"({2**61}, 2)"),
        file(kind="'|V0'"),
        file(kind="'f8,f8'"),
        file(kind="('<f8',)"),
        file(order="1"),
        raw("{'descr': '<f8', 'shape': (2,)}"),
        raw("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'more': 1}"),
        raw("[" * 5000),
        raw("'\\x'", 3),
        MAGIC + b"\x03\x00\x02\x00\x00\x00\xff\xff",
        raw("{}")[:-1],
    ],
)
def test_headers_that_lie(data: bytes) -> None:
    with pytest.raises(KlcliError, match=r"the NPY header of t\.npy is broken"):
        header(data)


@pytest.mark.parametrize("data", [MAGIC, MAGIC + b"\x04\x00" + bytes(9), MAGIC + b"\x02\x00\xff\xff\xff\xff"])
def test_no_header(data: bytes) -> None:
    with pytest.raises(KlcliError, match="no header"):
        header(data)


@pytest.mark.parametrize(
    ("shape", "kind", "message"),
    [
        ("(3, 2", "'<f8'", "is broken"),
        ("(10**12,)", "'<f8'", "is broken"),
        ("(1000000000000,)", "'<f8'", "ends between row 1 |dimensions are computed"),
        ("(1, 1000000000000)", "'<f8'", "rows of more than 64 MiB|dimensions are computed"),
        ("(True, 2)", "'<f8'", "is broken"),
        ("(3, 0)", "'<f8'", "rows without columns|there is no number"),
        ("(2, 2)", "'|O'", "pickled"),
        ("(5, 5)", "'<f8'", "ends between|ends before its 25 numbers"),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        ("estimate", "--log-ratio", "1"),
        ("compute", "--mu", "0", "--cov"),
        ("compute", "--sigma", "1", "--mu"),
    ],
)
def test_a_header_that_lies_is_no_bug(
    klcli: Klcli, tmp_path: Path, shape: str, kind: str, message: str, command: tuple[str, ...]
) -> None:
    path = tmp_path / "t.npy"
    path.write_bytes(file(shape, kind))
    result = klcli(*command, str(path) if command[0] == "estimate" else f"@{path}")
    assert (result.status, result.out) == (2, "")
    assert any(part in result.err for part in message.split("|"))


def test_whatever_a_header_says_it_is_one_clear_error_or_is_read(tmp_path: Path) -> None:
    """Headers put together at random, some with a character changed, by both that read them."""
    rng = random.Random(0)
    path = tmp_path / "t.npy"
    for _ in range(600):
        data = bytearray(
            file(rng.choice(SHAPES), rng.choice(KINDS), rng.choice(("False", "True", "1", "'C'")))
        )
        if rng.random() < 0.4:
            data[rng.randrange(10, len(data) - 32)] = rng.choice(b"()\0\\{9L#\"'\n,[")
        path.write_bytes(data)
        for reader in (_as_matrix, _as_table):
            with suppress(KlcliError):
                reader(str(path))


def _as_matrix(path: str) -> None:
    read_rows(path, "cov")


def _as_table(path: str) -> None:
    with open_source(path) as source:
        table = open_table(source)
        read("t", table, densities(table, None, None), group=None, skip_missing=False)
