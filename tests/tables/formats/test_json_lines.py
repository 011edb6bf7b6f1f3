"""JSON lines: an object for each example."""

from __future__ import annotations

from io import BytesIO

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.formats.detection import open_arrays
from klcli.tables.named_arrays import Arrays
from klcli.tables.source import Source


def opened(text: str) -> Arrays:
    return open_arrays(Source("t.jsonl", BytesIO(text.encode()), None, seekable=False))


def test_numbers_and_lists() -> None:
    found = opened('{"id": 1, "mu": [1, 2], "who": "a"}\n\n{"mu": [3, null], "id": 2, "who": 7}\n')
    assert dict(found.shapes) == {"id": (None, 1), "mu": (None, 2)}
    first, second = found.blocks(["mu", "id"])  # each of lines that follow each other
    numpy.testing.assert_array_equal(first.values[0], [[1, 2]])
    numpy.testing.assert_array_equal(second.values[0], [[3, numpy.nan]])
    assert (first.values[1].tolist(), second.values[1].tolist()) == ([[1]], [[2]])
    assert (first.first, second.first, second.noun) == (1, 3, "line")


def test_lists_in_lists_lie_one_behind_the_other() -> None:
    line = '{"mu": [[1, 2], [3, 4]]}\n'
    found = opened(line + line)
    assert dict(found.shapes) == {"mu": (None, 4)}
    (block,) = found.blocks(["mu"])
    assert block.values[0].tolist() == [[1, 2, 3, 4]] * 2


def test_one_object_of_whole_arrays() -> None:
    found = opened(
        '{"epoch": 3, "mu": [[1, 2], [3, null], [5, 6]], "lv": [[[0]], [[1]], [[2]]], "t": [["a"]]}'
    )
    assert dict(found.shapes) == {"mu": (3, 2), "lv": (3, 1)}
    (block,) = found.blocks(["mu", "lv"])
    numpy.testing.assert_array_equal(block.values[0], [[1, 2], [3, numpy.nan], [5, 6]])
    assert block.values[1].tolist() == [[0], [1], [2]]


def test_whole_arrays_of_rows_of_other_lengths() -> None:
    with pytest.raises(KlcliError, match=r"row 2 of mu in t\.jsonl has 1 numbers, not 2"):
        opened('{"mu": [[1, 2], [3]]}')


def test_more_lines_than_a_block() -> None:
    rows = 3000
    line = '{"mu": [' + ", ".join(["0.5"] * 200) + "]}\n"
    blocks = list(opened(line * rows).blocks(["mu"]))
    assert len(blocks) > 1
    assert sum(len(block.values[0]) for block in blocks) == rows
    assert blocks[1].first == len(blocks[0].values[0]) + 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"mu": [1, 2]}\n{"mu": [1]}\n', "line 2 of t.jsonl: mu has 1 numbers, not 2"),
        ('{"mu": [1]}\n{"nu": [1]}\n', "line 2 of t.jsonl has no 'mu'"),
        ('{"mu": [1]}\n{"mu": ["a"]}\n', "mu is no list of numbers"),
        ('{"mu": [1]}\n{"mu": 1' + "0" * 400 + "}\n", "mu is no list of numbers"),
        ('{"mu": [1]}\n[1]\n', "line 2 of t.jsonl is no object"),
        ('{"mu": [1]\n', "line 1 of t.jsonl is no JSON"),
        ('{"mu": ' + "[" * 100_000 + "\n", "line 1 of t.jsonl is no JSON"),
        ('{"mu": [1]}\n{"mu": \udcff}\n', "is no JSON"),
    ],
)
def test_lines_that_are_wrong(text: str, message: str) -> None:
    data = text.encode("utf-8", "surrogateescape")
    with pytest.raises(KlcliError) as raised:
        list(open_arrays(Source("t.jsonl", BytesIO(data), None, seekable=False)).blocks(["mu"]))
    assert message in raised.value.message


def test_a_line_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("klcli.tables.formats.json_lines._LONGEST", 1 << 20)
    with pytest.raises(KlcliError, match=r"a line of t\.jsonl is longer than 1 MiB"):
        opened('{"mu": [' + "0," * (1 << 20))
