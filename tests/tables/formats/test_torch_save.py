"""Files of ``torch.save``: by torch where it is installed, and pickles made by hand that lie or attack."""

from __future__ import annotations

import pickle
import tracemalloc
from collections import OrderedDict
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.formats.detection import open_arrays
from klcli.tables.source import Source


def opened(data: bytes):  # type: ignore[no-untyped-def]
    return open_arrays(Source("t.pt", BytesIO(data), len(data), seekable=True))


def archived(pickled: bytes, **storages: bytes) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("t/data.pkl", pickled)
        for key, data in storages.items():
            archive.writestr(f"t/data/{key.removeprefix('s')}", data)
    return file.getvalue()


def tensor(shape: tuple[int, ...], strides: tuple[int, ...], offset: int = 0, count: int = 6) -> bytes:
    """The pickle of {"mu": tensor} as torch writes it, put together from its operations."""

    def number(value: int) -> bytes:
        return b"J" + value.to_bytes(4, "little", signed=True)

    def several(values: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(map(number, values)) + b"t"

    storage = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu"
    storage += number(count) + b"tQ"
    call = (
        b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + number(offset) + several(shape) + several(strides)
    )
    call += b"\x89ccollections\nOrderedDict\n)RtR"
    return b"\x80\x02}X\x02\x00\x00\x00mu" + call + b"s."


NUMBERS = numpy.arange(6, dtype="<f4")


@pytest.mark.parametrize(
    ("shape", "strides", "offset", "expected"),
    [
        ((3, 2), (2, 1), 0, NUMBERS.reshape(3, 2)),
        ((2, 3), (1, 2), 0, NUMBERS.reshape(3, 2).T),
        ((2, 2), (2, 1), 2, NUMBERS[2:].reshape(2, 2)),
        ((3, 2), (0, 1), 1, numpy.broadcast_to(NUMBERS[1:3], (3, 2))),
        ((6,), (1,), 0, NUMBERS[:, None]),
    ],
)
def test_views_of_a_storage(
    shape: tuple[int, ...], strides: tuple[int, ...], offset: int, expected: numpy.ndarray
) -> None:
    found = opened(archived(tensor(shape, strides, offset), s0=NUMBERS.tobytes()))
    (block,) = found.blocks(["mu"])
    numpy.testing.assert_array_equal(block.values[0], expected)


@pytest.mark.parametrize(
    ("pickled", "message"),
    [
        (tensor((3, 3), (3, 1)), "announces more numbers than there are"),
        (tensor((3, 2), (2, 1), 1), "announces more numbers than there are"),
        (tensor((3, 2), (2, 1), count=600), "announces more numbers than there are"),
        (tensor((3, 2), (2, 1), count=-6), "the pickle in t.pt is broken"),
        (tensor((10**9, 10**9), (1, 1)), "announces more numbers than there are"),
        (tensor((3, 2), (2, 1)).replace(b"X\x01\x00\x00\x000", b"X\x01\x00\x00\x001"), "are missing"),
        (
            tensor((3, 2), (2, 1)).replace(b"FloatStorage", b"QInt8Storage"),
            "numbers of the kind torch.QInt8Storage",
        ),
        (b"cos\nsystem\n(X\x02\x00\x00\x00lstR.", "calls os.system, which is not run"),
        (pickle.dumps(OrderedDict, protocol=2)[:-1] + b"(tR.", "the pickle|calls"),
        (b"\x80\x02c__builtin__\neval\n(X\x03\x00\x00\x001+1tR.", "calls __builtin__.eval"),
        (b"(i__main__\nA\n.", "the operation INST"),
        (b"\x80\x02ctorch.nn.modules.linear\nLinear\n)\x81.", "builds torch.nn.modules.linear.Linear"),
        (b"\x80\x02}", "is broken"),
        (b"", "is broken"),
        (b"t.", "is broken"),
    ],
)
def test_pickles_that_lie_or_attack(pickled: bytes, message: str) -> None:
    if "|" in message:  # an empty OrderedDict has no tensor
        assert dict(opened(archived(pickled)).shapes) == {}
        return
    with pytest.raises(KlcliError) as raised:
        list(opened(archived(pickled, s0=NUMBERS.tobytes())).blocks(["mu"]))
    assert message in raised.value.message


def test_pickles_by_themselves_are_refused() -> None:
    with pytest.raises(KlcliError, match="is a pickle, which can run any program"):
        opened(pickle.dumps({"mu": [1.0]}))


class Exploit:
    """What a pickle can do when it is loaded."""

    def __reduce__(self) -> Any:
        return print, ("owned",)


def test_an_exploit_does_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KlcliError, match="builtin"):
        opened(archived(pickle.dumps({"mu": Exploit()}, protocol=2)))
    assert capsys.readouterr().out == ""


