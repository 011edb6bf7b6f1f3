"""Operations as nodes: the node of what TensorFlow has run, written as ``op(op(leaf))``."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.recorders.notes import Node

tf = pytest.importorskip("tensorflow")
recorder = pytest.importorskip("klcli.trace.recorders.tensorflow.recorder")

X = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def node_of(function: Any) -> Any:
    with recorder.TensorflowRecorder() as own, tf.GradientTape() as tape:
        tape.watch(X)
        return own.node_of(function(X))


def line(found: Any) -> str:
    """A node as ``op(op(leaf))``."""
    if not isinstance(found, Node):
        return f"{float(found):g}"
    return f"{found.op}({', '.join(map(line, found.args))})" if found.args else found.op


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: tf.exp(x) + 1.0, "add(exp(leaf), 1)"),
        (lambda x: 1.0 / x, "div(1, leaf)"),
        (lambda x: tf.math.squared_difference(x, 1.0), "square(sub(leaf, 1))"),
        (lambda x: tf.add_n([x, x, x]), "add(add(leaf, leaf), leaf)"),
        (lambda x: tf.reduce_sum(x), "sum(leaf)"),
        (lambda x: tf.reduce_mean(x, 1), "mean(leaf)"),
        (lambda x: tf.reduce_sum(x, []), "leaf"),
        (lambda x: tf.nn.l2_loss(x), "mul(0.5, sum(square(leaf)))"),
        (lambda x: tf.math.divide_no_nan(x, 2.0), "div(leaf, 2)"),
        # Where both are arrays it is 0 where the quotient has no value.
        (lambda x: tf.math.divide_no_nan(x, x), "leaf"),
        (lambda x: tf.stop_gradient(x), "stop(leaf)"),
        (lambda x: tf.cast(x, tf.float64), "same(leaf)"),
        (lambda x: tf.reshape(x, [6]), "shape(leaf)"),
        (lambda x: tf.reshape(x, [2, 3]), "same(leaf)"),
        (lambda x: x[..., tf.newaxis], "shape(leaf)"),
        (lambda x: x[0], "part(leaf)"),
        (lambda x: tf.tile(x[:, :, tf.newaxis], [1, 1, 4]), "spread(shape(leaf))"),
        (lambda x: tf.broadcast_to(x, [4, 2, 3]), "spread(leaf)"),
        # Entries one behind the other, and not each of them over an axis.
        (lambda x: tf.tile(x, [1, 2]), "leaf"),
        (lambda x: tf.split(x, 3, axis=1)[1], "part(leaf)"),
        (lambda x: tf.transpose(x), "part(leaf)"),
        (lambda x: x * tf.random.uniform(x.shape), "mul(leaf, noise)"),
        (lambda x: x * tf.fill([2, 3], 2.0), "mul(leaf, full(2))"),
        (lambda x: (x - tf.zeros_like(x)) * tf.ones_like(x), "mul(sub(leaf, full(0)), full(1))"),
        (lambda x: tf.stack([tf.reduce_sum(x), tf.reduce_sum(x)]), "stack(sum(leaf), sum(leaf))"),
        (lambda x: tf.clip_by_value(x, -1.0, 2.0), "clamp(clamp(leaf))"),
        (lambda x: tf.raw_ops.ClipByValue(t=x, clip_value_min=-1.0, clip_value_max=2.0), "clamp(leaf)"),
        # Its second result is a gradient, and no loss.
        (lambda x: tf.raw_ops.SoftmaxCrossEntropyWithLogits(features=x, labels=x)[0], "loss(leaf, leaf)"),
        (lambda x: tf.raw_ops.SoftmaxCrossEntropyWithLogits(features=x, labels=x)[1], "leaf"),
        (lambda x: tf.cumsum(x), "leaf"),
    ],
)
def test_operations(function: Any, expected: str) -> None:
    assert line(node_of(function)) == expected


def test_a_reduction_has_its_axes_and_says_whether_they_are_kept() -> None:
    found = node_of(lambda x: tf.reduce_sum(x, 1, keepdims=True))
    assert (found.more["axes"], found.more["keepdim"], found.shape) == ([1], True, (2, 1))
    assert node_of(lambda x: tf.reduce_sum(x, 0)).more["keepdim"] is False


def test_noise_is_told_by_its_kind() -> None:
    """Normal noise is scaled and shifted, by 1 and 0 where nothing else is asked for."""
    normal = node_of(lambda x: tf.random.normal(x.shape))
    assert line(normal) == "add(mul(noise, 1), 0)"
    assert normal.args[0].args[0].more["kind"] == "randn"
    assert node_of(lambda x: tf.random.uniform(x.shape)).more["kind"] == "rand"


def test_parts_are_told_apart_by_their_places() -> None:
    found = [node_of(lambda x, place=place: x[:, place]).more["key"] for place in (0, 1, 0)]
    found += [node_of(lambda x, place=place: tf.split(x, 3, axis=1)[place]).more["key"] for place in (0, 1)]
    assert (len(set(found)), found[0]) == (4, found[2])


def test_a_square_of_a_difference_has_a_gradient_where_one_of_both_has() -> None:
    assert node_of(lambda x: tf.math.squared_difference(1.0, x)).args[0].grad
    assert not node_of(lambda x: tf.math.squared_difference(1.0, tf.constant([2.0]))).args[0].grad
