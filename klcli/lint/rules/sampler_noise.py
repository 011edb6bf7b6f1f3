"""A sample whose noise is not standard normal, or whose head is cut off."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.formula.read.vocabulary import UNIT_NOISE
from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.types import Finding, Severity
from klcli.lint.rules.rule import ModuleTerms, finding_at
from klcli.lint.terms.samples import SamplingLine

_CLIPPED = find_mistake("KL118")


def check(found: ModuleTerms) -> Iterator[Finding]:
    for one in (*(pair.sample for pair in found.paired_samples), *filter(_is_wrong_alone, found.samples)):
        if mistake := one.sampling.mistake:
            severity: Severity = "info" if mistake is _CLIPPED else "warning"
            yield finding_at(one.excerpt, mistake, severity, reading=one.sampling.parameterization)


def _is_wrong_alone(one: SamplingLine) -> bool:
    """Whether a sample whose KL is not known is one of a head, and drawn otherwise under any reading."""
    return (one.sampling.noise in UNIT_NOISE[1:] or one.is_half_outside) and one.is_of_head
