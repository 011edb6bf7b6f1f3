"""What an expression depends on, and its parts."""

from __future__ import annotations

from klcli.lint.flow.slicing import parts_of
from tests.lint.sources import excerpts, written

KL = """
def f(x, mu, logvar):
    unused = x * 2
    var = logvar.exp()
    kl = -0.5 * (1 + logvar - mu ** 2 - var)
    return kl.sum()
"""


def test_a_statement_has_what_it_depends_on() -> None:
    first, last = excerpts(KL)
    assert first.source.text.splitlines() == [
        "var = logvar.exp()",
        "kl = -0.5 * (1 + logvar - mu ** 2 - var)",
    ]
    assert last.source.text.splitlines()[-1] == "return kl.sum()"
    assert last.formula.node.lineno == 5
    assert last.is_local


def test_what_has_no_sum_and_no_square_is_none() -> None:
    assert excerpts("def f(x):\n    return torch.exp(x) * 2\n") == []
    assert excerpts("def f(x, y):\n    return x + y - 1\n") == []


def test_parts_of_a_sum_and_of_what_cannot_be_read() -> None:
    source = "def f(x, mu, logvar):\n    return net(x, y=2) + 0.5 * (mu ** 2 + logvar.exp() - 1 - logvar)\n"
    (whole,) = excerpts(source)
    texts = [part.source.text for part in parts_of(whole)]
    assert texts[0] == "other_term_2_11 + 0.5 * (mu ** 2 + logvar.exp() - 1 - logvar)"
    assert texts[1:] == ["0.5 * (mu ** 2 + logvar.exp() - 1 - logvar)"]


def test_names_lead_to_what_they_stand_for() -> None:
    source = """
    def kl(m, s):
        return -0.5 * (1 + s - m ** 2 - s.exp())
    def f(h):
        mu, logvar = h.chunk(2)
        return kl(mu, logvar)
    """
    found = excerpts(source)[-1]
    assert not found.is_local
    name, step = found.defined("s")
    assert step
    assert (name, written(step)) == ("logvar", ["logvar = None", "mu = None"])
    assert found.origin("s")[3] == "f:h.split[1]"
    assert not found.is_rebound("s")
