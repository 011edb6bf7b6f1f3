"""Which format bytes are."""

from __future__ import annotations

import ast
import gzip
import pickle
from codecs import BOM_UTF8
from io import BytesIO
from pathlib import Path

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.formats import detection
from klcli.tables.formats.detection import open_arrays
from klcli.tables.source import Source


def test_an_empty_file() -> None:
    with pytest.raises(KlcliError, match="t is empty"):
        open_arrays(Source("t", BytesIO(b""), 0, seekable=True))


def test_an_archive_without_arrays() -> None:
    file = BytesIO()
    numpy.savez(file)
    with pytest.raises(KlcliError, match="t is an archive without arrays"):
        open_arrays(Source("t", BytesIO(file.getvalue()), len(file.getvalue()), seekable=True))


@pytest.mark.parametrize("mark", [b"", BOM_UTF8])
@pytest.mark.parametrize("data", [b"mu\tlogvar\n1\t2\n", b'{"mu": [1], "logvar": [2]}\n'])
def test_everything_else_is_a_text(data: bytes, mark: bytes) -> None:
    data = mark + data
    assert set(open_arrays(Source("t", BytesIO(data), len(data), seekable=False)).shapes) == {"mu", "logvar"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pickle.dumps({"mu": [1.0]}), "t is a pickle, which can run any program"),
        (pickle.dumps({"mu": [1.0]}, protocol=0), "t is a pickle, which can run any program"),
        (pickle.dumps([1.0], protocol=0), "t is a pickle, which can run any program"),
        (b'[{"mu": [1]}]', "t is one JSON array, and JSON lines are read"),
        (BOM_UTF8 + b'[{"mu": [1]}]', "t is one JSON array, and JSON lines are read"),
        (b'[\n  {"mu": [1]}\n]', "t is one JSON array, and JSON lines are read"),
        (gzip.compress(gzip.compress(b"mu,logvar\n1,2\n", mtime=0), mtime=0), "t is packed twice"),
    ],
)
def test_what_is_met_in_place_of_a_table(data: bytes, message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        open_arrays(Source("t", BytesIO(data), len(data), seekable=True))


@pytest.mark.parametrize(("seekable", "hint"), [(True, "jq -c '.[]' t >"), (False, "jq -c '.[]' >")])
def test_a_command_that_mends_a_file_or_a_stream(seekable: bool, hint: str) -> None:
    with pytest.raises(KlcliError) as error:
        open_arrays(Source("t", BytesIO(b'[{"mu": [1]}]'), 13, seekable))
    assert error.value.hint.startswith(hint)


@pytest.mark.parametrize(
    "begin", [b"PAR1", b"\x89HDF\r\n\x1a\n", b"PK\x03\x04", (2).to_bytes(8, "little") + b"{}"]
)
def test_formats_that_are_not_read_from_their_beginning_to_their_end(begin: bytes) -> None:
    packed = gzip.compress(begin + bytes(20), mtime=0)
    with pytest.raises(KlcliError, match="t is packed by gzip") as error:
        open_arrays(Source("t.gz", BytesIO(packed), len(packed), seekable=True))
    assert error.value.hint == "unpack it first: gzip -d"


def test_formats_that_are_read_packed() -> None:
    file = BytesIO()
    numpy.save(file, numpy.ones((2, 3)))
    for data in (file.getvalue(), b'{"t": [1, 2, 3]}\n{"t": [1, 2, 3]}\n', b"t_0,t_1,t_2\n1,2,3\n"):
        packed = gzip.compress(data, mtime=0)
        found = open_arrays(Source("t.gz", BytesIO(packed), len(packed), seekable=True))
        assert found.shapes["t"][1] == 3


def test_every_reader_of_the_folder_opens_a_format() -> None:
    """Those that `klcli.tables.formats.detection` names, and those of an archive, which one of them names."""
    folder = Path(detection.__file__).parent
    trees = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in folder.glob("*.py")}
    readers = {
        (module, node.name)
        for module, tree in trees.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("open_") and module != "detection"
        if node.args.args[0].arg == "source"
    }
    imported = {
        (str(node.module).rpartition(".")[2], alias.name)
        for module in ("detection", "zip_archives")
        for node in ast.walk(trees[module])
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    named = {tuple(place.rpartition(".")[2].split(":")) for place in detection._FORMATS.values()}
    assert readers == (imported | named) & readers
    assert named <= readers
