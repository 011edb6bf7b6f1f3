"""What ``torch.save`` writes, read without torch and without running anything.

A zip with a pickle, ``data.pkl``, that names tensors, and their bytes beside it (the format of PyTorch 1.6
and later). The pickle is not loaded, see `klcli.tables.formats.safe_unpickling`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any
from zipfile import ZipFile

from klcli.errors import KlcliError
from klcli.tables.formats.contiguous_rows import RawArray, RawArrays
from klcli.tables.formats.npy_header import MOST_BYTES
from klcli.tables.formats.safe_unpickling import HINT, Tensor, followed
from klcli.tables.formats.zip_members import reader
from klcli.tables.source import Source

PICKLE = "data.pkl"
"""The member of the archive with the names and shapes."""
_MOST_PICKLE = 1 << 24
"""Bytes of it: it holds no numbers, only what they are called."""
_LONGEST_ORDER = 8
"""Bytes of a word: little or big."""
_MOST_ROWS_APART = 1 << 28
"""Bytes of a tensor whose rows do not lie one behind the other, which is read whole."""


def open_torch_save(source: Source, archive: ZipFile) -> RawArrays:
    """The tensors in an archive that ``torch.save`` wrote; those of a dictionary in it are called a/b.

    Raises:
        KlcliError: it holds anything but tensors, numbers and texts in dictionaries and lists, or its sizes
            contradict each other.
    """
    member = next(name for name in archive.namelist() if name.endswith("/" + PICKLE))
    folder = member.removesuffix(PICKLE)
    if archive.getinfo(member).file_size > _MOST_PICKLE:
        # 2^20 bytes are a MiB.
        raise KlcliError(f"{source.name} has more than {_MOST_PICKLE >> 20} MiB of names", HINT)
    byte_order = folder + "byteorder"
    if (
        byte_order in archive.namelist()
        and reader(archive, byte_order, source.name)(_LONGEST_ORDER) == b"big"
    ):
        raise KlcliError(f"{source.name} is big-endian", "save it anew on another machine")
    found = followed(reader(archive, member, source.name)(_MOST_PICKLE), source.name)
    arrays = {}
    for name, tensor in _named(found):
        _check(tensor, archive, folder, f"{name} in {source.name}")
        kind = tensor.storage.kind
        arrays[name or "tensor"] = RawArray(
            tensor.shape, kind, _opener(tensor, archive, folder, f"{name} in {source.name}")
        )
    return RawArrays(source.name, arrays, dict(_texts(found)) if isinstance(found, dict) else {})


def _texts(found: dict[Any, Any]) -> Iterator[tuple[str, list[str]]]:
    """Lists of texts, by their keys."""
    for key, value in found.items():
        if isinstance(value, list) and value and all(isinstance(text, str) for text in value):
            yield str(key), value


def _named(value: Any, name: str = "") -> Iterator[tuple[str, Tensor]]:
    """Tensors with rows, by the keys that lead to them."""
    if isinstance(value, Tensor):
        if value.shape:
            yield name, value
    elif isinstance(value, dict | list | tuple):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in items:
            yield from _named(part, f"{name}/{key}" if name else str(key))


def _check(tensor: Tensor, archive: ZipFile, folder: str, name: str) -> None:
    """Hold what a tensor says against the bytes that there are, before memory is taken."""
    storage = tensor.storage
    member = f"{folder}data/{storage.key}"
    try:
        there = archive.getinfo(member).file_size
    except KeyError:
        raise KlcliError(f"the numbers of {name} are missing", "it was cut off; save it anew") from None
    last = tensor.offset + sum((n - 1) * step for n, step in zip(tensor.shape, tensor.strides, strict=True))
    lies = there != storage.count * storage.size or (0 not in tensor.shape and last >= storage.count)
    if lies or prod(tensor.shape) * storage.size > MOST_BYTES:
        raise KlcliError(f"{name} announces more numbers than there are", "it is damaged; save it anew")


def _opener(tensor: Tensor, archive: ZipFile, folder: str, name: str) -> Callable[[], Callable[[int], bytes]]:
    storage = tensor.storage

    def opened() -> Callable[[int], bytes]:
        read = reader(archive, f"{folder}data/{storage.key}", name)
        if tensor.in_order:
            _skip(read, tensor.offset * storage.size)
            return read
        if storage.count * storage.size > _MOST_ROWS_APART:
            raise KlcliError(
                f"the rows of {name} do not lie one behind the other", "save tensor.contiguous()"
            )
        return _rearranged(tensor, read(storage.count * storage.size))

    return opened


def _skip(read: Callable[[int], bytes], size: int) -> None:
    # A MiB at a time, so that nothing large is held.
    while size > 0 and (data := read(min(size, 1 << 20))):
        size -= len(data)


def _rearranged(tensor: Tensor, data: bytes) -> Callable[[int], bytes]:
    """The bytes of a tensor in the order of its rows, which are put in it as they are asked for.

    An expanded tensor has more rows than its storage has numbers.
    """
    import numpy

    size = tensor.storage.size
    flat = numpy.frombuffer(data, f"<u{size}")[tensor.offset :]
    steps = [stride * size for stride in tensor.strides]
    view = numpy.lib.stride_tricks.as_strided(flat, tensor.shape, steps, writeable=False)
    row = size * prod(tensor.shape[1:])
    next_row = 0

    def read(wanted: int) -> bytes:
        nonlocal next_row
        part = view[next_row : next_row + wanted // row]
        next_row += len(part)
        return part.tobytes()

    return read
