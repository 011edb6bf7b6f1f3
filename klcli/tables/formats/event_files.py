"""Scalars out of TensorBoard's event files, without TensorFlow: a framing of records, and a little protobuf.

A record is its length and a checksum of that, the bytes and a checksum of these (TFRecord); the bytes are an
Event with a step and a Summary of tagged values. Records with images, histograms or graphs are passed by.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import calcsize, unpack_from
from struct import error as struct_error

from klcli.errors import KlcliError
from klcli.tables.source import Source

_VERSION = b"brain.Event:"
"""In the first record of every such file, within `_BEGIN` bytes."""
_BEGIN = 64
"""Of a first record with a version, whose header, time and tag come before it."""
_HEADER, _FOOTER = 12, 4
"""Bytes around a record: its length in eight with their checksum in four, and the checksum of its content."""
_MOST_READ = 1 << 16
"""Bytes of a record that is looked at: one with scalars has some hundred."""
_LARGEST = 1 << 31
"""Bytes of a record; protobuf has no larger ones."""
_POLYNOMIAL, _MASK = 0x82F63B78, 0xA282EAD8
"""Of CRC-32C, reversed, and what TFRecord adds to it."""
_STEP, _SUMMARY, _VALUE, _TAG, _SIMPLE, _TENSOR = 2, 5, 1, 1, 2, 8
"""Fields of Event, Summary and Summary.Value (tensorflow/core/framework/summary.proto, util/event.proto)."""
_FIXED = {1: 8, 5: 4}
"""Bytes of the wire types that have a fixed length."""
_KIND, _CONTENT = 1, 4
"""Fields of a TensorProto: what its numbers are, and their bytes."""
_KINDS: dict[object, tuple[str, int]] = {1: ("<f", 5), 2: ("<d", 6)}
"""Of floats and doubles: their format, and the field that they stand in otherwise."""

LoggedScalar = tuple[int, str, float]
"""The step, the tag and the value."""


def is_event_file(begin: bytes) -> bool:
    """Whether a file that begins with these bytes, 64 or more, is one."""
    return _VERSION in begin[:_BEGIN]


def logged_scalars(source: Source) -> Iterator[LoggedScalar]:
    """The scalars of a file; they end where a record is not complete, as in a run that goes on.

    Raises:
        KlcliError: a record is damaged.
    """
    table = _crc_table()
    number = 0
    while len(header := source.read(_HEADER)) == _HEADER:
        number += 1
        length, check = unpack_from("<QI", header)
        # Of the length alone.
        if _checksum(header[:8], table) != check or length > _LARGEST:
            raise _damaged(source, number)
        if length > _MOST_READ:
            _pass_by(source, length + _FOOTER)
            continue
        data = source.read(length + _FOOTER)
        if len(data) < length + _FOOTER:
            return
        if _checksum(data[:length], table) != unpack_from("<I", data, length)[0]:
            raise _damaged(source, number)
        try:
            yield from _scalars(data[:length])
        except (struct_error, IndexError, ValueError):
            raise _damaged(source, number) from None


def _pass_by(source: Source, size: int) -> None:
    while size and (data := source.read(min(size, _MOST_READ))):
        size -= len(data)


def _damaged(source: Source, number: int) -> KlcliError:
    return KlcliError(
        f"record {number:,} of {source.name} is damaged",
        "copy the event file anew from where the run wrote it",
    )


def _scalars(event: bytes) -> Iterator[LoggedScalar]:
    step, summaries = 0, []
    for field, value in _fields(event):
        if field == _STEP and isinstance(value, int):
            # Two's complement of 64 bits: a negative number is sent as a large one.
            step = value - (1 << 64) if value >> 63 else value
        elif field == _SUMMARY and isinstance(value, bytes):
            summaries.append(value)
    for summary in summaries:
        for field, value in _fields(summary):
            if field == _VALUE and isinstance(value, bytes):
                found = _tagged(value)
                if found:
                    yield step, *found


def _tagged(data: bytes) -> tuple[str, float] | None:
    """The tag and the number of a Summary.Value; None for one that is no scalar."""
    tag, number = "", None
    for field, value in _fields(data):
        if field == _TAG and isinstance(value, bytes):
            tag = value.decode("utf-8", "replace")
        # A float has four bytes.
        elif field == _SIMPLE and isinstance(value, bytes) and len(value) == 4:
            number = unpack_from("<f", value)[0]
        elif field == _TENSOR and isinstance(value, bytes):
            number = _of_tensor(value)
    return None if number is None else (tag, float(number))


def _of_tensor(data: bytes) -> float | None:
    """The number of a tensor that holds one float or one double."""
    found = dict(_fields(data))
    kind = found.get(_KIND)
    if kind not in _KINDS:
        return None
    code, own = _KINDS[kind]
    for content in (found.get(_CONTENT), found.get(own)):
        if isinstance(content, bytes) and len(content) == calcsize(code):
            return float(unpack_from(code, content)[0])
    return None


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message: their numbers, and a whole number or the bytes of anything else."""
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        # The lower three bits are the wire type: 0 a varint, 1 eight bytes, 2 a length and so many, 5 four.
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, place = _varint(data, place)
            yield number, value
            continue
        if kind == 2:
            size, place = _varint(data, place)
        elif kind in _FIXED:
            size = _FIXED[kind]
        else:
            raise ValueError(kind)
        if place + size > len(data):
            raise IndexError(place)
        yield number, data[place : place + size]
        place += size


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """A number of 64 bits, seven in a byte, the lowest first; the eighth says whether another one follows."""
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift  # seven bits
        shift += 7  # to the next ones
        if byte < 0x80:  # the eighth bit is not set
            return value & (1 << 64) - 1, place  # ten bytes have six bits more
        if shift > 63:  # an eleventh byte would follow
            raise ValueError(shift)


def _crc_table() -> list[int]:
    """The remainder of every byte."""
    table = []
    for byte in range(256):  # all of them
        for _ in range(8):  # bit by bit
            byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
        table.append(byte)
    return table


def _checksum(data: bytes, table: list[int]) -> int:
    """The CRC-32C of bytes, masked as TFRecord has it."""
    # It begins with all bits set, and ends with all of them turned.
    crc = 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8  # a byte goes in at the lower end
    crc ^= 0xFFFFFFFF  # at the end
    # Turned right by 15 of 32 bits.
    return ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF
