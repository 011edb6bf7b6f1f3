"""Arrays of sequences as tokens, with masks, from NPZ and from JSON lines."""

from __future__ import annotations

import json
from io import BytesIO

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.opening import open_table
from klcli.tables.sequences import SEQUENCE, mask_of
from klcli.tables.source import Source, Table

Q, P = numpy.arange(6.0).reshape(2, 3), numpy.arange(6.0, 12.0).reshape(2, 3)
MASK = numpy.array([[1, 1, 0], [0, 1, 1]])


def archive(**arrays: numpy.ndarray) -> Table:
    file = BytesIO()
    numpy.savez(file, **arrays)
    return open_table(Source("t.npz", BytesIO(file.getvalue()), len(file.getvalue()), seekable=True))


def lines(*rows: dict[str, object]) -> Table:
    data = "\n".join(map(json.dumps, rows)).encode()
    return open_table(Source("t.jsonl", BytesIO(data), len(data), seekable=False))


def read(table: Table, *names: str) -> tuple[list[list[float]], list[str]]:
    columns = [table.names.index(name) for name in names]
    blocks = list(table.blocks(columns, table.names.index(SEQUENCE)))
    values = [row for block in blocks for row in block.values.tolist()]
    return values, [key for block in blocks for key in block.keys]


@pytest.mark.parametrize(
    "table",
    [
        lambda: archive(logprobs=Q, ref_logprobs=P, response_mask=MASK),
        lambda: lines(
            *(
                {"logprobs": q.tolist(), "ref_logprobs": p.tolist(), "response_mask": m.tolist()}
                for q, p, m in zip(Q, P, MASK, strict=True)
            )
        ),
    ],
    ids=["npz", "jsonl"],
)
def test_tokens_that_the_mask_keeps(table) -> None:  # type: ignore[no-untyped-def]
    found = table()
    assert found.group == SEQUENCE
    assert read(found, "logprobs", "ref_logprobs") == (
        [[0, 6], [1, 7], [4, 10], [5, 11]],
        ["1", "1", "2", "2"],
    )


def test_lists_of_any_length() -> None:
    found = lines({"a": [1, 2, 3], "b": [4, 5, 6]}, {"a": [7], "b": [8]})
    assert read(found, "a", "b") == ([[1, 4], [2, 5], [3, 6], [7, 8]], ["1", "1", "1", "2"])


def test_rows_of_one_number_are_samples() -> None:
    assert archive(log_q=Q[:, 0], log_p=P[:, 0]).group is None
    assert lines({"log_q": 1.0, "log_p": 2.0}).group is None


def test_arrays_of_other_lengths() -> None:
    table = archive(a=Q, b=P[:, :2])
    with pytest.raises(KlcliError, match="different numbers of tokens"):
        read(table, "a", "b")
    table = lines({"a": [1], "b": [1]}, {"a": [1], "b": [1, 2]})
    with pytest.raises(
        KlcliError, match=r"line 2 of t\.jsonl: the lists have different lengths: a 1 and b 2"
    ):
        read(table, "a", "b")


def test_two_masks_are_one_too_many() -> None:
    with pytest.raises(KlcliError, match="may both be the mask"):
        archive(a=Q, mask=MASK, loss_mask=MASK)


def test_the_mask_of_the_answer_counts_beside_that_of_all_tokens() -> None:
    assert mask_of(["attention_mask", "response_mask", "log_probs"]) == "response_mask"
    with pytest.raises(KlcliError, match="may both be the mask"):
        mask_of(["loss_mask", "response_mask"])
