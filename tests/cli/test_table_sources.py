"""Files that are read as tables or as matrices: what lies about itself is one clear error."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest

from klcli.cli.files import read_rows
from klcli.cli.table_sources import open_source
from klcli.errors import KlcliError
from klcli.tables.formats.detection import open_table
from klcli.tables.log_ratio_columns import RatioColumns
from klcli.tables.ratio_blocks import RatioWork, read
from tests.cli.conftest import Klcli
from tests.tables.sources import announcing

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
    path.write_bytes(announcing(shape, kind))
    result = klcli(*command, str(path) if command[0] == "estimate" else f"@{path}")
    assert (result.status, result.out) == (2, "")
    assert any(part in result.err for part in message.split("|"))


def test_whatever_a_header_says_it_is_one_clear_error_or_is_read(tmp_path: Path) -> None:
    """Headers put together at random, some with a character changed, by both that read them."""
    rng = random.Random(0)
    path = tmp_path / "t.npy"
    for _ in range(600):
        data = bytearray(
            announcing(rng.choice(SHAPES), rng.choice(KINDS), rng.choice(("False", "True", "1", "'C'")))
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
        read("t", table, RatioWork(RatioColumns()))
