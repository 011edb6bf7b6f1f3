"""Terms that are not read, as what is done to them is not followed; those beside them are."""

from __future__ import annotations

import pytest

from klcli.lint.linter import linted
from tests.lint.sources import module

KL = "-0.5 * (1 + logvar - mu ** 2 - logvar.exp())"
WRONG = "-0.5 * (1 + 2 * logvar - mu ** 2 - logvar.exp())"


def said(source: str) -> list[tuple[str, str | None, str | None]]:
    """The verdict, the reading and what is not followed of each term; nothing else is found."""
    found = linted(module(source))
    if any(one.verdict == "unreadable" for one in found.terms):
        assert not found.findings
    return [(one.verdict, one.parameterization, one.problem) for one in found.terms]


@pytest.mark.parametrize(
    ("decorator", "is_read"),
    [
        ("double", False),
        ("scaled(2)", False),
        ("staticmethod", True),
        ("torch.jit.script", True),
        ("tf.function(experimental_relax_shapes=True)", True),
    ],
)
@pytest.mark.parametrize("formula", [KL, WRONG])
def test_a_decorator_may_change_what_is_given_back(decorator: str, formula: str, is_read: bool) -> None:
    found = said(f"@{decorator}\ndef kl(mu, logvar):\n    return torch.sum({formula})\n")
    if is_read:
        assert found == [("exact" if formula == KL else "wrong", "logvar", None)]
    else:
        problem = f"what the decorator @{decorator} makes of this function is not followed"
        assert found == [("unreadable", None, problem)]


def test_a_decorated_function_that_gives_nothing_back_is_only_run() -> None:
    source = f"@app.command\ndef main(mu, logvar):\n    kl = {KL}\n    kl.sum().backward()\n"
    assert said(source) == [("exact", "logvar", None)]


def test_a_function_is_read_whoever_calls_it() -> None:
    kl = f"def kl(mu, logvar):\n    return torch.sum({KL})\n"
    caller = "@double\ndef loss(x, y, mu, logvar):\n    return ((x - y) ** 2).sum() + kl(mu, logvar)\n"
    assert said(kl + caller) == [("exact", "logvar", None)]


def test_a_sample_of_a_decorated_function_is_not_read() -> None:
    source = "@twice\ndef draw(mu, logvar):\n    return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)\n"
    (one,) = linted(module(source)).terms
    assert (one.kind, one.verdict) == ("sampler", "unreadable")


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ("k = kl[:, 0]\n    k *= 2", "kl.sum()"),
        ("k = kl.view(-1)\n    k.mul_(2)", "kl.sum()"),
        ("k = kl.detach()\n    k[0] = 0", "kl.sum(1).mean()"),
        ("k = kl.T\n    j = k[0]\n    j += 1", "kl.sum()"),
        ("k = kl[:, 0]\n    np.copyto(k, 0)", "error(x) + kl.sum()"),
    ],
)
def test_what_is_changed_through_a_view_is_not_read(change: str, result: str) -> None:
    source = f"def loss(x, mu, logvar):\n    kl = {KL}\n    {change}\n    return {result}\n"
    ((verdict, reading, problem),) = said(source)
    assert (verdict, reading) == ("unreadable", None)
    assert problem in (
        "kl may be changed by what is done to k, which is not followed",
        "kl may be changed by what is done to j, which is not followed",
        "entries of k are given other values",
        "what copyto does to k is not followed",
    )


@pytest.mark.parametrize(
    "change",
    [
        "k = kl[:, 0].clone()\n    k *= 2",
        "k = 2 * kl\n    k *= 2",
        "k = x[:, 0]\n    k *= 2",
        "self.count += 1",
        "seen = kl[:, 0]\n    total += seen.item()",
        "h = self.net(mu, x)\n    h[h > 1] = 1",
        "parts['kl'] = kl",
    ],
)
def test_what_has_entries_of_its_own_changes_nothing(change: str) -> None:
    source = (
        f"def loss(self, x, mu, logvar, total, parts):\n    kl = {KL}\n    {change}\n    return kl.sum()\n"
    )
    assert said(source) == [("exact", "logvar", None)]


def test_another_name_of_the_same_array_is_followed() -> None:
    """s.mul_(2) doubles logvar, too: exp(2 v) is the variance of a log standard deviation v."""
    source = f"def loss(mu, logvar):\n    s = logvar\n    s.mul_(2)\n    return torch.sum({KL})\n"
    assert said(source) == [("exact", "logstd", None)]


def test_a_head_that_is_changed_through_a_view_is_not_read() -> None:
    source = f"def loss(h):\n    mu, logvar = h.chunk(2, 1)\n    h += 1\n    return torch.sum({KL})\n"
    ((verdict, _, problem),) = said(source)
    assert (verdict, problem) == (
        "unreadable",
        "logvar may be changed by what is done to h, which is not followed",
    )


def test_a_head_that_is_changed_itself_is_read() -> None:
    source = f"def loss(h):\n    mu, logvar = h.chunk(2, 1)\n    logvar.mul_(2)\n    return torch.sum({KL})\n"
    assert said(source) == [("exact", "logstd", None)]
