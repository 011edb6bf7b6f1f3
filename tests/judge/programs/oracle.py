"""What a program is, by its values alone: the oracle that klcli's verdicts are held against.

Its text is executed on numpy arrays of several shapes with B != d, and its values are fitted by least squares
on the terms of a KL under every reading, summed over the axes that the result has lost. Gradients are central
differences, with stopped parts played back from a run at the point itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import combinations, product
from typing import Any, TypeAlias

import mpmath
import numpy as np

from tests import reference
from tests.judge.programs import digits
from tests.judge.programs.mathematics import as_python
from tests.judge.programs.shim import Tensor, running

__all__ = [
    "READINGS",
    "Form",
    "Symbols",
    "Truth",
    "gradient_differs",
    "small_number_error",
    "truth",
    "value_of",
]

READINGS: Mapping[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    # The variance and its logarithm in the head.
    "std": (lambda s: s**2, lambda s: 2 * np.log(s)),
    "var": (lambda s: s, lambda s: np.log(s)),
    "logstd": (lambda s: np.exp(2 * s), lambda s: 2 * s),
    "logvar": (lambda s: np.exp(s), lambda s: s),
    "precision": (lambda s: 1 / s, lambda s: -np.log(s)),
    "logprecision": (lambda s: np.exp(-s), lambda s: -s),
    "softplus": (lambda s: np.logaddexp(0, s) ** 2, lambda s: 2 * np.log(np.logaddexp(0, s))),
    "softplusvar": (lambda s: np.logaddexp(0, s), lambda s: np.log(np.logaddexp(0, s))),
    "sigmoid": (lambda s: np.exp(-2 * np.logaddexp(0, -s)), lambda s: -2 * np.logaddexp(0, -s)),
}
SHAPES = ((7, 5), (3, 11), (4, 6), (5, 2), (2, 9), (6, 3), (8, 7), (9, 4))
"""Of (B, d), of unequal lengths; the first two are far from each other."""
_VECTORS = ((5,), (11,), (6,), (3,), (9,))
_SEQUENCES = ((4, 3, 5), (2, 5, 3), (3, 2, 7), (5, 4, 2), (2, 3, 4))
"""Of (B, T, d)."""
_DRAWS = 12
"""At one shape; fewer where a result has many entries."""
_CLOSE = 1e-9
"""Of a fit, relative to the terms that are added."""


@dataclass(frozen=True, slots=True)
class Symbols:
    """What the symbols of a program are.

    Attributes:
        mean, head, prior_mean, prior_head: the two Gaussians; None for what does not occur.
        counts: names of numbers of examples and latents, by their powers of B and d.
        ones: weights, which are 1 here, or more than that by multiples of `more`.
        zeros: other terms, which are 0 here.
        masks: arrays of 0 and 1.
        vectors: means and heads of shape (d,), without a batch.
        numbers: those that are one number for all.
        lengths: means and heads of which only the lengths of the axes occur.
        is_doubly_summed: whether a formula of mathematics has an index of the batch.
        base: that of which heads are logarithms, in the place of e.
    """

    mean: str | None
    head: str | None
    prior_mean: str | None = None
    prior_head: str | None = None
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    ones: tuple[str, ...] = ()
    zeros: tuple[str, ...] = ()
    masks: tuple[str, ...] = ()
    vectors: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    lengths: tuple[str, ...] = ()
    is_doubly_summed: bool = False
    base: float = np.e
    more: float = 0.0

    @property
    def weights(self) -> Mapping[str, float]:
        """The values of the weights; those of parts are 1."""
        return {
            name: 1.0 if name == "w" else 1 + self.more * place for place, name in enumerate(self.ones, 1)
        }

    @property
    def spreads(self) -> tuple[str, ...]:
        """What shape mean and head and those of the prior have: full, latents or number; empty for none."""
        return tuple(
            ("latents" if name in self.vectors else "number" if name in self.numbers else "full")
            if name
            else ""
            for name in self.names
        )

    @property
    def names(self) -> tuple[str | None, ...]:
        """Mean and head of the posterior and of the prior."""
        return self.mean, self.head, self.prior_mean, self.prior_head

    @property
    def latent(self) -> tuple[str, ...]:
        """Means and heads."""
        return tuple(filter(None, self.names))


@dataclass(frozen=True, slots=True)
class Form:
    """A verdict under one reading (or two), with k and c at every shape that was tried.

    Attributes:
        kind: exact, scaled, other-prior or reversed.
        readings: of the posterior's head and of the prior's.
        shapes: where k and c were found.
        scales: k, with its 1/B.
        constants: c.
        loses_batch: whether the result has no axis of the batch.
        prior: mean and variance of a fixed prior.
    """

    kind: str
    readings: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    scales: tuple[float, ...]
    constants: tuple[float, ...]
    loses_batch: bool
    prior: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Truth:
    """All forms that a program has, the best first; none if it is no KL.

    Attributes:
        runs: whether it runs on the shapes at all.
        forms: by readings.
        layout: the shape of means and heads.
        has_unmasked_constant: whether it is a KL but for a constant that a mask decides about.
    """

    runs: bool
    forms: tuple[Form, ...] = ()
    layout: str = "(B, d)"
    has_unmasked_constant: bool = False

    @property
    def kind(self) -> str:
        """The best verdict."""
        return self.forms[0].kind if self.forms else "none"


KINDS = ("exact", "scaled", "other-prior", "reversed")

Evaluate = Callable[[dict[str, Any]], Any]


def value_of(text: str, language: str) -> Evaluate:
    """What computes the value of a text.

    Raises:
        SyntaxError, ValueError: it cannot be read.
    """
    code, result = compiled(text, language)
    return partial(_of_mathematics, code) if language == "math" else partial(running, code, result)


def compiled(text: str, language: str) -> tuple[Any, str]:
    """The code of a text, and the name of what it computes.

    Raises:
        SyntaxError, ValueError: it cannot be read.
    """
    if language == "math":
        return compile(f"result_ = {as_python(text)}", "mathematics", "exec"), "result_"
    lines = text.split("\n")
    for number in range(len(lines) - 1, -1, -1):
        if lines[number].startswith("return "):
            lines[number] = lines[number].removeprefix("return ")
    *before, last = lines
    name, equals, _ = last.partition(" = ")
    if equals and name.isidentifier():
        return compile("\n".join(lines), "python", "exec"), name
    return compile("\n".join([*before, f"result_ = {last}"]), "python", "exec"), "result_"


def _of_mathematics(code: Any, given: dict[str, Any]) -> Tensor:
    shape = max((value.shape for value in given.values() if np.ndim(value)), key=len, default=(1,))

    def total(body: Any, axis: int) -> Any:
        if np.ndim(body) == 0:
            return body * shape[axis]
        return np.sum(np.asarray(body), axis=axis)

    sums = {"total_i": partial(total, axis=0), "total_j": partial(total, axis=-1)}
    return running(code, "result_", given | sums | {"e_": np.e, "pi": np.pi})


def truth(text: str, language: str, symbols: Symbols, sign: int = 1) -> Truth:
    """What a program is, or its negative where the sign is -1.

    Raises:
        SyntaxError, ValueError: it cannot be read.
    """
    value = value_of(text, language)

    def evaluate(given: dict[str, Any]) -> Any:
        return sign * np.asarray(value(given))

    tried = False
    for shapes, layout in ((SHAPES, "(B, d)"), (_VECTORS, "(d,)"), (_SEQUENCES, "(B, T, d)")):
        if language == "math" and (layout == "(d,)") == symbols.is_doubly_summed:
            continue
        if layout == "(d,)" and (symbols.vectors or symbols.numbers):
            continue
        try:
            samples = list(_samples(evaluate, symbols, shapes))
        except (ValueError, IndexError, TypeError):
            continue
        tried = True
        code = compiled(text, language)
        confirmed = (_confirmed(code, symbols, form) for form in _forms(samples, symbols))
        forms = sorted(filter(None, confirmed), key=lambda form: KINDS.index(form.kind))
        beside = not forms and bool(symbols.masks) and any(_forms(samples, symbols, unmasked=True))
        return Truth(True, tuple(forms), layout, beside)
    return Truth(tried)


@dataclass(slots=True)
class _Sample:
    """The first draws at one shape: how many, the mask, the values, and the axes that are left."""

    shape: tuple[int, ...]
    count: int
    mask: Any
    values: Any
    kept: tuple[int, ...] | None


def _samples(evaluate: Evaluate, symbols: Symbols, shapes: Sequence[tuple[int, ...]]) -> Iterator[_Sample]:
    for shape in shapes:
        own = _own(symbols, shape)
        values: list[Any] = []
        for number in range(_DRAWS):
            draw = {
                name: _as_given(
                    shape,
                    spread,
                    _drawn(shape, place, spread)[number],
                    is_head=place % 2 == 1,
                    base=symbols.base,
                )
                for place, (name, spread) in enumerate(zip(symbols.names, symbols.spreads, strict=True))
                if name
            }
            draw |= {name: _masks(shape)[number] for name in symbols.masks}
            draw |= {name: np.ones(shape) for name in symbols.lengths}
            values.append(np.asarray(evaluate(own | draw)))
            if number >= 2 and sum(value.size for value in values) > 2 * _DRAWS:
                break
        mask: Any = _masks(shape)[: len(values)] if symbols.masks else 1.0
        kept = _kept(values[0].shape, shape)
        yield _Sample(shape, len(values), mask, np.stack([value.ravel() for value in values]), kept)


@cache
def _drawn(shape: tuple[int, ...], place: int, spread: str = "full") -> Any:
    """Draws of the mean, the head and those of the prior, by their place; positive, as a scale is."""
    draws = np.random.default_rng((place, *shape)).uniform(0.3, 2.5, (_DRAWS, *shape))
    if spread == "latents":
        return np.broadcast_to(draws[:, :1], draws.shape)
    return np.broadcast_to(draws[:, :1, :1], draws.shape) if spread == "number" else draws


def _as_given(shape: tuple[int, ...], spread: str, value: Any, *, is_head: bool, base: float) -> Any:
    """The value that a program is given for a symbol: without the axes that it has not."""
    if is_head and base != np.e:
        value = value / np.log(base)
    if spread == "latents" and len(shape) > 1:
        return np.array(value[0])
    return np.array(value.flat[0]) if spread == "number" else value


@cache
def _masks(shape: tuple[int, ...]) -> Any:
    return (np.random.default_rng((7, *shape)).uniform(size=(_DRAWS, *shape)) < 0.6).astype(float)


def _own(symbols: Symbols, shape: tuple[int, ...]) -> dict[str, Any]:
    """What all symbols are that do not vary."""
    batch, latents = (shape[0], shape[-1]) if len(shape) > 1 else (1, shape[0])
    own: dict[str, Any] = {name: batch**i * latents**j for name, (i, j) in symbols.counts.items()}
    return own | dict(symbols.weights) | dict.fromkeys(symbols.zeros, np.zeros(()))


def _kept(result: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The axes that are left, by their lengths; None for others."""
    own = tuple(length for length in result if length != 1)
    for count in range(len(shape) + 1):
        for kept in combinations(range(len(shape)), count):
            if tuple(shape[axis] for axis in kept) == own:
                return kept
    return None


