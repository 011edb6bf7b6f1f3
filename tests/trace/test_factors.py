"""From a loss down to its terms: what multiplies each, and over what it is summed."""

from __future__ import annotations

import pytest

from klcli.formula.traversal import unplaced
from klcli.formula.write.printing import to_text
from klcli.trace.factors import Chain, chain_to, number_of
from klcli.trace.programs import Builder
from klcli.trace.recording import Recording
from tests.trace.recordings import leaf, node, recorded

X = leaf("x", (4, 3))
EXP = node("exp", 0, shape=(4, 3))


def chain(*nodes: dict[str, object]) -> tuple[Chain, Recording]:
    recording = recorded(*nodes)
    return chain_to(recording, Chain(recording.losses[0].node)), recording


@pytest.mark.parametrize(
    ("nodes", "core", "factor", "wrappers"),
    [
        ((X, EXP, node("sum", 1, axes=None)), 1, 1.0, (2,)),
        ((X, EXP, node("sum", 1, axes=None), node("mul", 2, 0.5)), 1, 0.5, (2,)),
        ((X, EXP, node("sum", 1, axes=None), node("mul", -0.5, 2)), 1, -0.5, (2,)),
        ((X, EXP, node("sum", 1, axes=None), node("div", 2, 4.0)), 1, 0.25, (2,)),
        ((X, EXP, node("sum", 1, axes=None), node("neg", 2)), 1, -1.0, (2,)),
        ((X, EXP, node("sum", 1, shape=(4,), axes=[1]), node("mean", 2, axes=None)), 1, 1.0, (3, 2)),
        ((X, EXP, node("sum", 1, axes=None), node("same", 2), node("add", 3, 0.0)), 1, 1.0, (2,)),
        ((X, EXP, node("stop", 1, shape=(4, 3)), node("sum", 2, axes=None)), 1, 1.0, (3, 2)),
    ],
)
def test_what_is_linear_is_walked_through(nodes, core: int, factor: float, wrappers: tuple[int, ...]) -> None:  # type: ignore[no-untyped-def]
    found, _ = chain(*nodes)
    assert (found.core, found.factor, found.wrappers) == (core, factor, wrappers)


def test_numbers_that_divide_may_be_counts() -> None:
    found, _ = chain(X, EXP, node("sum", 1, axes=None), node("div", 2, 128.0), node("mul", 3, 2.0))
    assert found.numbers == (1 / 128,)
    assert found.factor == 2 / 128


def test_a_weight_of_0_is_off_and_does_not_hide_the_others() -> None:
    found, _ = chain(X, EXP, node("sum", 1, axes=None), node("mul", 2, 0.0), node("mul", 3, 4.0))
    assert (found.is_off, found.factor) == (True, 4.0)


@pytest.mark.parametrize(
    "last",
    [
        node("div", 1.0, 0, shape=(4, 3)),
        node("add", 0, 0, shape=(4, 3)),
        node("exp", 0, shape=(4, 3)),
        node("div", 0, 0.0, shape=(4, 3)),
    ],
)
def test_what_is_not_linear_ends_a_chain(last: dict[str, object]) -> None:
    found, _ = chain(X, last)
    assert (found.core, found.wrappers) == (1, ())


def test_the_nodes_on_the_way_have_what_multiplies_them() -> None:
    found, _ = chain(X, EXP, node("sum", 1, axes=None), node("mul", 2, 0.5))
    assert found.above == ((3, 1.0), (2, 0.5), (1, 0.5))


def test_the_program_has_its_sums_without_the_factor() -> None:
    found, recording = chain(
        X, EXP, node("sum", 1, shape=(4,), axes=[1]), node("mean", 2, axes=None), node("mul", 3, 0.5)
    )
    tree = found.tree(Builder(recording), recording)
    assert to_text(unplaced(tree), "python").replace("torch.", "").count("sum") == 1
    assert "mean" in to_text(tree, "python")
    assert "0.5" not in to_text(tree, "python")


def test_a_number_is_one_whatever_it_is_made_of() -> None:
    recording = recorded(leaf("beta", (), grad=False, values=[0.25]), leaf("x", ()), node("mul", 1, 0))
    assert number_of(recording, 2.0) == 2.0
    assert number_of(recording, 0) == 0.25
    assert number_of(recording, 1) is None
