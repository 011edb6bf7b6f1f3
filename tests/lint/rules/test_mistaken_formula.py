"""Mistakes of formulas by their names."""

from __future__ import annotations

import pytest

from klcli.lint.linter import linted
from tests.lint.sources import codes, module


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def f(mu, log_std):\n    return -0.5 * (1 + log_std - mu ** 2 - torch.exp(2 * log_std))\n",
            ["KL101"],
        ),
        ("def f(mu, log_std):\n    return -0.5 * (1 + 2 * log_std - mu ** 2 - torch.exp(2 * log_std))\n", []),
        ("def f(mu, s):\n    return 0.5 * (mu ** 2 + s ** 2 - 1) + torch.log(s)\n", ["KL108"]),
    ],
    ids=[str(number) for number in range(3)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL101", "KL108")] == expected


@pytest.mark.parametrize(("mean", "expected"), [("mu", ["KL112"]), ("mu ** 2", [])])
def test_what_is_one_of_several_arguments_is_what_its_name_says(mean: str, expected: list[str]) -> None:
    source = f"""
def loss_function(*args, **kwargs):
    out, x = args[0], args[1]
    mu = args[2]
    log_var = args[3]
    return F.mse_loss(out, x) + torch.mean(-0.5 * torch.sum(1 + log_var - {mean} - log_var.exp(), dim=1))
"""
    assert codes(source) == expected


_POLICY = """
def f(means, old_means, log_vars, old_log_vars, act_dim):
    return 0.5 * tf.reduce_mean(
        tf.{1}(log_vars{0}) - tf.reduce_sum(old_log_vars{0})
        + tf.reduce_sum(tf.exp(old_log_vars - log_vars){0})
        + tf.reduce_sum(tf.square(means - old_means) / tf.exp(log_vars), axis=1) - act_dim
    )
"""


@pytest.mark.parametrize(
    ("axis", "sums", "expected"),
    [
        ("", "reduce_sum", [("KL121", "note")]),  # right for one deviation of all examples, of shape (d,)
        (", axis=1", "reduce_sum", []),
        ("", "reduce_mean", [("KL121", "error")]),
    ],
)
def test_sums_that_are_right_for_heads_without_a_batch_are_no_error(
    axis: str, sums: str, expected: list[tuple[str, str]]
) -> None:
    found = linted(module(_POLICY.format(axis, sums))).findings
    assert [(one.mistake.code, one.severity) for one in found] == expected
