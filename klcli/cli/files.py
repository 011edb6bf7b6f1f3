"""Texts and numbers from files, and from standard input for ``-``."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any, BinaryIO, NoReturn

from klcli.cli.standard_input import read_standard_input
from klcli.errors import KlcliError
from klcli.render.character_spellings import visible
from klcli.values import dataclass

MatrixRows = tuple[tuple[Fraction, ...], ...]

_MOST_BYTES = 64_000_000
"""A text is read as a whole, and one from a device has no end. A vector has as many numbers as fit into
these bytes."""
_MOST_IN_TEXT = 512
"""Dimensions of a matrix of decimals, which are read as rationals."""
_HINT = "for example @matrix.npy or @matrix.csv, with numbers separated by commas"


def read_text(path: str, hint: str = "--file takes a text file") -> str:
    """The text of a file, or of standard input for ``-``.

    Raises:
        KlcliError: it cannot be read (`hint` says what would be), is too long, or is not UTF-8.
    """
    shown = "standard input" if path == "-" else visible(path)
    try:
        if path == "-":
            data = read_standard_input(_MOST_BYTES + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise KlcliError(f"cannot read {shown}: {error.strerror}", hint) from None
    if len(data) > _MOST_BYTES:
        # A MB.
        raise KlcliError(f"{shown} is larger than {_MOST_BYTES // 10**6} MB", "split it")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin1"
        raise KlcliError(
            f"{shown} is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}",
            f"for example: iconv -f {encoding} -t utf-8",
        ) from None


@dataclass(frozen=True, slots=True)
class Given:
    """A matrix as it was typed or read.

    Attributes:
        rows: exact numbers, or a numpy array of shape (n, m).
        file: the file with them; None where they were typed, or came from standard input.
    """

    rows: Any
    file: str | None = None


def read_matrix(path: str, name: str) -> Given:
    """The matrix in a file: an array, or the exact decimals of a text.

    Raises:
        KlcliError: no such file, no numbers, not finite, too many dimensions.
    """
    if path.endswith(".npy"):
        return Given(_array(path, name), path)
    return Given(_some(_from_text(path, name, _MOST_IN_TEXT), path, name), None if path == "-" else path)


def read_rows(path: str, name: str) -> MatrixRows:
    """The exact numbers of a file by rows; an array of one dimension is one row.

    Args:
        path: ends with .npy (an array of numbers, as numpy.save writes it) or is a text of decimals.
        name: the option, for messages.

    Raises:
        KlcliError: no such file, no numbers, not finite.
    """
    if not path.endswith(".npy"):
        return _some(_from_text(path, name), path, name)
    return tuple(tuple(map(Fraction, row)) for row in _array(path, name).tolist())


def file_hash(path: str) -> str:
    """The SHA-256 of the bytes of a file.

    Raises:
        KlcliError: it cannot be read.
    """
    from hashlib import file_digest

    try:
        with open(path, "rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise KlcliError(f"cannot read {visible(path)}: {error.strerror}", _HINT) from None


def _some(rows: MatrixRows, path: str, name: str) -> MatrixRows:
    if not rows:
        raise KlcliError(f"{name}: there is no number in {visible(path)}", _HINT)
    return rows


def _array(path: str, name: str) -> Any:
    """The array of an NPY file as floats or whole numbers, of shape (n, m)."""
    import numpy

    shown = visible(path)
    try:
        with open(path, "rb") as file:
            array = _numbers(file, shown, name)
    except OSError as error:
        raise KlcliError(f"{name}: cannot read {shown}: {error.strerror}", _HINT) from None
    failing = numpy.argwhere(~numpy.isfinite(array))
    if len(failing):
        place = tuple(int(index) + 1 for index in failing[0])
        entry = place[0] if len(place) == 1 else place
        _refuse(f"{name}: entry {entry} in {shown} is {array[tuple(failing[0])]}")
    table = numpy.atleast_2d(array)
    return table.astype(numpy.float64, copy=False) if array.dtype.kind == "f" else table


def _numbers(file: BinaryIO, path: str, name: str) -> Any:
    """The array of real numbers in an NPY file; nothing is read before its header says how much that is.

    Raises:
        KlcliError: no header, no numbers, too many of them.
    """
    import numpy

    from klcli.gaussian.matrices.forms_and_sizes import MOST_DIMENSIONS
    from klcli.tables.formats.npy_header import MAGIC, read_header

    if file.read(len(MAGIC)) != MAGIC:
        _refuse(f"{name}: {path} is no array as numpy.save writes it; pickled objects are not read")
    header = read_header(file.read, path)
    if header.dtype.hasobject:
        _refuse(f"{name}: {path} holds no numbers; pickled objects are not read")
    if header.dtype.kind not in "iuf" or len(header.shape) > 2:
        _refuse(f"{name}: {path} is no vector or matrix of real numbers")
    if not prod(header.shape):
        raise KlcliError(f"{name}: there is no number in {path}", _HINT)
    is_matrix = len(header.shape) == 2 and min(header.shape) > 1
    # Of doubles, which have eight bytes.
    most = max(MOST_DIMENSIONS.values()) if is_matrix else _MOST_BYTES // 8
    if max(header.shape, default=1) > most:
        text = " x ".join(f"{length:,}" for length in header.shape)
        raise KlcliError(f"{name}: {path} is {text}", _too_many(most))
    data = file.read(header.size)
    if len(data) < header.size:
        _refuse(f"{name}: {path} ends before its {prod(header.shape):,} numbers do")
    return numpy.frombuffer(data, header.dtype).reshape(header.shape, order="F" if header.by_column else "C")


def _too_many(most: int) -> str:
    return (
        f"at most {most:,} dimensions are computed; if each row is an example: "
        "klcli latents --mean mu.npy --logvar logvar.npy"
    )


def _from_text(path: str, name: str, most: int | None = None) -> MatrixRows:
    from klcli.formula.numeral import parse_numeral
    from klcli.gaussian.matrices.forms_and_sizes import MOST_DIMENSIONS

    rows: list[tuple[Fraction, ...]] = []
    for number, line in enumerate(read_text(path, _HINT).splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        place, parts = f"{name}: line {number} of {visible(path)}", line.strip().rstrip(",").split(",")
        if most is not None and max(len(parts), len(rows) + 1) > most:
            raise KlcliError(
                f"{place}: a text may have at most {most} dimensions",
                f"numpy.save('matrix.npy', ...) makes a file for up to {max(MOST_DIMENSIONS.values()):,}",
            )
        rows.append(tuple(parse_numeral(part, place) for part in parts))
    return tuple(rows)


def _refuse(problem: str) -> NoReturn:
    raise KlcliError(problem, _HINT)
