"""What functions take, and the names in their last line."""

from __future__ import annotations

from typing import Any

from klcli.trace.recorders.signatures import (
    names_of_parameters,
    placed_parameters,
    returned_names,
    takes_any_name,
)


def made(x: Any, /, mu: Any, *more: Any, beta: float = 1, **others: Any) -> Any:
    if not more:
        return x
    recon = x
    return recon, mu + 1, beta


def test_parameters() -> None:
    assert names_of_parameters(made) == ["x", "mu", "more", "beta", "others"]
    assert [one.name for one in placed_parameters(made)] == ["x", "mu"]
    assert takes_any_name(made)
    assert not takes_any_name(returned_names)
    assert names_of_parameters(3) == []


def test_the_last_line() -> None:
    assert returned_names(made) == ["recon", "", "beta"]
    assert returned_names(len) == []
