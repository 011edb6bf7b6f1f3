"""Pickles followed without unpickling: plain data as the standard library would build it, and nothing run."""

from __future__ import annotations

import os
import pickle
import pickletools
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest

from klcli.errors import KlcliError
from klcli.tables.formats.safe_unpickling import Storage, Tensor, followed

PLAIN: list[Any] = [
    {},
    {"mu": 1, "logvar": [2, 3.5, -70_000, 2**40]},
    {"a": (), "b": (1,), "c": (1, 2), "d": (1, 2, 3), "e": (1, 2, 3, 4)},
    [None, True, False, "text", b"bytes"],
    {1: {2: {3: []}}},
    ["same", "same", ["same"]],
]


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_data_are_what_pickle_builds(value: Any, protocol: int) -> None:
    if protocol < 3 and b"bytes" in value:
        pytest.skip("protocol 2 has no bytes, and calls a codec for them")
    assert followed(pickle.dumps(value, protocol), "t.pt") == value


@pytest.mark.parametrize("protocol", [2, 4])
def test_an_ordered_dictionary_is_a_dictionary(protocol: int) -> None:
    assert followed(pickle.dumps(OrderedDict(mu=1, s=2), protocol), "t.pt") == {"mu": 1, "s": 2}


class Runs:
    """Its pickle asks for a call when it is read."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


@pytest.mark.parametrize("protocol", [2, 4])
def test_nothing_is_called_and_the_name_is_told(protocol: int, tmp_path: Path) -> None:
    made = tmp_path / "made"
    data = pickle.dumps({"mu": Runs(os.mkdir, str(made))}, protocol)
    with pytest.raises(KlcliError, match=r"calls \w+\.mkdir, which is not run"):
        followed(data, "t.pt")
    assert not made.exists()


def _operation(name: str) -> bytes:
    return next(one.code.encode("latin-1") for one in pickletools.opcodes if one.name == name)


def test_an_operation_that_tensors_do_not_need_is_refused() -> None:
    with pytest.raises(KlcliError, match="the operation EMPTY_SET, which tensors do not need"):
        followed(b"\x80\x04" + _operation("EMPTY_SET") + b".", "t.pt")


@pytest.mark.parametrize(
    "data",
    [b"", b"no pickle", pickle.dumps({"mu": 1})[:-1], b"\x80\x02a.", b"\x80\x02t.", b"\x80\x02h\x07."],
    ids=["empty", "text", "no end", "short stack", "no mark", "no memory"],
)
def test_a_broken_pickle_is_one_error(data: bytes) -> None:
    with pytest.raises(KlcliError, match=r"the pickle in t\.pt is broken") as caught:
        followed(data, "t.pt")
    assert "torch.save" in caught.value.hint


def storage(kind: bytes, count: bytes) -> bytes:
    """The operations for a storage: a persistent id, as ``torch.save`` writes it."""
    return b"(X\x07\x00\x00\x00storagec" + kind + b"\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu" + count + b"tQ"


@pytest.mark.parametrize(
    ("kind", "expected", "size"),
    [
        (b"torch\nDoubleStorage", "<f8", 8),
        (b"torch\nFloatStorage", "<f4", 4),
        (b"torch\nHalfStorage", "<f2", 2),
        (b"torch\nBFloat16Storage", "bfloat16", 2),
        (b"torch\nLongStorage", "<i8", 8),
    ],
)
def test_a_storage_has_the_kind_of_its_class(kind: bytes, expected: str, size: int) -> None:
    found = followed(b"\x80\x02" + storage(kind, b"K\x06") + b".", "t.pt")
    assert found == Storage(expected, size, "0", 6)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (storage(b"torch\nQInt8Storage", b"K\x06"), r"numbers of the kind torch\.QInt8Storage"),
        (storage(b"torch\nFloatStorage", b"J\xff\xff\xff\xff"), "broken"),
        (storage(b"torch\nFloatStorage", b"\x88"), "broken"),
    ],
    ids=["unknown kind", "count -1", "count True"],
)
def test_a_storage_that_cannot_be_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        followed(b"\x80\x02" + data + b".", "t.pt")


def test_a_tensor_is_a_view_of_its_storage() -> None:
    call = (
        b"ctorch._utils\n_rebuild_tensor_v2\n("
        + storage(b"torch\nFloatStorage", b"K\x06")
        + b"K\x02(K\x02K\x02t(K\x02K\x01t\x89NtR"
    )
    found = followed(b"\x80\x02" + call + b".", "t.pt")
    assert found == Tensor(Storage("<f4", 4, "0", 6), 2, (2, 2), (2, 1))


@pytest.mark.parametrize(
    ("shape", "strides", "expected"),
    [
        ((3, 2), (2, 1), True),
        ((2, 3), (1, 2), False),
        ((3, 1), (1, 7), True),  # the step of an axis of one is never taken
        ((3, 2), (0, 1), False),
        ((2, 2, 2), (4, 2, 1), True),
        ((2, 2, 2), (8, 2, 1), False),
        ((), (), True),
    ],
)
def test_a_tensor_is_in_order_where_numpy_calls_it_contiguous(
    shape: tuple[int, ...], strides: tuple[int, ...], expected: bool
) -> None:
    numpy = pytest.importorskip("numpy")
    view = numpy.lib.stride_tricks.as_strided(numpy.zeros(64), shape, tuple(8 * one for one in strides))
    assert view.flags.c_contiguous is expected
    assert Tensor(Storage("<f8", 8, "0", 64), 0, shape, strides).in_order is expected
