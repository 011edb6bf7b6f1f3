"""Which columns name groups: by their name and by runs of equal values, and no others."""

from __future__ import annotations

import numpy
import pytest

from klcli.tables.dependent_rows import RunWatch
from tests.tables.sources import npy, table

GENERATOR = numpy.random.default_rng(0)
IDS = numpy.repeat(numpy.arange(40), 5)


def watched(name: str, values: list[object]) -> str | None:
    """The column that is taken for groups in a table with log q, log p and one more."""
    lines = [f"log_q,log_p,{name}", *(f"-1,-2,{value}" for value in values)]
    return found("\n".join(lines) + "\n")


def found(data: bytes | str, *used: int) -> str | None:
    source = table(data)
    columns = used or (0, 1)
    watch = RunWatch(source, columns)
    for _ in source.blocks(columns, None, watch):
        pass
    index = watch.found()
    return None if index is None else (source.names[index] if source.names else str(index + 1))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("sequence_id", IDS),
        ("Sequence ID", IDS),
        ("seq", IDS),
        ("episode", IDS + 0.0),
        ("prompt", [f"what is {number}?" for number in IDS]),
        ("id", [f"a{number}" for number in IDS]),
        ("uuid", [f"{number:08x}-0000" for number in IDS * 7919]),
        ("rollout_idx", IDS % 4),
        ("sequence_id", GENERATOR.permutation(IDS)),
        ("sequence_id", [1, 1, 2]),
        ("sequence_id", [1, 1, 1, 1, 2, 3, 4]),
        ("s", IDS),
        ("what", [f"x{number}" for number in IDS]),
        ("sequence_id", numpy.repeat([1, 2], 30_000)),
    ],
)
def test_columns_that_name_groups(name: str, values: list[object]) -> None:
    assert watched(name, list(values)) == name


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("sequence_id", range(200)),
        ("id", [f"a{number}" for number in range(200)]),
        ("sequence_id", [7] * 200),
        ("id", [1, 2, 3, 4, 5, 5]),
        ("token_index", numpy.arange(200) % 8),
        ("token", ["the", "the", "cat"] * 50),
        ("reward", GENERATOR.normal(size=200).round(2)),
        ("reward", GENERATOR.normal(size=200).round(1)),
        ("reward", numpy.sort(GENERATOR.normal(size=2000).round(1))),
        ("reward", GENERATOR.integers(0, 2, size=200)),
        ("reward", numpy.repeat(GENERATOR.integers(0, 3, size=40), 5)),
        ("sample", GENERATOR.normal(size=200).round(1)),
        ("length", numpy.repeat(GENERATOR.integers(5, 9, size=40), 5)),
        ("temperature", [0.7] * 200),
        ("model", ["a"] * 100 + ["b"] * 100),
        ("split", ["train"] * 150 + ["test"] * 50),
        ("completion_idx", numpy.arange(200) % 4),
        ("step", GENERATOR.integers(0, 1000, size=200)),
        ("note", [""] * 200),
    ],
)
def test_columns_that_name_none(name: str, values: list[object]) -> None:
    assert watched(name, list(values)) is None


def test_the_named_column_with_the_most_groups_goes_first() -> None:
    rows = [f"-1,-2,{number // 20},{number // 5},{number // 2}" for number in range(200)]
    assert found("\n".join(["log_q,log_p,prompt_id,sequence_id,foo", *rows]) + "\n") == "sequence_id"


def test_columns_with_values_are_not_looked_at() -> None:
    assert found("sequence_id,log_q\n" + "1,-1\n2,-1\n" * 5, 0, 1) is None


def test_tables_without_names_and_arrays() -> None:
    rows = numpy.stack([-numpy.ones(200), -numpy.ones(200) * 2, IDS], axis=1)
    assert found("".join(f"{q},{p},{key:.0f}\n" for q, p, key in rows)) == "3"
    for order in "CF":
        assert found(npy(numpy.asarray(rows, order=order))) == "3"
    fields = numpy.zeros(200, dtype=[("log_q", "f8"), ("log_p", "f8"), ("prompt", "U8"), ("logits", "f4", 3)])
    fields["prompt"] = [f"p{number}" for number in IDS]
    assert found(npy(fields)) == "prompt"


def test_memory_does_not_grow_with_the_table() -> None:
    watch = RunWatch(table("log_q,log_p,id\n-1,-1,1\n"), (0, 1))
    for start in range(0, 100_000, 1000):
        if not watch.columns:
            break
        watch.see(2, [str(number) for number in range(start, start + 1000)])
    assert start == 50_000
    assert watch.found() is None
