"""Symbols that weigh a part of the terms: one whose logarithm makes it a KL of two Gaussians is a head."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.traversal import free_symbols
from klcli.judge.heads_as_weights import with_lost_heads
from klcli.judge.loss_context.preparation import prepare
from klcli.judge.question import PLAIN
from klcli.judge.readings import verdicts_on
from klcli.judge.roles import possible_roles


def kept(text: str) -> set[str] | None:
    """The symbols of the formula in which a weight became a head; None where none did."""
    program = read_program(text, "python")
    prepared = prepare(program)
    ways = possible_roles(free_symbols(prepared.tree), mean=None, head=None)
    best = next(one for one in verdicts_on(prepared.tree, ways, PLAIN) if one.kl)
    found = with_lost_heads(program, prepared, best, PLAIN)
    return set(free_symbols(found.tree)) if found else None


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("0.5*(log(var_p) + (mu_q - mu_p)**2/var_p + s_q/var_p - 1)", "s_q"),  # -log(s_q)/2 is lost
        ("0.5*(log(s) + (mu**2 + v)/s - 1)", "v"),
    ],
)
def test_a_variance_that_has_lost_its_logarithm_is_a_head(text: str, head: str) -> None:
    found = kept(text)
    assert found is not None
    assert head in found


@pytest.mark.parametrize(
    "text",
    [
        "0.5 * (beta * mu**2 / 1 + exp(logvar) - logvar - 1)",  # no logarithm of beta makes that a KL
        "0.5 * (mu**2 + exp(logvar) - logvar - 1)",
        "1e6*(bce + 1) + beta*1e-3*0.5*(mu**2 + exp(logvar) - 1 - logvar)",  # in which beta is none, either
        "0.5 * (mu**2 * weight + exp(logvar) * weight - logvar - 1)",  # whose name says that it is a weight
    ],
)
def test_what_is_no_head_stays_a_weight(text: str) -> None:
    assert kept(text) is None
