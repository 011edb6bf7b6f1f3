"""Event files of TensorBoard, written here by their definition, and what is not one."""

from __future__ import annotations

import random
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from struct import pack

import pytest

from klcli.errors import KlcliError
from klcli.tables.formats.event_files import LoggedScalar, is_event_file, logged_scalars
from klcli.tables.source import Source


def crc32c(data: bytes) -> int:
    """Bit by bit, as RFC 3720 defines it, and masked as TFRecord has it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x82F63B78 * (crc & 1)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(data: bytes) -> bytes:
    length = pack("<Q", len(data))
    return length + pack("<I", crc32c(length)) + data + pack("<I", crc32c(data))


def field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    found = b""
    while value > 0x7F:
        found, value = found + bytes([value & 0x7F | 0x80]), value >> 7
    return found + bytes([value])


def event(step: int, *values: bytes) -> bytes:
    return record(b"\x09" + pack("<d", 1.7e9) + b"\x10" + varint(step) + field(5, b"".join(values)))


def simple(tag: str, value: float) -> bytes:
    return field(1, field(1, tag.encode()) + b"\x15" + pack("<f", value))


def tensor(tag: str, content: bytes, kind: int = 1) -> bytes:
    return field(1, field(1, tag.encode()) + field(8, bytes([8, kind]) + b"\x12\x00" + content))


BEGIN = record(b"\x09" + pack("<d", 1.7e9) + field(3, b"brain.Event:2"))


def scalars(data: bytes) -> list[LoggedScalar]:
    return list(logged_scalars(Source("events", BytesIO(data), len(data), False)))


def test_the_checksum_is_that_of_the_standard() -> None:
    """RFC 3720, B.4: 32 bytes of zeros have the CRC 0x8a9136aa."""
    masked = ((0x8A9136AA >> 15 | 0x8A9136AA << 17) + 0xA282EAD8) & 0xFFFFFFFF
    assert crc32c(bytes(32)) == masked


def test_scalars_of_both_kinds_of_writers() -> None:
    data = BEGIN + event(3, simple("train/kl", 0.5), simple("loss", 2.0))
    data += event(4, tensor("kl", field(4, pack("<f", 0.25)))) + event(
        5, tensor("kl", field(5, pack("<f", 0.125)))
    )
    data += event(1 << 40, tensor("kl", field(6, pack("<d", 0.1)), 2))
    assert is_event_file(data[:64])
    assert scalars(data) == [
        *[(3, "train/kl", 0.5), (3, "loss", 2.0), (4, "kl", 0.25), (5, "kl", 0.125), (1 << 40, "kl", 0.1)]
    ]


def test_what_is_no_scalar_is_passed_by() -> None:
    histogram = field(1, field(1, b"kl") + field(5, b"\x01" * 40))
    image = record(b"\x10\x02" + field(5, field(1, field(1, b"kl") + field(4, bytes(200_000)))))
    many = (
        tensor("kl", field(4, bytes(400)))
        + tensor("kl", field(4, bytes(8)))
        + tensor("kl", field(4, bytes(4)), 3)
    )
    assert scalars(BEGIN + event(1, histogram) + image + event(2, many) + event(3, simple("kl", 1.0))) == [
        (3, "kl", 1.0)
    ]


def test_a_run_that_goes_on_ends_within_a_record() -> None:
    data = BEGIN + event(1, simple("kl", 1.0))
    whole = data + event(2, simple("kl", 2.0))
    for size in range(len(data), len(whole)):
        assert scalars(whole[:size]) == [(1, "kl", 1.0)]


def test_damage_is_one_clear_error() -> None:
    data = BEGIN + event(1, simple("kl", 1.0)) + event(2, simple("kl", 2.0))
    rng = random.Random(0)
    for _ in range(300):
        place = rng.randrange(len(data))
        broken = data[:place] + bytes([data[place] ^ 1 << rng.randrange(8)]) + data[place + 1 :]
        with pytest.raises(KlcliError, match=r"record [123] of events is damaged"):
            scalars(broken)


def test_right_checksums_of_nonsense_are_one_clear_error() -> None:
    rng = random.Random(1)
    for _ in range(300):
        nonsense = record(bytes(rng.randrange(256) for _ in range(rng.randrange(1, 60))))
        with suppress(KlcliError):
            assert all(isinstance(value, float) for *_, value in scalars(BEGIN + nonsense))


def test_a_length_that_lies_takes_no_memory() -> None:
    length = pack("<Q", 1 << 62)
    with pytest.raises(KlcliError, match="damaged"):
        scalars(BEGIN + length + pack("<I", crc32c(length)))
    length = pack("<Q", 1 << 30)
    assert scalars(BEGIN + length + pack("<I", crc32c(length)) + b"\x00" * 100) == []


def test_the_writer_of_pytorch(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")  # which that of PyTorch needs
    tensorboard = pytest.importorskip("torch.utils.tensorboard")
    writer = tensorboard.SummaryWriter(str(tmp_path))
    for step in range(5):
        writer.add_scalar("train/kl", 0.5 * step, step)
    writer.close()
    (file,) = tmp_path.iterdir()
    assert scalars(file.read_bytes()) == [(step, "train/kl", 0.5 * step) for step in range(5)]


def test_the_writer_of_tensorflow(tmp_path: Path) -> None:
    tensorflow = pytest.importorskip("tensorflow")
    with tensorflow.summary.create_file_writer(str(tmp_path)).as_default():
        for step in range(5):
            tensorflow.summary.write("train/kl", tensorflow.constant(0.5 * step), step)
            tensorflow.summary.write("weights", tensorflow.constant([0.1, 0.2]), step)
    (file,) = tmp_path.iterdir()
    assert scalars(file.read_bytes()) == [(step, "train/kl", 0.5 * step) for step in range(5)]
