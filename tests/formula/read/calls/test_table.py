"""The table of calls: every row is complete, and every name of a row is read as the row says."""

from __future__ import annotations

import ast
import re

import numpy as np
import pytest

from klcli.errors import KlcliError
from klcli.formula.program_reader import read_program
from klcli.formula.read.calls.matrices import MATRIX_ROWS
from klcli.formula.read.calls.row import CallRow
from klcli.formula.read.calls.table import CALLS, KNOWN, OPERATIONS, is_readable, rows_of
from klcli.formula.traversal import free_symbols

ROWS = (*CALLS, *{id(row): row for rows in MATRIX_ROWS.values() for row in rows}.values())
NO_NUMBERS = (
    "shape",
    "int_shape",
    "get_shape",
    "as_list",
    "Normal",
    "epsilon",
    "E",
    "add_loss",
    "new_tensor",
)
"""What is read as a part of something else, or takes something else than arrays."""


@pytest.mark.parametrize("row", ROWS, ids=[row.names[0] for row in ROWS])
def test_rows_are_complete(row: CallRow) -> None:
    assert row.names
    assert all(name.isidentifier() for name in row.names)
    assert row.meaning
    assert re.fullmatch(r"[\w(), .']*", row.arguments)


def arguments(row: CallRow) -> str:
    """As many numbers and symbols as a row needs by place."""
    count = {"x, y": 2, "a, b, c": 3, "x, min, max": 3, "x, min": 2, "x, max": 2, "mask, x, y": 3}
    # Where an axis is put in has to be said, and what shape an array gets.
    return ", ".join(
        ("x", "2", "3")[: count.get(row.arguments, 2 if {"unsqueeze", "expand"} & {*row.names} else 1)]
    )


@pytest.mark.parametrize(
    ("name", "row"),
    [(name, row) for row in CALLS for name in row.names if row.is_sure and name not in NO_NUMBERS],
)
def test_every_name_is_read(name: str, row: CallRow) -> None:
    if row.arguments.startswith(("x.shape", "mean, scale", "Normal", "...", "number")):
        return
    text = f"{name}({arguments(row)})"
    found = read_program(text, "python")
    assert set(free_symbols(found.arrays)) <= {"x"}
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    assert is_readable(call)


@pytest.mark.parametrize("name", ["foo", "lgamma", "erf", "logsumexp"])
def test_other_names_are_not(name: str) -> None:
    assert not rows_of(name)
    with pytest.raises(KlcliError, match="is not a known function"):
        read_program(f"{name}(x)", "python")


def test_operations_are_known_to_numpy_or_torch() -> None:
    """Names that a method of an array may have are no functions of a project."""
    assert {"exp", "sum", "clip", "mul", "astype"} <= OPERATIONS
    assert {
        name for name in ("exp", "sum", "clip", "add", "mean", "maximum") if hasattr(np, name)
    } <= OPERATIONS
    assert set(KNOWN) >= {"exp", "reduce_sum", "clamp", "randn"}


def test_of_two_rows_with_one_name_the_first_that_knows_a_call_reads_it() -> None:
    assert len(rows_of("astype")) > 1
    assert free_symbols(read_program("x.astype(int)", "python").arrays) == free_symbols(
        read_program("x.astype(float)", "python").arrays
    )
