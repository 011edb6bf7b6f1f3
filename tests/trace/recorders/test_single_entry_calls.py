"""Calls in short precisions: which entries a function is given, and what is noted where it fails."""

from __future__ import annotations

from typing import Any

from klcli.trace.recorders.single_entry_calls import probes, rounded_calls


class Calls:
    """In the place of a recorder's `call`: notes what it is given, and multiplies."""

    def __init__(self, failing: tuple[str, ...] = ()) -> None:
        self.given: list[tuple[dict[str, float], str]] = []
        self.failing = failing

    def __call__(self, function: Any, arrays: Any, dtype: str, others: Any) -> dict[str, Any]:
        entries = {name: values[0] for name, (shape, values) in arrays.items()}
        assert all(shape == (1, 1) for shape, _ in arrays.values())
        self.given.append((entries, dtype))
        if dtype in self.failing:
            raise RuntimeError(f"no {dtype} here")
        return {"values": [function(**entries, **others)], "gradients": {name: [1.5] for name in entries}}


def twice(mu: float, s: float = 0.0, factor: float = 2.0) -> float:
    return factor * (mu + s)


def test_one_argument_moves_and_the_other_is_0() -> None:
    call = Calls()
    found = list(rounded_calls(call, twice, ("mu", "s"), ("float16",), {}))
    assert len(found) == 16
    assert all(sorted(one["given"].values(), key=abs)[0] == 0 for one in found)
    assert {one["given"]["s"] for one in found} == {
        0.0,
        0.001,
        -0.001,
        1.001,
        0.999,
        -100.0,
        -30.0,
        30.0,
        100.0,
    }
    assert all(one["value"] == 2 * (one["given"]["mu"] + one["given"]["s"]) for one in found)
    assert all(one["gradients"] == {"mu": 1.5, "s": 1.5} for one in found)


def test_other_arguments_are_given_on() -> None:
    (first, *_) = rounded_calls(Calls(), twice, ("mu", "s"), ("float16",), {"factor": 3.0})
    assert first["value"] == 3 * (first["given"]["mu"] + first["given"]["s"])


def test_a_precision_that_a_framework_has_not_is_left_out() -> None:
    found = list(rounded_calls(Calls(failing=("float16",)), twice, ("mu",), ("float16", "bfloat16"), {}))
    assert {one["dtype"] for one in found} == {"bfloat16"}


def test_without_gradients_there_are_none() -> None:
    def call(function: Any, arrays: Any, dtype: str, others: Any) -> dict[str, Any]:
        return {"values": [0.0], "gradients": None}

    (first, *_) = rounded_calls(call, twice, ("mu", "s"), ("float16",), {})
    assert first["gradients"] == {"mu": None, "s": None}


def test_probes_lie_between_0_and_1_at_what_was_given_and_beyond() -> None:
    own = [{"mu": 2.5, "s": -3.5}]
    first, again = (list(probes(Calls(), twice, ("mu", "s"), {}, own)) for _ in range(2))
    assert first == again
    inner, given, wide, once_more = first[:12], first[12], first[13:25], first[25:]
    assert all(0 < value < 1 for one in inner for value in one["given"].values())
    assert given["given"] == own[0]
    assert len(wide) == 12
    assert once_more == first[:1], "which tells what draws samples"
    assert min(value for one in wide for value in one["given"].values()) < -3
    assert max(value for one in wide for value in one["given"].values()) > 3
    assert {one["dtype"] for one in first} == {"float64"}


def test_what_gives_more_than_a_number_or_fails_is_no_probe() -> None:
    def several(function: Any, arrays: Any, dtype: str, others: Any) -> dict[str, Any]:
        return {"values": [0.0, 1.0], "gradients": None}

    assert list(probes(several, twice, ("mu", "s"), {}, [])) == []
    assert list(probes(Calls(failing=("float64",)), twice, ("mu", "s"), {}, [])) == []
