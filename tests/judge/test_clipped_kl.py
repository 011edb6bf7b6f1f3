"""What clips do to a KL: free bits that lift it, bounds of the head, clips of a part, limits that are names."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify
from klcli.judge.condition_kinds import Condition

SOFT = "0.5*(torch.log1p(torch.exp(h)) + mu**2 - torch.log(torch.log1p(torch.exp(h))) - 1)"
KL = "0.5 * (mu**2 + torch.exp(lv) - lv - 1)"


def conditions(text: str) -> list[Condition]:
    return [
        one for one in verify(read_program(text, "python")).conditions if one.kind in ("clip", "free-bits")
    ]


@pytest.mark.parametrize(
    ("text", "kind", "passes", "words"),
    [
        # A floor of 0 lifts nothing; one of 0.0005 lifts the KL of 0 by as much, relative to 1
        (f"torch.clamp({KL}, min=0)", "free-bits", True, "is never below it"),
        (f"torch.clamp({KL}, min=0.0005)", "free-bits", True, "below it there is no gradient"),
        (f"torch.clamp({KL}, min=0.5)", "free-bits", False, "the whole is kept to 0.5 (free bits)"),
        # A thousandth of the KL that is kept to 0.0001 is a KL that is kept to 0.1.
        (f"torch.clamp(0.001 * {KL}, min=0.0001)", "free-bits", False, "below it there is no gradient"),
        (f"-torch.clamp(-{KL}, max=-0.0005)", "free-bits", True, "above it there is no gradient"),
        # With 128 examples of 20 latents it is 54 less than the KL, and stays below the limit.
        (
            "torch.clamp(-0.5*(lv.sum(1) + batch_size - (mu**2).sum(1) - lv.exp().sum(1)), min=1e-6)",
            "free-bits",
            False,
            "below it",
        ),
        # The exponential of what makes the largest variances is infinite in doubles.
        (f"torch.clamp({SOFT}, min=1e-6)", "free-bits", True, "below it there is no gradient"),
        (f"torch.clamp({KL}, min=free_bits)", "free-bits", False, "whose value is not known"),
        (f"torch.clamp({KL}, min=eps)", "free-bits", True, "whose value is not known"),
        (
            "0.5 * (mu**2 + torch.exp(lv.clamp(-10, 10)) - lv.clamp(-10, 10) - 1)",
            "clip",
            True,
            "does not bind for sigma from 0.01 to 100",
        ),
        (
            "0.5 * (mu**2 + torch.exp(lv.clamp(-5, 5)) - lv.clamp(-5, 5) - 1)",
            "clip",
            True,
            "the sampler has to clip it, too",
        ),
        (
            "0.5 * (mu**2 + torch.exp(lv.clamp(-10, 10)) - lv - 1)",
            "clip",
            True,
            "outside of its limits there is no gradient",
        ),
        (
            "0.5 * (mu**2 + torch.exp(lv.clamp(low, high)) - lv - 1)",
            "clip",
            False,
            "the limits low and high, whose values are not known",
        ),
        # -0.5 min(x, -0.2) is max(-0.5 x, 0.1).
        (
            "-0.5 * torch.clamp(1 + lv - mu**2 - lv.exp(), max=-0.2).sum(1)",
            "free-bits",
            False,
            "its negative is kept to -0.2 (free bits): above it there is no gradient",
        ),
        (
            "-0.5 * torch.minimum(-2 * 0.1, 1 + lv - mu**2 - lv.exp()).sum(1)",
            "free-bits",
            False,
            "its negative is kept to -1/5 (free bits)",
        ),
        (
            "-0.5 * torch.clamp(1 + lv - mu**2 - lv.exp(), max=0).sum(1)",
            "free-bits",
            True,
            "and is never above it",
        ),
        (
            "-0.5 * torch.clamp(2 + lv - mu**2 - lv.exp(), max=0).sum(1)",
            "free-bits",
            False,
            "above it there is no gradient",
        ),
    ],
)
def test_each_clip_is_a_condition(text: str, kind: str, passes: bool, words: str) -> None:
    (found,) = conditions(text)
    assert (found.kind, found.passes) == (kind, passes)
    assert words in found.text


@pytest.mark.parametrize(
    ("divided", "passes"),
    [
        ("(kl * mask).sum() / mask.sum().clamp(min=1)", True),
        ("(kl * mask).sum() / max(mask.sum(), 1e-8)", True),
        ("(kl * mask).sum() / torch.clamp(mask.sum(), max=1)", False),
        ("(kl * mask).sum() / mask.sum().clamp(min=5)", False),
        ("(kl * mask).mean() / mask.mean().clamp(1e-6, 1)", True),
        ("(kl * mask).mean() / mask.mean().clamp(min=1)", False),
    ],
)
def test_a_number_of_kept_examples_that_is_cut_is_another_one(divided: str, passes: bool) -> None:
    torch = pytest.importorskip("torch")
    mu, lv = torch.randn(2, 7, 3, generator=torch.Generator().manual_seed(0)).double()
    kl = 0.5 * (mu**2 + lv.exp() - lv - 1).sum(-1)
    mask = torch.tensor([1.0, 0, 1, 1, 0, 1, 0], dtype=torch.double)
    value = eval(divided, {"torch": torch, "kl": kl, "mask": mask})
    assert (value == pytest.approx(kl[mask > 0].mean())) == passes
    text = f"kl = 0.5 * (mu**2 + lv.exp() - lv - 1).sum(-1)\n{divided}"
    found = verify(read_program(text, "python"))
    assert found.kind == "exact"
    assert found.holds(()) == passes


def test_without_clips_there_is_none() -> None:
    assert conditions(KL) == []
