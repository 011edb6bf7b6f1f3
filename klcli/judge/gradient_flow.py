"""Which gradient of a KL reaches which of its symbols, where some gradients are stopped.

That is one question for verify, lint and trace: all of it, none to a Gaussian that is held still, a share to
each of the two, none at all, or another one. Its words stand here, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import isfinite

from klcli.formula.program_reader import Program
from klcli.formula.traversal import children, free_symbols, walk
from klcli.formula.tree import Negative, Operation, Reduction, Stop, Symbol, Tree
from klcli.judge.condition_kinds import Condition
from klcli.judge.gradient import one_entry, optimised, points, slope, slopes
from klcli.judge.loss_context.preparation import Prepared
from klcli.judge.verdict import Verdict
from klcli.judge.ways import Side
from klcli.values import dataclass

NO_GRADIENT = Condition("no-gradient", "it is stopped as a whole: no gradient flows through it", False)
_CLOSE = 1e-9
"""Relative: far above the rounding of doubles, far below what another formula is off."""
_OTHERS = 0.6
"""What weights and other symbols are: w and 1 - w are neither 0 nor alike there."""


@dataclass(frozen=True, slots=True)
class GradientFlow:
    """How the gradient of a formula is that of the KL whose value it has.

    Attributes:
        sides: for each of the two Gaussians that has symbols, by what the gradient of the KL is multiplied
            for its mean and its head: 1 where it is that of the KL, 0 where none flows; None where it is
            another function.
    """

    sides: tuple[Mapping[str, float | None], ...]

    @property
    def still(self) -> set[str]:
        """The symbols that no gradient flows to."""
        return {name for side in self.sides for name, share in side.items() if share == 0}

    @property
    def held(self) -> list[str]:
        """The symbols of the one of two Gaussians that is held still as a whole; of none if both are."""
        still = [list(side) for side in self.sides if self.still.issuperset(side)]
        return still[0] if len(still) == 1 < len(self.sides) else []

    @property
    def is_none(self) -> bool:
        """Whether no gradient flows to any symbol."""
        return bool(self.sides) and all(map(self.still.issuperset, self.sides))

    @property
    def is_balanced(self) -> bool:
        """Whether each of the two Gaussians has a share of its own, above 0, of the gradient of the KL."""
        shares = [set(side.values()) for side in self.sides]
        every = set().union(*shares)
        return len(every) == len(self.sides) == 2 and all(
            len(one) == 1 and all(share and share > 0 for share in one) for one in shares
        )

    @property
    def other(self) -> list[str]:
        """The symbols with another gradient than that of the KL, but for those that are held or balanced."""
        own = () if self.is_balanced else self.sides
        return [name for side in own for name, share in side.items() if share != 1 and name not in self.held]

    def conditions(self, program: Program, loss: str = "") -> Iterator[Condition]:
        """What is to be said of it: nothing where the gradient is that of the KL.

        Args:
            program: the formula, with the spellings of its symbols.
            loss: what is optimised in the place of the KL, in words, where that is known.
        """
        if self.is_none:
            yield NO_GRADIENT
        elif self.other:
            names = _listed(self.other, program)
            text = f"the value is that of the KL, the gradient of {names} is not: some of it is stopped"
            yield Condition("gradient", f"{text}; it optimises {loss}" if loss else text, False)
        elif self.held:
            names = _listed(self.held, program)
            text = f"one of the two Gaussians is held still: no gradient flows to {names}"
            yield Condition("gradient", text, True)
        elif self.is_balanced:
            first, second = (_listed(list(side), program) for side in self.sides)
            text = f"the gradient is balanced: {first} get another share of it than {second}"
            yield Condition("gradient", text, True)


def _listed(names: Sequence[str], program: Program) -> str:
    return " and ".join(program.spellings.get(name, name) for name in names)


def gradient_flow(prepared: Prepared, verdict: Verdict) -> GradientFlow:
    """Which gradient of the KL a formula has.

    Args:
        prepared: the formula.
        verdict: what it is by its value.
    """
    flow = _flow_of_an_entry(prepared, verdict)
    shares = {name: share for side in flow.sides for name, share in side.items()}
    if not any(shares.values()) or not _has_stops(prepared):
        return flow
    moved = slopes(prepared, list(filter(None, verdict.roles.names)), _OTHERS)
    return _flow(flow.sides, lambda name: shares[name] if _agrees(shares[name], moved(name)) else None)


def _flow_of_an_entry(prepared: Prepared, verdict: Verdict) -> GradientFlow:
    """The same of the formula of one entry, which knows no sums."""
    tree = one_entry(prepared)
    if not _has_stops(prepared):
        return _flow(_symbols(verdict), lambda _: 1.0)
    if is_value(tree):
        return _flow(_symbols(verdict), lambda _: 0.0)
    names = list(filter(None, verdict.roles.names))
    every = list(points(prepared, names, _OTHERS))
    return _flow(_symbols(verdict), lambda name: _share(tree, every, name))


def _has_stops(prepared: Prepared) -> bool:
    return any(isinstance(node, Stop) for node in walk(prepared.program.arrays))


def flow_of_arrays(program: Program, verdict: Verdict) -> GradientFlow:
    """The same of a formula that has no single entry, by whether its symbols stand in what is stopped."""
    way = verdict.way
    found: dict[Side, list[str]] = {"q": [], "p": []}
    for name, side in (*way.means.items(), *((head.name, head.side) for head in way.heads)):
        found[side].append(name)
    stops = [node for node in walk(program.arrays) if isinstance(node, Stop)]
    stopped = {name for node in stops for name in free_symbols(node)}
    moved = set() if is_value(program.arrays) else set(_moved(program.arrays))
    return _flow(found.values(), lambda name: 0.0 if name not in moved else None if name in stopped else 1.0)


def stop_conditions(prepared: Prepared, verdict: Verdict) -> Iterator[Condition]:
    """The conditions of the gradients of a formula, with what is optimised in the place of the KL."""
    flow = gradient_flow(prepared, verdict)
    return flow.conditions(prepared.program, trained_instead(prepared, verdict))


def trained_instead(prepared: Prepared, verdict: Verdict) -> str:
    """The loss that is optimised in the place of the KL, in words; empty where that is none or not known."""
    flow = _flow_of_an_entry(prepared, verdict)
    return optimised(prepared, verdict) if flow.other and not flow.is_none else ""


def _flow(sides: Iterable[Iterable[str]], share_of: Callable[[str], float | None]) -> GradientFlow:
    found = ({name: share_of(name) for name in side} for side in sides)
    return GradientFlow(tuple(side for side in found if side))


def _symbols(verdict: Verdict) -> tuple[list[str], list[str]]:
    """The mean and the head of each of the two Gaussians; a head that both share is the posterior's."""
    role = verdict.roles
    first = [name for name in (role.mean, role.head) if name]
    return first, [name for name in (role.prior_mean, role.prior_head) if name and name not in first]


def _share(tree: Tree, every: Sequence[Mapping[str, float]], name: str) -> float | None:
    """By what the gradient in a symbol without stops is multiplied to be that with them."""
    pairs = [(slope(tree, at, name, stops=True), slope(tree, at, name, stops=False)) for at in every]
    known = [(found, whole) for found, whole in pairs if isfinite(whole)]
    largest = max(known, key=lambda pair: abs(pair[1]), default=(1.0, 1.0))
    # To the digits to which slopes are compared, as it is told: 0.5 and not 0.49999999998.
    share = round(largest[0] / largest[1], 9) if largest[1] else 1.0
    return share if _agrees(share, known) else None


def _agrees(share: float | None, pairs: Sequence[tuple[float, float]]) -> bool:
    """Whether gradients with stops are that share of those without."""
    return share is not None and all(
        abs(found - share * whole) <= _CLOSE * max(1.0, abs(whole))
        for found, whole in pairs
        if isfinite(whole)
    )


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


def _moved(tree: Tree) -> Iterator[str]:
    """The symbols with an occurrence that a gradient flows to."""
    if isinstance(tree, Symbol):
        yield tree.name
    elif not isinstance(tree, Stop):
        for child in children(tree):
            yield from _moved(child)
