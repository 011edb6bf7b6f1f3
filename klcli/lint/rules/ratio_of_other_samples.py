"""A k3 that is one for samples of the reference, where a policy is trained on its own."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.formula.read.ast_parts import text_of_name, walked
from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.types import Finding
from klcli.lint.flow.syntax_names import NAMES
from klcli.lint.project.definitions import SourceFunction
from klcli.lint.rules.reversed_kl import says_direction
from klcli.lint.rules.rule import ModuleTerms, finding_at
from klcli.lint.terms.estimators import EstimatorLine
from klcli.lint.terms.programs import flow_name
from klcli.names.log_ratios import TEACHER, is_sample_of_reference, side_of

_MISTAKE = find_mistake("KL212")


def check(found: ModuleTerms) -> Iterator[Finding]:
    for one, _ in found.estimators:
        if _is_of_reference(one):
            yield finding_at(one.excerpt, _MISTAKE, "warning")


def _is_of_reference(one: EstimatorLine) -> bool:
    """Whether a k3 is one for samples of what names say that it is the reference, of which none are drawn.

    An old policy draws the samples of PPO, and a teacher may draw those of its student. A forward KL is one
    of samples of the reference.
    """
    from klcli.judge.spaces.log_ratios.forms import K3  # not for files without estimators

    found = one.found
    if found.kind == "wrong" or found.form is not K3 or found.sampler != "p" or found.way.old:
        return False
    reference, policy = (
        one.excerpt.spelled(str(flow_name(found.program, label.symbol))) if label.symbol else ""
        for label in (found.way.p, found.way.q)
    )
    if side_of(reference) != "reference" or side_of(policy) == "old" or TEACHER.says(reference):
        return False
    return not (says_direction(one.excerpt) or _has_samples_of_reference(one.excerpt.owner))


def _has_samples_of_reference(function: SourceFunction) -> bool:
    """Whether the reference draws in a function, or something in it is called its samples."""
    nodes = (node for line in function.body for node in walked(line) if isinstance(node, NAMES))
    return any(map(is_sample_of_reference, map(text_of_name, nodes)))
