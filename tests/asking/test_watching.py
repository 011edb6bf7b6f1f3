"""``klcli.watch``: the terms of losses, their weights, samples and findings."""

from __future__ import annotations

from typing import Any

import pytest

import klcli
from klcli.trace.terms import Term
from tests.trace.losses import LOSSES, Known
from tests.trace.styles import STYLES

EVERY = {**LOSSES, **STYLES}


def told(term: Term) -> tuple[Any, ...]:
    reading = term.parameterization.name if term.parameterization else None
    weight = None if term.weight is None else pytest.approx(term.weight, rel=1e-6)
    return (term.kind, term.verdict, reading, term.reduction, weight)


def watched(known: Known) -> Any:
    with klcli.watch() as seen:
        known.function().backward()
    return seen


@pytest.mark.parametrize("known", EVERY.values(), ids=EVERY)
def test_a_loss_is_what_it_is(known: Known) -> None:
    seen = watched(known)
    (loss,) = seen.losses
    assert [told(term) for term in loss.terms] == list(known.terms)
    assert [finding.mistake.code for finding in seen.findings] == list(known.codes)
    beta = float(loss.weighing.beta) if loss.weighing else None
    assert beta == (None if known.beta is None else pytest.approx(known.beta, rel=1e-6))
    assert {sample.sampling.parameterization for sample in seen.samples} == set(known.samples)


@pytest.mark.parametrize("known", EVERY.values(), ids=EVERY)
def test_the_terms_add_up_to_the_loss_and_agree_with_their_programs(known: Known) -> None:
    seen = watched(known)
    (loss,) = seen.losses
    parts = [term.contribution for term in loss.terms]
    if None not in parts:
        constants = loss.loss.value - sum(parts)
        assert constants == pytest.approx(0, abs=1e-5 * max(map(abs, parts)))
    assert all(term.agreement.agrees for term in loss.terms if term.agreement)


@pytest.mark.parametrize("known", STYLES.values(), ids=STYLES)
def test_every_term_has_its_value(known: Known) -> None:
    assert all(term.contribution is not None for term in watched(known).terms)
