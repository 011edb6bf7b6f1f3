"""Variables as leaves: one for all that is read of a variable until it has another value."""

from __future__ import annotations

import sys
from typing import Any

import pytest

tf = pytest.importorskip("tensorflow")
variables = pytest.importorskip("klcli.trace.recorders.tensorflow.variables")

WEIGHT = tf.Variable([1.0, 2.0])


def leaf(own: Any, variable: Any, *, grad: bool = True) -> Any:
    return own.leaf_of(variable, variable.value(), grad, sys._getframe(1), None)


def test_a_variable_is_one_leaf_until_it_is_assigned_to() -> None:
    local = tf.Variable([3.0])
    with variables.Variables() as own:
        first = leaf(own, local)
        assert leaf(own, local) is first
        assert (first.names, first.more["made_by"], first.grad) == (["local"], "a parameter", True)
        own.assigned(local._handle)
        assert leaf(own, local) is not first


def test_what_is_not_trained_is_another_leaf_with_its_values() -> None:
    moving = tf.Variable([3.0], trainable=False)
    with variables.Variables() as own:
        trained, still = leaf(own, moving), leaf(own, moving, grad=False)
    assert still is not trained
    assert (still.more["made_by"], still.more["values"]) == ("a variable", [3.0])


def test_names_that_are_not_local() -> None:
    class Model:
        def __init__(self) -> None:
            self.bias = tf.Variable([0.5])

        def called(self, own: Any) -> Any:
            return own.leaf_of(self.bias, self.bias.value(), True, sys._getframe(), None)

    def of_module(own: Any) -> Any:
        return own.leaf_of(WEIGHT, WEIGHT.value(), True, sys._getframe(), None)

    with variables.Variables() as own:
        assert Model().called(own).names == ["bias"]
        assert of_module(own).names == ["WEIGHT"]


def test_a_tensor_that_was_read_without_a_word_is_known_by_its_entries() -> None:
    one, twin, other = (tf.Variable(values) for values in ([1.0, 2.0], [1.0, 2.0], [7.0, 8.0]))
    with variables.Variables() as own:
        for variable in (other, one, twin):
            assert variable.handle is variable._handle
        assert own.read_as(tf.constant([7.0, 8.0])) is other
        # Of two with the same entries the first is that which was asked for first.
        assert own.read_as(tf.constant([1.0, 2.0])) is one
        assert own.read_as(tf.constant([1.0, 2.0])) is twin
        assert own.read_as(tf.constant([1.0, 3.0])) is None
        assert own.read_as(tf.constant([[1.0, 2.0]])) is None
        own.forget_asked()
        assert own.read_as(tf.constant([7.0, 8.0])) is None
    assert one.handle is one._handle
    assert own.read_as(tf.constant([1.0, 2.0])) is None
