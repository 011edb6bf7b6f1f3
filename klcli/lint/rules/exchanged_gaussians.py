"""A call that hands the prior to a KL as its posterior, and the posterior as its prior."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.term_places import place_of
from klcli.lint.findings.types import Finding
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.rules.reversed_kl import says_direction
from klcli.lint.rules.rule import KlTerm, ModuleTerms, finding_at, finding_at_step
from klcli.lint.rules.swapped_arguments import swapped_calls
from klcli.lint.terms.closed_form_terms import Divergence
from klcli.lint.terms.programs import flow_name
from klcli.names.posterior_or_prior import HELD_TO, is_called_prior, is_prior

_EXCHANGED = find_mistake("KL115")


def check(found: ModuleTerms) -> Iterator[Finding]:
    yield from _handed(found)
    straight = {kl.best.excerpt.owner for kl in found.kls if _order(kl.best) == (False, True)}
    called = {call.lineno for call in swapped_calls(found.here)}  # formulas here as well, told by their rule
    for kl in found.kls:
        excerpt = kl.best.excerpt
        if _is_written_so(kl) and excerpt.owner not in straight and place_of(excerpt).line not in called:
            yield finding_at(excerpt, _EXCHANGED, "warning", reading=kl.reading)


def _is_written_so(kl: KlTerm) -> bool:
    """Whether a formula of one function takes for the posterior what its own names say to be the prior."""
    one = kl.best
    if one.found.best.kind != "reversed" or not all(way.excerpt.is_local for way in kl.ways):
        return False
    if _order(one) != (True, False) or says_direction(one.excerpt):
        return False
    return is_prior(_given(one, str(one.found.best.verdict.roles.head))) is False


def _handed(found: ModuleTerms) -> Iterator[Finding]:
    for kl in found.kls:
        ways = (way for way in kl.ways if not (way.excerpt.is_local or says_direction(way.excerpt)))
        handed = [(way, _order(way)) for way in ways]
        # Both orders in one function make a symmetric divergence.
        straight = {way.excerpt.root for way, order in handed if order == (False, True)}
        turned = (way for way, order in handed if order == (True, False))
        calls = ((way, call) for way in turned if way.excerpt.root not in straight and (call := _call(way)))
        for way, call in islice(calls, 1 if kl.best.is_right else 0):
            yield finding_at_step(way, call, _EXCHANGED, _EXCHANGED.sentence)


def _order(one: Divergence) -> tuple[bool, bool] | None:
    """Whether the first and the second of two learned Gaussians are called priors where they are handed over.

    The heads say which is which: the square of the means' difference has no order.
    """
    roles = one.found.best.verdict.roles
    is_reversed = one.found.best.kind == "reversed"
    if not (one.is_right or is_reversed) or roles.head is None or roles.prior_head is None:
        return None
    first, second = (_given(one, name) for name in (roles.head, roles.prior_head))
    first, second = (second, first) if is_reversed else (first, second)
    return is_called_prior(first), is_called_prior(second) or HELD_TO.says(second)


def _given(one: Divergence, symbol: str) -> str:
    """What a head is called where it is handed over."""
    name, _ = one.excerpt.defined(str(flow_name(one.found.program, symbol)))
    return one.excerpt.spelled(name).rpartition(".")[2]


def _call(one: Divergence) -> FlowStatement | None:
    """The call that hands over the head of the prior."""
    for step in one.excerpt.steps:
        match step.node:
            case ast.Assign(targets=[ast.Name()], value=ast.Name() | ast.Attribute() as value):
                name = one.excerpt.spelled(ast.unparse(value)).rpartition(".")[2]
                if is_called_prior(name) and not step.is_written:
                    return step
    return None
