"""Makes programs: KLs under every reading, rewritten, with slips or without, summed in every way, as text.

What a program is meant to be is not recorded: the oracle finds out what it is.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

from tests.judge.programs.mathematics import plain_signs
from tests.judge.programs.oracle import Symbols
from tests.judge.programs.printing import PYTHON, STYLES, Formula, printed

__all__ = ["Program", "made"]


@dataclass(frozen=True, slots=True)
class Program:
    """A text to be judged.

    Attributes:
        text: as it is given to klcli.
        plain: the same without its small number, if it has one.
        language: python or math.
        symbols: what the names in it are.
        sign: -1 where the left-hand side says that it is the negative of a KL.
        tags: how it was made, for the tables of a run.
    """

    text: str
    plain: str
    language: str
    symbols: Symbols
    sign: int
    tags: tuple[str, ...]


# The variance and its logarithm under a reading, in some spellings.
_VARIANCES: dict[str, tuple[Formula, ...]] = {
    "std": (("^", "s", "2"),),
    "var": ("s",),
    "logstd": (("call", "exp", ("*", "2", "s")), ("^", ("call", "exp", "s"), "2")),
    "logvar": (("call", "exp", "s"),),
    "precision": (("/", "1", "s"),),
    "logprecision": (("call", "exp", ("neg", "s")), ("/", "1", ("call", "exp", "s"))),
    "softplus": (("^", ("call", "softplus", "s"), "2"),),
    "softplusvar": (("call", "softplus", "s"),),
    "sigmoid": (("^", ("call", "sigmoid", "s"), "2"),),
}
_LOGARITHMS: dict[str, tuple[Formula, ...]] = {
    "std": (("*", "2", ("call", "log", "s")), ("call", "log", ("^", "s", "2"))),
    "var": (("call", "log", "s"), ("*", "2", ("call", "log", ("call", "sqrt", "s")))),
    "logstd": (("*", "2", "s"), ("+", "s", "s")),
    "logvar": ("s",),
    "precision": (("neg", ("call", "log", "s")), ("call", "log", ("/", "1", "s"))),
    "logprecision": (("neg", "s"),),
    "softplus": (("*", "2", ("call", "log", ("call", "softplus", "s"))),),
    "softplusvar": (("call", "log", ("call", "softplus", "s")),),
    "sigmoid": (
        ("*", "2", ("call", "log", ("call", "sigmoid", "s"))),
        ("neg", ("*", "2", ("call", "softplus", ("neg", "s")))),
    ),
}
_NAMES = {
    "std": ("std", "sigma", "s"),
    "var": ("var", "v", "s"),
    "logstd": ("log_std", "log_sigma", "s"),
    "logvar": ("logvar", "lv", "log_var", "s"),
    "precision": ("prec", "s"),
    "logprecision": ("log_prec", "s"),
    "softplus": ("rho", "s"),
    "softplusvar": ("s", "h"),
    "sigmoid": ("s", "h"),
}
_LETTERS = {"std": ("sigma", "s"), "var": ("v", "s"), "softplus": ("rho", "s"), "precision": ("tau", "s")}
_AXES = ("", "0", "1", "-1", "-2", "(0, 1)")
_PATTERNS = {"": "", "0": "d", "-2": "d", "1": "b", "-1": "b"}
"""What einsum leaves of (B, d) where an axis is summed over."""
_CUBES = ("2", "-1", "(1, 2)", "(0, 2)", "(0, 1, 2)", "-3", "(-2, -1)")
"""Axes of (B, T, d)."""
_COUNTS = {
    "1": None,
    "batch_size": (1, 0),
    "latent_dim": (0, 1),
    "batch_size*latent_dim": None,
    "mu.size(0)": None,
    "mu.shape[1]": None,
    "mu.numel()": None,
}


Guard: TypeAlias = tuple[str, int, str]
"""What keeps a program finite, the place of a term and a number."""


def made(seed: int) -> Program:
    """The program of a number, always the same."""
    return _Maker(random.Random(f"programs {seed}")).program()


def _with(tree: Formula, values: dict[str, Formula]) -> Formula:
    if isinstance(tree, str):
        return values.get(tree, tree)
    head, *rest = tree
    if head == "call":
        return ("call", rest[0], _with(rest[1], values))
    if head == "^":
        return ("^", _with(rest[0], values), rest[1])
    return (head, *(_with(part, values) for part in rest))


class _Maker:
    def __init__(self, source: random.Random) -> None:
        self.source = source
        self.tags: list[str] = []
        self.counts: dict[str, tuple[int, int]] = {}
        self.ones: list[str] = []
        self.zeros: list[str] = []
        self.masks: list[str] = []
        self.vectors: list[str] = []
        self.sign = 1
        self.choice, self.label = 0.0, ""

    def chance(self, share: float) -> bool:
        return self.source.random() < share

    def program(self) -> Program:
        source = self.source
        self.style = source.choice(
            (
                *("torch", "torch", "torch", "numpy", "numpy", "jax", "tf"),
                *("latex", "latex", "unicode", "ascii"),
            )
        )
        assert self.style in STYLES
        self.python = self.style in PYTHON
        self.indexed = not self.python and self.chance(0.7)
        self.doubly = self.indexed and self.chance(0.15)
        self.tags.append(self.style)
        terms = self.slipped(self.terms())
        return self.finished(terms, self.guard(terms))

    @property
    def names(self) -> tuple[str | None, ...]:
        """Mean, head, and those of the prior."""
        return self.mean, self.head, self.prior_mean, self.prior_head

    # The terms of a KL, each with its factor.

    def name(self, reading: str, side: str) -> str:
        name = self.source.choice(_NAMES[reading] if self.python else _LETTERS.get(reading, ("s",)))
        if self.doubly:
            return {"std": "sigma", "var": "v", "softplus": "rho"}.get(reading, "s") + "_ij"
        if self.indexed:
            name = {"std": "sigma", "var": "v", "softplus": "rho"}.get(reading, "s")
            return f"{name}_{side}j" if side else f"{name}_j"
        return f"{name}_{side}" if side else name

    def mean_name(self, side: str) -> str:
        if self.doubly:
            return "mu_ij"
        return (
            f"mu_{side}j"
            if self.indexed and side
            else "mu_j"
            if self.indexed
            else f"mu_{side}"
            if side
            else "mu"
        )

    def parts(self, reading: str, name: str) -> tuple[Formula, Formula]:
        own = {"s": name}
        return (
            _with(self.source.choice(_VARIANCES[reading]), own),
            _with(self.source.choice(_LOGARITHMS[reading]), own),
        )

    def terms(self) -> list[tuple[float, Formula]]:
        source = self.source
        self.reading = reading = source.choice(tuple(_VARIANCES))
        kind = source.choices(("unit", "fixed", "reversed", "pair", "pair reversed"), (10, 2, 2, 4, 1))[0]
        if self.doubly and kind.startswith("pair"):
            kind = "unit"
        self.tags.append(kind)
        pair = kind.startswith("pair")
        mean, head = self.mean_name("q" if pair else ""), self.name(reading, "q" if pair else "")
        variance, logarithm = self.parts(reading, head)
        square: Formula = ("^", mean, "2")
        self.mean, self.head, self.prior_mean, self.prior_head = mean, head, None, None
        if kind == "unit":
            return [(0.5, variance), (0.5, square), (-0.5, "1"), (-0.5, logarithm)]
        if kind == "fixed":
            m, t = source.choice((("0", "2"), ("1", "1"), ("0.5", "2"), ("0", "0.5")))
            t2 = {"2": "4", "1": "1", "0.5": "0.25"}[t]
            moved: Formula = ("^", ("-", mean, m), "2") if m != "0" else square
            log_t: list[tuple[float, Formula]] = [(0.5, ("call", "log", t2))] if t2 != "1" else []
            scaled = [(0.5, variance), (0.5, moved)]
            if t2 != "1":
                scaled = [(0.5, ("/", variance, t2)), (0.5, ("/", moved, t2))]
            return [*scaled, (-0.5, "1"), (-0.5, logarithm), *log_t]
        if kind == "reversed":
            return [
                (0.5, ("/", "1", variance)),
                (0.5, ("/", square, variance)),
                (-0.5, "1"),
                (0.5, logarithm),
            ]
        # Mostly both heads are read alike.
        other = reading if self.chance(0.7) else source.choice(tuple(_VARIANCES))
        self.prior_mean, self.prior_head = self.mean_name("p"), self.name(other, "p")
        prior_variance, prior_logarithm = self.parts(other, self.prior_head)
        apart: Formula = ("^", ("-", mean, self.prior_mean), "2")
        if kind == "pair reversed":
            variance, prior_variance = prior_variance, variance
            logarithm, prior_logarithm = prior_logarithm, logarithm
        return [
            (0.5, ("/", variance, prior_variance)),
            (0.5, ("/", apart, prior_variance)),
            (-0.5, "1"),
            (0.5, prior_logarithm),
            (-0.5, logarithm),
        ]

    def slipped(self, terms: list[tuple[float, Formula]]) -> list[tuple[float, Formula]]:
        """The terms with a slip in one of them, or without."""
        source = self.source
        if self.chance(0.55):
            return terms
        place = source.randrange(len(terms))
        factor, term = terms[place]
        slip = source.choice(
            ("double", "half", "sign", "lost", "other reading", "constant", "root", "squared")
        )
        self.tags.append(f"slip: {slip}")
        match slip:
            case "double":
                terms[place] = (2 * factor, term)
            case "half":
                terms[place] = (factor / 2, term)
            case "sign":
                terms[place] = (-factor, term)
            case "nearly" if term != "1":
                terms[place] = (factor, ("*", source.choice(("1.000000000001", "1.0000000001")), term))
            case "lost":
                del terms[place]
            case "other reading":
                other = source.choice(tuple(_VARIANCES))
                terms[0] = (terms[0][0], self.parts(other, self.head)[0])
            case "constant":
                terms.append((source.choice((0.5, -0.5, 1.0)), "1"))
            case "root" if term != "1":
                terms[place] = (factor, ("call", "sqrt", term))
            case "squared" if term != "1":
                terms[place] = (factor, ("^", term, "2"))
        return terms

    # Small numbers, casts and stops.

    def guard(self, terms: list[tuple[float, Formula]]) -> Guard | None:
        """What keeps the program finite, or nothing: it has no part in what the program is."""
        choice = self.source.random()
        if choice < 0.08:
            return self.small(terms)
        if not self.python or choice > 0.2:
            return None
        kind = self.source.choice(("free bits", "bounds", "shift"))
        self.tags.append(kind)
        return kind, 0, "eps" if kind == "shift" and self.chance(0.3) else "1e-6"

    def small(self, terms: list[tuple[float, Formula]]) -> Guard | None:
        """The place of a logarithm in whose argument a small number stands, and that."""
        places = [place for place, (_, term) in enumerate(terms) if _innermost_log(term)]
        if not places:
            return None
        self.tags.append("small number")
        number = self.source.choice(
            ("1e-8", "1e-6", "1e-5", "1e-4", "1e-3", "epsilon" if not self.python else "eps")
        )
        return "small number", self.source.choice(places), number

    def with_guard(self, terms: list[tuple[float, Formula]], guard: Guard) -> list[tuple[float, Formula]]:
        """The terms with what keeps them finite."""
        kind, place, number = guard
        match kind:
            case "small number":
                factor, term = terms[place]
                return [*terms[:place], (factor, _with_small(term, number)), *terms[place + 1 :]]
            case "bounds" | "shift":
                heads = [name for name in (self.head, self.prior_head) if name]
                own: dict[str, Formula] = {
                    name: ("+", name, number) if kind == "shift" else ("clamp", name, "-30", "30")
                    for name in heads
                }
                return [(factor, _with(term, own)) for factor, term in terms]
        return terms

    # Sums and means.

    def finished(self, terms: list[tuple[float, Formula]], guard: Guard | None) -> Program:
        source = self.source
        order = list(range(len(terms)))
        source.shuffle(order)
        own = self.with_guard(terms, guard) if guard else terms
        whole = self.whole([own[place] for place in order])
        if self.python and not guard:
            whole = self.touched(whole)
        if guard and guard[0] == "free bits":
            whole = ("clamp", whole, guard[2], "")
        whole = self.around(whole)
        if self.python and not guard and self.chance(0.15):
            self.tags.append("stepwise")
        state = source.getstate()
        text = self.text(whole)
        source.setstate(state)
        plain = self.text(_without_guard(whole, guard[2])) if guard else text
        symbols = Symbols(
            *(name if name and _occurs(name, plain) else None for name in self.names),
            dict(self.counts),
            tuple(self.ones),
            tuple(self.zeros),
            tuple(self.masks),
            tuple(self.vectors),
            lengths=tuple(name for name in self.names if name and not _occurs(name, plain) and name in plain),
            is_doubly_summed=self.doubly,
        )
        language = "python" if self.python else "math"
        return Program(text, plain, language, symbols, self.sign, tuple(self.tags))

    def reduction(self, body: Formula, *, last: bool = False) -> Formula:
        kind = self.source.choices(("sum", "mean"), (3, 2))[0]
        axis = self.source.choice(_AXES if not last else ("", "0", "-1"))
        if kind == "sum" and axis in _PATTERNS and not last and self.chance(0.1):
            self.tags.append("einsum")
            return ("einsum", f"bd->{_PATTERNS[axis]}", body)
        return (kind, body, axis, self.chance(0.12))

    def whole(self, terms: list[tuple[float, Formula]]) -> Formula:
        source = self.source
        mode = source.choice(
            (
                "none",
                "outer",
                "outer",
                "two",
                "two",
                "inside factor",
                "split",
                "split",
                "inner slip",
                "terms two",
                "cube",
                "parameters",
            )
            if self.python
            else ("none", "outer", "outer", "split", "mean", "constant outside")
        )
        if self.doubly:
            mode = source.choice(("doubly", "doubly", "doubly mean", "doubly split"))
        if not self.python and not self.indexed:
            mode = "none"
        self.tags.append(mode)
        factor, plain = self.factored(terms)
        if not self.python:
            return self.in_mathematics(mode, factor, plain)
        match mode:
            case "none":
                return self.times(factor, self.added(plain))
            case "outer":
                return self.times(factor, self.reduction(self.added(plain)))
            case "inside factor":
                return self.reduction(self.times(factor, self.added(plain)))
            case "cube":
                return self.of_sequences(self.times(factor, self.added(plain)))
            case "parameters":
                return self.with_parameters(factor, plain)
            case "two":
                return self.reduction(self.times(factor, self.reduction(self.added(plain))), last=True)
            case "split":
                kind, axis = source.choice(
                    (("sum", ""), ("sum", ""), ("sum", "1"), ("sum", "-1"), ("mean", ""))
                )
                slip = source.randrange(len(plain)) if self.chance(0.12) else -1
                parts = []
                for place, (number, term) in enumerate(plain):
                    if _is_number(term):
                        count = self.count(kind, axis)
                        parts.append((number, _counted(term, count)))
                    elif term[0] == "^" and term[2] == "2" and isinstance(term[1], str) and self.chance(0.1):
                        parts.append((number, self.product(term[1], kind, axis)))
                    else:
                        own = ("mean" if kind == "sum" else "sum") if place == slip else kind
                        parts.append((number, (own, term, axis, False)))
                return self.times(factor, self.added(parts))
            case "inner slip":
                place = source.choice(
                    [place for place, (_, term) in enumerate(plain) if not _is_number(term)]
                )
                number, term = plain[place]
                inner = ("sum", term, source.choice(("", "1", "-1", "0")), self.chance(0.5))
                plain = [*plain[:place], (number, inner), *plain[place + 1 :]]
                return self.times(factor, self.reduction(self.added(plain)))
            case _:
                axis = source.choice(("1", "-1"))
                parts = [
                    (
                        number,
                        _counted(term, self.count("sum", "1"))
                        if _is_number(term)
                        else ("sum", term, axis, False),
                    )
                    for number, term in plain
                ]
                return self.times(factor, self.reduction(self.added(parts), last=True))

    def product(self, name: str, kind: str, axis: str) -> Formula:
        """The sum of the squares of a symbol, as a product."""
        if self.style != "tf" and (kind == "mean" or self.chance(0.3)):
            return ("dot", name, name)
        self.tags.append("einsum")
        return ("einsum", f"bd,bd->{_PATTERNS[axis]}", name, name)

    def of_sequences(self, entries: Formula) -> Formula:
        """Sums and means over (B, T, d), one of them over an axis that (B, d) has not."""
        source = self.source
        first = source.choice(_CUBES)
        found: Formula = (source.choice(("sum", "sum", "mean")), entries, first, False)
        if first == "-1":  # which (B, d) has, too
            found = (source.choice(("sum", "mean")), found, "1", False)
        for _ in range(source.choice((0, 1, 1, 2)) if first in ("2", "-1", "-3") else source.choice((0, 1))):
            found = (source.choice(("sum", "mean")), found, source.choice(("", "0", "-1")), False)
        return found

    def with_parameters(self, factor: str, terms: list[tuple[float, Formula]]) -> Formula:
        """Every term summed over its own latents: a prior, or a head, that has no batch is summed whole."""
        source = self.source
        own = [self.prior_mean, self.prior_head] if self.prior_head else [self.head]
        self.vectors = [name for name in own if name]
        if self.prior_mean and self.chance(0.3):
            self.vectors = [self.prior_head or ""]
        parts = []
        for number, term in terms:
            names = {part for _, part in _places(term) if isinstance(part, str)}
            if not names:
                parts.append((number, _counted(term, self.count("sum", "1"))))
                continue
            axis = (
                source.choice(("", "-1", "0")) if names <= set(self.vectors) else source.choice(("1", "-1"))
            )
            parts.append((number, ("sum", term, axis, False)))
        whole = self.times(factor, self.added(parts))
        outer = source.choice(("mean", "mean", "sum", ""))
        return (outer, whole, source.choice(("", "0")), False) if outer else whole

    def in_mathematics(self, mode: str, factor: str, plain: list[tuple[float, Formula]]) -> Formula:
        match mode:
            case "none":
                return self.times(factor, self.added(plain))
            case "outer":
                return self.times(factor, ("sum", self.added(plain), "", False))
            case "doubly" | "doubly mean":
                found: Formula = (
                    "sum",
                    ("sum", self.times(factor, self.added(plain)), "1", False),
                    "0",
                    False,
                )
                return self.per_example(found) if mode == "doubly mean" else found
            case "doubly split":
                ones = [(number, term) for number, term in plain if term == "1"]
                rest = [(number, term) for number, term in plain if term != "1"]
                inner: Formula = ("sum", self.added(rest), "1", False)
                body = self.times(factor, self.added([*ones, (1.0, inner)]))
                return self.per_example(("sum", body, "0", False))
            case "mean":
                self.counts["J"] = (0, 1)
                return ("*", ("/", "1", "J"), ("sum", self.times(factor, self.added(plain)), "", False))
            case "split":
                if any(_is_number(term) for _, term in plain):
                    self.counts["J"] = (0, 1)
                parts = [
                    (number, _counted(term, "J") if _is_number(term) else ("sum", term, "", False))
                    for number, term in plain
                ]
                return self.times(factor, self.added(parts))
            case _:
                ones = [(number, term) for number, term in plain if term == "1"]
                rest = [(number, term) for number, term in plain if term != "1"]
                return self.times(factor, self.added([*ones, (1.0, ("sum", self.added(rest), "", False))]))

    def per_example(self, total: Formula) -> Formula:
        self.counts["N"] = (1, 0)
        return ("*", ("/", "1", "N"), total)

    def count(self, kind: str, axis: str) -> Formula:
        """What stands for the sum of 1 over the entries: right, or not."""
        right = "1" if kind == "mean" else "latent_dim" if axis else "batch_size*latent_dim"
        if axis and kind == "sum" and self.chance(0.3):
            right = "mu.shape[1]"
        elif kind == "sum" and not axis and self.chance(0.3):
            right = "mu.numel()"
        text = right if self.chance(0.6) else self.source.choice(tuple(_COUNTS))
        text = text.replace("mu.", f"{self.mean}.")
        if not self.python or (self.style != "torch" and (".size" in text or ".numel" in text)):
            text = "1"
        for name in ("batch_size", "latent_dim"):
            if name in text:
                self.counts[name] = (1, 0) if name == "batch_size" else (0, 1)
        if "*" in text:
            return ("*", *text.split("*"))
        return text

    def factored(self, terms: list[tuple[float, Formula]]) -> tuple[str, list[tuple[float, Formula]]]:
        """A factor in front, and the terms with what is left of theirs."""
        factor = self.source.choice((0.5, -0.5, 1.0, 0.5, -0.5))
        if self.chance(0.08):
            self.tags.append("slip: factor")
            return self.source.choice(("1", "-1", "0.25", "2")), [
                (number / factor, term) for number, term in terms
            ]
        return f"{factor:g}", [(number / factor, term) for number, term in terms]

    def times(self, factor: str, body: Formula) -> Formula:
        if factor == "1":
            return body
        if factor == "-1":
            return ("neg", body)
        if self.python and self.chance(0.2):
            return ("*", body, factor)
        if factor in ("0.5", "-0.5") and not self.python:
            half: Formula = ("/", "1", "2")
            return ("*", ("neg", half) if factor[0] == "-" else half, body)
        return ("*", factor, body)

    def added(self, terms: Sequence[tuple[float, Formula]]) -> Formula:
        ordered = sorted(terms, key=lambda entry: entry[0] < 0) if self.chance(0.6) else list(terms)
        (factor, term), *rest = ordered
        first = self.sized(abs(factor), term)
        found: Formula = ("neg", first) if factor < 0 else first
        return reduce(
            lambda whole, entry: ("-" if entry[0] < 0 else "+", whole, self.sized(abs(entry[0]), entry[1])),
            rest,
            found,
        )

    def sized(self, factor: float, term: Formula) -> Formula:
        if factor == 1:
            return term
        if term == "1":
            return f"{factor:g}"
        if factor == 0.5 and self.chance(0.4):
            return ("/", term, "2")
        return ("*", f"{factor:g}", term)

    # What stands around a KL.

    def touched(self, whole: Formula) -> Formula:
        """A program with a stopped gradient, a cast or a mask in it, or without."""
        choice = self.source.random()
        if choice < 0.07:
            if self.style == "numpy":
                return whole
            self.tags.append("detach")
            return _somewhere(whole, self.source, "stop")
        if choice < 0.10:
            self.tags.append("int")
            return _somewhere(whole, self.source, "int")
        if choice < 0.20 and choice >= 0.15:
            return self.weighed_in_part(whole)
        if choice < 0.15:
            self.tags.append("mask")
            self.masks.append("mask")
            return _masked(whole, self.source, whole_entries=self.chance(0.6))
        return whole

    def weighed_in_part(self, whole: Formula) -> Formula:
        """A weight in front of one square."""
        places = [
            (path, part)
            for path, part in _places(whole)
            if isinstance(part, tuple)
            and part[0] in ("^", "call")
            and _varies(part)
            and not _is_divisor(whole, path)
        ]
        if not places:
            return whole
        self.tags.append("part")
        self.ones.append("w")
        path, part = self.source.choice(places)
        return _put(whole, path, ("*", "w", part))

    def around(self, whole: Formula) -> Formula:
        """A loss: with a weight, another term, a left-hand side, or without."""
        source = self.source
        self.choice, self.label = source.random(), ""
        choice = source.random()
        if choice < 0.08:
            self.tags.append("weight")
            whole = self.weighed(whole)
        elif choice < 0.14 and self.python:
            count = source.choice(("batch_size", "batch_size", "{}.shape[0]", "len({})", "{}.shape[1]"))
            if count == "batch_size":
                self.counts["batch_size"] = (1, 0)
            self.tags.append("divided")
            whole = ("/", whole, count.format(self.mean))
        elif choice < 0.20:
            self.tags.append("other term")
            whole = self.beside_others(whole)
        choice = source.random()
        if choice < 0.1:
            return self.labelled("kl" if self.python else "KL", whole, 1)
        if choice < 0.17:
            label = "neg_kl" if self.python else r"-D_{KL}(q\|p)" if self.style == "latex" else "-KL"
            return self.labelled(label, ("neg", whole), -1)
        if choice < 0.22 and not self.zeros:
            name = "log_lik" if self.python else "R"
            self.zeros.append(name)
            return self.labelled("elbo", ("-", name, whole), -1)
        return whole

    def text(self, whole: Formula) -> str:
        """The text of a loss, with its left-hand side."""
        if self.python and "stepwise" in self.tags:
            return self.stepwise(whole)
        body = printed(whole, self.style, self.source)
        if self.python:
            return self.defined(body, self.label)
        return f"{self.label} = {body}" if self.label else body

    def stepwise(self, whole: Formula) -> str:
        """The text with helper variables and with sums one after the other, as people write them."""
        lines: list[str] = []

        def line(name: str, value: Formula) -> None:
            lines.append(f"{name} = {printed(value, self.style, self.source)}")

        steps = []
        while isinstance(whole, tuple) and whole[0] in ("sum", "mean"):
            steps.append(whole)
            whole = whole[1]
        helpers = iter(("inner", "term", "part_b"))
        while self.chance(0.6) and (name := next(helpers, None)):
            places = [part for path, part in _places(whole) if path and isinstance(part, tuple)]
            if not places:
                break
            part = self.source.choice(places)
            line(name, part)
            whole = _replaced(whole, part, name)
        line("kl_", whole)
        for kind, _, axis, keeps in reversed(steps):
            line("kl_", (kind, "kl_", axis, keeps))
        if self.label:
            lines.append(f"{self.label} = kl_")
        return "\n".join(lines if self.label else [*lines, "return kl_"])

    def weighed(self, whole: Formula) -> Formula:
        """A weight of the whole, or several of them."""
        choice = self.source.randrange(4)
        self.ones += (["beta"], ["beta", "gamma"], ["beta", "gamma"], ["beta", "w_kl"])[choice]
        match choice:
            case 1:
                return ("*", ("*", "beta", "gamma"), whole)
            case 2:
                return ("/", ("*", "beta", whole), "gamma")
            case 3:
                return ("*", "beta", ("*", whole, "w_kl"))
        return ("*", "beta", whole)

    def beside_others(self, whole: Formula) -> Formula:
        """Another term, computed in one way or another; with a weight of the KL beside it, or without."""
        choice = self.source.randrange(6)
        if self.chance(0.3) and choice != 3:
            self.ones.append("beta")
            whole = ("*", "beta", whole)
        match choice:
            case 1:
                self.zeros += ["rec", "gamma"]
                return ("+", whole, ("*", "gamma", "rec"))
            case 2:
                self.zeros += ["x", "y"]
                error: Formula = "(x - y)**2" if self.python else ("^", ("-", "x", "y"), "2")
                return ("+", error, whole)
            case 3:
                self.zeros += ["rec"]
                self.ones += ["alpha"]
                return ("+", ("*", "alpha", whole), ("*", ("-", "1", "alpha"), "rec"))
            case 4:
                self.zeros += ["rec", "t"]
                return ("+", whole, ("+", ("*", ("call", "exp", ("neg", "t")), "rec"), "t"))
            case 5:
                self.zeros += ["rec", "aux"]
                return ("-", ("+", ("/", "rec", "3"), whole), ("*", "0.25", "aux"))
        self.zeros.append("recon")
        return ("+", "recon", whole)

    def labelled(self, label: str, whole: Formula, sign: int) -> Formula:
        self.sign, self.label = sign, label
        self.tags.append(f"left: {label}")
        return whole

    def defined(self, body: str, label: str) -> str:
        """A text with a label in front, and with definitions of its own."""
        module = {"torch": "torch.", "numpy": "np.", "jax": "jnp.", "tf": "tf."}[self.style]
        choice = self.choice
        lines = [body]
        if {"small number", "free bits", "bounds", "shift"} & set(self.tags):
            choice = 0.5
        if choice < 0.04 and f"{module}log(" in body:
            lines = [f"log = {module}log", body.replace(f"{module}log(", "log(")]
        elif choice < 0.06 and f"{module}log(" in body:
            lines = ["log = np.log2", body.replace(f"{module}log(", "log(")]
        elif choice < 0.10 and f"{module}exp(" in body:
            lines = [f"exp = lambda x: {module}exp(x)", body.replace(f"{module}exp(", "exp(")]
        elif choice < 0.12 and f"{module}exp(" in body:
            lines = ["exp = lambda x: 2**x", body.replace(f"{module}exp(", "exp(")]
        elif choice < 0.16 and f"{module}square(" in body:
            lines = ["def sq(x):\n    y = x*x\n    return y", body.replace(f"{module}square(", "sq(")]
        elif choice < 0.18 and f"{module}sum(" in body:
            lines = [f"total = {module}sum", body.replace(f"{module}sum(", "total(")]
        if len(lines) > 1:
            self.tags.append("definition")
        if choice > 0.95 and not label:
            lines = [f"loss = {body}", "return loss"]
        elif label:
            lines[-1] = f"{label} = {lines[-1]}"
        return "\n".join(lines)


def _occurs(name: str, text: str) -> bool:
    """Whether the values of a symbol are in a text, in whichever spelling, and not just its length."""
    valued = re.sub(r"\b\w+\.(?:shape|size|numel)\b|\blen\(\w+\)", "", text)
    return any(name == one for one in words(valued))


def words(text: str) -> set[str]:
    """The names in a text, as the reader of the oracle spells them."""
    return set(re.findall(r"[A-Za-z]\w*", plain_signs(text)))


def _is_number(term: Formula) -> bool:
    return not _places(term)


def _counted(term: Formula, count: Formula) -> Formula:
    return count if term == "1" else ("*", count, term)


def _without_guard(tree: Formula, number: str) -> Formula:
    """A formula without its clips and without a small number."""
    match tree:
        case ("+", a, other) if other == number:
            return _without_guard(a, number)
        case ("clamp", a, _, _):
            return _without_guard(a, number)
        case str():
            return tree
    return tuple(part if isinstance(part, str | bool) else _without_guard(part, number) for part in tree)


def _innermost_log(term: Formula) -> bool:
    match term:
        case ("call", "log", a) if not (isinstance(a, str) and a[0].isdigit()):
            return True
        case (_, *rest):
            return any(_innermost_log(part) for part in rest if not isinstance(part, str))
    return False


def _with_small(term: Formula, number: str) -> Formula:
    match term:
        case ("call", "log", a):
            return ("call", "log", ("+", a, number))
        case (kind, *rest):
            return (kind, *(part if isinstance(part, str) else _with_small(part, number) for part in rest))
    return term


def _places(tree: Formula, path: tuple[int, ...] = ()) -> list[tuple[tuple[int, ...], Formula]]:
    """The parts of a formula that are no numbers, with their paths."""
    if isinstance(tree, str):
        return [(path, tree)] if tree[0].isalpha() and "." not in tree else []
    found = [(path, tree)]
    for place, part in enumerate(tree[1:], 1):
        fixed = (tree[0] in ("call", "einsum") and place == 1) or (
            tree[0] in ("sum", "mean", "^", "clamp") and place > 1
        )
        if not fixed:
            found += _places(part, (*path, place))
    return found


def _put(tree: Formula, path: tuple[int, ...], part: Formula) -> Formula:
    if not path:
        return part
    return tuple(_put(old, path[1:], part) if place == path[0] else old for place, old in enumerate(tree))


def _replaced(tree: Formula, part: Formula, name: str) -> Formula:
    if tree == part:
        return name
    if isinstance(tree, str | bool):
        return tree
    return tuple(_replaced(one, part, name) for one in tree)


def _is_divisor(tree: Formula, path: tuple[int, ...]) -> bool:
    """Whether a part divides something, or stands inside of a function."""
    for place in path:
        if tree[0] in ("call", "^") or (tree[0] == "/" and place == 2):
            return True
        tree = tree[place]
    return False


def _somewhere(whole: Formula, source: random.Random, kind: str) -> Formula:
    counts = ("batch_size", "latent_dim")
    places = [(path, part) for path, part in _places(whole) if part not in counts and path and _varies(part)]
    path, part = source.choice(places)
    return _put(whole, path, (kind, part))


def _varies(tree: Formula) -> bool:
    return any(
        isinstance(part, str) and part not in ("batch_size", "latent_dim") for _, part in _places(tree)
    )


def _masked(whole: Formula, source: random.Random, *, whole_entries: bool) -> Formula:
    """A mask in front of everything below the innermost reductions, or of one part."""
    if whole_entries:
        return _inside(whole)
    places = [(path, part) for path, part in _places(whole) if isinstance(part, tuple) and part[0] == "^"]
    if not places:
        return _inside(whole)
    path, part = source.choice(places)
    return _put(whole, path, ("*", "mask", part))


def _inside(tree: Formula) -> Formula:
    """A mask in front of what the first reductions from outside sum up."""
    if isinstance(tree, tuple) and tree[0] in ("sum", "mean"):
        inner = tree[1]
        if any(isinstance(part, tuple) and part[0] in ("sum", "mean") for _, part in _places(inner)):
            return (tree[0], _inside(inner), *tree[2:])
        return (tree[0], ("*", "mask", inner), *tree[2:])
    if isinstance(tree, str) or not any(
        isinstance(part, tuple) and part[0] in ("sum", "mean") for _, part in _places(tree)
    ):
        return ("*", "mask", tree) if isinstance(tree, tuple) else tree
    if tree[0] in ("call", "^"):
        return tree
    return (
        tree[0],
        *(
            _inside(part)
            if isinstance(part, tuple)
            and any(isinstance(p, tuple) and p[0] in ("sum", "mean") for _, p in _places(part))
            else part
            for part in tree[1:]
        ),
    )
