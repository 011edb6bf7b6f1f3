"""What stands behind a KL: left out where it does not use it, and only there."""

from __future__ import annotations

import ast

import pytest

from klcli.formula.read.aside_statements import without_what_follows
from klcli.judge.answer import answer_to_text

KL = "kl = -0.5 * torch.sum(1 + lv - mu**2 - lv.exp())"


def kept(text: str) -> tuple[int, str]:
    found, name = without_what_follows(ast.parse(text).body)
    return len(found), name


@pytest.mark.parametrize(
    "behind",
    [
        "z = mu + eps * torch.exp(0.5 * lv)",
        "mse = ((x - y)**2).sum()",
        "clipped += [(ratio > 1).item()]",
        "return z, mu",
    ],
)
def test_what_does_not_use_it_is_left_out(behind: str) -> None:
    assert kept(f"{KL}\n{behind}") == (1, "kl")
    found = answer_to_text(f"{KL}\n{behind}")
    assert found.kind == "exact"
    assert found.warnings == ("what stands behind kl does not use it, and is not judged",)


@pytest.mark.parametrize(
    "behind",
    [
        "loss = rec + kl",
        "total = kl\ntotal.mean()",
        "out['kl'] = 2 * kl",
        "kl[kl < 1] = 1",
        "return {'KLD': other}",
        "mine = 0.5 * torch.sum(mu**2 + lv.exp() + lv)",  # another KL, perhaps
        "mine = 0.5 * torch.sum(mu * mu + lv.exp() + lv)",
        "return 0.5 * (torch.dot(mu, mu) + lv.exp().sum() - 1)",
    ],
)
def test_what_uses_it_stays(behind: str) -> None:
    text = f"{KL}\n{behind}"
    assert kept(text) == (len(ast.parse(text).body), "")


@pytest.mark.parametrize("change", ["out *= 2", "out.mul_(2)", "one[mask] = 0", "torch.mul(out, 2, out=out)"])
def test_what_changes_the_kl_by_another_name_stays(change: str) -> None:
    text = f"out = 0.5 * (mu**2 + lv.exp() - 1 - lv)\none = out\nkl = one.view(-1)\n{change}"
    assert kept(text) == (4, "")


def test_a_function_that_is_not_called_is_no_kl_of_what_follows() -> None:
    function = "def kl_loss(m, v):\n    return 0.5 * (m**2 + v.exp() - 1 - v).sum()"
    assert kept(f"{function}\nz = mu + eps") == (1, "kl_loss")
    assert kept(f"{function}\nreg = 0.5 * (mu**2 + lv.exp() - 1 - 2 * lv).sum()") == (2, "")


@pytest.mark.parametrize("option", ["kl = 0", "use_kl = True", "kl_dim = 1", "kl_loss = torch.zeros(1)"])
def test_an_option_is_no_kl(option: str) -> None:
    assert kept(f"{option}\nreg = {KL[5:]}") == (2, "")
    assert kept(f"{option}\n{KL}\nz = mu + eps") == (2, "kl")


def test_a_weight_of_a_kl_is_none() -> None:
    assert kept("kl_weight = min(1, step / 10)\nloss = rec") == (2, "")
    assert kept(f"{KL}\nkl_weight = 0.1") == (1, "kl")


def test_within_a_function_and_a_block() -> None:
    block = f"with torch.no_grad():\n    approx_{KL}\n    z = x + 1"
    assert kept(block) == (1, "approx_kl")
    assert kept(f"def f(mu, lv):\n    self.{KL}\n    return mu + eps") == (1, "kl")
    assert not answer_to_text(f"def f(mu, lv):\n    self.{KL}\n    return mu + eps").program.left.startswith(
        "z"
    )
