"""Numbers as they were written."""

from __future__ import annotations

from typing import Any

import pytest

jax = pytest.importorskip("jax")
numbers = pytest.importorskip("klcli.trace.recorders.jax.scalar_constants")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (jax.numpy.float32(0.1), 0.1),
        (jax.numpy.float16(0.3), 0.3),
        (jax.numpy.float32(1e-8), 1e-8),
        (jax.numpy.int32(128), 128),
        (2.5, 2.5),
    ],
)
def test_a_number_is_the_shortest_decimal(value: Any, expected: float) -> None:
    assert numbers.number(value) == expected


def test_what_has_numbers() -> None:
    assert numbers.has_numbers(1)
    assert numbers.has_numbers(jax.numpy.ones(2))
    assert not numbers.has_numbers(jax.random.key(0))
    assert not numbers.has_numbers("0.1")
