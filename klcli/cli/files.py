"""Texts and numbers from files, and from standard input for ``-``."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

from klcli.errors import KlcliError

__all__ = ["Rows", "read_rows", "read_text"]

Rows = tuple[tuple[Fraction, ...], ...]

_MOST_BYTES = 64_000_000
_HINT = "for example @matrix.npy or @matrix.csv, with numbers separated by commas"


def read_text(path: str, hint: str = "--file takes a text file") -> str:
    """The text of a file, or of standard input for ``-``.

    Raises:
        KlcliError: it cannot be read (`hint` says what would be), is too long, or is not UTF-8.
    """
    try:
        if path == "-":
            data = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with Path(path).open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise KlcliError(f"cannot read {path}: {error.strerror}", hint) from None
    if len(data) > _MOST_BYTES:
        raise KlcliError(f"{path} is larger than {_MOST_BYTES // 10**6} MB", "split it")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        name = "standard input" if path == "-" else path
        encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin1"
        raise KlcliError(
            f"{name} is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}",
            f"for example: iconv -f {encoding} -t utf-8",
        ) from None


def read_rows(path: str, name: str) -> Rows:
    """The exact numbers of a file by rows; an array of one dimension is one row.

    Args:
        path: ends with .npy (an array of numbers, as numpy.save writes it) or is a text of decimals.
        name: the option, for messages.

    Raises:
        KlcliError: no such file, no numbers, not finite, rows of different lengths.
    """
    rows = _from_npy(path, name) if path.endswith(".npy") else _from_text(path, name)
    if not rows:
        raise KlcliError(f"{name}: there is no number in {path}", _HINT)
    return rows


def _from_npy(path: str, name: str) -> Rows:
    import numpy

    try:
        if Path(path).stat().st_size > _MOST_BYTES:
            raise KlcliError(
                f"{path} is larger than {_MOST_BYTES // 10**6} MB", "512 x 512 is the largest matrix"
            )
        array: Any = numpy.load(path, allow_pickle=False)
    except OSError as error:
        raise KlcliError(f"{name}: cannot read {path}: {error.strerror}", _HINT) from None
    except (ValueError, EOFError):
        _refuse(f"{name}: {path} is no array as numpy.save writes it; pickled objects are not read")
    if getattr(array, "dtype", None) is None or array.dtype.kind not in "iuf" or array.ndim > 2:
        _refuse(f"{name}: {path} is no vector or matrix of real numbers")
    failing = numpy.argwhere(~numpy.isfinite(array))
    if len(failing):
        place = tuple(int(index) + 1 for index in failing[0])
        shown = place[0] if len(place) == 1 else place
        _refuse(f"{name}: entry {shown} in {path} is {array[tuple(failing[0])]}")
    table = numpy.atleast_2d(array)
    wide = table.astype(numpy.float64) if array.dtype.kind == "f" else table
    return tuple(tuple(map(Fraction, row)) for row in wide.tolist())


def _from_text(path: str, name: str) -> Rows:
    from klcli.formula.numeral import parse_numeral

    rows = []
    for number, line in enumerate(read_text(path, _HINT).splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            place = f"{name}: line {number} of {path}"
            rows.append(tuple(parse_numeral(part, place) for part in line.strip().rstrip(",").split(",")))
    return tuple(rows)


def _refuse(problem: str) -> NoReturn:
    raise KlcliError(problem, _HINT)
