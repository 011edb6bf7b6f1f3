"""What code adds to keep a formula finite: which is a small number, a floor, a bound of a symbol, a clip."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.traversal import unplaced
from klcli.formula.tree import Tree
from klcli.formula.write.printing import to_text
from klcli.judge.loss_context.guards import guards, without_clips, without_guards

KL = "0.5 * (mu**2 + var - torch.log(var) - 1)"


def tree(text: str) -> Tree:
    return read_program(text, "python").tree


def same(found: Tree, text: str) -> bool:
    return unplaced(found) == unplaced(tree(text))


SMALL = [
    # a number, or a name for one, that keeps a logarithm, a root or a quotient finite
    ("0.5 * (mu**2 + var - torch.log(var + 1e-8) - 1)", KL, ["1e-8"]),
    ("0.5 * (mu**2 + var - torch.log(1e-6 + var) - 1)", KL, ["1e-6"]),
    ("0.5 * (mu**2 + var - torch.log(var + eps) - 1)", KL, ["eps"]),
    ("torch.sqrt(var + 1e-8) + var", "torch.sqrt(var) + var", ["1e-8"]),
    ("mu**2 / (var + 1e-8) + torch.log(var)", "mu**2 / var + torch.log(var)", ["1e-8"]),
    ("(var + 1e-8)**-1 + torch.log(var)", "var**-1 + torch.log(var)", ["1e-8"]),
    (
        "torch.log(torch.nn.functional.softplus(s) + 1e-5) + s",
        "torch.log(torch.nn.functional.softplus(s)) + s",
        ["1e-5"],
    ),
]


@pytest.mark.parametrize(("text", "plain", "small"), SMALL)
def test_small_numbers_are_taken_out(text: str, plain: str, small: list[str]) -> None:
    found = guards(tree(text))
    assert same(found.tree, plain)
    assert [to_text(one, "python") for one in found.epsilons] == small
    assert same(without_guards(tree(text)), plain)


@pytest.mark.parametrize(
    "text",
    [
        "0.5 * (mu**2 + var - torch.log(var) - 1 + 1e-8)",  # a constant, and no guard
        "torch.log(var + 0.1) + var",  # too large
        "torch.log(var + 0.002) + var",
        "torch.log(mu + 1e-8) + var",  # of a mean
        "torch.log(var - 1e-8) + var",
    ],
)
def test_what_is_a_part_of_the_formula_stays(text: str) -> None:
    found = guards(tree(text))
    assert found.epsilons == []
    assert same(found.tree, text)


@pytest.mark.parametrize(
    "text",
    [
        "0.5 * (mu**2 + var + 1e-6 - torch.log(var + 1e-6) - 1)",
        "0.5 * (var + mu**2 + 1e-6 - torch.log(var + 1e-6) - 1)",
        "-0.5 * (1 + torch.log(var + 1e-6) - mu**2 - var - 1e-6)",
    ],
)
def test_a_head_and_its_small_number_may_be_terms_of_a_longer_sum(text: str) -> None:
    found = guards(tree(text))
    assert [to_text(one, "python") for one in found.shifts] == ["var + 1e-6"]
    assert "1e-6" not in to_text(found.tree, "python")


def test_a_small_number_of_another_sign_is_none_of_the_head() -> None:
    text = "0.5 * (mu**2 + var - 1e-6 - torch.log(var + 1e-6) - 1)"
    assert guards(tree(text)).shifts == []


def test_a_small_number_wherever_the_head_stands_belongs_to_the_head() -> None:
    found = guards(tree("0.5 * (mu**2 + (s + 1e-3)**2 - 2*torch.log(s + 1e-3) - 1)"))
    assert same(found.tree, "0.5 * (mu**2 + s**2 - 2*torch.log(s) - 1)")
    assert [to_text(one, "python") for one in found.shifts] == ["s + 1e-3"]
    assert found.epsilons == []


@pytest.mark.parametrize(
    ("text", "kind", "clip"),
    [
        (f"torch.clamp({KL}, min=0.5)", "floors", KL),
        (f"2 * torch.sum(torch.clamp({KL}, min=0.5))", "floors", KL),
        (f"rec + torch.clamp({KL}, min=0.5)", "floors", KL),
        (f"-torch.clamp({KL}, min=0.5)", "clips", KL),
        (f"torch.clamp({KL}, max=100)", "clips", KL),
        ("0.5*(mu**2 + torch.exp(lv.clamp(-5, 5)) - lv.clamp(-5, 5) - 1)", "bounds", "lv"),
        ("0.5*(mu**2 + torch.exp(lv.clamp(-5, 5)) - lv - 1)", "clips", "lv"),
    ],
)
def test_clips_are_told_apart(text: str, kind: str, clip: str) -> None:
    found = guards(tree(text))
    kinds = {name: getattr(found, name) for name in ("floors", "bounds", "clips")}
    assert [name for name, clips in kinds.items() if clips] == [kind]
    assert same(kinds[kind][0].operand, clip)


def test_a_weight_with_a_clip_in_it_is_left_whole() -> None:
    text = f"torch.clamp(epoch / 10, max=1) * ({KL})"
    assert same(guards(tree(text)).tree, text)
    assert same(without_clips(tree(text)), text)


def test_without_clips_the_small_numbers_stay() -> None:
    text = "0.5 * (mu**2 + var - torch.log(var + 1e-8) - 1) + torch.clamp(mu, -3, 3)"
    assert same(without_clips(tree(text)), "0.5 * (mu**2 + var - torch.log(var + 1e-8) - 1) + mu")
