"""JSON lines as tokens: lists of any length, masks, groups by line or by a key, and lines that do not fit."""

from __future__ import annotations

import json
from io import BytesIO

import pytest

from klcli.errors import KlcliError
from klcli.tables.formats.json_sequences import open_json_sequences
from klcli.tables.sequences import SEQUENCE
from klcli.tables.source import Source, Table


def opened(*rows: object, begin: int = 0) -> Table:
    data = "\n".join(map(json.dumps, rows)).encode()
    source = Source("t.jsonl", BytesIO(data[begin:]), len(data), seekable=False)
    return open_json_sequences(source, data[:begin])


def read(table: Table, *names: str, key: str | None = None) -> list[tuple[list[float], int, str]]:
    columns = [table.names.index(name) for name in names]
    blocks = table.blocks(columns, None if key is None else table.names.index(key))
    return [
        (values, number, label)
        for block in blocks
        for values, number, label in zip(
            block.values.tolist(), block.numbers, block.keys or [""] * len(block.numbers), strict=True
        )
    ]


TOKENS = ({"q": [1, 2], "p": [3, 4], "id": 7}, {"q": [5], "p": [6], "id": 7}, {"q": [], "p": [], "id": 8})


@pytest.mark.parametrize("begin", [0, 5])
def test_each_number_of_a_list_is_a_row_with_the_line_it_stands_in(begin: int) -> None:
    table = opened(*TOKENS, begin=begin)
    assert table.names == ("q", "p", "id", SEQUENCE)
    assert (table.width, table.shape, table.group) == (4, None, SEQUENCE)
    expected = [([1.0, 3.0], 1, ""), ([2.0, 4.0], 1, ""), ([5.0, 6.0], 2, "")]
    assert read(table, "q", "p") == expected


@pytest.mark.parametrize(("key", "labels"), [(SEQUENCE, ["1", "1", "2"]), ("id", ["7", "7", "7"])])
def test_rows_are_grouped_by_line_or_by_a_key(key: str, labels: list[str]) -> None:
    assert [label for _, _, label in read(opened(*TOKENS), "q", key=key)] == labels


def test_a_mask_leaves_tokens_out() -> None:
    rows = ({"q": [1, 2, 3], "mask": [1, 0, 1]}, {"q": [4], "mask": [0]})
    assert [values for values, _, _ in read(opened(*rows), "q")] == [[1.0], [3.0]]


def test_lines_of_one_number_are_no_sequences() -> None:
    table = opened({"q": 1, "mask": 0}, {"q": 2, "mask": 1})
    assert table.names == ("q", "mask")
    assert table.group is None
    assert [values for values, _, _ in read(table, "q")] == [[2.0]]


def test_blocks_end_with_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("klcli.tables.formats.json_sequences._TOKENS", 2)
    table = opened(*({"q": [n] * 3} for n in range(3)))
    assert [len(block.values) for block in table.blocks([0])] == [3, 3, 3]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"q": [1], "p": [1, 2]}], "line 1 of t.jsonl: the lists have different lengths: q 1 and p 2"),
        ([{"q": [1], "p": [1], "mask": [1, 0]}], "line 1 of t.jsonl: the lists have different lengths"),
        ([{"q": [1], "p": [1]}, {"q": [1]}], "line 2 of t.jsonl has no numbers called 'p'"),
        ([{"q": [1], "p": ["a"]}], "line 1 of t.jsonl has no numbers called 'p'"),
        ([], "there is no line in t.jsonl"),
    ],
)
def test_lines_that_do_not_fit_are_refused(rows: list[object], message: str) -> None:
    with pytest.raises(KlcliError, match=message) as caught:
        read(opened(*rows), "q", "p")
    assert caught.value.hint


def test_a_bad_line_has_an_example_of_log_densities() -> None:
    with pytest.raises(KlcliError, match=r"line 2 .* is no object") as error:
        list(opened({"q": [1]}, [1]).blocks((0,)))  # type: ignore[arg-type]
    assert "log_q" in error.value.hint
