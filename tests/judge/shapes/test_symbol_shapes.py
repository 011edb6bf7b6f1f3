"""The shapes that symbols may have: how many axes a text names, and who may be without a batch."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.formula.entrywise_form import entry
from klcli.formula.program_reader import read_program
from klcli.judge.shapes.reduction_fit import ArrayProgram
from klcli.judge.shapes.symbol_shapes import mixed, ranks, written_spread


def program(text: str, *varied: str, in_formula: bool = False) -> ArrayProgram:
    arrays = read_program(text, "math" if in_formula else "python").arrays
    return ArrayProgram(
        program=arrays,
        entry=entry(arrays, keeps_sums=False),
        varied=varied,
        counts={},
        arrays=(),
        fixed={},
        held={},
        constant_is_seen=True,
        in_formula=in_formula,
        keeps={},
    )


KL = "0.5 * (mu**2 + torch.exp(lv) - lv - 1)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"torch.sum({KL})", [2, 3, 4, 1]),
        (f"torch.sum({KL}, dim=1)", [2, 3, 4, 1]),
        (f"torch.sum({KL}, dim=-1)", [2, 3, 4, 1]),
        (f"torch.sum({KL}, dim=(1, 2))", [3, 4, 1]),
        (f"torch.sum({KL}, dim=3)", [4, 1]),
        (f"torch.mean(torch.sum({KL}, dim=-3))", [3, 4, 1]),
    ],
)
def test_as_many_axes_as_are_named(text: str, expected: list[int]) -> None:
    """Two at least, as a batch is usual; one for a single example comes last."""
    assert list(ranks(program(text, "mu", "lv"))) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [(r"\sum_j (mu_j^2 + s_j)", 1), (r"\sum_i \sum_j (mu_{ij}^2 + s_{ij})", 2)]
)
def test_in_mathematics_each_index_is_an_axis(text: str, expected: int) -> None:
    assert list(ranks(program(text, in_formula=True))) == [expected]


def shapes(*varied: str, text: str) -> list[dict[str, str]]:
    return [dict(own) for own, _ in mixed(program(text, *varied))]


def test_a_head_may_be_a_parameter_and_a_mean_may_not() -> None:
    found = shapes("mu", "lv", text=f"torch.sum({KL})")
    assert {"mu": "full", "lv": "latents"} in found
    assert {"mu": "latents", "lv": "full"} not in found
    assert {"mu": "full", "lv": "number"} in found


def test_each_is_said_in_words() -> None:
    words = {tuple(own.values()): said for own, said in mixed(program(f"torch.sum({KL})", "mu", "lv"))}
    assert words["full", "latents"] == "lv of shape (d,), without a batch"
    assert words["full", "number"] == "lv one number for all"


def test_what_is_transposed_has_two_axes() -> None:
    text = "torch.sum(0.5 * (mu**2 + torch.exp(lv.T) - lv.T - 1))"
    assert all(own["lv"] == "full" for own in shapes("mu", "lv", text=text))


@pytest.mark.parametrize(("name", "expected"), [("mu", "full"), ("s", "number")])
def test_a_symbol_without_the_index_is_one_number(name: str, expected: str) -> None:
    found: Any = program(r"\sum_j (mu_j^2 + s - \log s)", "mu_j", "s", in_formula=True)
    names = [one for one in found.varied if one.startswith(name)]
    assert written_spread(found, names[0]) == expected
    python: Any = program(f"torch.sum({KL})", "mu", "lv")
    assert written_spread(python, "lv") == "full"
