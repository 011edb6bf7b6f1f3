"""What a formula optimises, where some of its gradients are stopped: detach, stop_gradient, no_grad, .data.

The value of such a formula is that of the formula without stops; its gradient is another loss. Both gradients
are taken by complex steps, and fitted on the derivatives of mu^2, mu, sigma^2 and log sigma.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import isfinite

from klcli.formula.entrywise_form import entry, without_sums
from klcli.formula.numeral import significant
from klcli.formula.program_reader import Program
from klcli.formula.traversal import free_symbols, walk
from klcli.formula.tree import Negative, Operation, Reduction, Stop, Tree
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.engine import solved
from klcli.judge.loss_context.guards import without_guards
from klcli.judge.loss_context.preparation import Prepared
from klcli.judge.shapes.length_polynomials import added_up
from klcli.judge.verdict import Verdict

_STEP = 1e-30
"""Of the complex step: its square is lost in a double, and nothing is subtracted."""
_CLOSE = 1e-9
"""Relative: far above the rounding of doubles, far below what another formula is off."""
_POINTS = ((0.37, 0.83), (1.21, 1.57), (0.61, 0.45), (1.93, 2.11), (0.29, 1.13))
"""Means and heads; all positive, as a head can be a scale."""
_LARGEST_DENOMINATOR = 64
"""Factors that people write are halves, quarters and small counts."""


def gradient_of(prepared: Prepared, verdict: Verdict) -> str:
    """What is optimised in the place of the KL, in words; empty where the gradient is that of the value.

    Args:
        prepared: the formula.
        verdict: what it is by its value.
    """
    tree = _one_entry(prepared)
    if is_value(tree) or not any(isinstance(node, Stop) for node in walk(tree)):
        return ""
    role = verdict.roles
    names = list(filter(None, role.names))
    other = [name for name in names if not _agrees(tree, prepared, name, names)]
    if not other:
        return ""
    if other == names and _is_still(tree, prepared, names):
        return "the value is that of the KL, and no gradient flows through it: all of it is stopped"
    text = _some_stopped(prepared.program, other)
    optimised = _optimised(tree, prepared, verdict) if not role.has_prior else None
    return f"{text}; it optimises {optimised}" if optimised else text


def gradient_of_arrays(program: Program, verdict: Verdict) -> str:
    """What `gradient_of` says, of a formula that has no single entry, by the symbols in what is stopped."""
    stopped = [node for node in walk(program.arrays) if isinstance(node, Stop)]
    names = {name for node in stopped for name in free_symbols(node)}
    own = [name for name in (*verdict.way.means, *(head.name for head in verdict.way.heads)) if name in names]
    return _some_stopped(program, own) if own and not is_value(program.arrays) else ""


def _some_stopped(program: Program, names: Sequence[str]) -> str:
    stopped = " and ".join(program.spellings.get(name, name) for name in names)
    return f"the value is that of the KL, the gradient of {stopped} is not: some of it is stopped"


def _one_entry(prepared: Prepared) -> Tree:
    """The formula of one entry with its stops."""
    return without_sums(entry(without_guards(prepared.program.arrays), keeps_stops=True))


def _agrees(tree: Tree, prepared: Prepared, name: str, names: Sequence[str]) -> bool:
    """Whether the gradient in a symbol is the same with and without the stops."""
    for point in _points(prepared, names):
        with_stops = _slope(tree, point, name, stops=True)
        without = _slope(tree, point, name, stops=False)
        if isfinite(without) and abs(with_stops - without) > _CLOSE * max(1.0, abs(without)):
            return False
    return True


def is_stopped(prepared: Prepared) -> bool:
    """Whether a formula is stopped as a whole: no gradient flows through what it adds to a loss."""
    return is_value(_one_entry(prepared))


def is_still(prepared: Prepared, verdict: Verdict) -> bool:
    """Whether no gradient of a formula flows to a mean or a head, whatever else of a loss has one.

    Args:
        prepared: the formula.
        verdict: what it is by its value.
    """
    tree = _one_entry(prepared)
    names = list(filter(None, verdict.roles.names))
    has_stops = any(isinstance(node, Stop) for node in walk(tree))
    return is_value(tree) or (has_stops and _is_still(tree, prepared, names))


def _is_still(tree: Tree, prepared: Prepared, names: Sequence[str]) -> bool:
    """Whether no symbol has a gradient."""
    points = list(_points(prepared, names))
    return not any(_slope(tree, point, name, stops=True) for point in points for name in names)


def is_value(tree: Tree) -> bool:
    """Whether a formula is stopped as a whole, perhaps summed or scaled: a value to be printed."""
    match tree:
        case Stop():
            return True
        case Negative(operand) | Reduction(body=operand):
            return is_value(operand)
        case Operation("+" | "-" | "*" | "/", left, right):
            parts = [part for part in (left, right) if free_symbols(part)]
            return bool(parts) and all(map(is_value, parts))
    return False


def _points(prepared: Prepared, names: Sequence[str]) -> Iterator[dict[str, float]]:
    """Values of all symbols: weights and counts are 1, other terms some number."""
    held = dict.fromkeys(free_symbols(prepared.program.arrays), 1.0)
    for mean, head in _POINTS:
        # Of a prior: other ones than those of the posterior.
        values = (mean, head, mean + 0.3, head + 0.4)
        yield held | dict(zip(names, values, strict=False))


def _slope(tree: Tree, point: Mapping[str, float], name: str, *, stops: bool) -> float:
    """The derivative in one symbol."""
    frozen = {other: Array((), [complex(value)]) for other, value in point.items()}
    moved = frozen | {name: Array((), [complex(point[name], _STEP)])}
    value = evaluate_arrays(tree, moved, frozen if stops else moved).values[0]
    return float(complex(value).imag / _STEP)


def _optimised(tree: Tree, prepared: Prepared, verdict: Verdict) -> str | None:
    """The loss whose gradient it is, in mu, sigma^2 and log sigma; None where it is none of these."""
    role, reading = verdict.roles, verdict.parameterization
    names = [name for name in (role.mean, role.head) if name]
    points = list(_points(prepared, names))
    terms: list[tuple[Fraction, str]] = []
    for name in names:
        values = [point[name] for point in points]
        is_mean = name == role.mean
        rows = [[2 * one, 1.0] if is_mean else _columns(reading, one) for one in values]
        found = _fitted(rows, [_slope(tree, point, name, stops=True) for point in points])
        if found is None:
            return None
        terms += zip(found, (f"{name}^2", name) if is_mean else ("sigma^2", "log sigma"), strict=True)
    shown = added_up((factor, word) for factor, word in terms if factor)
    return f"{shown or '0'} + c{_end({word: factor for factor, word in terms})}"


def _columns(reading: Parameterization, head: float) -> list[float]:
    """The derivatives of sigma^2 and of log sigma in the head."""
    point = {"s": head}
    return [
        _slope(reading.variance, point, "s", stops=False),
        _slope(reading.log_variance, point, "s", stops=False) / 2,
    ]


def _fitted(rows: Sequence[Sequence[float]], values: Sequence[float]) -> list[Fraction] | None:
    """The plain factors with which the columns give the values; None where there are none."""
    found = solved(rows[:2], values[:2])
    if found is None:
        return None
    plain = [Fraction(factor).limit_denominator(_LARGEST_DENOMINATOR) for factor in found]
    for row, value in zip(rows, values, strict=True):
        fit = sum(float(factor) * one for factor, one in zip(plain, row, strict=True))
        # Far above the rounding of complex steps, far below what another gradient is off.
        if abs(fit - value) > 1e-6 * max(1.0, abs(value)):
            return None
    return plain


def _end(factors: Mapping[str, Fraction]) -> str:
    """Where that leads: a minimum, or none."""
    variance, logarithm = factors.get("sigma^2", Fraction(0)), factors.get("log sigma", Fraction(0))
    if variance > 0 > logarithm:
        # b sigma^2 + g log sigma is lowest where 2 b sigma^2 = -g.
        best = significant(float(-logarithm / (2 * variance)) ** 0.5, 4)
        return f", lowest at sigma = {best}"
    if not variance and not logarithm:
        return ", which the spread does not change"
    return f", which has no minimum: sigma -> {'0' if variance > 0 or logarithm > 0 else 'infinity'}"
