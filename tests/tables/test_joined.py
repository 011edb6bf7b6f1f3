"""Files side by side: tokens of the same places, whatever their formats."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.files import open_file
from klcli.tables.formats.detection import open_tokens
from klcli.tables.joined import LOG_P, LOG_Q, MASK, joined

RNG = numpy.random.default_rng(9)
Q, P = RNG.normal(-2, 1, (40, 6)), RNG.normal(-2, 1, (40, 6))
KEPT = numpy.arange(6) < RNG.integers(1, 7, (40, 1))


def rows(*paths: Path) -> list[list[float]]:
    """log q, log p and the sequence of every token."""
    with ExitStack() as stack:
        sources = [stack.enter_context(open_file(str(path))) for path in paths]
        tables = ((source.name, open_tokens(source)) for source in sources)
        table = joined(dict(zip((LOG_Q, LOG_P, MASK), tables, strict=False)))
        key = table.names.index("sequence") if table.group else None
        blocks = list(table.blocks((0, 1), key))
    numbers = [number for block in blocks for number in block.numbers]
    values = [row for block in blocks for row in block.values.tolist()]
    assert key is None or [key for block in blocks for key in block.keys] == list(map(str, numbers))
    return [[*row, number] for row, number in zip(values, numbers, strict=True)]


EXPECTED = [[Q[i, t], P[i, t], i + 1] for i in range(40) for t in range(6) if KEPT[i, t]]


def ragged(path: Path, values: numpy.ndarray, name: str) -> Path:
    lines = (
        json.dumps({"id": i, name: row[kept].tolist()})
        for i, (row, kept) in enumerate(zip(values, KEPT, strict=True))
    )
    path.write_text("\n".join(lines))
    return path


def npy(path: Path, values: numpy.ndarray) -> Path:
    numpy.save(path, values)
    return path


def test_arrays_with_a_mask_in_a_third_file(tmp_path: Path) -> None:
    files = [
        npy(tmp_path / f"{name}.npy", values)
        for name, values in (("q", Q), ("p", P), ("m", KEPT.astype(int)))
    ]
    assert rows(*files) == EXPECTED


def test_a_mask_beside_the_numbers_of_one_file(tmp_path: Path) -> None:
    numpy.savez(tmp_path / "q.npz", logprobs=Q, response_mask=KEPT.astype(int), rewards=Q)
    assert rows(tmp_path / "q.npz", npy(tmp_path / "p.npy", P)) == EXPECTED


def test_lists_of_different_lengths(tmp_path: Path) -> None:
    """Two models that were asked about the same texts give their columns the same name."""
    q, p = ragged(tmp_path / "q.jsonl", Q, "logprobs"), ragged(tmp_path / "p.jsonl", P, "logprobs")
    assert rows(q, p) == EXPECTED


def test_two_formats(tmp_path: Path) -> None:
    numpy.savetxt(tmp_path / "q.csv", Q[:, 0], header="log_q", comments="")
    found = rows(tmp_path / "q.csv", npy(tmp_path / "p.npy", P[:, 0]))
    assert [row[:2] for row in found] == [
        [float(f"{q:.18e}"), p] for q, p in zip(Q[:, 0], P[:, 0], strict=True)
    ]


def test_blocks_of_other_lengths(tmp_path: Path) -> None:
    """More rows than one block of either file."""
    q = RNG.normal(size=300_000)
    half = npy(tmp_path / "p.npy", q.astype(numpy.float32))
    found = rows(npy(tmp_path / "q.npy", q), half)
    assert numpy.array_equal([row[:2] for row in found], numpy.stack([q, q.astype(numpy.float32)], axis=1))


def test_another_tokenizer(tmp_path: Path) -> None:
    q, p = ragged(tmp_path / "q.jsonl", Q, "logprobs"), tmp_path / "p.jsonl"
    lines = q.read_text().splitlines()
    found = json.loads(lines[17])
    lines[17] = json.dumps({**found, "logprobs": [*found["logprobs"], -1.0]})
    p.write_text("\n".join(lines))
    with pytest.raises(
        KlcliError, match=r"line 18 of .*q.jsonl and line 18 of .*p.jsonl have different numbers of tokens"
    ):
        rows(q, p)


def test_a_file_that_ends_before_the_other(tmp_path: Path) -> None:
    with pytest.raises(KlcliError, match=r"p.npy ends before .*q.npy does"):
        rows(npy(tmp_path / "q.npy", Q), npy(tmp_path / "p.npy", P[:30]))


def test_which_array_is_meant(tmp_path: Path) -> None:
    numpy.savez(tmp_path / "q.npz", one=Q, other=Q)
    with pytest.raises(KlcliError, match=r"which array of .*q.npz is log_q"):
        rows(tmp_path / "q.npz", npy(tmp_path / "p.npy", P))


def test_a_mask_that_is_added_to_logits_is_none(tmp_path: Path) -> None:
    added = npy(tmp_path / "m.npy", numpy.where(KEPT, 0.0, -numpy.inf))
    with pytest.raises(KlcliError, match=r"the mask in .*m\.npy has -inf") as error:
        rows(npy(tmp_path / "q.npy", Q), npy(tmp_path / "p.npy", P), added)
    assert "mask == 0" in error.value.hint


def test_a_file_without_numbers(tmp_path: Path) -> None:
    numpy.savez(tmp_path / "m.npz", mask=numpy.array(["a", "b"]))
    with pytest.raises(KlcliError, match="is mask") as error:
        rows(npy(tmp_path / "q.npy", Q), npy(tmp_path / "p.npy", P), tmp_path / "m.npz")
    assert error.value.hint == "there is no array of numbers in it"
