"""A function in its own precision: digits lost near the prior, negative values, overflow, gradients of NaN.

The calls of a function were made by its framework, those of a term of a program are made here, by the
operations that were noted; the truth is the KL at the numbers that the precision holds.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from math import isfinite, isnan

from klcli.formula.numeral import significant
from klcli.formula.value.small_arrays import Array
from klcli.formula.write.printing import to_text
from klcli.judge.numerical_stability import stable_form
from klcli.trace.anatomy import Anatomy
from klcli.trace.number_checks import kl_of_entries
from klcli.trace.recording import Recording, RoundedCall
from klcli.trace.term_replay import emulated_calls
from klcli.trace.terms import Term
from klcli.values import dataclass

_LARGEST = {"float16": 65504.0, "bfloat16": 3.3895313892515355e38, "float32": 3.4028234663852886e38}
"""The largest numbers of the precisions."""
_NOTICED = 0.01
"""Relative error from which on a loss of digits is worth a remark."""
_MOST_TERMS = 8
"""Terms of a program that are tried."""
_STEP = 1e-30
"""Of the complex step."""
_CLOSE_TO_PRIOR = 0.01
"""Nats below which a point is near the prior."""


@dataclass(frozen=True, slots=True)
class Precision:
    """What a function does in one precision.

    Attributes:
        dtype: the precision.
        name: of the term; empty for a function.
        error: the largest relative error near the prior; None where there is no KL to hold it against.
        problems: what goes wrong, in words.
        stable: an expression without these, where one is known.
    """

    dtype: str
    name: str
    error: float | None
    problems: tuple[str, ...]
    stable: str | None


def precisions_of(recording: Recording, losses: Sequence[Anatomy]) -> tuple[Precision, ...]:
    """What the function of a recording does in short precisions, or the terms of a program in their own."""
    terms = [term for one in losses for term in one.terms]
    if not recording.rounded:
        return tuple(_of_terms(recording, terms))
    term = terms[0] if len(terms) == 1 and terms[0].kernel else None
    scale = term.weight if term else None
    return tuple(
        _precision(dtype, "", [one for one in recording.rounded if one.dtype == dtype], term, scale)
        for dtype in dict.fromkeys(one.dtype for one in recording.rounded)
    )


def _of_terms(recording: Recording, terms: Sequence[Term]) -> Iterator[Precision]:
    """What KLs and estimators of a program do, each kind of them once."""
    seen: set[object] = set()
    for term in terms:
        kind = (term.part.tree, term.name)
        if term.kind not in ("kl", "estimator") or kind in seen or len(seen) >= _MOST_TERMS:
            continue
        seen.add(kind)
        calls = list(emulated_calls(recording, term.part))
        own = term if term.kernel and not term.kernel.is_sampled else None
        kl = own.kernel.verification.best.verdict.kl if own and own.kernel else None
        if calls:
            scale = float(kl.scale) if kl else None
            yield _precision(calls[0].dtype, term.name, calls, own, scale)


def _precision(
    dtype: str, name: str, calls: Sequence[RoundedCall], term: Term | None, scale: float | None
) -> Precision:
    problems = dict.fromkeys(text for one in calls for text in _gradient_problems(one))
    error: float | None = None
    if term and (term.part.builder.noises or (term.kernel and term.kernel.is_sampled)):
        term = None  # what is off is the noise of its sample
    for one in calls:
        truth = _truth(one, term, scale) if term and scale is not None else None
        if truth is None:
            continue
        value, slopes = truth
        problems.update(dict.fromkeys(_value_problems(one, value, slopes)))
        if 0 < value < _CLOSE_TO_PRIOR and isfinite(one.value):
            error = max(error or 0.0, abs(one.value - value) / value)
    is_lossy = bool(problems) or (error or 0.0) > _NOTICED
    return Precision(dtype, name, error, tuple(problems), _stable(term) if term and is_lossy else None)


def _gradient_problems(one: RoundedCall) -> Iterator[str]:
    """A gradient of NaN where the value is finite, whatever the function is."""
    off = [name for name, slope in one.gradients.items() if slope is not None and isnan(slope)]
    if off and isfinite(one.value):
        names, value = " and ".join(off), _short(one.value)
        yield f"the gradient of {names} is NaN at {_at(one)}, where the value is {value}"


def _value_problems(one: RoundedCall, value: float, slopes: dict[str, float]) -> Iterator[str]:
    largest = _LARGEST[one.dtype]
    if not isfinite(one.value):
        if value < largest:
            yield f"{_short(one.value)} at {_at(one)}, where the KL is {significant(value)}"
        return
    if one.value < 0:
        yield f"negative at {_at(one)}: {significant(one.value)}, the KL is {significant(value)}"
    for name, slope in one.gradients.items():
        true = slopes.get(name)
        if slope is not None and true is not None and abs(true) < largest and abs(slope) == float("inf"):
            yield f"the gradient of {name} is infinite at {_at(one)}, where it is {significant(true)}"


def _truth(one: RoundedCall, term: Term, scale: float) -> tuple[float, dict[str, float]] | None:
    """The KL and its derivatives at the entries that a precision holds, times the scale."""
    assert term.kernel
    role, builder = term.kernel.verification.best.verdict.roles, term.part.builder
    symbols = {name: builder.spellings.get(name, name) for name in (role.mean, role.head) if name}
    if set(symbols.values()) != set(one.given) or role.has_prior:
        return None
    held = {symbol: _rounded(one.given[name], one.dtype) for symbol, name in symbols.items()}
    arrays = {symbol: Array((1, 1), [value]) for symbol, value in held.items()}
    slopes = {}
    try:
        value = _kl(term, arrays)
        for symbol, name in symbols.items():
            moved = Array((1, 1), [complex(held[symbol], _STEP)])
            slopes[name] = scale * (_kl(term, {**arrays, symbol: moved}).imag / _STEP)
    except ArithmeticError:
        return None
    return (scale * value.real, slopes) if isfinite(value.real) else None


def _kl(term: Term, arrays: dict[str, Array]) -> complex:
    assert term.kernel
    found = kl_of_entries(term.kernel, arrays)
    if found is None:
        raise ArithmeticError("a KL with a constant or a guard")
    return complex(found[0])


def _rounded(value: float, dtype: str) -> float:
    """The nearest number of a precision; of bfloat16 the upper half of one of single precision."""
    if dtype == "float16":
        return float(struct.unpack("e", struct.pack("e", value))[0])
    if dtype == "float32":
        return float(struct.unpack("f", struct.pack("f", value))[0])
    (bits,) = struct.unpack("I", struct.pack("f", value))
    # Half of the last bit that is kept is added, less one where that bit is even; the lower 16 bits go.
    bits = (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000
    return float(struct.unpack("f", struct.pack("I", bits))[0])


def _stable(term: Term) -> str | None:
    assert term.kernel
    forms = stable_form(term.kernel.verification.best.verdict)
    if forms is None:
        return None
    helper, form = (None if one is None else to_text(one, "python") for one in forms)
    return f"u = {helper}; {form}" if helper else form


def _at(one: RoundedCall) -> str:
    return ", ".join(f"{name} = {value:g}" for name, value in one.given.items())


def _short(value: float) -> str:
    return significant(value) if isfinite(value) else "NaN" if isnan(value) else "infinite"
