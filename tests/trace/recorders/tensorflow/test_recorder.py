"""The recorder of TensorFlow's programs: losses that tapes are asked for, and what is put back behind it."""

from __future__ import annotations

from typing import Any

import pytest

tf = pytest.importorskip("tensorflow")
recorder = pytest.importorskip("klcli.trace.recorders.tensorflow.recorder")

X = tf.constant([0.5, -1.0])


def asked(*losses: Any, own: Any | None = None) -> Any:
    """A recorder that has watched the gradients of several functions of x being asked for."""
    own = own or recorder.TensorflowRecorder()
    with own:
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(X)
            tensors = [loss(X) for loss in losses]
        tape.gradient(tensors if len(tensors) > 1 else tensors[0], X)
    return own


def squares(x: Any) -> Any:
    return tf.reduce_sum(x**2)


def test_a_loss_with_its_value_its_place_and_its_gradients() -> None:
    (loss,) = asked(squares).losses
    assert (loss["node"].op, loss["value"]) == ("sum", 1.25)
    assert loss["place"][0] == __file__
    assert next(one["values"] for one in loss["gradients"] if one["by"].op == "leaf") == [1.0, -2.0]


def test_of_several_the_sum_is_differentiated() -> None:
    (loss,) = asked(squares, lambda x: tf.exp(x)).losses
    assert (loss["node"].op, [one.op for one in loss["node"].args]) == ("add", ["sum", "sum"])
    assert loss["value"] is None
    (loss,) = asked(squares, squares).losses
    assert loss["value"] == 2.5


def test_a_backward_pass_is_none_of_the_program() -> None:
    own = asked(squares)
    assert {one["node"].op for one in own.document()["losses"] if not isinstance(one["node"], int)} == set()
    nodes = own.document()["nodes"]
    assert [one["op"] for one in nodes].count("sum") == 1


def test_a_cross_entropy_in_a_backward_pass_is_none_of_the_program() -> None:
    inner: list[Any] = []

    @tf.custom_gradient
    def steep(x: Any) -> Any:
        def backward(slope: Any) -> Any:
            inner.append(tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=x))
            return slope * inner[-1]

        return tf.exp(x), backward

    with recorder.TensorflowRecorder() as own:
        with tf.GradientTape() as tape:
            tape.watch(X)
            outer = tf.nn.sigmoid_cross_entropy_with_logits(labels=X, logits=X)
            value = tf.reduce_sum(steep(X) + outer)
        tape.gradient(value, X)
        assert own.table.get(outer).op == "loss"
        assert own.table.get(inner[0]) is None


def test_a_cross_entropy_of_a_graph_has_no_values_and_is_not_noted() -> None:
    with recorder.TensorflowRecorder() as own, tf.Graph().as_default():
        x = tf.constant([0.5, -1.0])
        out = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=x)
        assert own.table.get(out) is None


def test_whoever_waits_for_a_backward_pass_is_told() -> None:
    told: list[int] = []
    asked(squares, own=recorder.TensorflowRecorder(lambda: told.append(1)))
    assert told == [1]


def test_the_last_number_with_a_gradient_is_the_loss_where_no_tape_is_asked() -> None:
    with recorder.TensorflowRecorder() as own, tf.GradientTape() as tape:
        tape.watch(X)
        loss = squares(X)
        counted = tf.reduce_sum(tf.constant([1.0, 2.0]))
        (found,) = own.document()["losses"]
        assert own.document(finds_loss=False)["losses"] == []
    assert found["value"] == float(loss) != float(counted)
    assert own.losses == []


def test_functions_run_as_they_are_written_while_it_watches() -> None:
    seen: list[bool] = []

    @tf.function
    def step(x: Any) -> Any:
        seen.append(tf.executing_eagerly())
        return squares(x)

    before, plain = tf.config.functions_run_eagerly(), tf.nn.sigmoid_cross_entropy_with_logits
    (loss,) = asked(step).losses
    assert seen == [True]
    assert loss["node"].op == "sum"
    assert tf.config.functions_run_eagerly() is before
    assert tf.nn.sigmoid_cross_entropy_with_logits is plain


def test_a_loss_of_a_graph_is_told_where_it_stands() -> None:
    with recorder.TensorflowRecorder() as own:
        with tf.Graph().as_default():
            x = tf.constant(3.0)
            tf.gradients(x * x, x)
        document = own.document()
    (warning,) = document["warnings"]
    assert __file__ in warning
    assert document["losses"] == []
