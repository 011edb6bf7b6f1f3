"""Vectors that stand whole in a norm and by their components in a sum."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.traversal import free_symbols
from klcli.judge.answer import verify


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (r"\|\sigma\|^2 - \sum_i \log \sigma_i", {"sigma"}),
        ("‖σ‖² − ∑ᵢ log σᵢ", {"sigma"}),
        (r"\|\mu\|^2 - \sum_j \log \sigma_j", {"mu", "sigma_j"}),
        (r"\|\sigma\|^2 - \sum_i \log \sigma_j", {"sigma", "sigma_j"}),
        (r"\sigma - \sum_i \log \sigma_i", {"sigma", "sigma_i"}),
    ],
)
def test_components_of_a_vector_that_stands_whole(text: str, names: set[str]) -> None:
    assert set(free_symbols(read_program(text).tree)) == names


def test_a_kl_in_norms() -> None:
    r"""1/2 sum_i (mu_i^2 + sigma_i^2 - 1 - log sigma_i^2), the usual sum over d components."""
    for text in (
        r"\frac12(\|\mu\|^2 + \|\sigma\|^2 - d - \sum_i\log\sigma_i^2)",
        r"\frac12(\|\mu\|^2 + \|\sigma\|^2 - d - 2\sum_i\log\sigma_i)",
    ):
        assert verify(read_program(text)).best.kind == "exact"


def test_a_lost_factor_in_norms() -> None:
    text = r"\frac12(\|\mu\|^2 + \|\sigma\|^2 - d - \sum_i\log\sigma_i)"
    assert verify(read_program(text)).best.kind != "exact"
