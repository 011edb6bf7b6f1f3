"""The options that hold a divergence against a number."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import click

from klcli.cli.help import F, added, in_group
from klcli.cli.options.types import AValue
from klcli.errors import KlcliError
from klcli.formula.numeral import parse_numeral
from klcli.report.divergence_limits import Limits
from klcli.values import dataclass

_option = in_group("Limits")


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """A number, and half a unit of the last digit that was typed."""

    value: Fraction
    half: Fraction


class _Number(AValue):
    """One number with its digits."""

    name = "X"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> TypedNumber:
        return (
            value
            if isinstance(value, TypedNumber)
            else number_of(str(value), param.opts[-1] if param else "value")
        )


def number_of(text: str, name: str) -> TypedNumber:
    """A number with its digits.

    Raises:
        KlcliError: the text is none.
    """
    number = parse_numeral(text, name, "0.1")
    mantissa, _, exponent = text.strip().lower().partition("e")
    places = len(mantissa.partition(".")[2]) - int(exponent or 0)
    # Half of the last digit that was typed.
    return TypedNumber(number, Fraction(10) ** -places / 2)


def limit_options(command: F) -> F:
    """Add ``--max``, ``--expect`` and ``--tolerance``, whose numbers are in the unit of the report."""
    options: list[Any] = [
        _option("--max", type=_Number(), help="Status 1 if the KL is larger."),
        _option(
            "--expect", type=_Number(), help="Status 1 unless the KL is this, to the digits that are typed."
        ),
        _option("--tolerance", type=_Number(), help="How far from --expect it may be."),
    ]
    return added(command, options)


def limits_of(typed: Mapping[str, TypedNumber | None]) -> Limits:
    """The limits that were typed, by the names of their options.

    Raises:
        KlcliError: a tolerance of nothing, or one below 0.
    """
    most, expect, tolerance = (typed[name] for name in ("max", "expect", "tolerance"))
    if tolerance and not expect:
        raise KlcliError("--tolerance belongs to --expect, which is missing", "for example --expect 0.0827")
    if tolerance and tolerance.value < 0:
        raise KlcliError("--tolerance must be >= 0", "for example --tolerance 1e-4")
    half = expect.half if expect else Fraction(0)
    return Limits(
        most.value if most else None,
        expect.value if expect else None,
        tolerance.value if tolerance else half,
    )
