"""A function that is called with tensors of its own: what it gives back and has for gradients."""

from __future__ import annotations

from typing import Any

import pytest

tf = pytest.importorskip("tensorflow")
calling = pytest.importorskip("klcli.trace.recorders.tensorflow.calling")

GIVEN = {"mu": ((2, 1), [0.5, -1.0]), "s": ((2, 1), [0.0, 2.0])}


def summed(mu: Any, s: Any, *, weight: float = 1.0) -> Any:
    return weight * tf.reduce_sum(mu**2, 0) + 0.0 * tf.stop_gradient(tf.reduce_sum(s, 0))


def test_values_and_gradients() -> None:
    found = calling.call(summed, GIVEN, "float64", {"weight": 3.0})
    assert (found["shape"], found["values"]) == ([1], [3.75])
    assert found["gradients"]["mu"] == [3.0, -6.0]
    assert found["gradients"]["s"] is None


def test_the_document_has_the_arrays_by_their_names() -> None:
    document = calling.call(summed, GIVEN, "float32", {})["document"]
    leaves = [one for one in document["nodes"] if one["op"] == "leaf" and one["names"]]
    assert sorted(one["names"][0] for one in leaves) == ["mu", "s"]
    assert {(tuple(one["shape"]), one["dtype"]) for one in leaves} == {((2, 1), "float32")}
    (loss,) = document["losses"]
    own = {document["nodes"][one["by"]]["names"][0]: one["values"] for one in loss["gradients"]}
    assert own == {"mu": [1.0, -2.0]}


def test_what_gives_no_tensor_back_is_said() -> None:
    with pytest.raises(TypeError, match="list and no tensor"):
        calling.call(lambda mu, s: [mu], GIVEN, "float32", {})


def test_what_tensorflow_cannot_compute_is_a_value_that_is_wrong() -> None:
    with pytest.raises(ValueError, match="shape"):
        calling.call(lambda mu, s: tf.reshape(mu, [3]), GIVEN, "float32", {})
