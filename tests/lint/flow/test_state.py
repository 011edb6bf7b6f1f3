"""What a flow begins with."""

from __future__ import annotations

from klcli.lint.flow.state import State
from tests.lint.sources import function, module, project


def test_two_flows_share_nothing() -> None:
    files = project(module("x = 1"))
    one, other = (State(function(files, ""), files, None, lambda *_: None) for _ in range(2))
    one.known.fresh("x")
    one.pulled.add("y")
    assert other.known.fresh("x") == "x"
    assert other.pulled == set()
    assert other.left == one.left > 1000
