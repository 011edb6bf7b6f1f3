"""Losses of graphs: where they stand, once for each place, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

tf = pytest.importorskip("tensorflow")
graphs = pytest.importorskip("klcli.trace.recorders.tensorflow.session_graphs")

HERE = ("train.py", 7, "step")


def differentiated() -> Any:
    """The gradient of a square in a graph that is built and not run."""
    with tf.Graph().as_default():
        x = tf.constant(3.0)
        (slope,) = tf.gradients(x * x, x)
        return slope


def test_a_place_is_told_once() -> None:
    places = [HERE, HERE, ("train.py", 9, "step"), None]
    with graphs.GraphLosses(lambda: places.pop(0), lambda: False) as own:
        slopes = [differentiated() for _ in range(4)]
    assert all(slope is not None for slope in slopes)
    told = own.warnings()
    assert [text.split("differentiated at ")[1].split(",")[0] for text in told] == [
        "train.py:7",
        "train.py:9",
        "an unknown place",
    ]
    differentiated()
    assert len(own.warnings()) == 3


def test_a_function_that_runs_eagerly_because_it_is_watched_is_refused() -> None:
    x = tf.constant(3.0)
    with graphs.GraphLosses(lambda: HERE, lambda: False) as own:
        with pytest.raises(RuntimeError, match="while klcli watches"):
            tf.gradients(x * x, x)
        assert own.warnings() == []
    # Who runs functions eagerly without us gets TensorFlow's own words.
    with graphs.GraphLosses(lambda: HERE, lambda: True), pytest.raises(RuntimeError) as found:
        tf.gradients(x * x, x)
    assert "while klcli watches" not in str(found.value)
