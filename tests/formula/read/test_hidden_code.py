"""Code that changes names without naming them keeps a text from being read, wherever it stands."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.syntax_errors import FormulaError

KL = "kl = 0.5*(torch.exp(lv) + mu**2 - 1 - lv)"
RESULT = "kl.sum(1).mean()"


@pytest.mark.parametrize(
    "line",
    [
        *("exec('mu = 2*mu')", "eval(code)", "globals()['mu'] = 2", "vars(self).update(kl=2)"),
        *("setattr(torch, 'exp', torch.log)", "torch.exp = torch.log", "torch.Tensor.exp = torch.Tensor.log"),
        *("self.__dict__['kl'] = 2", "f.__code__ = g.__code__", "patch.object(torch, 'exp', g)"),
        *("torch = other", "_ = torch.set_grad_enabled(False)", "del torch.exp"),
    ],
)
@pytest.mark.parametrize("is_behind", [False, True])
def test_what_may_change_any_name_is_refused(line: str, *, is_behind: bool) -> None:
    text = f"{KL}\nloss = {RESULT}\n{line}" if is_behind else f"{line}\n{KL}\n{RESULT}"
    with pytest.raises(FormulaError):
        read_program(text, "python")


@pytest.mark.parametrize(
    "line",
    [
        *("model.eval()", "torch.backends.cudnn.benchmark = True", "np = jnp if on_gpu else numpy"),
        *(
            "with torch.set_grad_enabled(True):\n    pass",
            "self.kl_weight = 2",
            "T = 0.5",
            "optimizer.step()",
        ),
    ],
)
def test_what_changes_nothing_of_it_is_not(line: str) -> None:
    (plain, found) = (read_program(f"{KL}\nloss = {RESULT}{end}", "python") for end in ("", f"\n{line}"))
    assert found.arrays == plain.arrays


@pytest.mark.parametrize(
    ("line", "is_known"),
    [
        ("from torch import exp", True),
        ("from jax.numpy import exp", True),
        ("import torch.nn.functional as F", True),
        ("import numpy.core as torch", True),
        ("from mylib import exp", False),
        ("from .functions import log as exp", False),
        ("import mylib as torch", False),
        ("import mylib as m", False),
    ],
)
def test_functions_of_other_libraries_are_not_taken_for_the_usual_ones(line: str, *, is_known: bool) -> None:
    call = "torch.exp(lv)" if line.endswith("torch") else "m.exp(lv)" if line.endswith(" m") else "exp(lv)"
    text = f"{line}\n0.5*({call} + mu**2 - 1 - lv)"
    if is_known:
        assert read_program(text, "python").tree == read_program("0.5*(exp(lv) + mu^2 - 1 - lv)").tree
    else:
        with pytest.raises(FormulaError):
            read_program(text, "python")
