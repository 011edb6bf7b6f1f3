"""What a program differentiates, as it is noted: values, places, scales, and what may be a loss."""

from __future__ import annotations

import os
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from klcli.trace.recorders.pytorch.recorder import Recorder  # noqa: E402


def weight() -> Any:
    return torch.nn.Parameter(torch.tensor([1.0, 2.0]))


def losses(recorder: Recorder, **options: Any) -> list[dict[str, Any]]:
    return list(recorder.document(**options)["losses"])


def test_what_backward_is_called_on() -> None:
    calls: list[dict[str, Any]] = []
    w = weight()
    with Recorder(lambda **how: calls.append(how)) as recorder:
        (w**2).sum().backward()
    (one,) = losses(recorder)
    assert one["value"] == 5.0
    assert one["place"][0] == __file__
    assert calls == [{"is_step": True}]
    assert w.grad is not None
    assert w.grad.tolist() == [2.0, 4.0]


def test_many_tensors_are_one_loss_their_sum() -> None:
    w = weight()
    with Recorder() as recorder:
        torch.autograd.backward([(w**2).sum(), (3 * w).sum()])
    assert [one["value"] for one in losses(recorder)] == [14.0]


@pytest.mark.parametrize(("by_parameter", "noted"), [(True, [{}]), (False, [{"is_step": False}])])
def test_a_gradient_that_is_asked_for_is_one_of_a_loss_by_a_parameter(
    by_parameter: bool, noted: list[dict[str, Any]]
) -> None:
    calls: list[dict[str, Any]] = []
    x = weight() if by_parameter else torch.ones(2, requires_grad=True)
    with Recorder(lambda **how: calls.append(how)) as recorder:
        torch.autograd.grad((x**2).sum(), x)
    assert calls == noted
    assert len(losses(recorder)) == 1
    # Without a backward pass what was differentiated is the loss, unless none is to be found.
    assert len(losses(recorder, finds_loss=False)) == by_parameter


def test_a_step_within_a_loss_is_none() -> None:
    """A penalty on the gradient, as of a critic."""
    w, x = weight(), torch.ones(2, requires_grad=True)
    with Recorder() as recorder:
        (slope,) = torch.autograd.grad((w * x**2).sum(), x, create_graph=True)
        (slope**2).sum().backward()
    (one,) = losses(recorder)
    assert one["value"] == pytest.approx(4 + 16)  # (2 w x)^2


def test_candidates_of_one_place_are_kept_once() -> None:
    with Recorder() as recorder:
        for _ in range(3):
            x = torch.ones(2, requires_grad=True)
            torch.autograd.grad((x**2).sum(), x)
    assert len(losses(recorder)) == 1


def test_the_last_number_with_a_gradient_is_a_loss_where_nothing_was_differentiated() -> None:
    w = weight()
    with Recorder() as recorder:
        first = (w**2).sum()
        second = (3 * w).sum()
        third = (w.detach() * 7).sum()
    assert [one["value"] for one in losses(recorder)] == [9.0]
    assert (first.item(), second.item(), third.item()) == (5, 9, 21)
    assert losses(recorder, finds_loss=False) == []


def test_a_loss_of_many_numbers_is_their_weighted_sum() -> None:
    w = weight()
    with Recorder() as recorder:
        (w**2).backward(torch.tensor([1.0, 3.0]))
    assert losses(recorder)[0]["value"] == 13.0


def test_gradients_are_those_of_the_loss_before_it_is_scaled() -> None:
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    w = weight()
    with Recorder() as recorder:
        scaler.scale((w**2).sum()).backward()
    (one,) = losses(recorder)
    assert one["value"] == 5.0
    assert [slope["values"] for slope in one["gradients"]] == [[2.0, 4.0]] * len(one["gradients"])
    assert one["gradients"]


def test_a_process_that_is_forked_notes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    w = weight()
    with Recorder() as recorder:
        own = os.getpid()
        monkeypatch.setattr(os, "getpid", lambda: own + 1)
        (w**2).sum().backward()
        monkeypatch.setattr(os, "getpid", lambda: own)
    assert losses(recorder, finds_loss=False) == []


def test_functions_of_autograd_are_as_they_were() -> None:
    before = torch.autograd.backward, torch.autograd.grad
    with Recorder():
        assert torch.autograd.backward is not before[0]
    assert (torch.autograd.backward, torch.autograd.grad) == before


@pytest.mark.parametrize(("retain", "told"), [(True, False), (False, True)])
def test_what_a_later_loss_may_be_made_of_is_no_sink(retain: bool, told: bool) -> None:
    """After a pass that keeps its graph another may come; a part that reaches what was trained is told otherwise."""
    w, v = weight(), weight()
    with Recorder() as recorder:
        kept = (v**3).sum()
        (w**2).sum().backward(retain_graph=retain)
    others = recorder.document()["others"]
    assert bool(others) is False
    assert kept.item() == 9
    with Recorder() as recorder:
        kept = (w**3).sum()
        (w**2).sum().backward(retain_graph=retain)
    assert bool(recorder.document()["others"]) is told
    assert kept.item() == 9
