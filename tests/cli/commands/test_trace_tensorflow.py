"""``klcli trace`` of programs of TensorFlow and Keras, which end well and badly."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Klcli, Result

tf = pytest.importorskip("tensorflow")
pytest.importorskip("keras")

MODEL = """
import sys
import numpy as np
import keras
import tensorflow as tf
from keras import layers, ops

x = keras.Input((8, 8, 1))
h = layers.Dense(6, activation="relu")(layers.Flatten()(x))
encoder = keras.Model(x, [layers.Dense(2)(h), layers.Dense(2)(h)])
decoder = keras.Sequential([keras.Input((2,)), layers.Dense(64, activation="sigmoid"), layers.Reshape((8, 8, 1))])

class VAE(keras.Model):
    def train_step(self, data):
        with tf.GradientTape() as tape:
            z_mean, z_log_var = encoder(data)
            z = z_mean + ops.exp(0.5 * z_log_var) * keras.random.normal(ops.shape(z_mean), seed=1)
            entropies = keras.losses.binary_crossentropy(data, decoder(z))
            reconstruction_loss = ops.mean(ops.sum(entropies, axis=(1, 2)))
            kl_loss = -0.5 * (1 + z_log_var - ops.square(z_mean) - ops.exp(FACTOR * z_log_var))
            kl_loss = ops.mean(ops.sum(kl_loss, axis=1))
            total_loss = reconstruction_loss + kl_loss
        weights = encoder.trainable_weights + decoder.trainable_weights
        self.optimizer.apply_gradients(zip(tape.gradient(total_loss, weights), weights))
        return {"loss": total_loss}

vae = VAE()
vae.compile(optimizer="adam")
data = np.random.default_rng(0).random((12, 8, 8, 1)).astype("float32")
vae.fit(data, epochs=2, batch_size=4, verbose=0)
print("trained")
"""

Traced = Callable[..., Result]


@pytest.fixture
def traced(klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Traced:
    monkeypatch.chdir(tmp_path)

    def run(text: str, *options: str) -> Result:
        (tmp_path / "train.py").write_text(textwrap.dedent(text))
        return klcli("trace", "--python", sys.executable, *options, "train.py")

    return run


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_example_of_keras(traced: Traced) -> None:
    text = MODEL.replace("FACTOR * ", "")
    result = traced(text, "--json", "--steps", "2")
    assert result.status == 0
    assert "trained" not in result.err
    document = json.loads(result.out)
    assert document["framework"] == f"tensorflow {tf.__version__}"
    likely, kl = document["terms"]
    assert (likely["what"], likely["weight"]) == (
        "binary cross-entropy, sum over 64 entries, mean over the batch",
        1,
    )
    assert (kl["verdict"], kl["parameterization"], kl["reduction"], kl["weight"], kl["line"]) == (
        "exact",
        "logvar",
        "sum-mean",
        1,
        line_of(text, "kl_loss = ops.mean"),
    )
    assert kl["value"] + likely["value"] == pytest.approx(document["losses"][0]["value"], rel=1e-5)
    assert [sample["parameterization"] for sample in document["samplers"]] == ["logvar"]
    assert len(document["steps"]) == 2
    assert document["losses"][0]["beta"] == 1


def test_a_wrong_one(traced: Traced) -> None:
    result = traced(MODEL.replace("FACTOR", "2"))
    assert result.status == 1
    assert "KL105" in result.out
    assert "at the first backward pass (train.py:" in result.out


def test_programs_without_a_loss(traced: Traced) -> None:
    result = traced(
        """
        import tensorflow as tf
        kept = tf.reduce_sum(tf.exp(tf.random.normal((4, 3))))
        """
    )
    assert (result.status, result.out) == (2, "")
    assert "ran to its end without a backward pass; 1 array that was computed is left" in result.err
    result = traced(
        """
        import tensorflow as tf
        weights = tf.Variable(tf.zeros((3, 2)))

        @tf.function
        def step():
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.matmul(tf.ones((4, 4)), weights))
            return tape.gradient(loss, weights)

        step()
        """
    )
    assert (result.status, result.out) == (2, "")
    assert "train.py failed before its first backward pass: InvalidArgumentError" in result.err
    assert "recorders" not in result.err
