"""What passes: an exact verdict whose conditions pass, and what is accepted by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from klcli.judge.condition_kinds import Condition, ConditionKind

ACCEPTABLE = ("scaled", "other-prior", "reversed", "estimator", "free-bits", "clip")
"""Verdicts and conditions that somebody may want, and then accepts by these words."""

_ACCEPTED_AS: Mapping[ConditionKind, str] = {"one-sample": "estimator"}
"""Conditions that are accepted by the word of a verdict that means the same."""

PASSES = 1e-3
"""Largest error that a small number may make, relative to 1 + KL: 1e-6 in log(v + 1e-6) makes 9.7e-4."""


def passes(kind: str, conditions: Sequence[Condition], accepted: Collection[str]) -> bool:
    """Whether a verdict of a kind holds with its conditions.

    Args:
        kind: the verdict.
        conditions: what it needs beside the algebra.
        accepted: words of `ACCEPTABLE`.
    """
    stands = kind == "exact" or kind in accepted
    return stands and all(
        one.passes or _ACCEPTED_AS.get(one.kind, one.kind) in accepted for one in conditions
    )
