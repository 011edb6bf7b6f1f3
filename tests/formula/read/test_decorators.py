"""Decorators: what they make of a function is known, or the text is not read."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.syntax_errors import FormulaError

FUNCTION = "def f(r):\n    return np.sum(r**2)\n"


@pytest.mark.parametrize(
    "decorator",
    [
        "staticmethod",
        "torch.jit.script",
        "tf.function(jit_compile=True)",
        "partial(jax.jit, static_argnums=0)",
        "functools.lru_cache(maxsize=None)",
        "register_kl(Normal, Normal)",
        "chex.assert_max_traces(n=1)",
        "force_fp32(apply_to=('r',))",
        "functools.singledispatch",
    ],
)
def test_what_keeps_a_function_as_it_is(decorator: str) -> None:
    plain = read_program(f"{FUNCTION}f(x)", "python").arrays
    for call in ("", "f(r)"):
        found = read_program(f"@{decorator}\n{FUNCTION}{call}", "python").arrays
        assert found == read_program(f"{FUNCTION}{call}", "python").arrays
    assert read_program(f"@{decorator}\n{FUNCTION}f(x)", "python").arrays == plain


@pytest.mark.parametrize(
    "decorator",
    [
        "double",
        "functools.partial(scale, 2)",
        "tf.custom_gradient",
        "contextmanager",
        "jax.grad",
        "partial(jax.vmap, in_axes=1)",
        "wrappers[0]",
    ],
)
@pytest.mark.parametrize("call", ["", "f(x)"])
def test_what_may_change_a_function_is_not_passed_over(decorator: str, call: str) -> None:
    with pytest.raises(FormulaError, match=r"what the decorator @.* makes of this function is not followed"):
        read_program(f"@{decorator}\n{FUNCTION}{call}", "python")
