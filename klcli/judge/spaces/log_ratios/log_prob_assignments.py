"""The ways in which symbols can be log-probabilities: whose each is, or which ratio of two it stands for.

Every way puts the same three log-probabilities in the place of the symbols: that of the policy (or q), that
of the reference (or p), and that of an old policy which drew the samples. Names order the ways; which of them
holds is found by evaluating.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, permutations, product

from klcli.formula.tree import Call, Operation, Symbol, Tree
from klcli.names.log_ratios import RatioSide, is_neutral, side_of, stated
from klcli.names.means_and_spreads import is_head
from klcli.values import dataclass, field, replace

Q, P, OLD = "canonicalQ", "canonicalP", "canonicalOld"
"""The symbols of the three log-probabilities."""
_MOST_WAYS = 9
"""A ratio and its logarithm beside two log-probabilities have three ways each."""


@dataclass(frozen=True, slots=True)
class Label:
    """A distribution: a word for it, and the symbol of its log-probability; empty where there is none."""

    noun: str
    symbol: str = ""

    @property
    def definite(self) -> str:
        """``the policy``, ``q``."""
        return self.noun if len(self.noun) == 1 else f"the {self.noun}"


@dataclass(frozen=True, slots=True)
class RatioWay:
    """What the symbols are.

    Attributes:
        q: the distribution that is trained.
        p: the one that it is held against.
        given: what stands for each symbol, in the three log-probabilities.
        old: the one that drew the samples, if that is a third.
        is_sided: whether names say which is q.
        is_stated: whether names say that the symbols are log-probabilities or ratios.
        ratio: the symbol that is a ratio or its logarithm, where that is all there is; with its definition.
    """

    q: Label
    p: Label
    given: Mapping[str, Tree] = field(hash=False)
    old: Label | None = None
    is_sided: bool = False
    is_stated: bool = True
    ratio: str = ""

    @property
    def is_of_models(self) -> bool:
        """Whether names say which is trained and which is held fixed; p and q are letters for anything."""
        return self.is_sided and len(self.q.noun) > 1


_LOG_Q, _LOG_P, _LOG_OLD = map(Symbol, (Q, P, OLD))


def _minus(left: Tree, right: Tree) -> Tree:
    return Operation("-", left, right)


_P_TO_Q, _Q_TO_P = _minus(_LOG_P, _LOG_Q), _minus(_LOG_Q, _LOG_P)
_Q_TO_OLD = _minus(_LOG_Q, _LOG_OLD)


def named_ways(names: Sequence[str]) -> Iterator[RatioWay]:
    """The ways that names suggest, the likeliest first; none where no name is that of one."""
    yield from islice(_named(names), _MOST_WAYS)


def _named(names: Sequence[str]) -> Iterator[RatioWay]:
    found = {name: stated(name) for name in names}
    logs = [name for name in names if found[name] == "log-probability"]
    ratios = [name for name in names if found[name] in ("ratio", "log-ratio", "kl")]
    if len(logs) >= 2:
        beside = [name for name in names if found[name] in ("ratio", "log-ratio", "probability")]
        for own in _roles(logs):
            yield from _with_others(own, beside, found)
    elif logs:
        yield from _beside_one(logs[0], names, ratios, found)
    elif 1 <= len(ratios) <= 2:
        yield from _of_ratios(ratios, found)


def neutral_ways(names: Sequence[str]) -> Iterator[RatioWay]:
    """The ways of symbols whose names say little: two probabilities, any two, one that is a ratio.

    Beside other symbols, two that are called those of a policy and of another one.
    """
    of_probabilities = [name for name in names if stated(name) == "probability"]
    if len(of_probabilities) == 2:
        for way in _roles(of_probabilities):
            yield RatioWay(
                way.q, way.p, {name: Call("exp", log) for name, log in way.given.items()}, None, way.is_sided
            )
    if len(names) == 1 and is_neutral(names[0]) and not is_head(names[0]):
        for way in _of_ratios(names, {names[0]: ""}):
            yield replace(way, is_stated=False)
    if len(names) == 2 and all(map(is_neutral, names)):
        for q, p in permutations(names):
            yield RatioWay(Label("q", q), Label("p", p), {q: _LOG_Q, p: _LOG_P}, is_stated=False)
    sided = [name for name in names if is_neutral(name) and side_of(name) in ("policy", "reference", "old")]
    if len(names) > 2 == len(sided) and len(set(map(side_of, sided))) == 2:
        yield from (replace(way, is_stated=False) for way in _roles(sided))


def _roles(logs: Sequence[str]) -> Iterator[RatioWay]:
    """Whose each log-probability is; what is left over is no part of the estimate."""
    sides = {name: side_of(name) for name in logs}
    if {"policy", "reference", "old"}.intersection(sides.values()):
        # Beside those of policies, logp is the log-probability itself and that of no p.
        sides = {name: "" if side in ("q", "p") else side for name, side in sides.items()}
    if len(logs) > 2:
        known = {side: [name for name in logs if sides[name] == side] for side in ("reference", "old")}
        rest = [name for name in logs if sides[name] not in ("reference", "old")]
        if len(known["reference"]) == len(known["old"]) == len(rest) == 1:
            yield _way(rest[0], known["reference"][0], sides, known["old"][0])
            return
    for pair in permutations(logs, 2):
        order = _order(*pair, sides)
        if order is not False:
            left = [name for name in logs if name not in pair]
            for old in (*left, None) if order is None else (None,):
                yield _way(*pair, sides, old, is_sided=order is True)


def _order(q: str, p: str, sides: Mapping[str, RatioSide]) -> bool | None:
    """Whether the names are in their order: True or False where they say so, None where they do not."""
    # The likelier one is the posterior: a policy, something without a name, an old policy, a reference.
    ranks = {"policy": 0, "q": 0, "": 1, "old": 2, "reference": 3, "p": 3}
    one, two = ranks[sides[q]], ranks[sides[p]]
    return None if one == two else one < two


def _way(
    q: str, p: str, sides: Mapping[str, RatioSide], old: str | None = None, *, is_sided: bool = True
) -> RatioWay:
    given: dict[str, Tree] = {q: _LOG_Q, p: _LOG_P}
    if old:
        given[old] = _LOG_OLD
    of_models = {sides[q], sides[p]} & {"policy", "reference", "old"} and is_sided
    if not of_models:
        return RatioWay(Label("q", q), Label("p", p), given, Label("r", old) if old else None, is_sided)
    noun = "old policy" if sides[q] == "old" else "policy"
    other = "old policy" if sides[p] == "old" else "reference"
    return RatioWay(Label(noun, q), Label(other, p), given, Label("old policy", old) if old else None, True)


def _with_others(own: RatioWay, beside: Sequence[str], found: Mapping[str, str]) -> Iterator[RatioWay]:
    """Ratios and probabilities beside log-probabilities: of the same two, or of the policy to an old one."""
    choices: list[list[tuple[str, Tree | None]]] = []
    for name in beside:
        options: list[Tree | None]
        if found[name] == "probability":
            of_p = side_of(name) in ("p", "reference")
            options = [Call("exp", log) for log in ((_LOG_P, _LOG_Q) if of_p else (_LOG_Q, _LOG_P))]
        elif found[name] == "ratio":
            options = [Call("exp", _P_TO_Q), Call("exp", _Q_TO_P), Call("exp", _Q_TO_OLD)]
        else:
            options = [None, _P_TO_Q, _Q_TO_P]
        choices.append([(name, option) for option in options])
    for picked in product(*choices):
        given = {**own.given, **{name: tree for name, tree in picked if tree}}
        old = own.old or (
            Label("old policy") if any(tree == Call("exp", _Q_TO_OLD) for _, tree in picked) else None
        )
        yield RatioWay(own.q, own.p, given, old, own.is_sided)


def _beside_one(
    log: str, names: Sequence[str], ratios: Sequence[str], found: Mapping[str, str]
) -> Iterator[RatioWay]:
    """One log-probability: the other has another name, or is hidden in a ratio; or there is none."""
    sides = {name: side_of(name) for name in names}
    others = [name for name in names if name not in (log, *ratios) and found[name] != "probability"]
    for other in sorted(filter(is_neutral, others), key=lambda name: not sides[name]):
        for pair in ((log, other), (other, log)):
            order = _order(*pair, sides)
            if order is not False:
                yield _way(*pair, sides, is_sided=order is True)
    for name in ratios:
        for difference in (_Q_TO_P, _P_TO_Q):
            tree = Call("exp", difference) if found[name] == "ratio" else difference
            yield RatioWay(Label("q", log), Label("p"), {log: _LOG_Q, name: tree}, is_sided=True, ratio=name)


def _of_ratios(ratios: Sequence[str], found: Mapping[str, str]) -> Iterator[RatioWay]:
    """One symbol that is a ratio or its logarithm, or one of each, which then belong together."""
    if len(ratios) == 2 and len({found[name] for name in ratios}) == 1:
        return
    logs = [name for name in ratios if found[name] != "ratio"]
    reads: list[Callable[[Tree], dict[str, Tree]]]
    if len(ratios) == 2:
        reads = [lambda tree: {name: tree if name in logs else Call("exp", tree) for name in ratios}]
    else:
        reads = [lambda tree: {ratios[0]: tree}, lambda tree: {ratios[0]: Call("exp", tree)}]
        if not logs:
            reads.reverse()
        if found[ratios[0]] == "kl":
            reads = reads[:1]  # what is called a KL is the log-ratio of a sample, and no ratio
    for read in reads:
        for difference, text in ((_P_TO_Q, "p/q"), (_Q_TO_P, "q/p")):
            given: dict[str, Tree] = read(difference)
            name = logs[0] if logs else ratios[0]
            shown = f"log({text})" if given[name] == difference else text
            yield RatioWay(Label("q"), Label("p"), given, is_sided=False, ratio=f"{name} = {shown}")
