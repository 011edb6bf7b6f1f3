"""Gradients that are stopped."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def f(mu, logvar):\n    return -0.5 * torch.sum(1 + logvar.detach() - mu ** 2 - logvar.exp())\n",
            ["KL134"],
        ),
        (
            "def f(mu, logvar):\n    return -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n",
            [],
        ),
    ],
    ids=[str(number) for number in range(2)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL134",)] == expected


LOOP = """
def train(model, data, recon_loss, beta):
    total, kl_total = 0, 0.0
    for x in data:
        out, mu, logvar = model(x)
        kl = -0.5 * torch.sum(1 + {logvar} - mu ** 2 - logvar.exp()) / x.size(0)
        loss = recon_loss + beta * {kl}
        loss.backward()
        total += loss.item() * x.size(0)
        kl_total += {printed}
    return kl_total
"""


@pytest.mark.parametrize(
    "printed", ["kl.item()", "kl.item() * x.size(0)", "kl.data", "kl.cpu().detach().numpy()"]
)
def test_what_is_added_up_to_be_printed_trains_nothing_and_takes_nothing_from_the_loss(printed: str) -> None:
    assert "KL134" not in codes(LOOP.format(logvar="logvar", kl="kl", printed=printed))
    assert "KL134" in codes(LOOP.format(logvar="logvar.detach()", kl="kl", printed=printed))
    assert "KL134" in codes(LOOP.format(logvar="logvar", kl="kl.detach()", printed=printed))
