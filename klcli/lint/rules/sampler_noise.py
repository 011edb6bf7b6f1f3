"""A sample whose noise is not standard normal, or whose head is cut off."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from klcli.formula.read.vocabulary import UNIT_NOISE
from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.types import Finding, Severity
from klcli.lint.rules.rule import ModuleTerms, finding_at
from klcli.lint.terms.samples import SamplingLine
from klcli.names.means_and_spreads import is_mean, suggested

_CLIPPED = find_mistake("KL118")


def check(found: ModuleTerms) -> Iterator[Finding]:
    for one in (*(pair.sample for pair in found.paired_samples), *filter(_is_of_a_head, found.samples)):
        if mistake := one.sampling.mistake:
            severity: Severity = "info" if mistake is _CLIPPED else "warning"
            yield finding_at(one.excerpt, mistake, severity, reading=one.sampling.parameterization)


def _is_of_a_head(one: SamplingLine) -> bool:
    """Whether a sample whose KL is not known is one: noise that is not normal, ``0.5 * exp(logvar)``.

    What is no function of a head, and is not called one, may be anything that is drawn at random.
    """
    sampling = one.sampling
    mean, head = (one.excerpt.spelled(name).rpartition(".")[2] for name in (one.mean, one.head))
    is_head = sampling.parameterization not in (None, "std") or suggested(head) is not None
    read = sampling.parameterization, suggested(head)
    is_outside = read == ("logstd", "logvar") and sampling.factor == Fraction(1, 2)
    return (sampling.noise in UNIT_NOISE[1:] or is_outside) and is_head and is_mean(mean)
