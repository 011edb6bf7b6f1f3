"""The rules, in the order in which they speak of one term; and every mistake that has a name."""

from __future__ import annotations

from collections.abc import Mapping

from klcli.judge.mistakes import table
from klcli.judge.mistakes.mistake import Mistake
from klcli.lint.rules import (
    conditions,
    exchanged_arguments,
    exponential_twice,
    mean_over_latents,
    misleading_name,
    mistaken_estimator,
    mistaken_formula,
    mistaken_sampler,
    never_used,
    no_kl,
    prior_log_variance,
    reversed_kl,
    sampler_disagrees,
    sign_not_undone,
    stopped_gradient,
    swapped_arguments,
)
from klcli.lint.rules.rule import Rule

__all__ = ["RULES", "mistakes"]

RULES: tuple[Rule, ...] = (
    mistaken_formula.RULE,
    no_kl.RULE,
    reversed_kl.RULE,
    prior_log_variance.RULE,
    never_used.RULE,
    mean_over_latents.RULE,
    misleading_name.RULE,
    exponential_twice.RULE,
    exchanged_arguments.RULE,
    sign_not_undone.RULE,
    mistaken_sampler.RULE,
    sampler_disagrees.RULE,
    mistaken_estimator.RULE,
    stopped_gradient.RULE,
    conditions.RULE,
    swapped_arguments.RULE,
)


def mistakes() -> Mapping[str, Mistake]:
    """Every mistake by its code: the judge's, and those that rules own."""
    return {**table.MISTAKES, **{rule.own.code: rule.own for rule in RULES if rule.own}}
