"""Each notation by a formula with everything in it; that they are read back is tested with `printing`."""

from __future__ import annotations

import pytest

from klcli.formula.read.math_parser import parse
from klcli.formula.write.ascii import AsciiPrinter, Level
from klcli.formula.write.latex import LatexPrinter
from klcli.formula.write.python import PythonPrinter
from klcli.formula.write.unicode import UnicodePrinter

TREE = parse("-1/2 sum_j (1 + log sigma_j^2 - mu_j^2) + sqrt(x)/max(y, 0.1)")


@pytest.mark.parametrize(
    ("printer", "text"),
    [
        (AsciiPrinter(), "-1/2 sum_j (1 + log sigma_j^2 - mu_j^2) + sqrt(x)/max(y, 0.1)"),
        (UnicodePrinter(), "−½ ∑ⱼ (1 + log σⱼ² − μⱼ²) + sqrt(x)/max(y, 0.1)"),
        (
            LatexPrinter(),
            r"-\\frac{1}{2} \\sum_{j} \\left( 1 + \\log \\sigma_{j}^{2} - \\mu_{j}^{2} \\right)"
            r" + \\frac{\\sqrt{x}}{\\operatorname{max}(y, 0.1)}",
        ),
        (
            PythonPrinter(),
            "-1/2 * sum(1 + log(sigma_j**2) - mu_j**2 for j in indices) + sqrt(x) / maximum(y, 0.1)",
        ),
    ],
)
def test_notations(printer: AsciiPrinter, text: str) -> None:
    assert printer.show(TREE) == text.replace("\\\\", "\\")


def test_brackets_stand_where_a_part_binds_too_loosely() -> None:
    assert AsciiPrinter().show(parse("a + b"), Level.PRODUCT) == "(a + b)"
    assert AsciiPrinter().show(parse("a b"), Level.PRODUCT) == "a * b"
