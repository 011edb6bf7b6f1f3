"""Which arrays share their entries: numpy says whether a change of one is one of the other."""

from __future__ import annotations

import ast
from types import SimpleNamespace

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.ast_parts import text_of_name
from klcli.formula.read.shared_entries import changing_calls, sharing
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array

X = np.arange(1.0, 13.0).reshape(4, 3)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x", ["x"]),
        ("x[:, 0]", ["x[:, 0]", "x"]),
        ("self.x.T", ["self.x.T", "self.x", "self"]),
        ("x.view(-1)", ["x"]),
        ("x.float()", ["x"]),
        ("x.chunk(2, 1)", ["x"]),
        ("torch.flatten(x)", ["x"]),
        ("helper(x)", ["x"]),
        ("[x, y]", ["x", "y"]),
        ("{'kl': x}", ["x"]),
        ("x if flag else y", ["flag", "x", "y"]),
        ("x.exp_()", ["x"]),
        ("x + 0", []),
        ("x.exp()", []),
        ("x.clone()", []),
        ("x.sum(1)", []),
        ("helper(x, y)", []),
        ("Output(x, kl=y)", ["x", "y"]),
        ("[a.sum() for a in x]", []),
        ("x.shape[0]", ["x.shape[0]"]),
    ],
)
def test_what_an_expression_may_share(text: str, names: list[str]) -> None:
    found = map(text_of_name, sharing(ast.parse(text, mode="eval").body))
    assert sorted(found) == sorted(names)


def test_calls_that_change_their_arguments() -> None:
    for text, is_one in (("np.copyto(x, y)", True), ("x[0].mul_(2)", True), ("x.mul_(2)", False)):
        assert bool(list(changing_calls(ast.parse(text)))) is is_one


@pytest.mark.parametrize(
    "change",
    [
        *("v = x[:, 0]; v *= 2", "v = x.T; v *= 2", "v = x.reshape(-1); v += 1", "v = x[:]; v -= 1"),
        *(
            "v = np.asarray(x); v *= 2",
            "v = [x]; v[0] *= 2",
            "v = {'x': x}; v['x'] *= 2",
            "a, b = np.split(x, [1], 1); b *= 3",
        ),
        *("v = x.ravel(); w = v[:2]; w *= 2", "v = x[1:]; w = x[:2]; v *= 2; r = w", "np.copyto(x, y)"),
        *(
            "_ = [x.__imul__(2) for _ in range(3)]",
            "v = y * 1; v[:, 0] = 9; x = v",
            "np.multiply(x, 2, x)",
            "np.multiply(x, 2, out=x)",
        ),
        *(
            "v = dict(x=x); v['x'] *= 2",
            "v = []; v.append(x); v[0] *= 2",
            "v = {}; v.update(x=x); v['x'] *= 2",
        ),
        *("v = []; v.append(x[:2]); w = v[-1]; w *= 2", "v = [x] + [y]; v[0] *= 2", "v = 2*[x]; v[0] *= 2"),
        *("v = [a for a in [x]]; v[0] *= 2", "v = Kept(x=x, y=y); v.x *= 2", "v = Kept(x=x); v.x += 1"),
        *("v = np.einsum('ij->ji', x); v *= 2", "v = list((x, y)); v[0] *= 2"),
    ],
)
def test_a_change_of_what_is_shared_is_not_passed_over(change: str) -> None:
    result = "r" if "r = " in change else "x"
    space = {"np": np, "y": X.copy(), "Kept": SimpleNamespace}
    before = "x = y * 2\n"
    exec(before + change.replace("; ", "\n"), space)
    changed = space[result]
    assert result == "r" or not np.array_equal(changed, 2 * X)
    with pytest.raises(FormulaError):
        read_program(f"{before}{change}; {result} + 0", "python")


@pytest.mark.parametrize(
    "change",
    [
        *("v = x.copy(); v *= 2", "v = x + 0; v *= 2", "v = np.exp(x); v *= 2", "v = x.sum(1); v *= 2"),
        *("v = []; v.append(x); w = v[0] * 2", "v = []; v.append(x.sum()); v[0] *= 2", "v = Kept(x=x)"),
        *("v = Kept(x=y, n=2); v.n *= 2", "v = [a.sum() for a in x]; v[0] *= 2"),
        *("v = x; v *= 2", "v = x[:, 0]", "v = x[:, 0] + 0; v *= 2", "v = x.T; x = x * 2; v *= 3"),
    ],
)
def test_what_is_a_copy_is_followed(change: str) -> None:
    space = {"np": np, "y": X.copy(), "Kept": SimpleNamespace}
    before = "x = y * 2\n"
    exec(before + change.replace("; ", "\n"), space)
    program = read_program(f"{before}{change}; x + 0", "python")
    found = evaluate_arrays(program.arrays, {"y": Array(X.shape, X.ravel().tolist())})
    np.testing.assert_allclose(np.reshape(found.values, found.shape), space["x"], rtol=1e-14)


def test_entries_of_what_a_network_puts_out_make_another_array_of_it() -> None:
    found = read_program("a = mu**2\nmu[:, 0] = 5\na + mu", "python")
    assert found.tree == read_program("mu**2 + mu_2", "python").tree
    with pytest.raises(FormulaError, match="entries of x are given other values"):
        read_program("x = torch.zeros_like(mu)\nx[:] = mu**2\nmu + x", "python")
    parts = read_program("mu, lv = h.chunk(2, 1)\nlv.clamp_(-5, 5)\nmu + lv.exp()", "python")
    assert parts.arrays is not None
