"""Operations as nodes of the tensors that they gave: places, names, values, samples, gradients."""

from __future__ import annotations

from typing import Any

import pytest

tf = pytest.importorskip("tensorflow")
noting = pytest.importorskip("klcli.trace.recorders.tensorflow.noting")
recorder = pytest.importorskip("klcli.trace.recorders.tensorflow.recorder")

X = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def watched(function: Any, *given: Any) -> tuple[Any, Any]:
    """The node of what a function gives back, and what is known of its tensors."""
    with recorder.TensorflowRecorder() as own, tf.GradientTape() as tape:
        tape.watch(given or (X,))
        return own.node_of(function(*(given or (X,)))), own._noted


def test_a_node_stands_where_the_program_runs_it() -> None:
    found, _ = watched(lambda x: tf.exp(x))
    assert (found.op, found.shape, found.dtype, found.grad) == ("exp", (2, 3), "float32", True)
    assert found.place is not None
    assert (found.place[0], found.place[2]) == (__file__, "<lambda>")


def test_operands_have_the_names_of_their_variables() -> None:
    def function(given: Any) -> Any:
        mean = tf.exp(given)
        return mean * 2.0

    found, _ = watched(function)
    assert found.args[0].names == ["mean"]
    assert found.args[0].args[0].names == ["given"]


def test_numbers_of_numbers_are_not_noted() -> None:
    found, own = watched(lambda x: tf.constant(2.0) * tf.constant(3.0))
    assert found == 6.0
    assert own.node_of(tf.constant([1.0])).op == "leaf"


def test_what_is_not_followed_is_a_leaf_that_knows_its_sources() -> None:
    found, _ = watched(lambda x: tf.cumsum(tf.exp(x)))
    assert (found.op, found.more["made_by"], found.grad) == ("leaf", "Cumsum", True)


def test_values_of_leaves_and_of_single_numbers_are_noted() -> None:
    found, _ = watched(lambda x: tf.reduce_sum(tf.exp(x)))
    assert found.more["values"] == pytest.approx([sum(2.718281828459045**one for one in range(1, 7))])
    assert found.args[0].args[0].more["values"] == [1, 2, 3, 4, 5, 6]
    assert "values" not in found.args[0].more


@pytest.mark.parametrize(("entries", "are_noted"), [(4096, True), (4097, False)])
def test_values_of_large_leaves_are_not_noted(entries: int, are_noted: bool) -> None:
    found, _ = watched(lambda x: tf.exp(x), tf.zeros([entries]))
    assert ("values" in found.args[0].more) is are_noted


def test_what_is_watched_after_it_was_computed_is_a_leaf_that_knows_its_sources() -> None:
    """Of what it is itself made of nothing is known where it is a leaf already."""
    with recorder.TensorflowRecorder() as own:
        given = tf.exp(X)
        (source,) = own.node_of(given).args
        with tf.GradientTape() as tape:
            tape.watch([X, given])
            found, above = own.node_of(given), own.node_of(X)
    assert (found.op, found.grad, found.leaves) == ("leaf", True, {found.serial, source.serial})
    assert (above.op, above.grad, above.leaves) == ("leaf", True, {above.serial})


def test_samples_that_are_computed_with_further_are_kept() -> None:
    _, own = watched(lambda x: tf.cumsum(x + tf.random.uniform(x.shape)))
    assert [one.op for one in own.samples] == ["add"]
    _, own = watched(lambda x: tf.cumsum(tf.random.uniform(x.shape)) + x)
    assert not own.samples


def test_a_gradient_ends_at_a_stop() -> None:
    found, _ = watched(lambda x: tf.exp(tf.stop_gradient(x)))
    assert (found.op, found.grad, found.args[0].op) == ("exp", False, "stop")


def test_a_variable_that_is_assigned_to_is_another_leaf() -> None:
    weight = tf.Variable([1.0, 2.0, 3.0])

    def function(x: Any) -> Any:
        before = x * weight
        weight.assign(weight + 1.0)
        return before + x * weight

    found, _ = watched(function)
    (_, first), (_, second) = (one.args for one in found.args)
    assert first is not second
    assert first.more["made_by"] == second.more["made_by"] == "a parameter"
    assert (first.more["values"], second.more["values"]) == ([1, 2, 3], [2, 3, 4])


def test_a_cross_entropy_is_one_call_of_two_arrays() -> None:
    found, _ = watched(lambda x: tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.ones_like(x), logits=x))
    assert (found.op, found.more["kind"], found.more["reduction"]) == ("loss", "bce", "none")
    assert (found.shape, found.grad, len(found.args)) == ((2, 3), True, 2)


def test_files_of_libraries_are_no_places() -> None:
    own = noting.NotedTensors()
    assert own.is_foreign(tf.__file__)
    assert not own.is_foreign(__file__)
