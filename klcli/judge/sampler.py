"""What a sampling line does: with which reading of the head, and with which noise, it draws.

A reparameterised sample is mean + sigma * noise: linear in the noise, with the mean where the noise is 0. The
factor of the noise, divided by sigma under a reading, is the same number at all probe points or it is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Literal, TypeAlias

from klcli.errors import KlcliError
from klcli.formula.read.vocabulary import UNIT_NOISE
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree
from klcli.formula.value.arithmetic import Decimals, context, evaluate
from klcli.formula.value.doubles import DoubleColumns
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.loss_context.clips import binds
from klcli.judge.loss_context.guards import guards
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.table import find_mistake
from klcli.judge.probes import head_at, probes
from klcli.judge.role_screening import has_plain_numbers
from klcli.judge.roles import Roles
from klcli.names.noise import is_noise
from klcli.values import dataclass, replace

SamplingStatus: TypeAlias = Literal["agrees", "disagrees", "unknown"]

_DIGITS = 60
"""Twenty more than have to agree."""
_AGREE = Decimal("1e-40")
"""Of the digits that are computed, twenty are left to roundings."""
_NOISES = (0, 1, -2)
"""0 leaves the mean, 1 the spread; -2 shows whether what the noise does is a line."""
_SCREEN = 1e-9
"""The error, relative to the largest number that occurs, that rules a reading out in doubles."""


@dataclass(frozen=True, slots=True)
class SamplerJudgement:
    """What a sampling line was found to be.

    Attributes:
        status: whether it draws from the posterior that the KL is about; unknown without such a KL.
        parameterization: the reading under which the noise is multiplied by sigma; None if there is none.
        noise: ``randn`` for standard normal noise, ``rand`` for uniform, ``truncated`` for one that is cut
            off, or the symbol that stands for it.
        factor: the number that multiplies sigma and the noise.
        mistake: what is wrong, or None.
    """

    status: SamplingStatus
    parameterization: str | None
    noise: str
    factor: Fraction | None
    mistake: Mistake | None


def judge_sampler(tree: Tree, role: Roles, reading: Parameterization | None) -> SamplerJudgement:
    """Compare a sampling line with the reading under which the KL is right; None if there is no such reading.

    Args:
        tree: the formula.
        role: its mean and heads.
        reading: what its head means.

    Raises:
        KlcliError: it is no sum of the mean and something times one noise.
    """
    guarded = guards(tree)
    plain = guarded.tree
    names = free_symbols(plain)
    own = next((name for name in names if name not in (role.mean, role.head)), "std")
    check_use(
        names, (role.mean, role.head), f"give helper variables their values: '{own} = ...; mu + {own} * eps'"
    )
    noise, mean, head = _symbols(plain, role)
    spreads = _spreads(plain, noise, mean, head)
    is_still = bool(spreads) and not any(map(any, spreads.values()))
    found = sampled_beside(noise, _readings(spreads), reading.name if reading else None, is_still=is_still)
    row = PARAMETERIZATIONS[found.parameterization] if found.parameterization else None
    clips = [*guarded.clips, *guarded.bounds]
    if row and any(binds(clip, Roles(mean, head), row, None) for clip in clips):
        return replace(found, status="disagrees", mistake=find_mistake("KL118"))
    return found


def check_use(names: Sequence[str], wanted: Iterable[str | None], advice: str) -> None:
    """Refuse a sampling line without a symbol of the KL.

    Args:
        names: of its symbols.
        wanted: the symbols of the KL.
        advice: what may help.

    Raises:
        KlcliError: it does not use one of them.
    """
    for symbol in wanted:
        if symbol is not None and symbol not in names:
            raise KlcliError(f"the sampling line does not use {symbol}; it has {', '.join(names)}", advice)


def sampled_beside(
    noise: str, factors: Mapping[str, Fraction], stated: str | None, *, is_still: bool = False
) -> SamplerJudgement:
    """What a sampling line is beside a KL.

    Args:
        noise: the noise that it has.
        factors: what multiplies the spread and the noise, by each reading under which it is a number.
        stated: the reading under which the KL is right, if it is under any.
        is_still: whether the noise is multiplied by 0 everywhere.
    """
    name: str | None = stated if stated in factors else None
    name = name or min(factors, key=lambda entry: abs(factors[entry]) != 1, default=None)
    factor = factors[name] if name else Fraction(0) if is_still else None
    mistake = None
    if noise in UNIT_NOISE[1:]:
        mistake = find_mistake("KL202")
    elif stated and name != stated and factor != 0:
        mistake = find_mistake("KL201")
    elif factor is not None and abs(factor) != 1:
        mistake = find_mistake("KL203")
    status: SamplingStatus = "disagrees" if mistake else "agrees" if stated else "unknown"
    return SamplerJudgement(status, name, noise, factor, mistake)


def _symbols(tree: Tree, role: Roles) -> tuple[str, str | None, str]:
    """The noise, the mean and the head."""
    names = free_symbols(tree)
    others = [name for name in names if name not in (role.mean, role.head)]
    units: list[str] = [name for name in names if name in UNIT_NOISE]
    noises = units or [name for name in others if is_noise(name)] or others
    rest = [name for name in names if name not in noises]
    mean = role.mean
    head = role.head or next((name for name in rest if name != mean), None)
    if mean is None and head is not None:
        mean = next((name for name in rest if name != head), None)
    if len(noises) != 1 or head is None or len(rest) > 2:
        raise KlcliError(
            f"a sampling line has a mean, a head and one noise, this one has {', '.join(names)}",
            "for example --sampler 'mu + exp(0.5 * logvar) * eps'",
        )
    return noises[0], mean, head


def _spreads(tree: Tree, noise: str, mean: str | None, head: str) -> Mapping[str, list[Decimal]]:
    """What multiplies the noise, divided by sigma, at every probe point under every reading.

    Readings that doubles rule out are left out. Where they are all, one is looked at: that the line is the
    mean plus something times the noise is for the digits to say.
    """
    left = [name for name in PARAMETERIZATIONS if _may_read(tree, noise, mean, head, name)]
    found: dict[str, list[Decimal]] = {}
    for name in (*left, *(other for other in PARAMETERIZATIONS if other not in left)):
        if name in left or not found:
            with suppress(ArithmeticError):
                found[name] = _ratios(tree, noise, mean, head, name)
    return found


def _ratios(tree: Tree, noise: str, mean: str | None, head: str, name: str) -> list[Decimal]:
    """What multiplies the noise, divided by sigma, at every probe point under a reading.

    Raises:
        KlcliError: the line is not the mean plus something times the noise.
        ArithmeticError: it has no value at a point.
    """
    run = Decimals(_DIGITS)
    ratios = []
    for mu, sigma in probes(name):
        values = {head: head_at(name, sigma, _DIGITS)} | ({mean: mu} if mean else {})
        drawn = [evaluate(tree, values | {noise: Decimal(step)}, run) for step in _NOISES]
        with localcontext(context(_DIGITS)):
            spread = drawn[1] - drawn[0]
            centred = abs(drawn[0] - (mu if mean else 0)) <= _AGREE
            if not centred or abs(drawn[2] - drawn[0] + 2 * spread) > _AGREE * max(abs(spread), Decimal(1)):
                raise KlcliError(
                    "the sampling line is not the mean plus something times the noise",
                    "for example --sampler 'mu + exp(0.5 * logvar) * eps'",
                )
            ratios.append(spread / sigma)
    return ratios


def _may_read(tree: Tree, noise: str, mean: str | None, head: str, name: str) -> bool:
    """Whether doubles leave it possible that the noise is multiplied by sigma times a number.

    They are a hundred times as fast as the digits that decide. Where they have no value, or see something
    else than the mean plus something times the noise, nothing is ruled out.
    """
    if not has_plain_numbers(tree):
        return True
    points = probes(name)
    means, sigmas = ([float(row[place]) for row in points] for place in (0, 1))
    count = len(points)
    columns = {
        head: [float(head_at(name, sigma, _DIGITS)) for _, sigma in points] * len(_NOISES),
        noise: [float(step) for step in _NOISES for _ in points],
    } | ({mean: means * len(_NOISES)} if mean else {})
    run = DoubleColumns(count * len(_NOISES))
    values = evaluate(tree, columns, run)
    still, once, back = (values[start : start + count] for start in range(0, len(values), count))
    slacks = [_SCREEN * max(run.largest[place::count]) for place in range(count)]
    spreads = [moved - at for at, moved in zip(still, once, strict=True)]
    centres = means if mean else [0.0] * count
    is_line = all(
        abs(at - centre) <= slack and abs(other - at + 2 * spread) <= slack
        for at, other, spread, centre, slack in zip(still, back, spreads, centres, slacks, strict=True)
    )
    return not is_line or all(
        abs(spread * sigmas[0] - spreads[0] * sigma) <= slack * sigmas[0] + slacks[0] * sigma
        for spread, sigma, slack in zip(spreads, sigmas, slacks, strict=True)
    )


def _readings(spreads: Mapping[str, list[Decimal]]) -> dict[str, Fraction]:
    """The readings under which the noise is multiplied by sigma times a number, and that number."""
    found = {}
    for name, ratios in spreads.items():
        first = ratios[0]
        if first and all(abs(ratio - first) <= _AGREE * abs(first) for ratio in ratios):
            # A factor that people write, out of a decimal number.
            found[name] = Fraction(first).limit_denominator(10**9)
    return found
