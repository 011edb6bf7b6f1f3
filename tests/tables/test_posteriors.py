"""Which arrays are means and spreads: found by name, named, or asked for."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from klcli.errors import KlcliError
from klcli.tables.posteriors import posteriors


@dataclass
class Fake:
    """The shapes of a file alone."""

    shapes: dict[str, tuple[int | None, int]]
    name: str = "t.npz"


def found(
    mean: str | None = None, heads: dict[str, str] | None = None, **shapes: tuple[int, int]
) -> tuple[str, str, str]:
    result = posteriors(Fake(shapes), mean, heads or {})  # type: ignore[arg-type]
    return result.mean, result.head, result.reading.name


def test_by_their_names() -> None:
    assert found(x=(9, 784), z_mean=(9, 2), z_log_var=(9, 2)) == ("z_mean", "z_log_var", "logvar")


def test_as_they_are_named() -> None:
    assert found("a", {"var": "b"}, a=(9, 2), b=(9, 2), mu=(9, 3)) == ("a", "b", "var")


@pytest.mark.parametrize(
    ("arguments", "shapes", "message", "hint"),
    [
        ((), {"a": (9, 2)}, "which array is the means", "--mean NAME"),
        ((), {"mu": (9, 2), "a": (9, 2)}, "which array is the spreads", "a (2 wide)"),
        ((), {"mu": (9, 2), "logvar": (9, 2), "std": (9, 2)}, "'logvar' and 'std' may both be", "say which"),
        ((), {"mu": (9, 2), "logvar": (9, 3)}, "2 numbers in a row and logvar has 3", "each latent"),
        ((), {"mu": (9, 2), "logvar": (8, 2)}, "9 rows and logvar has 8", "one for an example"),
        (("muu",), {"mu": (9, 2), "logvar": (9, 2)}, "no array 'muu'", "did you mean 'mu'?"),
        (("mu", {"var": "mu"}), {"mu": (9, 2)}, "the same array", "--mean"),
        ((None, {"var": "a", "std": "a"}), {"mu": (9, 2), "a": (9, 2)}, "say the same thing twice", "once"),
        ((), {}, "which array is the means", "holds no array of numbers"),
    ],
)
def test_what_is_not_clear(
    arguments: tuple[object, ...], shapes: dict[str, tuple[int, int]], message: str, hint: str
) -> None:
    with pytest.raises(KlcliError) as raised:
        found(*arguments, **shapes)  # type: ignore[arg-type]
    assert message in raised.value.message
    assert hint in raised.value.hint
