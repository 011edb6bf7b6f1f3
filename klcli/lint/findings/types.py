"""What linting says: findings, and the terms that were recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from klcli.judge.mistakes.mistake import Mistake
from klcli.lint.findings.places import SourceSpan
from klcli.values import dataclass, field

if TYPE_CHECKING:  # most files need no judge
    from klcli.judge.condition_kinds import Condition
    from klcli.judge.naming import GaussianText
    from klcli.judge.spaces.log_ratios.estimator_answer import Estimation

Confidence: TypeAlias = Literal["high", "medium"]
Severity: TypeAlias = Literal["error", "warning", "info", "note"]
"""How bad it is: only errors and warnings make a check fail; notes are shown to those who ask for them."""
TermKind: TypeAlias = Literal["kl", "sampler", "estimator"]


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that a finding is about.

    Attributes:
        place: where.
        label: what stands there: ``the KL``, ``the sample``.
        lines: the whole lines of the source from the first to the last of its place.
        parameterization: the reading of the head there, where the two disagree on it.
    """

    place: SourceSpan
    label: str
    lines: tuple[str, ...]
    parameterization: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a source: the text that takes the place of a span."""

    place: SourceSpan
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, or worth knowing.

    Attributes:
        place: where.
        mistake: what, with its code.
        severity: whether it fails a check.
        confidence: high where it is wrong under every reading, medium where two places disagree.
        message: in words.
        expression: the statement as it is written.
        parameterization: the reading under which the term would be right.
        lines: the whole lines of the source from the first to the last of its place.
        related: the other place, for places that disagree.
        fix: the line as it should be.
        edit: the change that makes it so; None where nobody can make it without thinking.
    """

    place: SourceSpan
    mistake: Mistake
    severity: Severity
    confidence: Confidence
    message: str
    expression: str
    parameterization: str | None
    lines: tuple[str, ...]
    related: Related | None = None
    fix: str | None = None
    edit: Edit | None = None


@dataclass(frozen=True, slots=True)
class ListedTerm:
    """A KL term, a sample or an estimator of log-probabilities that was recognised.

    Attributes:
        place: where.
        kind: which of the three.
        parameterization: the reading under which it is right, or was meant.
        verdict: as `klcli verify` gives it; a sample that is read is ``exact`` or ``wrong``.
        expression: the statement as it is written.
        scale: k, where a term is k KL + c; for a sample, what multiplies sigma and the noise.
        shift: c.
        prior: what a KL is taken to: numbers, or the code's own names.
        reduction: over what a KL is summed or averaged: ``none``, ``sum``, ``mean`` or ``sum-mean``.
        prior_parameterization: the reading of the head of a prior with symbols of its own.
        symbols: its symbols as they are written, each with its role before it.
        mistake: what is wrong with it by itself.
        conditions: what the verdict needs beside the algebra.
        shapes: for which shapes it holds.
        proof: ``symbolic`` where algebra proves it, ``numeric`` where points alone do.
        noise: what a sample draws, see `klcli.judge.sampler`.
        problem: why it is not read; None where it is.
        estimation: the answer on log-probabilities.
    """

    place: SourceSpan
    kind: TermKind
    parameterization: str | None
    verdict: str
    expression: str
    scale: str | None = None
    shift: str | None = None
    prior: GaussianText | None = None
    reduction: str | None = None
    prior_parameterization: str | None = None
    symbols: tuple[tuple[str, str], ...] = ()
    mistake: Mistake | None = None
    conditions: tuple[Condition, ...] = ()
    shapes: str | None = None
    proof: Literal["symbolic", "numeric"] | None = None
    noise: str | None = None
    problem: str | None = None
    estimation: Estimation | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Linted:
    """What linting one file found, in the order of the lines.

    Findings may lie in other files: a sample that disagrees with a KL stands where it is drawn.
    `unreadable` says why a file, or a part of it, was not read; `is_file` is false for a folder that was not.
    `is_foreign` says that nothing of it is Python, as in a notebook of another language, which is no failure;
    `is_bug`, that the linter failed, which is none of the file's.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    terms: tuple[ListedTerm, ...] = ()
    unreadable: str = ""
    is_file: bool = True
    is_foreign: bool = False
    is_bug: bool = False
