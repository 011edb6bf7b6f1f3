"""What an estimate from one sample is in expectation over its noise."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from klcli.errors import KlcliError
from klcli.formula.read.vocabulary import UNIT_NOISE
from klcli.formula.traversal import children, free_symbols, rebuilt, substitute, unplaced, walk
from klcli.formula.tree import Negative, Number, Operation, Reduction, Symbol, Tree, operation
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.budget import remembered
from klcli.formula.value.doubles import Doubles
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.roles import Roles
from klcli.names.means_and_spreads import suggested
from klcli.names.noise import NOISE_WORD, is_noise, is_sample
from klcli.names.posterior_or_prior import is_prior

_NOISE = UNIT_NOISE[0]
_USUAL = ("logvar", "std", "var", "logstd")
_OF_ONE, _OF_TWO = 2, 5
"""Symbols of a sample with the mean and the head of one Gaussian, and with those of two."""
_DENSITIES = 2
"""Those of posterior and prior, each of which has the sample."""
_ZERO, _ONE, _TWO = (Number(Fraction(number)) for number in range(3))


def has_noise(tree: Tree) -> bool:
    """Whether a formula draws standard normal noise."""
    return _NOISE in free_symbols(tree)


def with_noise(tree: Tree) -> Tree | None:
    """A formula with standard normal noise for symbols that are called noise, if samples are made of them."""
    noises = [name for name in free_symbols(tree) if is_noise(name) and NOISE_WORD.says(name)]
    found = substitute(tree, {name: Symbol(_NOISE) for name in noises})
    is_drawn = any(_reading(whole, role) for whole, role in samples_in(found))
    return found if noises and is_drawn and not has_noise(tree) else None


def drawn(tree: Tree) -> Iterator[Tree]:
    """A formula of a symbol that is called a sample, with mean + sigma * noise put in for it.

    For log q(z) - log p(z) of densities that are handed z: one way for each mean from which z is taken away,
    and for each reading of each head.
    """
    names = free_symbols(tree)
    samples = [name for name in names if is_sample(name)]
    if len(samples) != 1 or has_noise(tree) or not _OF_ONE < len(names) <= _OF_TWO:
        return
    (sample,) = samples
    if sum(node == Symbol(sample) for node in walk(tree)) < _DENSITIES:
        return
    taken = (name for node in walk(tree) for name in _taken_from(node, sample))
    means = sorted(dict.fromkeys(taken), key=_strangeness)  # where names do not tell, the first is drawn from
    for mean in means:
        for head in sorted((name for name in names if name not in (sample, *means)), key=_strangeness):
            stated = suggested(head)
            for reading in (stated,) if stated else _USUAL:
                yield substitute(tree, {sample: _sample_of(mean, head, reading)})


def with_other_readings(tree: Tree) -> Iterator[Tree]:
    """A formula of a sample as it would be, if the sample read its head in another way.

    What a density that reads the head otherwise than the sample was meant to be evaluated at.
    """
    found = next(samples_in(tree), None)
    if found is None:
        return
    whole, role = found
    held = _reading(whole, role)
    for name in _USUAL if held else ():
        if name != held:
            yield _with_part(tree, whole, _sample_of(str(role.mean), str(role.head), name))


def _sample_of(mean: str, head: str, reading: str) -> Tree:
    """Mean + sigma * noise, with a head that is read in a way."""
    sigma = unplaced(substitute(PARAMETERIZATIONS[reading].sigma, {"s": Symbol(head)}))
    return operation("+", Symbol(mean), operation("*", sigma, Symbol(_NOISE)))


# The terms of one file.
@remembered(128)
def _reading(whole: Tree, role: Roles) -> str | None:
    """How a sample reads its head; None for what is no sample."""
    from klcli.judge.sampler import judge_sampler  # most files draw nothing

    try:
        return judge_sampler(whole, role, None).parameterization
    except KlcliError:
        return None


def samples_in(tree: Tree) -> Iterator[tuple[Tree, Roles]]:
    """The sums of a mean and a function of one head times the noise."""
    for node in walk(tree):
        match node:
            case Operation("+", Symbol(mean), spread) | Operation("+", spread, Symbol(mean)) if has_noise(
                spread
            ):
                heads = [name for name in free_symbols(spread) if name not in (_NOISE, mean)]
                if len(heads) == 1:
                    yield node, Roles(mean, heads[0])


def _with_part(tree: Tree, part: Tree, other: Tree) -> Tree:
    """A formula with another part wherever one stands in it."""
    if tree == part:
        return other
    return rebuilt(tree, [_with_part(child, part, other) for child in children(tree)])


def _strangeness(name: str) -> bool:
    return is_prior(name) is True


def _taken_from(node: Tree, sample: str) -> Iterator[str]:
    """The mean in a difference of a sample and its mean."""
    match node:
        case Operation("-", Symbol(left), Symbol(right)) if sample in (left, right):
            yield right if left == sample else left


# The terms of one file.
@remembered(256)
def expected(tree: Tree) -> Tree:
    """The expectation over standard normal noise of what is quadratic in it: its mean at -1 and 1.

    Terms that share no symbol with those of the noise, as a reconstruction error, are left out.
    """
    own = symbols_of_noise(tree)
    told = _without_other_terms(tree, own)
    low, high = (substitute(told, {_NOISE: value}) for value in (Negative(_ONE), _ONE))
    return operation("/", operation("+", low, high), _TWO)


def is_quadratic_in_noise(tree: Tree) -> bool:
    """Whether a formula is a parabola in the noise it draws, whose expectation `expected` gives."""
    names = free_symbols(tree)
    # Positive, as heads may have to be, and no two symbols alike.
    others = {name: 0.7 + 0.31 * number for number, name in enumerate(names)}
    if _NOISE not in names:
        return False
    run = Doubles()
    try:
        # Five values have two third differences.
        at = [evaluate(tree, others | {_NOISE: float(x)}, run) for x in range(5)]
    except (ArithmeticError, ValueError):
        return False
    # The binomial coefficients: third differences vanish for parabolas alone.
    thirds = [at[k + 3] - 3 * at[k + 2] + 3 * at[k + 1] - at[k] for k in range(2)]
    # It bends, and rounding errors are all that is left of the third differences.
    return at[2] - 2 * at[1] + at[0] != 0 and max(map(abs, thirds)) <= 1e-7 * max(1.0, run.largest)


def independent_parts(tree: Tree) -> Iterator[Tree]:
    """The parts of a sum that share no symbol but the noise: estimates for the weights and for the biases.

    Each is the whole without the terms of the others; none where all terms belong together.
    """
    groups: list[set[str]] = []
    for names in _names_of_terms(tree):
        own = names - {_NOISE}
        joined = [group for group in groups if not group.isdisjoint(own)]
        groups = [group for group in groups if group.isdisjoint(own)]
        groups += [own.union(*joined)] if own else []
    if len(groups) > 1:
        yield from (_without_other_terms(tree, frozenset(group)) for group in groups)


def _names_of_terms(tree: Tree) -> Iterator[set[str]]:
    match tree:
        case Operation("+" | "-") | Negative() | Reduction():
            for child in children(tree):
                yield from _names_of_terms(child)
        case _:
            yield set(free_symbols(tree))


def symbols_of_noise(tree: Tree) -> frozenset[str]:
    """The symbols of the terms in which the noise occurs."""
    match tree:
        case Operation("+" | "-", left, right):
            return symbols_of_noise(left) | symbols_of_noise(right)
        case Negative(operand) | Reduction(body=operand):
            return symbols_of_noise(operand)
    names = frozenset(free_symbols(tree))
    return names if _NOISE in names else frozenset()


def _without_other_terms(tree: Tree, own: frozenset[str]) -> Tree:
    """A sum without the terms that have none of these symbols but others, and without the zeros they leave.

    What is added up to such a term goes with it: the constant of a density of other latents.
    """
    names = free_symbols(tree)
    if names and own.isdisjoint(names):
        return _ZERO
    match tree:
        case Operation("+" | "-" as operator, left, right):
            one, other = _without_other_terms(left, own), _without_other_terms(right, own)
            if other == _ZERO != right:
                return one
            if one == _ZERO != left:
                return other if operator == "+" else Negative(other)
            return rebuilt(tree, (one, other))
        case Negative() | Reduction():
            below = _without_other_terms(children(tree)[0], own)
            return below if below == _ZERO else rebuilt(tree, (below,))
    return tree
