"""A tape of its own: the gradients of the summands of a loss, against derivatives by hand."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.recorders.notes import Node

tf = pytest.importorskip("tensorflow")
following = pytest.importorskip("klcli.trace.recorders.tensorflow.gradients")

MU, S = tf.constant([0.5, -1.0]), tf.constant([0.0, 2.0])


def node(op: str, *below: Any, shape: tuple[int, ...] = ()) -> Node:
    return Node(op, below, shape, "float32", True)


class Run:
    """The loss sum(mu^2) + 3 sum(e^s) with its nodes, put down by hand, while the program's tape records."""

    def __init__(self, *, is_recorded: bool = True) -> None:
        self.own = own = following.Followed()
        self.mu, self.s = node("leaf", shape=(2,)), node("leaf", shape=(2,))
        with tf.GradientTape() as tape:
            tape.watch([MU, S])
            own.programs += [tape._tape] * is_recorded
            for tensor, leaf in ((MU, self.mu), (S, self.s)):
                own.begin_at(tensor)
                own.hold(tensor, leaf)
            self.square = self.run("sum", "Square", MU, self.mu, tf.square)
            self.exp = self.run("sum", "Exp", S, self.s, tf.exp)
            three = tf.constant(3.0)
            self.scaled = self.noted(
                "Mul", (self.exp[0], three), self.exp[0] * three, node("mul", self.exp[1], 3.0)
            )
            total = self.square[0] + self.scaled[0]
            self.loss = self.noted(
                "AddV2", (self.square[0], self.scaled[0]), total, node("add", self.square[1], self.scaled[1])
            )
            own.programs.clear()

    def run(self, op: str, kind: str, tensor: Any, leaf: Node, function: Any) -> tuple[Any, Node]:
        """The sum of a function of the entries."""
        entries, _ = self.noted(kind, (tensor,), function(tensor), node(kind.lower(), leaf, shape=(2,)))
        axes = tf.constant([0])
        total = tf.reduce_sum(entries, axes)
        self.own.record("Sum", (entries, axes), ("keep_dims", False), [total])
        return self.held(total, node(op, leaf))

    def noted(self, kind: str, inputs: Any, out: Any, node: Node) -> tuple[Any, Node]:
        self.own.record(kind, inputs, (), [out])
        return self.held(out, node)

    def held(self, tensor: Any, node: Node) -> tuple[Any, Node]:
        self.own.hold(tensor, node)
        return tensor, node

    def found(self, factor: float = 1.0) -> tuple[dict[tuple[Node, Node], Any], str]:
        told, problem = self.own.gradients(*self.loss, factor)
        return {(one["of"], one["by"]): one["values"] for one in told}, problem


def test_each_summand_by_each_leaf() -> None:
    run = Run()
    found, problem = run.found()
    assert problem == ""
    assert found[run.square[1], run.mu] == [1.0, -2.0]
    assert found[run.scaled[1], run.s] == pytest.approx([3.0, 3 * 2.718281828459045**2])
    assert (run.square[1], run.s) not in found


def test_what_the_loss_is_multiplied_by_is_no_part_of_it() -> None:
    run = Run()
    assert run.found(2.0)[0][run.square[1], run.mu] == [0.5, -1.0]


def test_nothing_is_held_where_the_program_records_nothing() -> None:
    run = Run(is_recorded=False)
    assert run.own.held == {}
    assert run.found() == ({}, "")


def test_what_is_large_or_has_no_gradient_is_not_held() -> None:
    own = following.Followed()
    own.programs.append(object())
    own.hold(tf.zeros(4097), node("leaf", shape=(4097,)))
    own.hold(tf.zeros(2), Node("leaf", (), (2,), "float32", False))
    assert own.held == {}


def test_a_summand_that_is_not_held_has_no_gradients() -> None:
    run = Run()
    del run.own.held[run.scaled[1].serial]
    found, problem = run.found()
    assert problem == ""
    assert run.scaled[1] not in {of for of, _ in found}
    assert found[run.square[1], run.mu] == [1.0, -2.0]


def test_a_gradient_that_cannot_be_had_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise tf.errors.InvalidArgumentError(None, None, "shapes do not fit\nat some place")

    monkeypatch.setattr(following.imperative_grad, "imperative_grad", failing)
    assert Run().found() == ({}, "the gradients of the terms were not noted: shapes do not fit")


def test_all_is_let_go() -> None:
    run = Run()
    run.own.forget()
    assert run.own.held == {}
    assert run.found() == ({}, "")
