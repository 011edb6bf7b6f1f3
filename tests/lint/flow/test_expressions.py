"""Expressions in the names of the flow."""

from __future__ import annotations

from tests.lint.sources import excerpts

ATTRIBUTES = """
class Model:
    def encode(self, x):
        self.std = torch.exp(0.5 * self.raw)
    @property
    def variance(self):
        return self.std ** 2
    def f(self, mu):
        return 0.5 * (mu ** 2 + self.variance - 1) - torch.log(self.std)
"""


def test_attributes_that_one_method_sets_and_properties() -> None:
    lines = excerpts(ATTRIBUTES, "Model.f")[-1].source.text.splitlines()
    assert lines[0] == "self.std = torch.exp(0.5 * self.raw)"
    assert any("self.std ** 2" in one for one in lines)


def test_parts_of_distributions() -> None:
    source = "def f(m, s):\n    q = Normal(m, s)\n    return 0.5 * (q.mean ** 2 + q.variance - 1) - q.stddev.log()\n"
    assert excerpts(source)[-1].source.text.splitlines()[-1] == "return 0.5 * (m ** 2 + s ** 2 - 1) - s.log()"


def test_starred_arguments_and_moved_noise() -> None:
    source = "def f(h):\n    m, s = h\n    z = m + s * move(torch.randn(3)) - 1\n    return z\n"
    assert excerpts(source)[0].source.text.splitlines()[-1] == "z = m + s * torch.randn(3) - 1"


def test_a_distribution_that_a_property_makes_when_it_is_first_asked() -> None:
    source = """
class Model:
    @property
    def prior(self):
        if self._prior is None:
            self._prior = Independent(Normal(torch.zeros(2), torch.ones(2)), 1)
        return self._prior
    def f(self, m, s):
        return kl_divergence(Normal(m, s), self.prior)
"""
    (found,) = excerpts(source, "Model.f")
    assert "log(scale / s)" in found.source.text


def test_what_another_module_shows_in_another_shape() -> None:
    """The module is no array: ``utils.flatten(s)`` is no other shape of ``utils``."""
    source = "from lib import utils\ndef f(m, s):\n    return utils.flatten(m) ** 2 + utils.flatten(s).exp() - s - 1\n"
    (found,) = excerpts(source)
    assert "xp.flatten(m) ** 2 + xp.flatten(s).exp()" in found.source.text
