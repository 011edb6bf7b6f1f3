"""The rules, in the order in which they speak of one term."""

from __future__ import annotations

from klcli.lint.rules import (
    exchanged_arguments,
    exchanged_gaussians,
    exponential_twice,
    mean_over_latents,
    misnamed_head,
    mistaken_estimator,
    mistaken_formula,
    needed_conditions,
    never_used,
    no_kl,
    prior_log_variance,
    ratio_of_other_samples,
    reversed_kl,
    sampler_disagrees,
    sampler_noise,
    sign_not_undone,
    stopped_gradient,
    swapped_arguments,
)
from klcli.lint.rules.rule import RuleCheck

RULES: tuple[RuleCheck, ...] = (
    mistaken_formula.check,
    no_kl.check,
    reversed_kl.check,
    prior_log_variance.check,
    never_used.check,
    mean_over_latents.check,
    misnamed_head.check,
    exponential_twice.check,
    exchanged_arguments.check,
    exchanged_gaussians.check,
    sign_not_undone.check,
    sampler_noise.check,
    sampler_disagrees.check,
    mistaken_estimator.check,
    ratio_of_other_samples.check,
    stopped_gradient.check,
    needed_conditions.check,
    swapped_arguments.check,
)
