"""What an expression is."""

from __future__ import annotations

import pytest

from klcli.lint.terms.closed_form_terms import Divergence
from klcli.lint.terms.estimators import EstimatorLine
from klcli.lint.terms.recognition import terms
from klcli.lint.terms.samples import SamplingLine
from tests.lint.sources import excerpts

KL = "-0.5 * (1 + s - m ** 2 - torch.exp(s))"


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        (KL, [Divergence]),
        (f"net(x) + {KL}", [Divergence]),
        ("m + torch.exp(s) * torch.randn(3) - 0", [SamplingLine]),
        ("torch.exp(ref_logp - logp) - (ref_logp - logp) - 1", [EstimatorLine]),
        ("torch.exp(s) * m ** 2 - 1 + x", []),
    ],
)
def test_kinds(value: str, kinds: list[type]) -> None:
    found = excerpts(f"def f(m, s, n, t):\n    return {value}\n")
    assert [type(one) for one in terms(found[-1])][: len(kinds)] == kinds
    assert bool(list(terms(found[-1]))) == bool(kinds)
