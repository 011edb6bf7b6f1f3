"""What is asked of tensors."""

from __future__ import annotations

import pytest

tf = pytest.importorskip("tensorflow")
tensors = pytest.importorskip("klcli.trace.recorders.tensorflow.tensor_nodes")


def test_numbers_of_tensors() -> None:
    assert tensors.number_of(tf.constant(0.1)) == 0.1
    assert tensors.number_of(tf.constant([0.1])) is None
    assert tensors.values_of(tf.constant([1.0, float("nan"), float("inf")])) == [1.0, "nan", "inf"]
    assert (tensors.shape_of(tf.zeros((2, 3))), tensors.size_of(tf.zeros((2, 3)))) == ((2, 3), 6)


def test_what_has_a_gradient() -> None:
    x = tf.constant(1.0)
    assert not tensors.has_gradient(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        assert tensors.has_gradient(x)
    assert tensors.is_differentiable("Exp")
    assert not tensors.is_differentiable("StopGradient")
    assert not tensors.is_differentiable("ZerosLike")


def test_a_leaf_has_the_values_of_what_trains_nothing() -> None:
    known = tensors.leaf(tf.ones(3), False, None, "an input")
    assert known.more["values"] == [1.0, 1.0, 1.0]
    assert "values" not in tensors.leaf(tf.ones(3), True, None, "a parameter").more
