"""The program's tapes: which of them record, and which gradients are those of a loss."""

from __future__ import annotations

from typing import Any

import pytest

tf = pytest.importorskip("tensorflow")
tapes = pytest.importorskip("klcli.trace.recorders.tensorflow.tapes")

X = tf.constant([1.0, 2.0])


def watching() -> tuple[Any, list[Any], list[Any]]:
    recording: list[Any] = []
    asked: list[Any] = []
    return tapes.Tapes(recording, asked.append, lambda note: None), recording, asked


def test_tapes_record_while_they_are_open() -> None:
    own, recording, _ = watching()
    with own:
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                assert recording == [outer._tape, inner._tape]
                with inner.stop_recording():
                    assert recording == [outer._tape]
            assert recording == [outer._tape]
        assert recording == []
    with tf.GradientTape():
        assert recording == []


def test_a_gradient_is_asked_once_and_computed_in_silence() -> None:
    own, _, asked = watching()
    with own:
        with tf.GradientTape() as tape:
            tape.watch(X)
            loss = tf.reduce_sum(X**2)
        assert tape.gradient(loss, X).numpy().tolist() == [2.0, 4.0]
        assert len(asked) == 1
        assert asked[0] is loss
    assert not own.is_silent
    with own.silent(), own.silent():
        assert own.is_silent
    assert not own.is_silent


def test_a_penalty_on_a_gradient_is_no_loss_by_itself() -> None:
    own, _, asked = watching()
    weight = tf.Variable([3.0])
    with own, tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(X)
            out = tf.reduce_sum(weight * X**2)
        slope = inner.gradient(out, X)
        assert asked == []
        penalty = tf.reduce_sum(slope**2)
        outer.stop_recording()
    assert outer.gradient(penalty, weight) is not None


def test_what_is_asked_by_variables_is_one_inside_of_another_tape_too() -> None:
    own, _, asked = watching()
    weight = tf.Variable([3.0])
    with own, tf.GradientTape():
        with tf.GradientTape() as inner:
            out = tf.reduce_sum(weight * X)
        inner.gradient(out, [weight])
    assert len(asked) == 1


def test_a_derivative_of_the_program_is_told() -> None:
    told: list[Any] = []
    own = tapes.Tapes([], lambda target: None, told.append)

    @tf.custom_gradient
    def doubled(x: Any) -> Any:
        return 2 * x, lambda upstream: 2 * upstream

    with own, tf.GradientTape() as tape:
        tape.watch(X)
        doubled(X)
    assert len(told) == 1
    with tf.GradientTape() as tape:
        tape.watch(X)
        doubled(X)
    assert len(told) == 1
