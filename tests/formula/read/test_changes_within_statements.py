"""A statement that changes a value while it uses it means what Python's order says, and is refused."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.changes_within_statements import check_order, refuse_change
from klcli.formula.read.python import PythonReader
from klcli.formula.read.python_source import SourceText
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.tree import Symbol


def reader(text: str) -> PythonReader:
    found = PythonReader(SourceText(text))
    found.values["x"] = Symbol("x")
    return found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x.mul_(2) + x", "x is changed in place where it is used"),
        ("y = x + (x := x**2)", "x gets another value"),
        ("torch.exp(mu, out=x)", "what exp does to x is not followed"),
        ("np.copyto(x, mu)", "what copyto does to x"),
        ("y = operator.imul(x, 2)", "what imul does to x"),
        ("y = x.__iadd__(mu)", "what __iadd__ does to x"),
        ("handle = mu.register_hook(flip)", "what register_hook does to mu"),
        ("x[:, :1].mul_(2)", "what mul_ does to x"),
        ("x.view(-1).mul_(2)", "what mul_ does to x"),
        ("y = np.copyto(z, mu)", ""),
        ("x.exp().mul_(2)", ""),
        ("x.mul_(2).add_(1)", ""),
        ("x.mul_(2)", ""),
        ("y = x + (z := mu**2)", ""),
        ("torch.exp(mu, out=w)", ""),
        ("x.mul(2) + x", ""),
    ],
)
def test_what_changes_and_is_used(text: str, problem: str) -> None:
    own = reader(text)
    (statement,) = own.statements()
    if problem:
        with pytest.raises(FormulaError, match=problem):
            check_order(statement, own)
    else:
        check_order(statement, own)


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        ("print(x.mul_(2))", True),
        ("print(x := 2)", True),
        ("print(x.mul(2))", False),
        ("print(y := x)", False),
    ],
)
def test_what_is_reported(text: str, *, is_refused: bool) -> None:
    own = reader(text)
    (statement,) = own.statements()
    if is_refused:
        with pytest.raises(FormulaError, match="x is changed where it is reported"):
            refuse_change(statement, own)
    else:
        refuse_change(statement, own)


def test_a_log_is_no_array_that_is_changed() -> None:
    kl = "kl = lv.exp() - lv\n"
    plain = read_program(f"{kl}kl.sum()", "python").arrays
    for line in ("metrics.update(kl)", "self.kl_tracker.update_state(kl)", "losses.append(kl)"):
        assert read_program(f"{kl}{line}\nkl.sum()", "python").arrays == plain
    for line in ("kl.update(2)", "print(kl.mul_(2))"):
        with pytest.raises(FormulaError, match="kl is changed where it is reported"):
            read_program(f"{kl}{line}\nkl.sum()", "python")
