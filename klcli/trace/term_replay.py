"""A term of a run with other entries: its operations done again, each in the precision that it had.

The framework is not there any more, so its arithmetic is done by NumPy, with one rounding for each
operation, and its gradients by the rules of reverse differentiation, also with one rounding each. A term is
taken for one entry, where sums and means change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeAlias

from klcli.formula.traversal import free_symbols
from klcli.trace.loss_part import Part
from klcli.trace.recorders.single_entry_calls import points
from klcli.trace.recording import Recording, RoundedCall, Step
from klcli.trace.walks import reached

_LINEAR = 20
"""Where a softplus is taken for its argument, and its derivative for 1."""

Round: TypeAlias = Callable[[Any], Any]

_SHORT = ("float16", "bfloat16", "float32")
_PLAIN = ("same", "shape", "spread", "sum", "mean", "stop")
"""What changes no single entry, but for its precision."""


def emulated_calls(recording: Recording, part: Part) -> Iterator[RoundedCall]:
    """What a term and its gradients are for single entries near the prior and far out, where it can be done.

    Args:
        recording: the run.
        part: the term, whose sign is that of the loss.
    """
    own = free_symbols(part.tree) if part.tree is not None else ()
    symbols = {name: part.builder.symbols[name] for name in own}
    names = {name: part.builder.spellings.get(name, name) for name in symbols}
    core = recording.steps[part.chain.core]
    if core.dtype not in _SHORT or len(symbols) != 2 or part.merged or part.builder.noises.keys() & symbols:
        return
    order = _order(recording, part, set(symbols.values()))
    for given in points(list(symbols)):
        values = _values(recording, order, {symbols[name]: value for name, value in given.items()})
        if values is None:
            return
        sign = -1 if (part.chain.factor < 0) != part.is_taken_away else 1
        slopes = _slopes(recording, order, symbols.values(), values)
        gradients = {names[name]: sign * float(slopes.get(index, 0.0)) for name, index in symbols.items()}
        entries = {names[name]: value for name, value in given.items()}
        yield RoundedCall(core.dtype, entries, sign * float(values[part.chain.core]), gradients)


def _order(recording: Recording, part: Part, ends: Collection[int]) -> list[int]:
    """The nodes of a term from its symbols on, each after those that it is computed from."""
    return sorted(reached(part.chain.core, lambda one: () if one in ends else recording.steps[one].below))


def _values(recording: Recording, order: list[int], given: Mapping[int, float]) -> dict[int, Any] | None:
    import numpy as np

    found: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for index in order:
            step = recording.steps[index]
            rounded = _rounding(step.dtype)
            if index in given:
                found[index] = rounded(given[index])
            elif step.is_leaf or step.op == "full":
                values = step.args if step.op == "full" else step.values
                if not values or len(set(values)) != 1:
                    return None
                found[index] = rounded(values[0])
            else:
                value = _value(step, _operands(step, found, rounded))
                if value is None:
                    return None
                found[index] = rounded(value)
    return found


def _operands(step: Step, values: Mapping[int, Any], rounded: Round) -> list[Any]:
    return [values[arg] if isinstance(arg, int) else rounded(arg) for arg in step.args]


def _value(step: Step, given: list[Any]) -> Any:
    import numpy as np

    if step.op in _PLAIN:
        return given[0]
    if step.op == "clamp":
        low, high = step.more.get("low"), step.more.get("high")
        return np.clip(given[0], -np.inf if low is None else low, np.inf if high is None else high)
    return _OPERATIONS[step.op][0](np, *given) if step.op in _OPERATIONS else None


def _slopes(
    recording: Recording, order: list[int], ends: Collection[int], values: Mapping[int, Any]
) -> dict[int, Any]:
    """The derivatives of the last node with respect to all others, from the last one back."""
    import numpy as np

    found: dict[int, Any] = {order[-1]: values[order[-1]] * 0 + 1 if np.isfinite(values[order[-1]]) else 1.0}
    with np.errstate(all="ignore"):
        for index in reversed(order):
            step = recording.steps[index]
            if step.is_leaf or step.op in ("full", "stop") or index in ends or index not in found:
                continue
            given = _operands(step, values, _rounding(step.dtype))
            for arg, slope in zip(step.args, _back(step, found[index], values[index], given), strict=False):
                if isinstance(arg, int):
                    rounded = _rounding(recording.steps[arg].dtype)
                    found[arg] = rounded(found.get(arg, 0.0) + rounded(slope))
    return found


def _back(step: Step, slope: Any, value: Any, given: list[Any]) -> tuple[Any, ...]:
    """What the derivative by a node is by each of its operands."""
    import numpy as np

    if step.op in _PLAIN:
        return (slope,)
    if step.op == "clamp":
        low, high = step.more.get("low"), step.more.get("high")
        inside = (low is None or given[0] >= low) and (high is None or given[0] <= high)
        return (slope if inside else slope * 0 if np.isfinite(slope) else 0.0,)
    return tuple(_OPERATIONS[step.op][1](np, slope, value, *given))


def _rounding(dtype: str) -> Round:
    """Rounds a number to a precision; half precisions are computed in single, as frameworks do."""
    import numpy as np

    kinds: Mapping[str, Round] = {
        "float16": lambda value: np.float32(np.float16(value)),
        "bfloat16": _to_bfloat16,
        "float32": np.float32,
    }
    return kinds.get(dtype, np.float64)


def _to_bfloat16(value: Any) -> Any:
    """The upper half of a number of single precision, rounded to even."""
    import numpy as np

    single = np.float32(value)
    if not np.isfinite(single):
        return single
    bits = int(single.view(np.uint32))
    # Half of the last bit that is kept is added, less one where that bit is even; the lower 16 bits go.
    bits = (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000
    return np.uint32(bits).view(np.float32)


_OPERATIONS: Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "add": (lambda np, a, b: a + b, lambda np, g, y, a, b: (g, g)),
    "sub": (lambda np, a, b: a - b, lambda np, g, y, a, b: (g, -g)),
    "mul": (lambda np, a, b: a * b, lambda np, g, y, a, b: (g * b, g * a)),
    "div": (lambda np, a, b: a / b, lambda np, g, y, a, b: (g / b, -g * (a / b) / b)),
    "pow": (
        lambda np, a, b: a**b,
        lambda np, g, y, a, b: (g * (b * a ** (b - 1)), g * (y * np.log(a))),
    ),
    "neg": (lambda np, a: -a, lambda np, g, y, a: (-g,)),
    "exp": (lambda np, a: np.exp(a), lambda np, g, y, a: (g * y,)),
    "log": (lambda np, a: np.log(a), lambda np, g, y, a: (g / a,)),
    "sqrt": (lambda np, a: np.sqrt(a), lambda np, g, y, a: (g / (2 * y),)),
    "abs": (lambda np, a: np.abs(a), lambda np, g, y, a: (g * np.sign(a),)),
    "square": (lambda np, a: a * a, lambda np, g, y, a: (g * (2 * a),)),
    "expm1": (lambda np, a: np.expm1(a), lambda np, g, y, a: (g * (y + 1),)),
    "log1p": (lambda np, a: np.log1p(a), lambda np, g, y, a: (g / (a + 1),)),
    "reciprocal": (lambda np, a: 1 / a, lambda np, g, y, a: (-g * (y * y),)),
    # The derivative of a^-1/2 is -1/2 a^-3/2.
    "rsqrt": (lambda np, a: 1 / np.sqrt(a), lambda np, g, y, a: (-g / 2 * y**3,)),
    "sigmoid": (lambda np, a: 1 / (1 + np.exp(-a)), lambda np, g, y, a: (g * (y * (1 - y)),)),
    "softplus": (
        lambda np, a: np.logaddexp(a, a * 0),
        lambda np, g, y, a: (g if a > _LINEAR else g * np.exp(a) / (np.exp(a) + 1),),
    ),
}
"""The operations: their values, and what the derivative g by one, whose value is y, is by its operands."""