def test_what_torch_writes() -> None:
    torch = pytest.importorskip("torch")
    mean = torch.randn(50, 4, generator=torch.Generator().manual_seed(0))
    saved = {
        "mu": mean,
        "state": OrderedDict(w=torch.nn.Parameter(mean.double()), step=3, name="a", rate=0.1, on=True),
        "list": [mean.half(), mean.bfloat16(), mean.T, mean[10:20], mean.long()],
    }
    file = BytesIO()
    torch.save(saved, file)
    found = opened(file.getvalue())
    expected = {
        "mu": mean,
        "state/w": mean.double(),
        "list/0": mean.half(),
        "list/1": mean.bfloat16().float(),
        "list/2": mean.T,
        "list/3": mean[10:20],
        "list/4": mean.long(),
    }
    assert set(found.shapes) == set(expected)
    for name, value in expected.items():
        got = numpy.concatenate([block.values[0] for block in found.blocks([name])])
        numpy.testing.assert_array_equal(got, value.numpy())


def test_a_view_with_the_other_sign_is_refused() -> None:
    torch = pytest.importorskip("torch")
    file = BytesIO()
    torch.save({"mu": torch.complex(torch.ones(3, 2), torch.ones(3, 2)).conj().imag}, file)
    with pytest.raises(KlcliError, match="the negative of the numbers that are stored"):
        opened(file.getvalue())


def test_an_expanded_tensor_takes_no_memory() -> None:
    """Its rows are read as they are asked for: 10^9 rows of one number that is stored."""
    found = opened(archived(tensor((10**9, 2), (0, 1)), s0=NUMBERS.tobytes()))
    block = next(iter(found.blocks(["mu"])))
    numpy.testing.assert_array_equal(block.values[0], numpy.broadcast_to(NUMBERS[:2], block.values[0].shape))
    read = opened(archived(tensor((2, 3), (1, 2)), s0=NUMBERS.tobytes())).arrays["mu"].open()
    assert [numpy.frombuffer(read(12), "<f4").tolist() for _ in range(2)] == [[0, 2, 4], [1, 3, 5]]
    with pytest.raises(KlcliError, match="rows of more than 64 MiB"):
        next(iter(opened(archived(tensor((2, 10**9), (0, 0)), s0=NUMBERS.tobytes())).blocks(["mu"])))


@pytest.mark.parametrize(
    ("order", "pickled", "message"),
    [(0, 1 << 25, "more than 16 MiB of names"), (1 << 25, 1, "the pickle in t.pt is broken")],
)
def test_members_that_are_larger_than_any(order: int, pickled: int, message: str) -> None:
    """A word and a pickle are read no further than they may be long."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("t/byteorder", bytes(order))
        archive.writestr("t/data.pkl", bytes(pickled))
    tracemalloc.start()
    with pytest.raises(KlcliError, match=message):
        opened(file.getvalue())
    assert tracemalloc.get_traced_memory()[1] < 1 << 22
    tracemalloc.stop()


def test_a_module_s_state() -> None:
    torch = pytest.importorskip("torch")
    file = BytesIO()
    torch.save(torch.nn.Linear(3, 2).state_dict(), file)
    assert dict(opened(file.getvalue()).shapes) == {"weight": (2, 3), "bias": (2, 1)}


def test_the_old_format_is_refused() -> None:
    torch = pytest.importorskip("torch")
    file = BytesIO()
    torch.save({"mu": torch.zeros(3)}, file, _use_new_zipfile_serialization=False)
    with pytest.raises(KlcliError, match="is a pickle"):
        opened(file.getvalue())