def _forms(samples: list[_Sample], symbols: Symbols, unmasked: bool = False) -> Iterator[Form]:
    kept = samples[0].kept
    if kept is None or any(sample.kept != kept for sample in samples):
        return
    if not all(np.all(np.isfinite(sample.values)) for sample in samples):
        return
    present = symbols.spreads
    if present[2] or present[3]:
        for own, other in product(READINGS if present[1] else ("",), READINGS if present[3] else ("",)):
            for columns in (_of_pair, _of_swapped_pair):
                found = _coefficients(samples, columns, present, (own, other), unmasked)
                swapped = columns is _of_swapped_pair
                read = partial(_read_pair, present[2:] + present[:2] if swapped else present, swapped)
                if found and (form := _form(samples, found, read, (own, other))):
                    yield form
        return
    for name in READINGS if present[1] else ():
        for columns, read in ((_forward, _read_forward), (_reversed, _read_reversed)):
            found = _coefficients(samples, columns, present, (name,), unmasked)
            if found and (form := _form(samples, found, read, (name,))):
                yield form


Present: TypeAlias = tuple[str, ...]
"""The shapes of mean, head, prior mean and prior head; empty for what does not occur."""


@cache
def _forward(shape: tuple[int, ...], present: Present, readings: tuple[str, ...]) -> list[Any]:
    s, reading = _drawn(shape, 1, present[1]), READINGS[readings[0]]
    mean = _drawn(shape, 0, present[0]) if present[0] else np.zeros_like(s)
    return [mean**2, mean, reading[0](s), reading[1](s) / 2, np.ones_like(s)]


