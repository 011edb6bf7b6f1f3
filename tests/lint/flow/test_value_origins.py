"""Where names of a flow get their values."""

from __future__ import annotations

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
