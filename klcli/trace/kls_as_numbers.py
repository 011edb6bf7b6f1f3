"""KLs that enter a loss as numbers: ``loss = error + kl.item()``, or the same by a copy in NumPy.

The number is told by its value: it is that of a KL that was read from a tensor, or of the posterior that is
sampled, times a weight as people type them. Nothing of it trains the posterior.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import isclose, prod

from klcli.formula.numeral import significant
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.trace.added_numbers import AddedNumber
from klcli.trace.anatomy import Anatomy
from klcli.trace.loss_part import Part
from klcli.trace.number_checks import kl_of_moments, sigma_of
from klcli.trace.recording import Place, Recording
from klcli.trace.samplers import read_samples
from klcli.trace.summands import parts_of
from klcli.values import dataclass

_SAME = 1e-6
"""Relative: a number that was read and comes back, through a product in single precision."""
_CLOSE = 1e-5
"""Relative: sums in single precision of a few thousand entries, computed anew."""
_SUM = "the sum of all KLs"
_TYPED = "{:.1e}"
"""Two digits, as weights are typed: 0.5, 0.00025, 1/60000."""
_COARSE = "{:.0e}"
"""One digit for a value that is computed anew: with two, one number of thirty is that of a KL by chance."""
_DIGITS = 3
"""Of a weight in a sentence: one more than is typed shows that no more is meant."""


@dataclass(frozen=True, slots=True)
class _NumericKl:
    """A KL whose value is known, and what it is: its lengths, the arrays that it is of, where it stands.

    Several that were added up have several places. ``is_read`` says that the value is the program's own.
    """

    value: float
    what: str
    shape: tuple[int, ...]
    nodes: frozenset[int]
    places: tuple[Place | None, ...]
    is_read: bool


def kls_as_numbers(
    recording: Recording,
    anatomies: Sequence[Anatomy],
    numbers: Sequence[AddedNumber],
    unused: Sequence[Part],
) -> Iterator[tuple[Place | None, str, tuple[Place | None, ...]]]:
    """Where a KL is added as a number, in words, and where that is computed.

    Of a posterior that is not trained, as that of a frozen encoder, there is no gradient to miss.

    Args:
        recording: the run.
        anatomies: its losses.
        numbers: what is added in these.
        unused: the KLs of `unused_kls`, of which one may stand twice.
    """
    if not numbers:
        return
    trained = {_nodes(recording, term.part) for one in anatomies for term in one.terms if _is_kl(term.part)}
    parts = {part.chain.above[0][0]: part for part in unused}.values()
    known = [kl for part in parts for kl in _with_values(recording, part)]
    known = [*_together(known), *known, *_of_samples(recording)]
    known = [kl for kl in known if any(recording.steps[node].grad for node in kl.nodes)]
    told: set[int] = set()
    for added in numbers:
        own = [kl for kl in known if kl.nodes not in trained and _weight(added, kl) is not None]
        if own and added.node not in told:
            told.add(added.node)
            weight = _weight(added, own[0]) or 1.0
            times = "" if isclose(weight, 1, rel_tol=_CLOSE) else f"{significant(weight, _DIGITS)} times "
            text = f"{times}{own[0].what} is added as a number: no gradient flows through it"
            yield recording.steps[added.node].place, text, own[0].places


def unused_kls(recording: Recording, anatomies: Sequence[Anatomy], nodes: Sequence[int]) -> Iterator[Part]:
    """The KLs and estimates among some nodes that no loss is made of.

    Args:
        recording: the run.
        anatomies: its losses.
        nodes: those whose numbers the program asked for, or that were alive.
    """
    used = {node for one in anatomies for node in recording.leading_to(one.loss.node)}
    for root in dict.fromkeys(_without_stops(recording, index) for index in nodes):
        is_error = any(recording.steps[one].op == "loss" for one in recording.leading_to(root))
        if root in used or is_error:
            continue
        parts = parts_of(recording, root)
        if len(parts) == 1 and _is_kl(parts[0]) and parts[0].chain.core not in used:
            yield parts[0]


def _together(known: Sequence[_NumericKl]) -> Iterator[_NumericKl]:
    """Several KLs as one that was added up in a loop, as those of layers are."""
    if len(known) > 1:
        nodes = frozenset(node for one in known for node in one.nodes)
        places = tuple(place for one in known for place in one.places)
        yield _NumericKl(sum(one.value for one in known), _SUM, known[0].shape, nodes, places, True)


def _is_kl(part: Part) -> bool:
    return part.kernel is not None or (part.estimation is not None and not part.estimation.others)


def _without_stops(recording: Recording, index: int) -> int:
    step = recording.steps[index]
    while step.op in ("stop", "same") and step.below:
        index = step.below[0]
        step = recording.steps[index]
    return index


def _with_values(recording: Recording, part: Part) -> Iterator[_NumericKl]:
    """The values of a KL that was read, or is alive, as they were."""
    for index in dict.fromkeys((*recording.read, part.chain.above[0][0])):
        inner = _without_stops(recording, index)
        values = recording.steps[index].values
        if part.chain.above[0][0] == inner and values:
            shape = max(part.builder.shapes.values(), key=len, default=())
            place = recording.steps[inner].place
            what = part.estimation.named if part.estimation else "the KL"
            what = _SUM if len(values) > 1 else what
            yield _NumericKl(sum(values), what, shape, _nodes(recording, part), (place,), True)


def _of_samples(recording: Recording) -> Iterator[_NumericKl]:
    """The KLs to N(0, 1) of the posteriors that are sampled."""
    for index, builder, mean, head, reading in read_samples(recording):
        arrays = builder.arrays((mean, head))
        if arrays is None:
            continue
        sigmas = sigma_of(arrays[head], arrays[mean].shape, PARAMETERIZATIONS[reading])
        pairs = zip(arrays[mean].values, sigmas, strict=False)
        value = sum(kl_of_moments(m, s, 0, 1).real for m, s in pairs)
        nodes = frozenset(min(recording.alike(builder.symbols[name])) for name in (mean, head))
        places = (recording.steps[index].place,)
        yield _NumericKl(value, _SUM, arrays[mean].shape, nodes, places, False)


def _nodes(recording: Recording, part: Part) -> frozenset[int]:
    """The arrays that a KL is of."""
    symbols, names = part.builder.symbols, [*part.builder.symbols]
    if part.kernel and not part.matrices:  # samples beside it have other arrays, too
        names = [name for name in part.kernel.verification.best.verdict.roles.names if name in symbols]
    return frozenset(min(recording.alike(symbols[name])) for name in names)


def _weight(added: AddedNumber, kl: _NumericKl) -> float | None:
    """The weight that a number has of a KL, if it is one that is typed, besides sums and means; else None."""
    if not kl.value or not added.value:
        return None
    typed, close = (_TYPED, _SAME) if kl.is_read else (_COARSE, _CLOSE)
    ratio = abs(added.value / kl.value)
    lengths = [prod(some) for count in range(3) for some in combinations(kl.shape, count)]
    for divisor in dict.fromkeys((*lengths, *(1 / one for one in lengths))):
        for one in (ratio * divisor, 1 / (ratio * divisor)):
            if isclose(one, float(typed.format(one)), rel_tol=close):
                return ratio
    return None
