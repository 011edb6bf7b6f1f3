"""Calls that are followed."""

from __future__ import annotations

from tests.lint.sources import excerpts

CALLS = """
class Model:
    def __init__(self):
        self.scale = torch.exp(self.log_scale)
    def kl(self, mu, logvar, weight=1.0):
        return weight * 0.5 * (mu ** 2 + logvar.exp() - 1 - logvar)
    def f(self, x):
        m, s = self.encode(x)
        kl = self.kl(m, logvar=s)
        return kl
    def encode(self, x):
        if x is None:
            return None
        return net(x), other(x)
"""


def test_names_of_a_function_that_is_called_are_other_ones() -> None:
    texts = [one.source.text.splitlines() for one in excerpts(CALLS, "Model.f")]
    assert any("logvar = s" in lines and "weight = 1.0" in lines for lines in texts)
    assert texts[-1][-1] == "return kl"


def test_nothing_is_followed_but_abbreviations_where_nothing_is_relevant() -> None:
    assert excerpts(CALLS, "Model.f", follows=False) == []
    source = "def sq(x):\n    return x ** 2\ndef f(m, s):\n    return 0.5 * (sq(m) + s.exp() - 1 - s)\n"
    (found,) = excerpts(source, "f", follows=False)
    assert "x = m" in found.source.text


def test_a_function_that_calls_itself_is_followed_once() -> None:
    source = "def f(m, s):\n    return f(m, s) + 0.5 * (m ** 2 + s.exp() - 1 - s)\n"
    assert len(excerpts(source)) == 1
