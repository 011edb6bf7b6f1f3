"""k3 with the ratio of the policy to the reference, beside samples of the policy."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes


def _found(body: str, names: str = "logp, ref_logp") -> list[str]:
    return codes(f"def kl({names}):\n    {body}\n")


@pytest.mark.parametrize(
    ("body", "names", "expected"),
    [
        ("return torch.exp(logp - ref_logp) - (logp - ref_logp) - 1", "logp, ref_logp", ["KL212"]),
        ("return torch.exp(ref_logp - logp) - (ref_logp - logp) - 1", "logp, ref_logp", []),
        (
            "r = torch.exp(logp - ref_logp); kl = r - 1 - torch.log(r); return kl.mean()",
            "logp, ref_logp",
            ["KL212"],
        ),
        ("r = torch.exp(ref_logp - logp); kl = r - 1 - torch.log(r); return kl.mean()", "logp, ref_logp", []),
        ("r = torch.exp(logp - old_logp); kl = r - 1 - torch.log(r); return kl.mean()", "logp, old_logp", []),
        (
            "r = torch.exp(old_logp - ref_logp); kl = r - 1 - torch.log(r); return kl.mean()",
            "old_logp, ref_logp",
            [],
        ),
        (
            "r = torch.exp(logp - teacher_logp); kl = r - 1 - torch.log(r); return kl",
            "logp, teacher_logp",
            [],
        ),
        ("r = torch.exp(log_q - log_p); kl = r - 1 - torch.log(r); return kl.mean()", "log_q, log_p", []),
    ],
    ids=["wrong", "right", "wrong-ratio", "right-ratio", "old", "old-and-reference", "teacher", "neutral"],
)
def test_both_sides(body: str, names: str, expected: list[str]) -> None:
    assert _found(body, names) == expected


_K3 = "    lr = logp - ref_logp\n    return (lr.exp() - lr - 1).mean()\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (f"def forward_kl(logp, ref_logp):\n{_K3}", []),
        (f"def kl(logp, ref_logp):\n{_K3}", ["KL212"]),
        (
            "def kl(model, ref_model, prompts):\n    ids = ref_model.generate(prompts)\n"
            f"    logp, ref_logp = logps(model, ids), logps(ref_model, ids)\n{_K3}",
            [],
        ),
        (
            "def kl(model, ref_model, prompts):\n    ids = model.generate(prompts)\n"
            f"    logp, ref_logp = logps(model, ids), logps(ref_model, ids)\n{_K3}",
            ["KL212"],
        ),
        (
            "def kl(model, ref_model, ref_samples):\n"
            f"    logp, ref_logp = logps(model, ref_samples), logps(ref_model, ref_samples)\n{_K3}",
            [],
        ),
    ],
)
def test_samples_of_the_reference_are_right_for_it(source: str, expected: list[str]) -> None:
    assert codes(source) == expected
