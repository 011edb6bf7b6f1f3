"""What a sampling line of a full covariance does: mean + A noise, where A A^T has to be the covariance."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from klcli.errors import KlcliError
from klcli.formula.program_reader import Program
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree
from klcli.formula.value.arithmetic import Decimals
from klcli.formula.value.linear_algebra import Linear, transposed
from klcli.formula.value.matrix_points import Evaluator, KindedValue
from klcli.formula.value.small_arrays import ShapeError
from klcli.formula.value.symbol_kinds import Manner, SymbolKind, kind_of
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.sampler import SamplerJudgement, check_use, sampled_beside
from klcli.judge.spaces.matrices.fitting import decimal_probes
from klcli.judge.spaces.matrices.readings import READINGS
from klcli.judge.verdict import Verdict
from klcli.judge.ways import Way

_SLACK = 1e-45
"""Of covariances in 50 digits and more."""
_EXAMPLE = "for example --sampler 'mu + L @ eps'"


def judge_matrix_sampler(program: Program, verdict: Verdict, *, right: bool) -> SamplerJudgement:
    """Compare a sampling line with the reading under which the KL is right.

    Args:
        program: the sampling line, read as a formula of matrices.
        verdict: what the KL is.
        right: whether the KL is right under its reading.

    Raises:
        KlcliError: it is no sum of the mean and a matrix times one noise.
    """
    tree, way = program.tree, verdict.way
    head, mean = way.head("q"), way.mean("q")
    assert head
    noise = _noise(tree, head.name, mean)
    kinds: dict[str, SymbolKind] = {head.name: "matrix", noise: "vector"}
    manner = _manner(tree, program, kinds | ({mean: "vector"} if mean else {}))
    found = ((row.name, _factor(tree, manner, way, noise, row)) for row in READINGS.values())
    factors = {name: factor for name, factor in found if factor is not None}
    return sampled_beside(noise, factors, verdict.parameterization.name if right else None)


def _noise(tree: Tree, head: str, mean: str | None) -> str:
    names = free_symbols(tree)
    check_use(
        names, (mean, head), "give helper variables their values, as in 'L = cholesky(S); mu + L @ eps'"
    )
    others = [name for name in names if name not in (head, mean)]
    if len(others) != 1:
        raise KlcliError(
            f"a sampling line has a mean, a matrix and one noise, this one has {', '.join(names)}", _EXAMPLE
        )
    return others[0]


def _manner(tree: Tree, program: Program, kinds: Mapping[str, SymbolKind]) -> Manner:
    manners = [Manner(True)] if program.language == "math" else [Manner(False, flat=True), Manner(False)]
    problem = ""
    for manner in manners:
        try:
            if (kind := kind_of(tree, kinds, manner)) in ("vector", "row"):
                return manner
            problem = f"the sampling line is a {kind} and not a vector"
        except ShapeError as error:
            problem = f"the parts of the sampling line do not fit together: {error}"
    raise KlcliError(problem, _EXAMPLE)


def _factor(tree: Tree, manner: Manner, way: Way, noise: str, reading: Parameterization) -> Fraction | None:
    """The number c for which the line draws from N(mean, c^2 S) if its matrix has a reading."""
    # As many as formulas of matrices are compared in, with some to spare.
    run, ratios = Decimals(70), []
    linear = Linear(run)
    head, mean = way.head("q"), way.mean("q")
    assert head
    # One of each size.
    for pair in decimal_probes("sampler")[:4]:
        q, size = pair["q"], len(pair["q"].mean)
        centre = q.mean if mean else (Decimal(0),) * size
        values: dict[str, KindedValue[Any]] = {head.name: KindedValue("matrix", q.under(reading))}
        if mean:
            values[mean] = KindedValue("vector", q.mean)

        def drawn(
            direction: tuple[Decimal, ...], values: dict[str, KindedValue[Any]] = values, size: int = size
        ) -> tuple[Decimal, ...]:
            given = values | {noise: KindedValue("vector", direction)}
            return Evaluator(run, manner, size, given, 1e-50).value(tree).data  # type: ignore[no-any-return]

        try:
            start = drawn((Decimal(0),) * size)
            columns = [drawn(tuple(row)) for row in linear.identity(size)]
            doubled = drawn((Decimal(2),) * size)
        except ArithmeticError:
            return None
        moved = tuple(tuple(map(run.context.subtract, column, start)) for column in columns)
        twice = linear.applied(transposed(moved), (Decimal(2),) * size)
        if _apart(start, centre) or _apart(tuple(map(run.context.add, twice, start)), doubled):
            raise KlcliError("the sampling line is not the mean plus a matrix times the noise", _EXAMPLE)
        found = linear.product(transposed(moved), moved)
        ratios.append(run.operate("/", found[0][0], q.covariance[0][0]))
        scaled = [tuple(run.operate("*", ratios[0], entry) for entry in row) for row in q.covariance]
        if any(_apart(one, two) for one, two in zip(found, scaled, strict=True)):
            return None
    root = run.call("sqrt", ratios[0])
    # A factor that people write, out of a decimal number.
    return Fraction(root).limit_denominator(10**9)


def _apart(one: Any, two: Any) -> bool:
    """Whether two vectors differ in more than the last digits."""
    # The digits in which they were computed.
    context = Decimals(70).context
    return any(
        abs(context.subtract(left, right)) > Decimal(_SLACK) * max(1, abs(right))
        for left, right in zip(one, two, strict=True)
    )
