"""Which kinds the symbols of a formula of matrices can have: the likeliest first, and one error where none fit."""

from __future__ import annotations

import pytest

from klcli.errors import KlcliError
from klcli.judge.question import PLAIN
from klcli.judge.spaces.matrices.kind_assignments import typed
from tests.judge.spaces.matrices.settings import program


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (
            "0.5 * (torch.trace(S) + mu @ mu - d - torch.logdet(S))",
            {"S": "matrix", "mu": "vector", "d": "scalar"},
        ),
        ("0.5 (tr(S) + mu' mu - d - log det S)", {"S": "matrix", "mu": "vector", "d": "scalar"}),
        (
            "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' S_p^-1 (m_p - m_q) - d + log|S_p|/|S_q|)",
            {"S_p": "matrix", "S_q": "matrix", "m_p": "vector", "m_q": "vector", "d": "scalar"},
        ),
    ],
)
def test_the_likeliest_kinds_come_first(text: str, kinds: dict[str, str]) -> None:
    found = typed(program(text), PLAIN)
    assert found[0].kinds == kinds
    assert found[0].groups[0][0].heads, "a matrix is a head"


def test_a_dimension_is_a_number_that_is_set_aside() -> None:
    first = typed(program("0.5 * (torch.trace(S) + mu @ mu - d - torch.logdet(S))"), PLAIN)[0]
    assert first.groups[0][0].dimensions == ("d",)


@pytest.mark.parametrize(
    "text", ["torch.trace(S) + torch.logdet(S) + S @ S", "torch.trace(S) + torch.logdet(torch.trace(S))"]
)
def test_kinds_that_fit_nowhere_are_an_error(text: str) -> None:
    with pytest.raises(KlcliError, match="do not fit together"):
        typed(program(text), PLAIN)
