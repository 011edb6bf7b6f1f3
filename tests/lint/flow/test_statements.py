"""A function with all that it calls, as one sequence of statements."""

from __future__ import annotations

import pytest

from tests.lint.sources import excerpts, flow_of

KL = "-0.5 * (1 + logvar - mu ** 2 - logvar.exp())"


def last(source: str) -> list[str]:
    return excerpts(source)[-1].source.text.splitlines()


@pytest.mark.parametrize(
    ("before", "known"),
    [
        ("if t:\n        logvar = a\n    else:\n        logvar = b", False),
        ("if t:\n        logvar = a\n    else:\n        logvar = a", True),
        ("if t:\n        logvar = a", True),
        ("for i in n:\n        logvar = logvar + i", False),
        ("with torch.no_grad():\n        logvar = a", True),
        ("try:\n        logvar = a\n    except KeyError:\n        logvar = b", True),
        ("x, logvar = 1, a", True),
        ("pair = (x, a)\n    x, logvar = pair", True),
        ("found = {'v': a}\n    logvar = found['v']", True),
    ],
)
def test_what_is_known_after(before: str, known: bool) -> None:
    """What a branch or a loop assigns is not known afterwards, unless it was the only one that did."""
    found = last(f"def f(mu, a, b, t):\n    {before}\n    return {KL}\n")
    assert any(one.startswith("logvar = a") for one in found) == known


def test_the_names_of_noise_are_no_locals() -> None:
    found = last(f"def f(mu, logvar):\n    randn = 1 + mu\n    return {KL} + randn\n")
    assert "randn_in = 1 + mu" in found


def test_what_is_minimised_is_kept() -> None:
    source = f"def f(mu, logvar):\n    loss = {KL}\n    loss.backward()\n"
    (sink,) = flow_of(source).sinks
    assert sink.count == 1
    assert sink.is_certain
