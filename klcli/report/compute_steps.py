"""The derivation that `klcli compute` shows, of Gaussians with independent dimensions or with matrices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from klcli.formula.write.printing import to_text
from klcli.gaussian.derivation import Derivation
from klcli.gaussian.derivation_step import DerivationStep
from klcli.gaussian.divergence_result import Unit, per_unit
from klcli.report.document import DocumentBlock, Heading, Paragraph, ShownStep, Steps
from klcli.report.wording import about

if TYPE_CHECKING:
    from klcli.gaussian.multivariate.derivation import MatrixStep

AnyDerivation: TypeAlias = "Derivation | tuple[MatrixStep, ...]"
"""In nats; empty where no steps are to be shown."""


def step_records(derivation: AnyDerivation, value: float | None, unit: Unit) -> list[dict[str, object]]:
    """The steps for JSON; `value` is what those give that have a value, in `unit`.

    Args:
        derivation: the steps, with which of them hold for what.
        value: of those that have one, in the unit.
        unit: in which formulas are written.
    """
    return [
        {
            "rule": step.words,
            "formula": to_text(per_unit(step.tree, unit)),
            "latex": to_text(per_unit(step.tree, unit), "latex"),
            "value": None if step.value is None else value,
            "case": case,
        }
        for step, case in _with_cases(derivation)
    ]


def steps(derivation: AnyDerivation, value: float | None, unit: Unit) -> Iterator[DocumentBlock]:
    """The steps below their title, and how they were checked.

    Args:
        derivation: the steps, with which of them hold for what.
        value: of those that have one, in the unit.
        unit: in which formulas are written.
    """
    rows = _with_cases(derivation)
    if not rows:
        return
    last = rows[-1][0]
    yield Heading("steps")
    shown = []
    for step, case in rows:
        says = step.value is not None and (case is not None or step is last)
        shown.append(
            ShownStep(step.rule, per_unit(step.tree, unit), f"{about(value)} {unit}" if says else "")
        )
    yield Steps("KL(q || p)", tuple(shown))
    yield Paragraph(_checked(derivation, last), "muted")


def _with_cases(derivation: AnyDerivation) -> list[tuple[DerivationStep, str | None]]:
    """Each step with what it holds for; None where all hold here."""
    if isinstance(derivation, Derivation):
        return [(step, None) for step in derivation.steps]
    return [(row.step, row.case) for row in derivation]


def _checked(derivation: AnyDerivation, last: DerivationStep) -> str:
    if not isinstance(derivation, Derivation):
        from klcli.gaussian.derivation_step import DIGITS
        from klcli.gaussian.multivariate.derivation_check import PROBES

        return (
            f"each step equals the one before to {DIGITS} digits at {PROBES} random Gaussians of its case; "
            "those with a value hold here and give the closed form, the last ones are special cases"
        )
    here = (
        "and the closed form here"
        if last.value is not None
        else "but takes too many digits to be put in here"
    )
    points = f"{derivation.digits} digits at {derivation.probes} points"
    return f"each step equals the one before to {points}, {here}"
