"""Estimators of a KL from log-probabilities: k1, k2, k3, and what was meant to be one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klcli.formula.program_reader import Program
from klcli.formula.read.parsed_statements import SourceNodes
from klcli.formula.traversal import free_symbols
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.terms.judge_cache import answered, estimated
from klcli.lint.terms.meant_as_kl import has_name_of_kl
from klcli.lint.terms.programs import flow_name, program_of
from klcli.names.log_ratios import stated
from klcli.names.losses import is_called_kl
from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.judge.spaces.log_ratios.estimator_answer import Estimation

_OF_NEUTRAL = 2
"""Symbols of an estimator whose names do not say that they are log-probabilities."""
_OF_K3 = ({"u", "exp(u)"}, {"u", "exp(-u)"})
"""The columns of k3: a log-ratio and the ratio that it is the logarithm of."""


@dataclass(frozen=True, slots=True)
class EstimatorLine:
    """An expression that estimates a KL from log-probabilities of samples, or was meant to.

    Attributes:
        excerpt: where it stands.
        found: the answer of the judge.
    """

    excerpt: CodeExcerpt
    found: Estimation


def estimator(excerpt: CodeExcerpt, program: Program) -> EstimatorLine | None:
    """An estimator of log-probabilities, or a sum over all outcomes, that stands in its own function.

    A log-ratio by itself is k1, and a helper in most code: it is one where it is called a KL.
    """
    if not excerpt.is_local:
        return None
    is_meant = has_name_of_kl(excerpt)
    found = estimated(program)
    if found is None and is_meant and len(free_symbols(program.tree)) == _OF_NEUTRAL:
        other = answered(program, mended=False)
        found = other.estimate if other else None
    if found is None or _is_of_kls(found, excerpt):
        return None
    return EstimatorLine(excerpt, found) if _is_telling(found) or (is_meant and _is_listed(found)) else None


def with_log_probabilities(source: SourceNodes, program: Program) -> Program | None:
    """The program with helper variables that stay symbols as they are called log-probabilities.

    What one is made of may be no name of one: ``ref_logps = chosen - logits.logsumexp(-1)``.
    """
    named = frozenset(name for name in program.helpers if stated(name) == "log-probability")
    return program_of(source, named) if named else None


def _is_of_kls(found: Estimation, excerpt: CodeExcerpt) -> bool:
    """Whether a log-probability is called a KL, as in a bound ``log_px - kl``."""
    labels = (found.way.q, found.way.p)
    names = (flow_name(found.program, label.symbol) for label in labels if label.symbol)
    return any(is_called_kl(excerpt.spelled(str(name))) for name in names)


def _is_listed(found: Estimation) -> bool:
    """Whether it is worth telling of what is called a KL."""
    return found.kind not in ("not-kl", "other") or (found.form.has_value and not found.form.estimates)


def _is_telling(found: Estimation) -> bool:
    """Whether nobody writes such an expression who does not mean a KL, as one may a log-ratio."""
    if found.kind == "wrong":
        from klcli.judge.spaces.log_ratios.verdict import varying

        return varying(found.function.value or {}).keys() in _OF_K3
    return found.kind in ("exact", "scaled", "reversed", "estimator") and not found.form.is_log_ratio
