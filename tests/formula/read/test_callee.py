"""What a call calls, and on what."""

from __future__ import annotations

import ast

import pytest

from klcli.formula.read.callee import called, is_learned, is_module, viewed


def read(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def call(text: str) -> ast.Call:
    found = read(text)
    assert isinstance(found, ast.Call)
    return found


@pytest.mark.parametrize(
    ("text", "name"), [("torch.exp(x)", "exp"), ("x.exp()", "exp"), ("exp(x)", "exp"), ("f()(x)", "")]
)
def test_names(text: str, name: str) -> None:
    assert called(call(text)) == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("torch", True),
        ("torch.nn.functional", True),
        ("tf.math", True),
        ("self.special", True),
        ("mu", False),
        ("self.encoder", False),
        ("mu.exp()", False),
    ],
)
def test_modules(text: str, expected: bool) -> None:
    assert is_module(read(text)) is expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x.view(-1)", "x"),
        ("x.data", "x"),
        ("x.squeeze().T", "x"),
        ("x.detach().to(device)", "x"),
        ("x.exp()", "x.exp()"),
        ("torch.flatten(x)", "torch.flatten(x)"),
    ],
)
def test_what_is_only_shown_anew(text: str, shown: str) -> None:
    assert ast.unparse(viewed(read(text))) == shown


def test_a_variable_of_tensorflow_begins_with_its_argument() -> None:
    assert is_learned(call("tf.Variable(x)"))
    assert not is_learned(call("torch.autograd.Variable(x)"))
    assert not is_learned(call("Variable(x)"))
    assert is_learned(call("nn.Parameter(torch.randn(3))"))
    assert not is_learned(call("nn.Parameter(x, requires_grad=False)"))
