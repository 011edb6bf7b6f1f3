"""Texts and numbers from files, and from standard input for ``-``."""

from __future__ import annotations

import sys
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from klcli.errors import KlcliError
from klcli.render.signs import visible

__all__ = ["Rows", "read_rows", "read_text"]

Rows = tuple[tuple[Fraction, ...], ...]

_MOST_BYTES = 64_000_000
_HINT = "for example @matrix.npy or @matrix.csv, with numbers separated by commas"


def read_text(path: str, hint: str = "--file takes a text file") -> str:
    """The text of a file, or of standard input for ``-``.

    Raises:
        KlcliError: it cannot be read (`hint` says what would be), is too long, or is not UTF-8.
    """
    shown = "standard input" if path == "-" else visible(path)
    try:
        if path == "-":
            data = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with Path(path).open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise KlcliError(f"cannot read {shown}: {error.strerror}", hint) from None
    if len(data) > _MOST_BYTES:
        raise KlcliError(f"{shown} is larger than {_MOST_BYTES // 10**6} MB", "split it")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin1"
        raise KlcliError(
            f"{shown} is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}",
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
        raise KlcliError(f"{name}: there is no number in {visible(path)}", _HINT)
    return rows


def _from_npy(path: str, name: str) -> Rows:
    import numpy

    shown = visible(path)
    try:
        with Path(path).open("rb") as file:
            array = _array(file, shown, name)
    except OSError as error:
        raise KlcliError(f"{name}: cannot read {shown}: {error.strerror}", _HINT) from None
    if not array.size:
        return ()
    failing = numpy.argwhere(~numpy.isfinite(array))
    if len(failing):
        place = tuple(int(index) + 1 for index in failing[0])
        entry = place[0] if len(place) == 1 else place
        _refuse(f"{name}: entry {entry} in {shown} is {array[tuple(failing[0])]}")
    table = numpy.atleast_2d(array)
    wide = table.astype(numpy.float64) if array.dtype.kind == "f" else table
    return tuple(tuple(map(Fraction, row)) for row in wide.tolist())


def _array(file: BinaryIO, path: str, name: str) -> Any:
    """The array of real numbers in an NPY file; nothing is read before its header says how much that is."""
    import numpy

    from klcli.cli.tables.npy_header import MAGIC, read_header

    if file.read(len(MAGIC)) != MAGIC:
        _refuse(f"{name}: {path} is no array as numpy.save writes it")
    header = read_header(file.read, path)
    if header.dtype.hasobject:
        _refuse(f"{name}: {path} holds no numbers; pickled objects are not read")
    if header.dtype.kind not in "iuf" or len(header.shape) > 2:
        _refuse(f"{name}: {path} is no vector or matrix of real numbers")
    if header.size > _MOST_BYTES:
        raise KlcliError(
            f"{path} is larger than {_MOST_BYTES // 10**6} MB", "512 x 512 is the largest matrix"
        )
    data = file.read(header.size)
    if len(data) < header.size:
        _refuse(f"{name}: {path} ends before its {prod(header.shape):,} numbers do")
    return numpy.frombuffer(data, header.dtype).reshape(header.shape, order="F" if header.by_column else "C")


def _from_text(path: str, name: str) -> Rows:
    from klcli.formula.numeral import parse_numeral

    rows = []
    for number, line in enumerate(read_text(path, _HINT).splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            place = f"{name}: line {number} of {visible(path)}"
            rows.append(tuple(parse_numeral(part, place) for part in line.strip().rstrip(",").split(",")))
    return tuple(rows)


def _refuse(problem: str) -> NoReturn:
    raise KlcliError(problem, _HINT)