@cache
def _reversed(shape: tuple[int, ...], present: Present, readings: tuple[str, ...]) -> list[Any]:
    square, mean, variance, log_sigma, one = _forward(shape, present, readings)
    return [square / variance, mean / variance, 1 / variance, log_sigma, one]


@cache
def _gaussian(shape: tuple[int, ...], present: Present, reading: str, place: int) -> tuple[Any, Any, Any]:
    """Mean, variance and its logarithm of the posterior (place 0) or of the prior (2)."""
    zero = np.zeros((_DRAWS, *shape))
    mean = _drawn(shape, place, present[place]) if present[place] else zero
    if not present[place + 1]:
        return mean, zero + 1, zero
    head = _drawn(shape, place + 1, present[place + 1])
    return mean, *(function(head) for function in READINGS[reading])


@cache
def _of_pair(shape: tuple[int, ...], present: Present, readings: tuple[str, ...]) -> list[Any]:
    own, prior = _gaussian(shape, present, readings[0], 0), _gaussian(shape, present, readings[1], 2)
    return _of_two(own, prior)


@cache
def _of_swapped_pair(shape: tuple[int, ...], present: Present, readings: tuple[str, ...]) -> list[Any]:
    own, prior = _gaussian(shape, present, readings[0], 0), _gaussian(shape, present, readings[1], 2)
    return _of_two(prior, own)


