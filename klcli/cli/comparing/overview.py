"""``klcli compare`` without ``--param``: the formulas met online under all readings."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from klcli.errors import KlcliError
from klcli.formula.numeral import decimal_text
from klcli.report.report import Report

Values = tuple[Fraction, ...] | None


def overview(mu: Values, sigma: Values, other: Mapping[str, Any], *, every: bool) -> Report:
    """The report on all readings, at one mean and standard deviation.

    Args:
        mu: as it was typed.
        sigma: as it was typed.
        other: the options that say something of one reading, by name; what was not typed is empty.
        every: whether all readings are shown.

    Raises:
        KlcliError: one of the other options was typed, a list, or no standard deviation.
    """
    from klcli.judge.comparison import FORMULAS, matrix
    from klcli.report.compare_overview import readings_report

    for name, value in other.items():
        if value not in (None, ()):
            raise KlcliError(
                f"--{name.replace('_', '-')} needs --param, the reading",
                "klcli verify 'FORMULA' finds it" if name == "formula" else "for example --param var",
            )
    mean, spread = _one("mu", mu, Fraction("0.3")), _one("sigma", sigma, Fraction("1.2"))
    if spread <= 0:
        raise KlcliError(
            f"sigma must be > 0, got {decimal_text(spread)}", "sigma is the standard deviation of the point"
        )
    return readings_report(FORMULAS, matrix(FORMULAS, mean, spread), mean, spread, every=every)


def _one(name: str, values: Values, default: Fraction) -> Fraction:
    if values is None:
        return default
    if len(values) > 1:
        raise KlcliError(f"--{name} with {len(values)} values needs --param, the reading", "--param var")
    return values[0]
