"""The picture of compare: each formula's penalty along sigma, against the formulas by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy
import pytest

from klcli.formula.read.math_parser import parse
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.comparison import FORMULAS, compare
from klcli.report.compare_picture import penalty_plot
from klcli.report.document import Curve

MU, SIGMA = Fraction(3, 10), Fraction(6, 5)
RATIO = parse("logprobs - ref_logprobs")


def test_curves_are_the_formulas_in_the_head_of_the_reading() -> None:
    std = PARAMETERIZATIONS["std"]
    plot = penalty_plot(compare({**FORMULAS, "k1": RATIO}, std, MU, SIGMA), std, MU)
    assert plot.truth is not None
    sigma = numpy.array(plot.truth.x)
    expected = {
        "A": (sigma**2 + 0.09 - 1) / 2 - numpy.log(sigma),
        "B": (sigma + 0.09 - 1 - numpy.log(sigma)) / 2,
        "C": (numpy.exp(sigma) + 0.09 - 1 - sigma) / 2,
        "D": (numpy.exp(2 * sigma) + 0.09 - 1 - 2 * sigma) / 2,
    }
    # An estimator of log-probabilities has no head, and no curve.
    assert [one.name for one in plot.series] == list(expected)
    for curve in plot.series:
        assert isinstance(curve, Curve)
        assert curve.x == plot.truth.x
        assert curve.y == pytest.approx(expected[curve.name], rel=1e-9)
    assert (plot.truth.name, plot.title) == ("KL", "penalty against sigma at mu = 0.3")
    assert plot.truth.y == pytest.approx(expected["A"], rel=1e-9)
    # Formulas that run away do not make the true curve flat.
    assert plot.y.high == max(plot.truth.y) < max(expected["D"])
