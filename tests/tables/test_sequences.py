"""Arrays of sequences as tokens, with masks, from NPZ and from JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from io import BytesIO

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.columns import density_columns
from klcli.tables.formats.detection import open_table
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
        lambda: lines(
            *(
                {"logprobs": q.tolist(), "ref_logprobs": p.tolist(), "mask": m.astype(bool).tolist()}
                for q, p, m in zip(Q, P, MASK, strict=True)
            )
        ),
    ],
    ids=["npz", "jsonl", "jsonl of true and false"],
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


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            {"a": Q, "b": P, "mask": MASK[:1]},
            r"rows: .*a has the shape \(2, 3\).*mask has the shape \(1, 3\)",
        ),
        ({"a": Q, "b": P, "mask": MASK[:, :2]}, r"a row: .*\(2, 3\).*mask has the shape \(2, 2\)"),
        ({"a": Q, "b": P[:1]}, r"rows: a has the shape \(2, 3\), b has the shape \(1, 3\)"),
        ({"a": Q[:1, 0], "b": P[:, 0]}, r"rows: a has the shape \(1, 1\), b has the shape \(2, 1\)"),
    ],
)
def test_arrays_of_other_shapes(arrays: dict[str, numpy.ndarray], message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        read_columns(archive(**arrays))


def read_columns(table: Table) -> list[list[float]]:
    return [row for block in table.blocks((0, 1)) for row in block.values.tolist()]


def test_rows_of_one_number_have_masks_too() -> None:
    assert read_columns(archive(a=Q[:, 0], b=P[:, 0], mask=numpy.array([0, 1]))) == [[3, 9]]
    assert read_columns(lines({"a": 1, "b": 2, "mask": False}, {"a": 3, "b": 4, "mask": True})) == [[3, 4]]


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_a_mask_in_some_lines(order: slice) -> None:
    rows: list[dict[str, object]] = [{"a": [1, 2], "b": [3, 4], "mask": [1, 0]}, {"a": [1, 2], "b": [3, 4]}]
    with pytest.raises(KlcliError, match=r"line 2 of t\.jsonl has ('mask'|no mask), the first line has"):
        read_columns(lines(*rows[order]))
    assert read_columns(lines(rows[1], {**rows[1], "id": 7})) == [[1, 3], [2, 4]] * 2


def test_a_mask_of_another_length_or_of_other_numbers_in_a_line() -> None:
    with pytest.raises(KlcliError, match="a 2 and b 2 and mask 1"):
        read_columns(lines({"a": [1, 2], "b": [3, 4], "mask": [1]}))
    with pytest.raises(KlcliError, match=r"line 2: mask in t\.jsonl has -inf"):
        read_columns(lines(*({"a": [1, 2], "b": [3, 4], "mask": mask} for mask in ([0, 1], [0, -numpy.inf]))))


IDS = ["a", "a", "b", "b", "b"]
COLUMNS = {"log_q": numpy.arange(5.0), "log_p": numpy.arange(5.0, 10.0)}


def of_bytes(data: bytes, name: str) -> Table:
    return open_table(Source(name, BytesIO(data), len(data), seekable=True))


def parquet(texts: object) -> Table:
    pyarrow = pytest.importorskip("pyarrow")
    file = BytesIO()
    pytest.importorskip("pyarrow.parquet").write_table(
        pyarrow.table({"prompt": texts, **COLUMNS}), file, row_group_size=3
    )
    return of_bytes(file.getvalue(), "t.parquet")


def dictionary(texts: list[str]) -> Table:
    return parquet(pytest.importorskip("pyarrow").array(texts).dictionary_encode())


def hdf5(texts: list[str]) -> Table:
    file = BytesIO()
    with pytest.importorskip("h5py").File(file, "w") as written:
        written["prompt"] = texts
        for name, values in COLUMNS.items():
            written[name] = values
    return of_bytes(file.getvalue(), "t.h5")


def torch_save(texts: list[str]) -> Table:
    torch = pytest.importorskip("torch")
    file = BytesIO()
    torch.save({"prompt": texts, **{name: torch.tensor(values) for name, values in COLUMNS.items()}}, file)
    return of_bytes(file.getvalue(), "t.pt")


class Seen:
    """A watch that remembers what it was shown."""

    def __init__(self, table: Table) -> None:
        self.columns = [table.names.index("prompt")]
        self.texts: list[str] = []

    def see(self, column: int, texts: Sequence[str]) -> None:
        assert column in self.columns
        self.texts += texts


@pytest.mark.parametrize(
    "made",
    [
        lambda texts: archive(prompt=numpy.array(texts), **COLUMNS),
        lambda texts: archive(prompt=numpy.array(texts, dtype="S"), **COLUMNS),
        parquet,
        dictionary,
        hdf5,
        torch_save,
    ],
    ids=["npz", "npz of bytes", "parquet", "parquet with a dictionary", "hdf5", "torch.save"],
)
def test_texts_name_groups(made: Callable[[list[str]], Table]) -> None:
    table = made(IDS)
    columns = [table.names.index(name) for name in COLUMNS]
    watch = Seen(table)
    blocks = list(table.blocks(columns, watch=watch))
    assert watch.texts == IDS
    assert [row for block in blocks for row in block.values.tolist()] == [[j, j + 5] for j in range(5)]
    table = made(IDS)
    keyed = list(table.blocks(columns, table.names.index("prompt")))
    assert [key for block in keyed for key in block.keys] == IDS


def test_texts_are_no_columns_of_numbers() -> None:
    table = archive(reference=numpy.array(IDS), prompt=numpy.array(["a", "b"]), **COLUMNS)
    assert table.width == len(COLUMNS)
    assert density_columns(table, None, None) == tuple(table.names.index(name) for name in COLUMNS)
    with pytest.raises(KlcliError, match=r"reference in t\.npz holds texts"):
        list(table.blocks([table.names.index("reference")]))
    # One that is not as long as the numbers says nothing of their rows.
    watch = Seen(table)
    list(table.blocks([0], watch=watch))
    assert watch.texts == []
