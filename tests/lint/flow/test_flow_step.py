"""Statements of a flow."""

from __future__ import annotations

import pytest

from klcli.lint.flow.flow_step import FlowStatement, forgotten
from tests.lint.sources import function, module, project, statement, written

TOP = function(project(module("x = 1")), "")


def step(text: str) -> FlowStatement:
    return FlowStatement(statement(text), TOP)


@pytest.mark.parametrize(
    ("text", "targets", "read", "is_opaque"),
    [
        ("a = b + c", {"a"}, {"b", "c"}, False),
        ("a, self.b = f(x)", {"a", "self.b"}, {"x", "f"}, True),
        ("a += b", {"a"}, {"a", "b"}, False),
        ("a.mul_(b).add_(c)", {"a"}, {"a", "b", "c"}, False),
        ("a = net(x)", {"a"}, {"x", "net"}, True),
        ("mu = args[2]", {"mu"}, {"args"}, True),
        ("mu = stats[2]", {"mu"}, {"stats"}, False),
    ],
)
def test_what_a_statement_does(text: str, targets: set[str], read: set[str], is_opaque: bool) -> None:
    found = step(text)
    assert found.targets == targets
    assert {name for name in found.read if "." not in name} >= read - {"f", "net"}
    assert found.is_opaque == is_opaque


def test_what_is_not_followed_is_a_symbol() -> None:
    assert written(step("a, b = net(x)")) == ["a = None", "b = None"]
    assert written(forgotten("a", TOP)) == ["a = None"]
    assert forgotten("a", TOP).sums == -1


def test_powers_and_exponentials_bend() -> None:
    assert step("a = b ** 2").is_curved
    assert step("a = torch.exp(b)").is_curved
    assert not step("a = b + c").is_curved
