"""The picture of `klcli compare`: what every formula charges for a standard deviation."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from klcli.formula.numeral import number_text
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.comparison import Judged
from klcli.judge.landscape import on_grid
from klcli.report.compare_tables import TRUTH
from klcli.report.document import Axis, Curve, Plot


def penalty_plot(judged: Sequence[Judged], reading: Parameterization, mu: Fraction) -> Plot:
    """The penalty of every formula against sigma, at the mean of the point and under the reading.

    Args:
        judged: the formulas with what they are.
        reading: of their head.
        mu: the mean at which sigma varies.
    """
    from klcli.gaussian import kernel
    from klcli.report.charged_picture import SIGMAS

    mean = float(mu)
    truth = kernel.divergence(mean, SIGMAS)
    penalties: dict[str, Sequence[float]] = {TRUTH: truth.tolist()}
    for formula in (one for one in judged if one.is_of_gaussians):
        (penalties[formula.name],) = on_grid(formula.formula, formula.roles, reading, [mean], SIGMAS)
    curves = [Curve(name, SIGMAS, tuple(penalty)) for name, penalty in penalties.items()]
    return Plot(
        f"penalty against sigma at mu = {number_text(mu)}",
        Axis("sigma"),
        Axis("nats", high=float(truth.max())),
        tuple(curves[1:]),
        curves[0],
    )
