"""Samples: how an expression draws mean + sigma * noise."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from itertools import permutations
from math import nan
from operator import is_
from typing import TYPE_CHECKING

from klcli.errors import KlcliError
from klcli.formula.program_reader import Program
from klcli.formula.read.ast_parts import words_in
from klcli.formula.read.vocabulary import UNIT_NOISE
from klcli.formula.traversal import children, free_symbols, rebuilt, substitute, walk
from klcli.formula.tree import Clip, Number, Symbol, Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.budget import remembered
from klcli.formula.value.doubles import Doubles
from klcli.judge.roles import Roles
from klcli.lint.flow.slicing import CodeExcerpt, source_of
from klcli.lint.terms.programs import flow_name, program_of, with_symbols
from klcli.lint.terms.shapes_of_samples import of_entries
from klcli.names.means_and_spreads import is_mean, suggested
from klcli.names.noise import OTHER_DISTRIBUTION, is_epsilon, is_noise
from klcli.values import dataclass, replace

if TYPE_CHECKING:
    from klcli.judge.sampler import SamplerJudgement

_CLOSE = 1e-9
"""Relative: far above the rounding of doubles, far below what another function differs at the values
tried."""
_NEAR = 1e-2
"""Above any number that is added to a mean or a scale to keep it from 0."""
_UNIFORM = UNIT_NOISE[1]


@dataclass(frozen=True, slots=True)
class SamplingLine:
    """An expression that draws mean + sigma * noise.

    Attributes:
        excerpt: where it stands.
        sampling: how it reads the head; its parameterization is None where that is no reading.
        mean: the name of its mean in the flow.
        head: the name of its head in the flow.
        others: the same with other heads: helper variables, or what they are made of.
        is_bent: whether its noise is a function of random numbers that makes them another distribution.
    """

    excerpt: CodeExcerpt
    sampling: SamplerJudgement
    mean: str
    head: str
    others: tuple[SamplingLine, ...] = ()
    is_bent: bool = False

    @property
    def is_of_head(self) -> bool:
        """Whether it has the names of a mean and a head, or a function of a head.

        What has neither may be anything that is drawn at random.
        """
        mean, head = map(self._name, (self.mean, self.head))
        is_head = self.sampling.parameterization not in (None, "std") or suggested(head) is not None
        return is_head and is_mean(mean)

    @property
    def is_half_outside(self) -> bool:
        """Whether it draws with ``0.5 * exp(logvar)``."""
        read = self.sampling.parameterization, suggested(self._name(self.head))
        return read == ("logstd", "logvar") and self.sampling.factor == Fraction(1, 2)

    def _name(self, name: str) -> str:
        return self.excerpt.spelled(name).rpartition(".")[2]


def sample(excerpt: CodeExcerpt) -> SamplingLine | None:
    """A sample with one noise, one mean and one head, which may be a helper variable.

    A weight of the noise is left out.
    """
    source = of_entries(excerpt.source)
    program = program_of(source)
    if program is None:
        return None
    first = _sample(excerpt, program)
    found = [first] if first else []
    if not set(UNIT_NOISE).isdisjoint(free_symbols(program.tree)):
        for other in with_symbols(source, program):
            is_same = not set(UNIT_NOISE).isdisjoint(free_symbols(other.tree))  # and not made of the noise
            if is_same and (one := _sample(excerpt, other)) and one.sampling.parameterization is not None:
                found.append(one)
    best = next((one for one in found if one.sampling.parameterization is not None), first)
    return best and replace(best, others=tuple(one for one in found if one is not best))


def _sample(excerpt: CodeExcerpt, program: Program) -> SamplingLine | None:
    plain = _without_weight(_without_epsilon(program.tree))
    tree = _with_bent_noise(plain)
    names = free_symbols(tree)
    noises = [name for name in names if _is_random(name)]
    others = [name for name in names if name not in noises]
    if len(noises) != 1 or len(others) != 2:
        return None
    is_drawn = noises[0] in UNIT_NOISE
    if not is_drawn and _is_drawn_otherwise(excerpt, str(flow_name(program, noises[0]))):
        return None
    found: SamplingLine | None = None
    for mean, head in permutations(others):
        drawn = _drawn(tree, Roles(mean, head)) if _may_be_centred(tree, noises[0], mean) else None
        if drawn and (is_drawn or _is_likely(drawn, mean, head)):
            named = str(flow_name(program, mean)), str(flow_name(program, head))
            where = _where_drawn(excerpt, UNIT_NOISE if is_drawn else ())
            found = SamplingLine(where, drawn, named[0], named[1], is_bent=tree is not plain)
            if drawn.parameterization is not None:
                return found
    return found


def _with_bent_noise(tree: Tree) -> Tree:
    """A formula with uniform noise for what is made of random numbers: ``rand - 0.5``, ``exp(randn)``."""
    own = set(free_symbols(tree))
    if isinstance(tree, Symbol) or own.isdisjoint(UNIT_NOISE):
        return tree
    if len(own) == 1:
        return Symbol(_UNIFORM) if _is_bent(tree, own.pop()) else tree
    found = [_with_bent_noise(child) for child in children(tree)]
    return tree if all(map(is_, found, children(tree))) else rebuilt(tree, found)


def _is_bent(tree: Tree, noise: str) -> bool:
    """Whether a function of a random number is another distribution, even where it is scaled."""
    if any(isinstance(node, Clip) for node in walk(tree)):
        return False
    try:
        low, zero, half, one = (evaluate(tree, {noise: x}, Doubles()) for x in (-1.0, 0.0, 0.5, 1.0))
    except (ArithmeticError, ValueError):
        return True
    return zero != 0 or abs(low + one) > _CLOSE or abs(2 * half - one) > _CLOSE


def _is_drawn_otherwise(excerpt: CodeExcerpt, noise: str) -> bool:
    """Whether what is called noise is drawn from another distribution than the normal one."""
    _, step = excerpt.defined(noise)
    return step is not None and any(map(OTHER_DISTRIBUTION.says, words_in(step.node)))


def _where_drawn(excerpt: CodeExcerpt, noises: Collection[str]) -> CodeExcerpt:
    """An excerpt that points at the first of its statements that adds up something with noise in it.

    Args:
        excerpt: the sample.
        noises: the symbols of noise; without any, those that are called so.
    """
    for number, step in enumerate(excerpt.steps):
        source = source_of(excerpt.steps[: number + 1])
        program = program_of(of_entries(source)) if step.sums > 0 else None
        names = free_symbols(program.tree) if program else ()
        if len(names) > 1 and any(name in noises if noises else _is_random(name) for name in names):
            return replace(excerpt, formula=step)
    return excerpt.last


def _is_random(name: str) -> bool:
    return name in UNIT_NOISE or is_noise(name)


def _without_epsilon(tree: Tree) -> Tree:
    """A sample without a tiny number that keeps its scale from 0; what is called so may be its noise, too."""
    tiny = [name for name in free_symbols(tree) if is_epsilon(name.rpartition(".")[2])]
    is_drawn = not set(UNIT_NOISE).isdisjoint(free_symbols(tree))
    return substitute(tree, {name: Number(Fraction(0)) for name in tiny}) if is_drawn else tree


def _without_weight(tree: Tree) -> Tree:
    """A sample without a fourth symbol that only multiplies its noise: a temperature, ``1 - switch``."""
    names = free_symbols(tree)
    noise = UNIT_NOISE[0]
    # Mean, head, noise, and what multiplies it.
    if len(names) != 4 or noise not in names:
        return tree
    found = {name: _value_of_all_noise(tree, name, noise) for name in names if name != noise}
    weights = {name: full for name, full in found.items() if full is not None}
    if len(weights) > 1:
        weights = {name: full for name, full in weights.items() if not suggested(name)}
    if len(weights) != 1:
        return tree
    return substitute(tree, {name: Number(Fraction(full)) for name, full in weights.items()})


def _value_of_all_noise(tree: Tree, name: str, noise: str) -> int | None:
    """The value that leaves all of the noise, of a symbol that multiplies it, or 1 minus which does.

    None where the symbol does anything else.
    """
    # Positive, as heads may have to be, and no two symbols alike.
    others = {other: 0.7 + 0.31 * number for number, other in enumerate(free_symbols(tree))}

    def moved(weight: float) -> float:
        at, still = (evaluate(tree, others | {name: weight, noise: x}, Doubles()) for x in (1.0, 0.0))
        return at - still if still == centre else nan

    try:
        centre = evaluate(tree, others | {noise: 0.0}, Doubles())
        none, once, twice = (moved(weight) for weight in (0.0, 1.0, 2.0))
    except ArithmeticError:
        return None
    if none == 0 != once and abs(twice - 2 * once) <= _CLOSE * abs(twice):
        return 1
    return 0 if once == 0 != none and abs(twice + none) <= _CLOSE * abs(none) else None


def _may_be_centred(tree: Tree, noise: str, mean: str) -> bool:
    """Whether doubles leave it possible that without noise a formula is its mean, as every sample is.

    Clips are not looked through, and a small number beside the mean is for the judge.
    """
    if any(isinstance(node, Clip) for node in walk(tree)):
        return True
    # Two means: one alone may be met by chance.
    for value in (0.4, 1.7):
        try:
            centre = evaluate(
                # None of the means that are tried.
                tree,
                dict.fromkeys(free_symbols(tree), 0.9) | {noise: 0.0, mean: value},
                Doubles(),
            )
        except (ArithmeticError, ValueError):
            return True
        if abs(centre - value) > _NEAR:
            return False
    return True


def _is_likely(drawn: SamplerJudgement, mean: str, head: str) -> bool:
    """Whether what is taken for a sample because of the name of its noise has the other names of one."""
    return (
        drawn.factor is not None and abs(drawn.factor) == 1 and (is_mean(mean) or suggested(head) is not None)
    )


# The terms of one file.
@remembered(256)
def _drawn(tree: Tree, role: Roles) -> SamplerJudgement | None:
    """How a sample with these roles is drawn; None where it is no sample."""
    from klcli.judge.sampler import judge_sampler  # most files draw nothing

    try:
        return judge_sampler(tree, role, None)
    except KlcliError:
        return None