def _of_two(own: tuple[Any, Any, Any], prior: tuple[Any, Any, Any]) -> list[Any]:
    (mean, variance, logarithm), (prior_mean, prior_variance, prior_logarithm) = own, prior
    return [
        mean**2 / prior_variance,
        mean * prior_mean / prior_variance,
        prior_mean**2 / prior_variance,
        variance / prior_variance,
        logarithm / 2,
        prior_logarithm / 2,
        np.ones_like(variance),
    ]


def _coefficients(
    samples: list[_Sample], columns: Any, present: Present, readings: tuple[str, ...], unmasked: bool = False
) -> list[Any] | None:
    """The coefficients at every shape; None where the columns do not give the values."""
    found = []
    for sample in samples:
        lost = tuple(axis + 1 for axis in range(len(sample.shape)) if axis not in (sample.kept or ()))
        terms = [column[: sample.count] * sample.mask for column in columns(sample.shape, present, readings)]
        terms += [np.ones_like(terms[-1])] * unmasked
        matrix = np.stack([term.sum(axis=lost).ravel() for term in terms], axis=1)
        one = _solution(matrix, sample.values.ravel())
        if one is None:
            return None
        found.append(one[: len(one) - unmasked])
    return found


def _solution(matrix: Any, values: Any) -> Any:
    """The factors of the columns, by least squares; None where they do not give the values."""
    sizes = np.sqrt(np.sum(matrix**2, axis=0))
    used = sizes > 0
    if not used.any() or not np.all(np.isfinite(matrix)):
        return None
    part = matrix[:, used] / sizes[used]
    factors = np.linalg.lstsq(part, values, rcond=None)[0]
    size = np.abs(part) @ np.abs(factors)
    if np.any(np.abs(part @ factors - values) > _CLOSE * size):
        return None
    found = np.zeros(matrix.shape[1])
    found[used] = factors / sizes[used]
    found[np.abs(found * sizes) < 1e-8 * np.max(size)] = 0.0
    return found


