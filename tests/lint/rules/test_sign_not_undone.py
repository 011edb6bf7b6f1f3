"""A KL that the loss takes away."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def f(rec, mu, logvar):\n    kl = -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n    loss = rec - kl\n    loss.backward()\n",
            ["KL204"],
        ),
        (
            "def f(rec, mu, logvar):\n    kl = -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n    loss = rec + kl\n    loss.backward()\n",
            [],
        ),
        (
            "def f(rec, mu, logvar):\n    kl = 0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n    loss = rec + kl\n    loss.backward()\n",
            ["KL204"],
        ),
        (
            "def elbo(rec, mu, logvar):\n    kl = -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n    return rec - kl\n",
            [],
        ),
    ],
    ids=[str(number) for number in range(4)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL204",)] == expected


_LOOP = """
def step(model, x):
    {begin}
    for mu, logvar in model(x):
        {body}
    loss = F.mse_loss(model.y, x) {end}
    loss.backward()
"""
_KL = "-0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())"


@pytest.mark.parametrize(
    ("begin", "body", "end", "expected"),
    [
        ("kl = 0", f"kl += {_KL}", "- kl", ["KL204"]),
        ("kl = 0", f"kl += {_KL}", "+ kl", []),
        ("kl = 0", f"kl = kl - ({_KL})", "+ kl", ["KL204"]),
        ("kl = 0", f"kl = kl - ({_KL})", "- kl", []),
        ("kls = []", f"kls.append({_KL})", "- sum(kls)", ["KL204"]),
        ("kls = []", f"kls.append({_KL})", "+ sum(kls)", []),
        ("kls = []", f"kl = {_KL}; kls.append(kl)", "- torch.stack(kls).sum(0).mean()", ["KL204"]),
        ("kls = []", f"kl = {_KL}; kls.append(kl)", "+ torch.stack(kls).sum(0).mean()", []),
        ("kls = []", f"kls += [{_KL}]", "- sum(kls)", ["KL204"]),
        ("kls = []", f"kls += [{_KL}]", "+ sum(kls)", []),
        ("elbo = 0", f"kl = {_KL}; elbo += model.log_lik - kl", "- elbo", []),
    ],
)
def test_kls_that_a_loop_adds_up(begin: str, body: str, end: str, expected: list[str]) -> None:
    assert codes(_LOOP.format(begin=begin, body=body, end=end)) == expected


@pytest.mark.parametrize(
    "entries",
    [f"sum({_KL} for mu, logvar in model(x))", f"torch.stack([{_KL} for mu, logvar in model(x)]).sum()"],
)
@pytest.mark.parametrize(("sign", "expected"), [("-", ["KL204"]), ("+", [])])
def test_kls_in_a_comprehension(entries: str, sign: str, expected: list[str]) -> None:
    source = f"def step(model, x):\n    loss = F.mse_loss(model.y, x) {sign} {entries}\n    loss.backward()\n"
    assert codes(source) == expected


def test_the_values_that_a_loop_adds_up_are_told() -> None:
    body = f"kl = {_KL}; total += kl.item()"
    assert codes(_LOOP.format(begin="total = 0", body=body, end="+ total")) == ["KL134"]
