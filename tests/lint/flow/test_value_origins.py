"""Where names of a flow get their values."""

from __future__ import annotations

import pytest

from klcli.lint.flow.value_origins import origin
from tests.lint.sources import excerpts

SOURCE = """
def f(h):
    a, b = h.chunk(2)
    mu = a
    logvar = b
    kl = -0.5 * (1 + logvar - mu ** 2 - logvar.exp())
    return kl
"""


def test_names_of_names_lead_to_the_first() -> None:
    found = excerpts(SOURCE)[0]
    steps = found.before[: found.count]
    assert origin(steps, "mu", found.root)[3] == "f:h.split[0]"
    assert origin(steps, "logvar", found.root)[3] == "f:h.split[1]"
    assert origin(steps, "h", found.root) == ("model.py", 0, 0, "f:h")
    assert origin(steps, "h[0]", found.root) == ("model.py", 0, 0, "f:h[0]")


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        # Two Gaussians of one object are two, however their parts are called.
        ("h.post.s", "h.prior.s", False),
        ("h.post.s", "h.post.s", True),
        ("h.post", "h[0]", False),
        # Layers that split an output have objects of their own with its length.
        ("h[:, :self.n]", "h[:, :decoder.n]", True),
        ("h[..., :self.n]", "h[:, :self.n]", True),
        ("h[:, :self.n]", "h[:, self.n:]", False),
        ("h.out[self.n]", "h.kept[decoder.n]", False),
        ("h[self.n].mu", "h[decoder.n].mu", True),
    ],
)
def test_what_is_taken_of_a_value(one: str, other: str, *, are_one: bool) -> None:
    found = excerpts(SOURCE)[0]
    steps = found.before[: found.count]
    assert (origin(steps, one, found.root) == origin(steps, other, found.root)) is are_one
