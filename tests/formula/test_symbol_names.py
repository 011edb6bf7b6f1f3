"""What symbols may be called."""

from __future__ import annotations

import pytest

from klcli.formula.symbol_names import FUNCTIONS, is_symbol

NO_SYMBOLS = (
    *("", "2x", "x y", "x_", "_x", "x__y", "σ", "x-y", "x\n", "a" * 61),
    *(
        *FUNCTIONS,
        "ln",
        "log_2",
        "log2",
        "log10",
        "lg",
        "pi",
        "e",
        "sum",
        "sum_j",
        "exp_1",
        "for",
        "in",
        "if",
    ),
)


@pytest.mark.parametrize("name", NO_SYMBOLS)
def test_names_that_are_no_symbols(name: str) -> None:
    assert not is_symbol(name)


@pytest.mark.parametrize("name", ["x", "E", "mean", "e_1", "log_var", "logs", "sum_ab", "a" * 60, "lambda"])
def test_names_that_are_symbols(name: str) -> None:
    assert is_symbol(name)
