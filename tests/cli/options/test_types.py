"""Values of options: what each type takes, exactly, and the one error with a hint for everything else."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import click
import numpy
import pytest

from klcli.cli.files import Given
from klcli.cli.options.types import (
    MatrixType,
    Nonnegative,
    NumbersType,
    OfFile,
    Positive,
    Reading,
    ShapeType,
    Whole,
)
from klcli.errors import KlcliError
from klcli.gaussian.parameterization import PARAMETERIZATIONS


def converted(kind: click.ParamType, text: Any, name: str = "--x") -> Any:
    return kind.convert(text, click.Option([name]), None)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (NumbersType(), "0.1", (Fraction(1, 10),)),
        (NumbersType(), " 1, -2.5,1e-3 ", (Fraction(1), Fraction(-5, 2), Fraction(1, 1000))),
        (Whole(1, 10**7, 7), "1e6", 1_000_000),
        (Whole(0, 5, 3), "5", 5),
        (ShapeType(), "64,3", (64, 3)),
        (ShapeType(), "64x3x2", (64, 3, 2)),
        (Positive(), "1e-4", 1e-4),
        (Nonnegative(), "0", 0.0),
        (
            MatrixType(),
            "[[1.2, 0.3], [0.3, 0.9]]",
            Given(((Fraction(6, 5), Fraction(3, 10)), (Fraction(3, 10), Fraction(9, 10)))),
        ),
        (
            MatrixType(),
            "1.2,0.3; 0.3,0.9",
            Given(((Fraction(6, 5), Fraction(3, 10)), (Fraction(3, 10), Fraction(9, 10)))),
        ),
        (MatrixType(), "[[1 0] [0 1]]", Given(((Fraction(1), Fraction(0)), (Fraction(0), Fraction(1))))),
        (Reading(), "logvar", "logvar"),
        (Reading(("all",)), "all", "all"),
    ],
)
def test_a_value_is_exact(kind: click.ParamType, text: str, value: Any) -> None:
    assert converted(kind, text) == value
    assert converted(kind, value) == value, "a default is left as it is"


@pytest.mark.parametrize(
    ("kind", "text", "message", "hint"),
    [
        (NumbersType(), "[[1, 2], [2, 5]]", "x takes a list and not a matrix", "--cov"),
        (NumbersType(), "nan", "x", ""),
        (NumbersType(), "1,,2", "x", ""),
        (Whole(1, 100, 7), "0", "--x must be a whole number from 1 to 100, got 0", "--x 7"),
        (Whole(1, 100, 7), "1.5", "--x must be a whole number from 1 to 100, got 1.5", "--x 7"),
        (Whole(1, 10**7, 7), "1_000", "--x", ""),
        (Whole(1, 10**7, 7), "nan", "--x must be a number", "it has to be finite; write for example 7"),
        (
            Whole(1, 10**7, 7),
            "1e400",
            "--x = 1e400 is outside of the range of doubles",
            "write for example 7",
        ),
        (Positive(), "inf", "--x must be a number", "it has to be finite; write for example 1e-4"),
        (ShapeType(), "3,0", "--x must be a whole number", "for example"),
        (Positive(), "0", "--x must be a number > 0, got 0", "1e-4"),
        (Nonnegative(), "-0.1", "--x must be a number >= 0, got -0.1", "0.5"),
        (MatrixType(), "[1, 2]", "x takes rows of numbers, got '[1, 2]'", "[[1.2, 0.3]"),
        (MatrixType(), "[[1, a], [0, 1]]", "entry (1, 2) of x", ""),
        (Reading(), "log_var", "--x cannot be 'log_var'", "did you mean 'logvar'?"),
        (Reading(), "log_sigma", "--x cannot be 'log_sigma'", "logstd"),
    ],
)
def test_what_is_none_is_one_error(kind: click.ParamType, text: str, message: str, hint: str) -> None:
    with pytest.raises(KlcliError) as caught:
        converted(kind, text)
    assert caught.value.message.startswith(message)
    assert hint in caught.value.hint
    assert caught.value.hint


def test_a_reading_is_a_row_of_the_table() -> None:
    assert tuple(Reading().choices) == tuple(PARAMETERIZATIONS)


@pytest.mark.parametrize(
    "array", [numpy.array([1.5, 2.0]), numpy.array([[1.5], [2.0]])], ids=["row", "column"]
)
def test_numbers_of_a_file_are_known_as_such(tmp_path: Path, array: numpy.ndarray) -> None:
    numpy.save(tmp_path / "mu.npy", array)
    found = converted(NumbersType(), f"@{tmp_path / 'mu.npy'}")
    assert found == (Fraction(3, 2), Fraction(2))
    assert isinstance(found, OfFile)


def test_a_table_is_no_list(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("1,2\n3,4\n5,6\n")
    with pytest.raises(KlcliError, match="x takes a list, and the file has 3 rows of 2") as caught:
        converted(NumbersType(), f"@{tmp_path / 't.csv'}")
    assert "klcli latents" in caught.value.hint


def test_a_matrix_of_a_file_keeps_its_name(tmp_path: Path) -> None:
    path = str(tmp_path / "s.csv")
    Path(path).write_text("1.2,0.3\n0.3,0.9\n")
    found = converted(MatrixType(), f"@{path}")
    assert (found.file, found.rows[0]) == (path, (Fraction(6, 5), Fraction(3, 10)))
