"""A function's equations in one row: what is entered, what is one node, what is left out."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.recorders.notes import Node

jax = pytest.importorskip("jax")
rows = pytest.importorskip("klcli.trace.recorders.jax.flat_equations")
jnp = jax.numpy

KEY = jax.random.PRNGKey(0)
X = jnp.ones((4, 3))


def row_of(function: Any, *given: Any) -> Any:
    closed = jax.make_jaxpr(function)(*given)
    leaves = [Node("leaf", (), one.shape, str(one.dtype), True, made_by="an input") for one in given]
    return rows.EquationRow(closed, leaves)


def line(found: Any) -> str:
    """A node as ``op(op(leaf))``."""
    if not isinstance(found, Node):
        return f"{float(found):g}"
    return f"{found.op}({', '.join(map(line, found.args))})" if found.args else found.op


def program(function: Any, *given: Any) -> str:
    row = row_of(function, *(given or (X,)))
    return line(row.nodes[row.outputs[0]])


@jax.jit
def inner(x: Any) -> Any:
    return jnp.exp(x) + 1


@jax.custom_jvp
def derived(x: Any) -> Any:
    return jnp.exp(x) * 2


derived.defjvp(lambda given, moved: (derived(*given), moved[0]))


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: inner(x), "add(exp(leaf), 1)"),
        (lambda x: inner(inner(x)), "add(exp(add(exp(leaf), 1)), 1)"),
        (lambda x: jax.checkpoint(lambda y: jnp.log(y))(x), "log(leaf)"),
        (lambda x: derived(x), "mul(exp(leaf), 2)"),
        (lambda x: jax.nn.softplus(x), "softplus(leaf)"),
        (lambda x: jnp.logaddexp(x, 0.0), "softplus(leaf)"),
        (lambda x: jax.scipy.special.xlogy(x, x), "mul(leaf, log(leaf))"),
        (lambda x: jax.scipy.special.xlog1py(x, x), "mul(leaf, log1p(leaf))"),
        (lambda x: jax.scipy.special.xlogy(0.5, x), "mul(0.5, log(leaf))"),
        (lambda x: x * jax.random.normal(KEY, x.shape), "mul(leaf, noise)"),
        (lambda x: x * jax.random.uniform(KEY, x.shape), "mul(leaf, noise)"),
        # The count of the entries is a number, as it would be in the text.
        (lambda x: x.sum() / jnp.asarray(x.shape).prod(), "div(sum(leaf), 12)"),
        (lambda x: jnp.where(jnp.isfinite(x), x, 0.0), "leaf"),
        (lambda x: jnp.where(x == 0, 0.0, x * jnp.log(x)), "mul(leaf, log(leaf))"),
    ],
)  # fmt: skip
def test_programs(function: Any, expected: str) -> None:
    assert program(function) == expected


def test_uniform_noise_between_other_limits_is_what_jax_computes() -> None:
    assert "noise" not in program(lambda x: x * jax.random.uniform(KEY, x.shape, minval=1.0, maxval=2.0))


def test_noise_is_told_by_its_kind() -> None:
    for draw, kind in ((jax.random.normal, "randn"), (jax.random.uniform, "rand")):
        row = row_of(lambda x, draw=draw: draw(KEY, x.shape) * x, X)
        (noise,) = (one for one in row.nodes if isinstance(one, Node) and one.op == "noise")
        assert (noise.more["kind"], noise.shape) == (kind, (4, 3))


def test_a_function_of_the_program_is_not_one_of_jax_by_its_name() -> None:
    @jax.jit
    def softplus(x: Any) -> Any:
        return jnp.exp(x)

    assert program(lambda x: softplus(x)) == "exp(leaf)"


def test_an_operand_that_comes_back_is_the_same_array() -> None:
    row = row_of(lambda x: x + 0.0, X)
    assert row.outputs == row.inputs
    # A cast makes another one.
    cast = row_of(lambda x: x.astype(jnp.float16), X)
    assert cast.outputs != cast.inputs


def test_steps_lead_from_inputs_and_constants_to_outputs() -> None:
    offset = jnp.arange(3.0)
    row = row_of(lambda x: (inner(x) + offset).sum(), X)
    made = {slot for _, _, found in row.steps for slot in found}
    assert set(row.outputs) <= made
    assert made.isdisjoint(row.inputs)
    assert any(getattr(value, "shape", None) == (3,) for value in row.known.values())
    used = {slot for _, given, _ in row.steps for slot in given}
    assert used <= made | set(row.known) | set(row.inputs)
    places = {row.nodes[slot].place for slot in made if isinstance(row.nodes[slot], Node)}
    assert {place[0] for place in places} == {__file__}


def test_a_sample_that_is_not_followed_is_kept() -> None:
    row = row_of(lambda x: jnp.sort(x + jax.random.normal(KEY, x.shape)), X)
    assert [line(one) for one in row.samples] == ["add(leaf, noise)"]
    assert not row_of(lambda x: jnp.sort(jax.random.normal(KEY, x.shape)) + x, X).samples


def test_marks_name_arrays_and_no_more() -> None:
    from jax.ad_checkpoint import checkpoint_name

    row = row_of(lambda x: checkpoint_name(checkpoint_name(jnp.exp(x), "klcli mu"), "kept").sum(), X)
    (named,) = (one for one in row.nodes if isinstance(one, Node) and one.names)
    assert (named.op, named.names) == ("exp", ["mu"])