def _form(
    samples: list[_Sample], found: list[Any], read: Callable[[Any], Any], names: tuple[str, ...]
) -> Form | None:
    """What the coefficients are, if they are that at every shape."""
    forms = [read(one) for one in found]
    if any(form is None for form in forms):
        return None
    kinds = {form[0] for form in forms}
    priors = [form[3] for form in forms]
    if len(kinds) > 1 or (priors[0] and not np.allclose(priors, priors[0], rtol=1e-7, atol=1e-7)):
        return None
    shapes = tuple(sample.shape for sample in samples)
    scales = tuple(float(form[1]) for form in forms)
    if not _is_monomial(shapes, scales):
        return None
    kept = samples[0].kept or ()
    lost = [
        int(np.prod([length for axis, length in enumerate(shape) if axis not in kept])) for shape in shapes
    ]
    constants = tuple(float(form[2](count)) for form, count in zip(forms, lost, strict=True))
    constants = tuple(
        0.0 if abs(c) < 1e-7 * max(1.0, n * k) else c
        for c, n, k in zip(constants, lost, scales, strict=False)
    )
    loses_batch = len(shapes[0]) > 1 and 0 not in kept
    allowed = [[1.0] * len(shapes)]
    if loses_batch:
        allowed.append([1 / shape[0] for shape in shapes])
    if loses_batch and len(shapes[0]) > 2 and 1 not in kept:
        allowed.append([1 / (shape[0] * shape[1]) for shape in shapes])
    whole = any(np.allclose(scales, wanted, rtol=1e-7) for wanted in allowed)
    kind = next(iter(kinds))
    if kind == "kl":
        kind = "exact" if whole and not any(constants) else "scaled"
    return Form(kind, names, shapes, scales, constants, loses_batch, priors[0])


def _is_monomial(shapes: Sequence[tuple[int, ...]], scales: Sequence[float]) -> bool:
    rows = np.array([[1.0, *np.log(shape)] for shape in shapes])
    factors = np.linalg.lstsq(rows, np.log(scales), rcond=None)[0]
    powers = factors[1:]
    return bool(
        np.allclose(rows @ factors, np.log(scales), atol=1e-7)
        and np.allclose(powers, np.round(powers), atol=1e-6)
    )


def _read_forward(found: Any) -> tuple[str, float, Callable[[int], float], tuple[float, float]] | None:
    """k KL(q || N(m, t^2)) + c from the coefficients of mu^2, mu, sigma^2, log sigma and 1."""
    square, linear, variance, logarithm, constant = found
    if not variance > 0 > logarithm:
        return None
    if square == 0.0 and linear == 0.0:
        square = variance  # without a mean it is the KL of N(0, sigma^2)
    if abs(square - variance) > 1e-8 * abs(variance):
        return None
    k = -logarithm
    t2, m = k / (2 * square), -linear / (2 * square)
    own = k * (np.log(t2) + m * m / t2 - 1) / 2
    plain = abs(t2 - 1) < 1e-7 and abs(m) < 1e-7
    return "kl" if plain else "other-prior", k, lambda count: count * (constant - own), (m, t2)


def _read_reversed(found: Any) -> tuple[str, float, Callable[[int], float], tuple[float, float]] | None:
    """k KL(N(m, t^2) || q) + c from those of mu^2/v, mu/v, 1/v, log sigma and 1."""
    square, linear, variance, logarithm, constant = found
    if square <= 0 or abs(logarithm - 2 * square) > 1e-8 * square:
        return None
    k, m = logarithm, -linear / (2 * square)
    t2 = variance / square - m * m
    if t2 <= 1e-9:
        return None
    return "reversed", k, lambda count: count * (constant + k * (np.log(t2) + 1) / 2), (m, t2)


