"""The sign with which a loss counts a KL, whatever its weight is made of."""

from __future__ import annotations

import textwrap

import pytest

from klcli.lint.linter import linted
from klcli.lint.losses.signs import may_be_in, nodes_of, slope
from klcli.lint.source.module import parsed
from klcli.lint.terms_by_place import occurrences
from tests.lint.sources import module, project

SOURCE = """
import torch
import numpy as np

def step(rec, epoch, start, end, beta, gamma, scale, w, mu, logvar):
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    weight = {weight}
    loss = rec {sign} weight * kl
    loss.backward()
"""


def codes(weight: str, sign: str) -> set[str]:
    found = linted(parsed(SOURCE.format(weight=weight, sign=sign), "model.py"))
    assert found.terms
    assert {term.verdict for term in found.terms} <= {"exact", "scaled"}
    return {one.mistake.code for one in found.findings}


EITHER = (
    "(epoch - 10) / 20",
    "(epoch - 1000) / 20",
    "min((epoch - 10) / 20, 1.0)",
    "(epoch - start) / (end - start)",
    "1 - w",
    "-w * (start - end)",
    "2 * w - 1",
    "0.5 * (1 - math.cos(math.pi * epoch))",
    "math.cos(epoch)",
    "(epoch - 10) / 20 if epoch > 10 else 0.0",
    "1.0 if epoch > 10 else -1.0",
    "torch.log(w)",
    "torch.randn_like(w)",
)
"""Weights whose sign depends on values."""
POSITIVE = (
    "beta",
    "beta * gamma / scale",
    "1 + w",
    "get_beta(epoch)",
    "torch.tanh(epoch / 10)",
    "torch.sigmoid((epoch - start) / scale)",
    "1 / (1 + np.exp(-(epoch - start) / scale))",
    "np.clip((epoch - 10) / 20, 0, 1)",
    "max(0, 1 - w)",
    "min(1.0, epoch / 10)",
    "abs(start - end)",
    "(start - end) ** 2",
    "1.0 if epoch > 10 else 0.0",
)
"""Weights that are positive, as a name that stands alone counts."""


@pytest.mark.parametrize("sign", ["+", "-"])
@pytest.mark.parametrize("weight", EITHER)
def test_of_a_weight_that_may_have_either_sign_nothing_is_said(weight: str, sign: str) -> None:
    assert codes(weight, sign) == set()


@pytest.mark.parametrize("weight", POSITIVE)
def test_a_positive_weight_leaves_the_sign_what_it_is(weight: str) -> None:
    assert codes(weight, "+") == set()
    assert codes(weight, "-") == {"KL204"}


@pytest.mark.parametrize("weight", POSITIVE)
def test_a_negative_weight_turns_the_sign(weight: str) -> None:
    assert codes(f"-({weight})", "+") == {"KL204"}
    assert codes(f"-({weight})", "-") == set()


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_weight_of_either_sign_is_no_flipped_sign(sign: str) -> None:
    source = f"def f(b, g, mu, S):\n    return {sign}(b - g) * (mu**2 + S - torch.log(S) - 1) / 2\n"
    found = linted(parsed(source, "model.py"))
    assert found.findings == ()
    assert [term.scale for term in found.terms] == ["(b - g)" if not sign else "(g - b)"]


def test_a_loss_may_take_away_a_kl_with_a_weight_of_either_sign() -> None:
    source = """
    def step(rec, w, mu, var):
        loss = rec - (w - 1) * (mu**2 + var - torch.log(var) - 1) / 2
        loss.backward()
    """
    found = linted(parsed(textwrap.dedent(source), "model.py"))
    assert [term.kind for term in found.terms] == ["kl"]
    assert found.findings == ()


def test_only_a_kl_among_the_nodes_of_a_loss_is_followed() -> None:
    """Of a file with many losses each would have to be followed for the KLs of all others."""
    one = module("\n".join(SOURCE.format(weight="w", sign="+").replace("step", f"step_{k}") for k in "ab"))
    found = occurrences(one, project(one))
    kls = [way for ways in found.divergences for way in ways]
    assert len(found.divergences) == len(found.sinks) == 2
    for sink in found.sinks:
        nodes = nodes_of(sink)
        signs = [(may_be_in(nodes, kl), slope(sink, kl)) for kl in kls]
        assert set(signs) == {(True, 1), (False, 0)}
