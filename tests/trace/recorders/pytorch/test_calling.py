"""A function that is called with tensors of its own: what it gave back, and its gradients by hand."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from klcli.trace.recorders.pytorch.calling import SHORT, call  # noqa: E402
from klcli.trace.recording import read_recording  # noqa: E402

GIVEN = {"mu": ((2, 1), (0.5, -1.0)), "s": ((2, 1), (0.0, 2.0))}


def told(function: Any, dtype: str = "float64", **others: Any) -> dict[str, Any]:
    return call(function, GIVEN, dtype, others)


def test_values_and_gradients() -> None:
    found = told(lambda mu, s: mu**2 * s)
    assert (found["shape"], found["values"]) == ([2, 1], [0.0, 2.0])
    assert found["gradients"] == {"mu": [0.0, -4.0], "s": [0.25, 1.0]}


def test_gradients_of_many_values_are_those_of_their_sum() -> None:
    assert told(lambda mu, s: (mu * s).sum(0))["gradients"] == {"mu": [0.0, 2.0], "s": [0.5, -1.0]}


@pytest.mark.parametrize(
    ("function", "gradients"),
    [
        (lambda mu, s: mu**2, {"mu": [1.0, -2.0], "s": None}),
        (lambda mu, s: mu.detach() * s, {"mu": None, "s": [0.5, -1.0]}),
        (lambda mu, s: (mu * s).detach(), {"mu": None, "s": None}),
    ],
)
def test_what_no_gradient_flows_to(function: Any, gradients: dict[str, Any]) -> None:
    assert told(function)["gradients"] == gradients


def test_its_operations_are_those_that_ran() -> None:
    recording = read_recording(told(lambda mu, s: torch.exp(s) - mu)["document"])
    own = [recording.steps[place] for place in sorted(recording.leading_to(recording.losses[0].node))]
    assert sorted(step.op for step in own) == ["exp", "leaf", "leaf", "sub"]
    assert {step.name for step in own if step.op == "leaf"} == {"mu", "s"}


def test_other_arguments_are_given_by_name() -> None:
    assert told(lambda mu, s, beta: beta * mu, beta=4)["values"] == [2.0, -4.0]


@pytest.mark.parametrize("dtype", [*SHORT, "float64"])
def test_precisions(dtype: str) -> None:
    seen = []
    told(lambda mu, s: (seen.append((mu.dtype, mu.shape, mu.is_leaf)), mu)[1] + s, dtype)
    assert seen == [(getattr(torch, dtype), (2, 1), True)]


def test_what_gives_back_no_tensor() -> None:
    with pytest.raises(TypeError, match="it gives back float and no tensor"):
        told(lambda mu, s: 1.0)
