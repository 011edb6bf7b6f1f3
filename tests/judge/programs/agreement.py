"""Holds the verdicts of klcli against the oracle."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from klcli.errors import KlcliError
from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify
from klcli.judge.naming import constant_of, scale_text
from klcli.judge.verdict import KINDS
from klcli.judge.verification import Verification
from tests.judge.programs.generator import Program, made
from tests.judge.programs.mathematics import as_python
from tests.judge.programs.oracle import (
    Form,
    Symbols,
    Truth,
    gradient_differs,
    is_stopped,
    small_number_error,
    truth,
)

__all__ = ["Outcome", "outcome"]

_NEAR = 0.1
"""How near to the limit the size of a small number is not asked about, as the points differ."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What klcli said of a program, and what is wrong with that.

    Attributes:
        program: the program.
        expected: the verdict of the oracle; `no run` for what runs on no shape.
        found: that of klcli; `unreadable` for an error.
        problems: what is wrong with the answer.
        is_wrong: whether the verdict itself is.
        has_wrong_correction: whether what is shown as a correction is none.
        is_false_pass: whether it passes, with status 0, and is not the KL.
        seconds: of klcli's time.
    """

    program: Program
    expected: str
    found: str
    problems: tuple[str, ...]
    is_wrong: bool
    has_wrong_correction: bool
    is_false_pass: bool
    seconds: float

    @property
    def has_wrong_detail(self) -> bool:
        """Whether a number, a reading or a condition is wrong, and not the verdict."""
        return (
            len(self.problems) > self.has_wrong_correction
            and not self.is_wrong
            and self.found != "unreadable"
        )


def outcome(seed: int) -> Outcome:
    """The program of a number, judged by both."""
    program = made(seed)
    start = time.process_time()
    try:
        found = verify(read_program(program.text))
    except KlcliError as error:
        seconds = time.process_time() - start
        expected = _expected(program, _truth(program, program.symbols))
        said = (error.message.split("\n")[0],)
        return Outcome(program, expected, "unreadable", said, False, False, False, seconds)
    seconds = time.process_time() - start
    program = replace(program, symbols=_as_claimed(found, program.symbols))
    right = _truth(program, program.symbols)
    kind = found.best.kind
    if kind not in _accepted(right, found, program) and "2**x" in program.text:
        # A head may be a logarithm to the base 2.
        other = replace(program, symbols=replace(program.symbols, base=2.0))
        if kind in _accepted(two := _truth(other, other.symbols), found, other):
            program, right = other, two
    expected = _expected(program, right)
    wrong = kind not in _accepted(right, found, program)
    problems = (
        [f"expected {expected}, got {kind}"]
        if wrong
        else list(_details(found, right, program, expected))
        if right.runs
        else []
    )
    correction = list(_of_correction(found, program))
    passes = found.holds(()) and right.kind != "exact"
    return Outcome(
        program, expected, kind, (*problems, *correction), wrong, bool(correction), passes, seconds
    )


def _truth(program: Program, symbols: Symbols) -> Truth:
    return truth(program.plain, program.language, symbols, program.sign)


_CLAIM = re.compile(r"([\w ]+?) (of shape \(d,\), without a batch|one number for all)")


def _as_claimed(found: Verification, symbols: Symbols) -> Symbols:
    """The symbols with the shapes for which klcli says that its verdict holds."""
    claimed: dict[str, set[str]] = {"o": set(), "n": set()}
    for names, words in _CLAIM.findall(found.prepared.reductions.layout):
        claimed["o" if words.startswith("of") else "n"] |= set(names.split(" and "))
    vectors, numbers = (tuple(name for name in symbols.latent if name in claimed[one]) for one in "on")
    return replace(symbols, vectors=vectors, numbers=numbers)


def _expected(program: Program, right: Truth) -> str:
    if not right.runs:
        return "no run"
    return "scaled" if right.kind == "exact" and program.symbols.ones else right.kind


def _accepted(right: Truth, found: Verification, program: Program) -> set[str]:
    """The verdicts that the design allows."""
    expected = _expected(program, right)
    if expected == "no run":
        is_said = any(one.kind == "shapes" and not one.passes for one in found.conditions)
        return set(KINDS) if is_said else {"wrong", "not-kl"}
    accepted = {expected} if expected != "none" else {"wrong", "not-kl"}
    if right.has_unmasked_constant:
        accepted |= {"scaled", "other-prior", "reversed"}  # it is free of mean and head
    if expected == "none":
        return accepted
    if "part" in program.tags:
        accepted |= (
            {"exact"} if expected == "scaled" else set()
        )  # where the weight is 1, which is a condition
        if len(program.symbols.latent) < 2:
            accepted |= {"wrong", "not-kl"}  # a weight of a part and a lone symbol are two symbols
    if expected == "exact" and (program.symbols.masks or "N" in found.prepared.divisors):
        accepted.add("scaled")  # a mask is a weight of the entries; nothing says that N counts the examples
    if expected == "other-prior" and found.best.mistake:
        accepted.add("wrong")  # a named mistake says more
    if program.symbols.mean is None and program.symbols.prior_mean is None:
        accepted |= {"wrong", "not-kl"}  # the shift is missing, or the mean is 0
    return accepted


def _details(found: Verification, right: Truth, program: Program, expected: str) -> Iterator[str]:
    """What is wrong beside the verdict: its factor, constant, prior, reading and conditions."""
    if expected == "none" or found.best.kind in ("wrong", "not-kl"):
        return
    verdict = found.best.verdict
    assert verdict.kl
    names = tuple(
        row.name if row and head else ""
        for row, head in (
            (verdict.parameterization, verdict.roles.head),
            (verdict.prior_parameterization, verdict.roles.prior_head),
        )
    )
    forms = [form for form in right.forms if form.kind == right.kind]
    own = [form for form in forms if form.readings in (names, names[:1])]
    if not own:
        yield f"readings {names}, not {[form.readings for form in forms]}"
        return
    if program.symbols.ones:
        # A constant may have the weight of the KL or not, which weights of 1 do not tell.
        weighed = replace(program, symbols=replace(program.symbols, more=0.25))
        again = _truth(weighed, weighed.symbols)
        others = [
            form for form in again.forms if form.readings == own[0].readings and form.kind == own[0].kind
        ]
        yield from _numbers(found, (others or own)[0], weighed if others else program)
    else:
        yield from _numbers(found, own[0], program)
    if own[0].prior and verdict.kl.prior_variance is not None and verdict.kl.prior_mean is not None:
        prior = float(verdict.kl.prior_mean), float(verdict.kl.prior_variance)
        if not np.allclose(prior, own[0].prior, rtol=1e-6, atol=1e-6):
            yield f"prior {prior}, not {own[0].prior}"
    yield from _conditions(found, program, own[0])
    if "detach" in program.tags:
        differs = gradient_differs(program.plain, program.symbols)
        said = any(one.kind == "gradient" and not one.passes for one in found.conditions)
        if differs != said and not (differs and is_stopped(program.plain, program.symbols)):
            yield f"the gradient {'differs' if differs else 'is that of the value'}, which is not said"
    if "small number" in program.tags and right.kind in ("exact", "scaled") and "unit" in program.tags:
        yield from _small_numbers(found, program, own[0])


def _small_numbers(found: Verification, program: Program, form: Form) -> Iterator[str]:
    """How large the error is that a small number makes, and up to which one it is small."""
    size = partial(small_number_error, program.text, program.plain, program.language, program.symbols, form)
    conditions = [one for one in found.conditions if one.kind == "small-number"]
    if "eps" not in program.text and "ε" not in program.text:
        passes, error = all(one.passes for one in conditions), size()
        if passes != (error <= 1e-3) and abs(error / 1e-3 - 1) > _NEAR:
            yield f"a small number of size {error:.2g} {'passes' if passes else 'does not pass'}"
        return
    name = "eps" if program.language == "python" else "epsilon"
    for one in conditions:
        limit = re.search(r"passes up to ([\d.e+-]+)", one.text)
        if not limit or not one.passes:
            yield f"no limit of {name}: {one.text}"
        elif not size(**{name: 0.9 * float(limit[1])}) < 1e-3 < size(**{name: 1.1 * float(limit[1])}):
            yield f"{name} up to {limit[1]}: {size(**{name: float(limit[1])}):.2g}"


def _conditions(found: Verification, program: Program, form: Form) -> Iterator[str]:
    """Which conditions a program has that is a KL, and whether they pass."""
    said = {(one.kind, one.passes) for one in found.conditions}
    wanted = {
        # Of the KL with a constant that is taken off it, even a small one leaves a lot.
        "free bits": ("free-bits", min(form.constants) > -1e-3),
        "bounds": ("clip", True),
        "shift": ("small-number", True),
        "part": ("weights", False),
    }
    for tag, condition in wanted.items():
        has_head = form.readings[0] != "" or tag in ("free bits", "part")
        if tag in program.tags and has_head and condition not in said:
            yield f"{tag} and no condition {condition}, but {said}"


def _numbers(found: Verification, form: Form, program: Program) -> Iterator[str]:
    """k and c as klcli writes them, at the shapes of the oracle."""
    verdict, prepared = found.best.verdict, found.prepared
    scale, constant = scale_text(verdict, prepared), constant_of(verdict, prepared)
    for shape, k, c in zip(form.shapes, form.scales, form.constants, strict=True):
        batch, latents = shape[0] if len(shape) > 1 else 1, shape[-1]
        lengths = {"B": batch, "d": latents, **{f"n_{axis}": shape[axis] for axis in range(1, len(shape))}}
        lengths |= {name: batch**i * latents**j for name, (i, j) in program.symbols.counts.items()}
        lengths |= dict(program.symbols.weights) | dict.fromkeys(program.symbols.masks, 1)
        said = _number(scale, lengths)
        examples = [1, batch, batch * shape[1]] if len(shape) > 2 else [1, batch]
        if not any(np.isclose(said, k * own, rtol=1e-5) for own in (examples if form.loses_batch else [1])):
            yield f"k = {scale}, which is not {k:.6g} at {shape}"
            return
        if (
            not program.symbols.zeros
            and not program.symbols.masks
            and prepared.reductions.constant is not None
        ):
            said = _number(constant, lengths)
            if not np.isclose(said, c, rtol=1e-4, atol=1e-5 * max(1.0, k * batch * latents)):
                yield f"c = {constant}, which is not {c:.6g} at {shape}"
                return


def _number(text: str, names: dict[str, int]) -> float:
    spaced = text.replace("|", "")
    return float(eval(as_python(spaced), {"log": np.log, "sqrt": np.sqrt, "pi": np.pi, "e_": np.e} | names))


def _of_correction(found: Verification, program: Program) -> Iterator[str]:
    """A correction that is shown is exact as a whole, except for what has no exact one."""
    text = found.best.corrected
    if text is None:
        return
    # It holds for the shapes for which klcli says that it does.
    symbols = _as_claimed(verify(read_program(text, found.program.language)), program.symbols)
    program = replace(program, symbols=symbols)
    if program.text != program.plain:
        text = re.sub(r" \+ (1e-\d|\\?epsilon|eps|ε)", "", text)
    try:
        right = truth(text, program.language, program.symbols, program.sign)
    except (SyntaxError, ValueError, KeyError, NameError, AttributeError, TypeError) as error:
        yield f"correction {text!r} does not run: {error!r}"
        return
    if right.has_unmasked_constant:
        return  # exact where nothing is masked
    if program.symbols.ones and right.kind == "exact":
        weighed = truth(text, program.language, replace(program.symbols, more=0.25), program.sign)
        if not any(form.kind in ("exact", "scaled") and not any(form.constants) for form in weighed.forms):
            yield f"correction {text!r} is exact for weights of 1 only"
    if right.kind != "exact":
        kind = right.kind if right.runs else "no run"
        yield f"correction {text!r} of {found.best.mistake and found.best.mistake.code} is {kind}"
