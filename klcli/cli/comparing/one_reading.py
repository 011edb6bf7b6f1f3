"""``klcli compare`` with ``--param``: the formulas under one reading, at a point."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from klcli.cli.comparing.formula_arguments import expected, fixed_prior, named
from klcli.cli.comparing.points import TypedPosterior, check_reached, latents_of
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.heads import Heads
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.comparison import FORMULAS, compare, is_exact, matrix
from klcli.report.compare import compare_report
from klcli.report.compare_data import Expectation
from klcli.report.report import Report
from klcli.values import dataclass
from klcli.witness.examination import Examination


@dataclass(frozen=True, slots=True)
class ComparisonOptions:
    """What was asked for beside the reading and the point.

    Attributes:
        formulas: more of them, each ``NAME=TEXT``.
        every: whether all formulas are wanted under all readings.
        expect: the name of the formula that has to be exact.
        options: of the posterior and the prior, by name.
        full: whether every number is wanted, and not only what fits a screen.
    """

    formulas: Sequence[str]
    every: bool
    expect: str | None
    options: Mapping[str, Any]
    full: bool


def compared(
    reading: Parameterization,
    point: TypedPosterior,
    asked: ComparisonOptions,
    examined: Callable[[Gaussian[Heads]], Examination],
) -> Report:
    """The report.

    Args:
        reading: what the head means.
        point: where values are compared.
        asked: what is wanted.
        examined: finds KL(q || N(0, 1)) and its witnesses.

    Raises:
        KlcliError: no head stands for the point, or a formula means nothing.
    """
    check_reached(point.deviations, reading)
    mean, spread = point.mean[0], point.deviations[0]
    programs = named(asked.formulas, taken=FORMULAS)
    chosen = {**FORMULAS, **{name: program.tree for name, program in programs.items()}}
    expectation = None
    if asked.expect is not None:
        held = expected(asked.expect, chosen, programs)
        expectation = Expectation(asked.expect, is_exact(held, reading, fixed_prior(asked.options)))
    judged = compare(chosen, reading, mean, spread, programs)
    gaussian = {one.name: one.formula for one in judged if one.is_of_gaussians}
    return compare_report(
        reading,
        mean,
        spread,
        judged,
        examined(Gaussian.from_head(mean, spread)),
        table=matrix(gaussian, mean, spread) if asked.every else (),
        expected=expectation,
        latents=latents_of(gaussian, reading, point, asked.options),
        full=asked.full,
    )