def _read_pair(
    present: Sequence[object], swapped: bool, found: Any
) -> tuple[str, float, Callable[[int], float], None] | None:
    """k KL(q || p) + c from those of mq^2/vp, mq mp/vp, mp^2/vp, vq/vp, log sq, log sp and 1."""
    own, both, other, variance, log_own, log_other, constant = found
    k = 2 * variance if present[1] or present[3] else 2 * own
    if k <= 0:
        return None
    wanted = [
        k / 2 if present[0] else 0.0,
        -k if present[0] and present[2] else 0.0,
        k / 2 if present[2] else 0.0,
        k / 2,
        -k if present[1] else 0.0,
        k if present[3] else 0.0,
    ]
    if not np.allclose([own, both, other, variance, log_own, log_other], wanted, atol=1e-8 * k):
        return None
    return "reversed" if swapped else "kl", k, lambda count: count * (constant + k / 2), None


_POINTS = ((0.3, 1.2, -0.4, 0.7), (1.1, 0.4, 0.5, 1.9), (2.2, 2.1, 1.0, 2.3), (0.6, 0.9, 2.0, 0.5))
"""Means and heads of one latent, from two of which k and c follow."""


def _confirmed(code: tuple[Any, str], symbols: Symbols, form: Form) -> Form | None:
    """A form that is k KL + c to 30 digits for one latent, too, by mpmath; None for one that only seems so."""
    if form.kind in ("other-prior", "reversed") and form.prior and not _is_plain(form.prior):
        return form
    close = mpmath.mpf("1e-30")
    with mpmath.workdps(50):
        pairs = [_of_one_latent(code, symbols, form, tuple(map(mpmath.mpf, point))) for point in _POINTS]
        (x, y), (other_x, other_y), *rest = pairs
        k = (y - other_y) / (x - other_x)
        if any(abs(y + k * (one - x) - two) > close for one, two in rest):
            return None
        is_whole = form.kind != "exact" or (abs(abs(k) - 1) < close and abs(y - k * x) < close)
    return form if is_whole else replace(form, kind="scaled")


def _is_plain(numbers: Sequence[float]) -> bool:
    return all(abs(4096 * number - round(4096 * number)) < 1e-5 for number in numbers)


def _of_one_latent(
    code: tuple[Any, str], symbols: Symbols, form: Form, point: tuple[Any, ...]
) -> tuple[Any, Any]:
    """The KL and the value of the program at a point."""
    own = digits.names()
    own |= {name: digits.Digits(value) for name, value in zip(symbols.names, point, strict=True) if name}
    own |= dict(symbols.weights)
    own |= dict.fromkeys((*symbols.counts, *symbols.masks), 1)
    own |= dict.fromkeys(symbols.zeros, digits.Digits(0)) | dict.fromkeys(symbols.lengths, digits.Digits(1))
    if symbols.base != np.e:
        own |= {
            name: own[name] / mpmath.log(symbols.base) for name in (symbols.head, symbols.prior_head) if name
        }
    exec(code[0], own)
    zero, one = mpmath.mpf(0), mpmath.mpf(1)
    mean, head, prior_mean, prior_head = (
        value if name else None for name, value in zip(symbols.names, point, strict=True)
    )
    sigma = reference.SIGMA[form.readings[0]](head) if head is not None else one
    if form.prior is not None:
        m, t2 = (mpmath.mpf(round(4096 * number)) / 4096 for number in form.prior)
        prior = (m, mpmath.sqrt(t2))
    else:
        prior = (
            prior_mean or zero,
            reference.SIGMA[form.readings[1]](prior_head) if prior_head is not None else one,
        )
    ends = (mean or zero, sigma), prior
    (mean_q, sigma_q), (mean_p, sigma_p) = ends[::-1] if form.kind == "reversed" else ends
    return reference.kl(mean_q, sigma_q, mean_p, sigma_p), digits.number(own[code[1]])


