"""A formula in whatever notation: the same text never means two things."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read, read_matrices, read_program
from klcli.formula.read import math_parser, python
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.traversal import walk
from klcli.formula.tree import Length, Symbol
from klcli.formula.write.printing import to_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-1/2 (1 + s - mu^2 - e^s)", "-1/2 (1 + s - mu^2 - e^s)"),
        ("-0.5*(1 + s - mu**2 - exp(s))", "-0.5 (1 + s - mu^2 - e^s)"),
        ("-0.5*(1 + s - mu.pow(2) - s.exp())", "-0.5 (1 + s - mu^2 - e^s)"),
        (r"-\frac12(1 + s)", "-1/2 (1 + s)"),
        ("sum(x_j for j in indices)", "sum_j (x_j)"),
        ("mean(x) + mean", "mean(x) + mean"),
    ],
)
def test_both_notations_are_read(text: str, expected: str) -> None:
    assert to_text(read(text)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("log s/2", "where does the argument of 'log' end?"),
        ("torch.gelu(x)", "'gelu' is not a known function"),
        ("mu**", "not a Python expression"),
        ("|x", "this bracket is never closed"),
    ],
)
def test_the_message_is_that_of_the_notation_that_the_text_looks_like(text: str, message: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read(text)
    assert message in caught.value.problem


@pytest.mark.parametrize(
    "text",
    [
        "-x**2",
        "x - 1e-3*y",
        "σ1 + σ_1",
        "mean(x)/2",
        "x**-y**2",
        "abs(mu - x)",
        "sum(x)*2",
        "(a/b)/c*d",
        "xⱼ",
    ],
)
def test_a_text_in_both_notations_means_the_same(text: str) -> None:
    assert math_parser.parse(text) == python.parse(text)


PROGRAMS = [
    # text, language, formula
    ("var = exp(logvar); -1/2 (1 + logvar - mu^2 - var)", "math", "-1/2 (1 + logvar - mu^2 - e^logvar)"),
    ("v = e^s\nKL = -1/2 (1 + s\n  - v)", "math", "-1/2 (1 + s - e^s)"),
    (r"D_{KL}(q\|p) = -\frac12 (1 + s)", "math", "-1/2 (1 + s)"),
    (r"KL = \sum_{j=1}^{J} s_j", "math", "sum_j (s_j)"),
    ("KL = -1/2 (1 + s);", "math", "-1/2 (1 + s)"),
    ("return -0.5*(1 + s)", "python", "-0.5 (1 + s)"),
    ("kl: Tensor = -0.5*(1 + s)", "python", "-0.5 (1 + s)"),
    (
        "kl = 1 + s.exp()\nkl = kl.sum(dim=1)\nkl *= -0.5\nreturn kl.mean()",
        "python",
        "mean(sum(1 + e^s) * -0.5)",
    ),
    ("    a, b = s.exp(), 2\n    a += b\n    a", "python", "e^s + 2"),
    ("def kl(mu, s):\n    '''words'''\n    std = s.exp()\n    return std**2", "python", "(e^s)^2"),
    ("import torch\nwith torch.no_grad():\n    kl = s.exp()", "python", "e^s"),
    ("mu = self.fc1(h)\ns = self.fc2(h)\nmu**2 + s", "python", "mu^2 + s"),
    ("s = 2*s\nmu, s = chunk(h)\nmu**2 + s", "python", "mu^2 + s"),
    ("z = 2*s\nmu, s = chunk(h)\nmu**2 + s + z", "python", "mu^2 + s_2 + 2 s"),
    # Methods in place change their object, others do not.
    ("kl = s.exp()\nkl.mul_(2).add_(1)\nkl", "python", "e^s * 2 + 1"),
    ("std = s.mul(.5).exp_()\ns + std", "python", "s + e^(s * .5)"),
    ("std = s.mul_(.5).exp_()\ns + std", "python", "e^(s * .5) + e^(s * .5)"),
    ("self.kl = s + 1; self.kl.mean()", "python", "mean(s + 1)"),
    ("least = 0.01\ntorch.maximum(least, s.exp())", "python", "max(e^s, 0.01)"),
]


@pytest.mark.parametrize(("text", "language", "expected"), PROGRAMS)
def test_statements(text: str, language: str, expected: str) -> None:
    program = read_program(text)
    assert (program.language, to_text(program.tree)) == (language, expected)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("; ;", "no formula between the semicolons"),
        ("a = b = s", "several equals signs"),
        ("f(x) = 3; s", "only a name can be given a value"),
        ("kl = foo(s)", "'foo' is not a known function"),
        ("import os\nos.system('x')", "'system' is not a known function"),
        ("if s: s", "this statement has no place in a formula"),
        ("import torch", "there is no formula in this text"),
        ("f(x)[0] = s.exp()", "only names, attributes and subscripts are given values"),
    ],
)
def test_statements_that_are_refused(text: str, problem: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_program(text, "python" if "import" in text or ":" in text else None)
    assert problem in caught.value.problem


@pytest.mark.parametrize("text", [text for text, _, _ in PROGRAMS])
def test_places_are_those_of_the_text(text: str) -> None:
    """What stands at the place of a symbol is its name, or that of a variable which it was put in for."""
    program = read_program(text)
    for node in walk(program.tree):
        start, end = node.span or (0, 1)
        assert 0 <= start < end <= len(program.text)
        if isinstance(node, Symbol):
            assert node.span
        if isinstance(node, Symbol) and "\\" not in text:
            written = program.spellings.get(node.name, node.name)
            assert program.text[start:end].strip("()") in (written, f"{written}_j")


def test_the_language_can_be_forced() -> None:
    assert read_program("s^2", "math").language == "math"
    with pytest.raises(FormulaError, match="is no power in Python") as caught:
        read_program("s^2", "python")
    assert caught.value.hint.startswith("a power is written with")


@pytest.mark.parametrize(
    "text",
    [
        "-1/2 (1 + logvar - mu^2 - exp(logvar))",
        "0.5 * (mu @ mu + torch.sum(var) - d - torch.sum(torch.log(var)))",
        "0.5 * (np.dot(mu, mu) + var.sum() - len(mu) - np.log(var).sum())",
        "-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())",
        "0.5 * (x.T @ x + s^2)",
        "0.5 (||mu||^2 + s^2 - 1 - 2 log s)",
        "0.5 (s^2 + mu^2 - 1 - 2 log |s|)",
        "tr * s",
        "det + log s",
        "identity(mu)**2",
    ],
)
def test_a_formula_of_numbers_is_none_of_matrices(text: str) -> None:
    assert read_matrices(text) is None


def test_a_name_that_is_no_function_stays_a_symbol() -> None:
    assert to_text(read_program("tr * s").tree) == "tr * s"


def test_what_a_length_is_depends_on_what_it_is_a_length_in() -> None:
    found = read_matrices("torch.trace(S) - mu.shape[-1] - mu.numel() + mu.T @ mu")
    assert found
    lengths = [node for node in walk(found.arrays) if isinstance(node, Length)]
    assert lengths == [Length(Symbol("mu"), -1), Length(Symbol("mu"), None)]
    assert to_text(found.tree) == "tr(S) - dim_mu - numel(mu) + mu^T @ mu"
