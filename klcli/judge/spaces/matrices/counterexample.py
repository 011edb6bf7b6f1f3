"""Two dimensions in which a formula of matrices is not the KL, with plain numbers for its symbols."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from klcli.formula.value.arithmetic import Decimals
from klcli.formula.value.linear_algebra import Linear, transposed
from klcli.formula.value.matrix_points import Evaluator, KindedValue
from klcli.formula.value.symbol_kinds import SymbolKind
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.counterexample import Counterexample, Plain
from klcli.judge.spaces.matrices.fitting import Subject
from klcli.judge.spaces.matrices.points import Shown, divergence
from klcli.judge.spaces.matrices.readings import CHOLESKY, COVARIANCE, PRECISION
from klcli.judge.verdict import Verdict
from klcli.judge.ways import Side


def _rows(text: str) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(tuple(map(Fraction, row.split())) for row in text.split(";"))


_SYMMETRIC: Mapping[Side, Any] = {"q": _rows("2 0.5; 0.5 1"), "p": _rows("1.5 -0.5; -0.5 1")}
_LOWER: Mapping[Side, Any] = {"q": _rows("1.5 0; 0.5 2"), "p": _rows("1 0; -0.5 1.5")}
_MEANS: Mapping[Side, Any] = {"q": _rows("0.5 -1")[0], "p": _rows("0 1")[0]}
_SIDES: tuple[Side, Side] = ("q", "p")
_SAME = Fraction(1, 10**6)
"""A value that differs by less would not convince anybody."""


def counterexample(subject: Subject, verdict: Verdict, *, reverse: bool = False) -> Counterexample | None:
    """The point, if the formula is not the KL there and each Gaussian has at most one matrix.

    Args:
        subject: the formula.
        verdict: what it is.
        reverse: whether KL(p || q) is asked for.
    """
    # More digits than are compared.
    way, run = verdict.way, Decimals(60)
    if len({head.side for head in way.heads}) != len(way.heads):
        return None
    plain: dict[str, Plain] = {name: _MEANS[side] for name, side in way.means.items()}
    for head in way.heads:
        plain[head.name] = (_LOWER if head.reading is CHOLESKY else _SYMMETRIC)[head.side]
    plain |= dict.fromkeys(way.dimensions, Fraction(2))
    kinds: tuple[SymbolKind, ...] = ("scalar", "vector", "matrix")
    values: dict[str, KindedValue[Any]] = {"I": KindedValue("matrix", Linear(run).identity(2))}
    for name, value in (plain | dict(subject.others)).items():
        values[name] = KindedValue(kinds[_depth(value)], _converted(value, run))
    q, p = (_gaussian(verdict, side, values, run) for side in _SIDES)
    expected = divergence(p, q, run) if reverse else divergence(q, p, run)
    try:
        # Twenty digits are left for rounding errors.
        found: float | None = float(Evaluator(run, subject.manner, 2, values, 1e-40).number(subject.tree))
    except ArithmeticError:
        found = None
    if found is not None and abs(found - float(expected)) <= _SAME:
        return None
    return Counterexample(plain, float(expected), found)


def _depth(value: Any) -> int:
    return 1 + _depth(value[0]) if isinstance(value, tuple) else 0


def _converted(value: Any, run: Decimals) -> Any:
    return tuple(_converted(part, run) for part in value) if isinstance(value, tuple) else run.number(value)


def _gaussian(
    verdict: Verdict, side: Side, values: Mapping[str, KindedValue[Any]], run: Decimals
) -> Shown[Any]:
    way, linear = verdict.way, Linear(run)
    head, mean = way.head(side), way.mean(side)
    fixed = side == "p" and not way.has_prior
    variance = run.number(verdict.prior.variance if fixed else Fraction(1))
    centre = (run.number(verdict.prior.mean if fixed else Fraction(0)),) * 2
    covariance = tuple(
        tuple(run.operate("*", entry, variance) for entry in row) for row in linear.identity(2)
    )
    if head:
        covariance = _covariance(values[head.name].data, head.reading, linear)
    own = values[mean].data if mean else centre
    return Shown(own, covariance, covariance, linear.inverse(covariance))


def _covariance(matrix: Any, reading: Parameterization, linear: Linear[Any]) -> Any:
    if reading is COVARIANCE:
        return matrix
    return linear.inverse(matrix) if reading is PRECISION else linear.product(matrix, transposed(matrix))
