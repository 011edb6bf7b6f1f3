"""Where something is minimised."""

from __future__ import annotations

import ast

import pytest

from klcli.lint.flow.sinks import sinks_in
from tests.lint.sources import function, module, project, statement

FILES = project(
    module("def loss(x):\n    return x\ndef elbo_loss(x):\n    return x\ndef f(x):\n    return x\n")
)


@pytest.mark.parametrize(
    ("text", "name", "values"),
    [
        ("loss.backward()", "f", ["loss"]),
        ("scaler.scale(loss).backward()", "f", ["loss"]),
        ("self.manual_backward(loss)", "f", ["loss"]),
        ("opt.minimize(cost, steps)", "f", ["cost"]),
        ("return total, kl", "loss", ["total"]),
        ("return {'loss': total, 'kl': kl}", "loss", ["total"]),
        ("return total", "elbo_loss", []),
        ("return total", "f", []),
        ("loss.item()", "f", []),
    ],
)
def test_sinks(text: str, name: str, values: list[str]) -> None:
    found = list(sinks_in(statement(text), function(FILES, name), []))
    assert [ast.unparse(sink.value) for sink in found] == values
    assert all(sink.is_certain == (not text.startswith("return")) for sink in found)
