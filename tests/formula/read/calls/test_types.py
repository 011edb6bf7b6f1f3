"""Casts, copies and stopped gradients."""

from __future__ import annotations

import ast

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.calls.types import has_integer_type
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.traversal import walk
from klcli.formula.tree import Call, Stop, Symbol


@pytest.mark.parametrize(
    "text",
    [
        *("x.detach()", "tf.stop_gradient(x)", "sg(x)", "x.item()", "x.tolist()", "x.data", "x.numpy()"),
        "np.array(x.detach())",
        *("float(x)", "x.requires_grad_(False)", "x.requires_grad_(requires_grad=False)"),
    ],
)
def test_what_has_no_gradient(text: str) -> None:
    assert read_program(text, "python").arrays == Stop(Symbol("x"))


@pytest.mark.parametrize(
    "text",
    [
        "x.long()",
        "x.to(torch.int32)",
        "tf.cast(x, 'int64')",
        "x.astype(int)",
        "int(x)",
        "np.asarray(x, dtype=int)",
        "np.array(x, int)",
        "x.astype('i4')",
    ],
)
def test_what_cuts_to_integers(text: str) -> None:
    assert read_program(text, "python").tree == Call("trunc", Symbol("x"))


@pytest.mark.parametrize(
    "text",
    [
        *("x.float()", "x.to(device)", "tf.cast(x, 'float32')", "x.clone()", "np.asarray(x)", "np.array(x)"),
        *("x.to(dtype)", "x.requires_grad_()", "x.requires_grad_(True)"),
    ],
)
def test_what_gives_its_argument_back(text: str) -> None:
    assert read_program(text, "python").arrays == Symbol("x")


def test_a_variable_of_torch_has_no_gradient_of_what_is_computed() -> None:
    torch = pytest.importorskip("torch")
    x = torch.ones(2, requires_grad=True)
    assert not torch.autograd.Variable(x.exp()).requires_grad
    for text in ("Variable(x.exp())", "torch.autograd.Variable(torch.exp(x))"):
        assert read_program(text, "python").arrays == Stop(Call("exp", Symbol("x")))
    for text in ("Variable(x)", "x + Variable(torch.zeros(x.size()))"):  # what a text begins with
        assert not any(isinstance(node, Stop) for node in walk(read_program(text, "python").arrays))


def test_a_number_made_of_an_array_of_numpy_has_no_gradient_to_lose() -> None:
    own, torch = (
        read_program(f"kl = {library}.sum(x**2)\nfloat(kl)", "python").arrays for library in ("np", "torch")
    )
    assert torch == Stop(own)


@pytest.mark.parametrize(
    "text", ["x.to(torch.bool)", "x.astype(bool)", "tf.cast(x, tf.complex64)", "x.type(torch.cfloat)"]
)
def test_what_keeps_no_number_is_not_read(text: str) -> None:
    with pytest.raises(FormulaError, match="keeps no number"):
        read_program(text, "python")


@pytest.mark.parametrize(
    ("word", "expected"), [("int", True), ("uint8", True), ("float32", False), ("integer", False)]
)
def test_types_of_integers(word: str, expected: bool) -> None:
    call = ast.parse(f"f(x, {word})", mode="eval").body
    assert isinstance(call, ast.Call)
    assert has_integer_type(call.args[1:], call) is expected
