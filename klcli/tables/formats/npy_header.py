"""The header of an NPY file, read here and not by numpy, which trusts it and fails in many ways if it lies.

The format: numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3: six bytes, the
version, the length of the header, and a dictionary as Python writes it.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from math import prod
from threading import Lock
from typing import Any

from klcli.errors import KlcliError
from klcli.lazy_regex import regex
from klcli.values import dataclass

MAGIC = b"\x93NUMPY"
"""The first bytes of every NPY file."""

_VERSIONS = {b"\x01\x00": (2, "latin-1"), b"\x02\x00": (4, "latin-1"), b"\x03\x00": (4, "utf-8")}
"""The bytes of the header's length and its encoding."""
_LONGEST = 65_535
"""Bytes of a header; format 1 has two bytes for it."""
_KEYS = {"descr", "fortran_order", "shape"}
_KIND = regex(r"[<>=|]?[?a-zA-Z][0-9]{0,9}(\[[0-9a-zA-Z]*\])?")
"""The type of the numbers, as numpy writes it."""
_PLAIN = regex(
    r"\{'descr': '([<>=|]?[?biufcmMSUVO][0-9]{0,9}(?:\[[0-9a-zA-Z]*\])?)', 'fortran_order': (True|False), "
    r"'shape': \(((?:[0-9]+,)?|[0-9]+(?:, [0-9]+)+)\), \}"
)
"""The header of numbers of one type, to the letter as numpy writes it."""
_ONE_AT_A_TIME = Lock()
_PYTHON_2 = regex(r"(?<=[0-9])L(?=\s*[,)])")
"""Python 2 wrote ``(3L, 2L)``."""
MOST_BYTES = 1 << 62
"""Beyond these no file has a place for a number."""


@dataclass(frozen=True, slots=True)
class Header:
    """What an NPY file announces.

    Attributes:
        shape: of the array.
        by_column: whether the order is Fortran's.
        dtype: numpy's, of one element.
    """

    shape: tuple[int, ...]
    by_column: bool
    dtype: Any

    @property
    def size(self) -> int:
        """The bytes of the array."""
        return prod(self.shape) * int(self.dtype.itemsize)


def read_header(read: Callable[[int], bytes], name: str) -> Header:
    """The header behind the first six bytes of a file.

    Args:
        read: gives the next bytes, as many as asked for or, at the end, fewer.
        name: of the file, for messages.

    Raises:
        KlcliError: it is no header, is broken, or cannot be true.
    """
    version = read(2)
    digits, encoding = _VERSIONS.get(version, (0, ""))
    length = int.from_bytes(read(digits), "little")
    if not digits or length > _LONGEST:
        raise KlcliError(f"{name} has no header of the NPY format", "save it anew with numpy.save")
    data = read(length)
    try:
        if len(data) < length:
            raise ValueError("it was cut off")
        return _header(data.decode(encoding))
    # What ast.literal_eval raises by its documentation, and numpy for a text that names no type.
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise KlcliError(f"the NPY header of {name} is broken", "save it anew with numpy.save") from None


def _header(text: str) -> Header:
    """The header in a text; without Python's parser where the type has no fields, and that is nearly always.

    Raises:
        ValueError: it is none; or one of the errors that `read_header` lists.
    """
    plain = _PLAIN.fullmatch(text.strip())
    if plain:
        kind, order, lengths = plain.groups()
        shape = tuple(int(length) for length in lengths.split(",") if length)
        return _meaning({"descr": kind, "fortran_order": order == "True", "shape": shape})
    # In threads the parser of Python 3.11 can fail with a SystemError, and filters of warnings get lost.
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes in texts, and of old names of types
        return _meaning(ast.literal_eval(_PYTHON_2.sub("", text.strip())))


def _meaning(found: object) -> Header:
    """The header that a dictionary is.

    Raises:
        ValueError: it is none.
        TypeError: numpy has no such type.
    """
    from numpy.lib.format import descr_to_dtype

    if not isinstance(found, dict) or set(found) != _KEYS:
        raise ValueError("it has other keys")
    shape, by_column, descr = found["shape"], found["fortran_order"], found["descr"]
    if not isinstance(by_column, bool) or not _is_shape(shape) or not _is_kind(descr):
        raise ValueError("what it says means nothing")
    header = Header(shape, by_column, descr_to_dtype(descr))
    if (
        header.dtype.itemsize == 0
        or prod(max(1, length) for length in shape) * header.dtype.itemsize > MOST_BYTES
    ):
        raise ValueError("no file is so small or so large")
    return header


def _is_shape(value: object) -> bool:
    """Whether it is a tuple of lengths; a truth value is none, though Python counts with it."""
    return isinstance(value, tuple) and all(type(length) is int and length >= 0 for length in value)


def _is_kind(value: object) -> bool:
    """Whether it describes a type: the name of one, or a list of fields with their names."""
    if isinstance(value, str):
        return bool(_KIND.fullmatch(value))
    return isinstance(value, list) and bool(value) and all(map(_is_field, value))


def _is_field(value: object) -> bool:
    match value:
        case (str() | (str(), str()), kind):
            return isinstance(value, tuple) and _is_kind(kind)
        case (str() | (str(), str()), kind, shape):
            return isinstance(value, tuple) and _is_kind(kind) and _is_shape(shape)
    return False