def gradient_differs(text: str, symbols: Symbols) -> bool:
    """Whether the gradient with its stops is another than that of the value."""
    return any(abs(one - other) > 1e-5 * max(1.0, abs(one)) for one, other in _slopes(text, symbols))


def is_stopped(text: str, symbols: Symbols) -> bool:
    """Whether there is no gradient at all: a value that is shown, perhaps."""
    return all(abs(other) < 1e-6 for _, other in _slopes(text, symbols))


def _slopes(text: str, symbols: Symbols) -> list[tuple[float, float]]:
    """The slopes along every symbol without and with stops, by central differences."""
    evaluate = value_of(text, "python")
    for shape in ((3, 2), (2,), (3, 2, 4)):
        given = _own(symbols, shape)
        given |= {
            name: _as_given(shape, spread, _drawn(shape, place, spread)[0], is_head=False, base=np.e)
            for place, (name, spread) in enumerate(zip(symbols.names, symbols.spreads, strict=True))
            if name
        }
        given |= {name: _masks(shape)[0] for name in symbols.masks}
        given |= {name: np.ones(shape) for name in symbols.lengths}
        try:
            Tensor.replayed = None
            evaluate(given)
            kept = list(Tensor.stopped)
            return [
                (
                    _slope(evaluate, given, name, None),
                    _slope(evaluate, given, name, kept),
                )
                for name in symbols.latent
            ]
        except (ValueError, IndexError):
            continue
        finally:
            Tensor.replayed = None
    raise ValueError("the text does not run")


def _slope(evaluate: Evaluate, given: dict[str, Any], name: str, replayed: Any) -> float:
    step = 1e-5
    direction = np.random.default_rng(9).uniform(0.3, 2.5, np.shape(given[name]))
    Tensor.replayed = replayed
    values = [np.sum(evaluate(given | {name: given[name] + side * step * direction})) for side in (1, -1)]
    return float((values[0] - values[1]) / (2 * step))


def small_number_error(
    text: str, plain: str, language: str, symbols: Symbols, form: Form, **epsilons: float
) -> float:
    """The largest |F - F0| / (k (1 + KL)) with and without a small number, which may be named, for one entry.

    For sigma from 0.01 to 100 and means up to 3.
    """
    one, other = value_of(text, language), value_of(plain, language)
    rows = np.array([[1.0, *np.log(shape)] for shape in form.shapes])
    scale = float(np.exp(np.linalg.lstsq(rows, np.log(form.scales), rcond=None)[0][0]))
    shape = (1,) * len(form.shapes[0])
    own = _own(symbols, shape) | dict.fromkeys((*symbols.masks, *symbols.lengths), np.ones(shape)) | epsilons
    worst = 0.0
    sigmas = np.logspace(-2, 2, 41)
    if form.readings[0] == "sigmoid":
        sigmas = sigmas / (1 + sigmas)
    for sigma, mean in product(sigmas, (-3.0, -1.0, 0.0, 1.0, 3.0)):
        given = {symbols.head or "": np.full(shape, _head_of(form.readings[0], sigma))}
        given |= {symbols.mean: np.full(shape, mean)} if symbols.mean else {}
        kl = (sigma**2 + mean**2 - 1) / 2 - np.log(sigma)
        error = abs(float(np.sum(one(own | given))) - float(np.sum(other(own | given))))
        worst = max(worst, error / (scale * (1 + kl)))
    return worst


def _head_of(reading: str, sigma: float) -> float:
    v = sigma**2
    inverse = {
        "std": lambda: sigma,
        "var": lambda: v,
        "logstd": lambda: np.log(sigma),
        "logvar": lambda: np.log(v),
        "precision": lambda: 1 / v,
        "logprecision": lambda: -np.log(v),
        "softplus": lambda: sigma + np.log(-np.expm1(-sigma)),
        "softplusvar": lambda: v + np.log(-np.expm1(-v)),
        "sigmoid": lambda: np.log(sigma / (1 - sigma)),
    }
    return float(inverse[reading]())
