"""Which verdicts pass: exact ones whose conditions pass, and what is accepted by name."""

from __future__ import annotations

import pytest

from klcli.judge.acceptance import ACCEPTABLE, passes
from klcli.judge.condition_kinds import Condition
from klcli.judge.verdict import KINDS

GOOD = Condition("small-number", "1e-8 is small", True)
CLIP = Condition("clip", "it does not bind", True)
BITS = Condition("free-bits", "kept to 2", False)
STOPPED = Condition("gradient", "some of it is stopped", False)


@pytest.mark.parametrize("kind", KINDS)
def test_exact_alone_passes(kind: str) -> None:
    assert passes(kind, (), ()) is (kind == "exact")


@pytest.mark.parametrize("kind", ["scaled", "other-prior", "reversed", "estimator"])
def test_what_is_accepted_passes(kind: str) -> None:
    assert kind in ACCEPTABLE
    assert passes(kind, (), (kind,))
    assert passes(kind, (GOOD,), ("clip", kind))
    assert not passes(kind, (), tuple(word for word in ACCEPTABLE if word != kind))


@pytest.mark.parametrize("kind", ["wrong", "not-kl"])
def test_what_is_wrong_never_passes(kind: str) -> None:
    assert kind not in ACCEPTABLE
    assert not passes(kind, (), ACCEPTABLE)


@pytest.mark.parametrize(
    ("conditions", "accepted", "expected"),
    [
        ((GOOD, CLIP), (), True),
        ((BITS,), (), False),
        ((BITS,), ("free-bits",), True),
        ((GOOD, BITS), ("scaled",), False),
        ((BITS, STOPPED), ("free-bits",), False),
        ((STOPPED,), ACCEPTABLE, False),
        ((Condition("small-number", "0.23", False),), ACCEPTABLE, False),
        ((Condition("clip", "it binds", False),), ("clip",), True),
        ((Condition("shapes", "not followed", False),), ACCEPTABLE, False),
    ],
)
def test_conditions(conditions: tuple[Condition, ...], accepted: tuple[str, ...], expected: bool) -> None:
    assert passes("exact", conditions, accepted) is expected


def test_a_word_accepts_a_verdict_and_not_its_conditions() -> None:
    assert not passes("scaled", (BITS,), ("scaled",))
    assert passes("scaled", (BITS,), ("scaled", "free-bits"))
