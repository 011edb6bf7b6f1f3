"""Calls as nodes: places, names, stops, changes in place, and what is left as a leaf."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from klcli.trace.recorders.notes import Node  # noqa: E402
from klcli.trace.recorders.pytorch.recorder import Recorder  # noqa: E402

X = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)


def node(function: Any) -> Node:
    """The node of what a function of a tensor gives back."""
    with Recorder() as recorder:
        return recorder.node_of(function(X.clone().detach().requires_grad_()))


def line(found: Node) -> str:
    """A node as ``op(op(leaf))``."""
    below = [line(one) if isinstance(one, Node) else f"{one:g}" for one in found.args]
    return f"{found.op}({', '.join(below)})" if below else found.op


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x.exp(), "exp(leaf)"),
        (lambda x: torch.exp(x) + 1, "add(exp(leaf), 1)"),
        (lambda x: 2 - x, "sub(2, leaf)"),
        (lambda x: (x * x).sum(), "sum(mul(leaf, leaf))"),
        (lambda x: x.mean(), "mean(leaf)"),
        (lambda x: x.clamp(min=0), "clamp(leaf)"),
        (lambda x: x.detach(), "stop(leaf)"),
        # What has no name among the operations is a leaf, with what made it.
        (lambda x: x.sort()[0], "leaf"),
        (lambda x: torch.randn_like(x) * x, "mul(noise, leaf)"),
        (lambda x: x + torch.zeros(3), "add(leaf, full(0))"),
    ],
)
def test_calls(function: Any, expected: str) -> None:
    assert line(node(function)) == expected


def test_a_call_has_its_shape_its_precision_and_its_place() -> None:
    found = node(lambda x: x.exp().double())
    assert (found.shape, found.dtype, found.grad) == ((3,), "float64", True)
    assert found.place is not None
    assert found.place[0] == __file__
    assert node(lambda x: x.sort()[0]).more["made_by"] == "sort"


def test_gradients_end_under_no_grad() -> None:
    def held(x: Any) -> Any:
        with torch.no_grad():
            return x.exp()

    assert line(node(held)) == "stop(exp(leaf))"


def test_a_change_in_place_is_seen_by_its_version() -> None:
    with Recorder() as recorder:
        x = torch.ones(3)
        recorder.node_of(x).names.append("x")
        y = x * 2
    x.add_(1)  # behind its back
    assert line(recorder.node_of(y)) == "mul(full(1), 2)"
    assert recorder.node_of(x).more["made_by"] == "a change in place"
    with Recorder() as recorder:
        x = torch.ones(3)
        x.add_(5)
        assert line(recorder.node_of(x)) == "add(full(1), 5)"


def test_names_are_those_of_variables() -> None:
    with Recorder() as recorder:
        logvar = X.clone().detach().requires_grad_()
        var = logvar.exp()
        total = var.sum()
    assert recorder.node_of(total).args[0].names == ["var"]
    assert recorder.node_of(var).args[0].names == ["logvar"]


def test_what_asks_for_a_size_is_no_operation() -> None:
    with Recorder() as recorder:
        x = torch.ones(3)
        count = len(recorder.table.alive())
        assert (x.size(0), x.dim(), x.numel(), x.tolist()) == (3, 1, 3, [1.0, 1.0, 1.0])
        assert len(recorder.table.alive()) == count


def function(forward: Any) -> Any:
    """A function of autograd that has no gradient."""
    backward = staticmethod(lambda ctx, slope: 0 * slope)
    kind = type("Made", (torch.autograd.Function,), {"forward": staticmethod(forward), "backward": backward})
    return kind.apply  # type: ignore[attr-defined]


def test_a_function_of_autograd_is_what_it_computes() -> None:
    twice = function(lambda ctx, x: 2 * x.exp().detach())
    assert (
        line(node(lambda x: twice(3 * x.detach() + x))) == "same(mul(exp(add(mul(stop(leaf), 3), leaf)), 2))"
    )
    # A view that it gives back is told from what it is a view of by its gradients alone.
    assert line(node(function(lambda ctx, x: x.view_as(x)))) == "same(leaf)"


def test_a_function_of_autograd_that_is_not_followed_is_a_leaf_that_knows_what_it_was_made_of() -> None:
    for forward in (lambda ctx, x: x.sort()[0], lambda ctx, x: 2 * torch.from_numpy(x.numpy())):
        with Recorder() as recorder:
            x = X.clone().detach().requires_grad_()
            own = recorder.node_of(x)
            found = recorder.node_of(function(forward)(x))
        assert found.op == "leaf"
        assert found.more["made_by"] == "MadeBackward"
    assert found.leaves is not None
    assert own.serial not in found.leaves


def test_a_buffer_that_is_filled_with_noise_is_noise() -> None:
    with Recorder() as recorder:
        buffer = torch.zeros(3)
        buffer.data.normal_()
        assert recorder.node_of(buffer).is_noisy


def test_what_is_filled_with_noise_has_its_mean_and_its_spread() -> None:
    with Recorder() as recorder:
        x = torch.empty(3)
        x.normal_(1.0, 2.0)
        assert line(recorder.node_of(x)) == "add(1, mul(2, noise))"


def test_samples_are_remembered_after_what_is_not_followed() -> None:
    with Recorder() as recorder:
        z = X.clone().detach().requires_grad_() + torch.randn(3)
        z.sort()
    assert {one.op for one in recorder.samples} == {"add"}


def test_the_scale_of_mixed_precision_is_no_weight() -> None:
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    w = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    with Recorder() as recorder:
        scaler.scale((w**2).sum()).backward()
    (loss,) = recorder.document()["losses"]
    assert loss["value"] == 5.0
