"""Subscripts of what is no symbol, against numpy on an array of two examples and three latents."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.formula.read.python import parse
from klcli.formula.tree import Length, Reshape, Symbol, Tree

MU = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    "text",
    ["(mu * mu)[:, None]", "(mu * mu)[None]", "(mu * mu)[..., None]", "(mu * mu)[..., None, :, None]"],
)
def test_new_axes_are_where_numpy_has_them(text: str) -> None:
    tree: Tree = parse(text)
    places = []
    while isinstance(tree, Reshape):
        places.append(tree.axis)
        tree = tree.operand
    found = MU * MU
    for place in reversed(places):  # the innermost is done first
        assert place is not None
        found = np.expand_dims(found, place)
    assert found.shape == eval(text, {"mu": MU}).shape


def test_a_length_is_none_of_the_entries() -> None:
    assert parse("mu.shape[-1]") == Length(Symbol("mu"), -1)
    assert parse("mu.size()[0]") == Length(Symbol("mu"), 0)
    assert parse("mu[0]") == Symbol("mu_0")
