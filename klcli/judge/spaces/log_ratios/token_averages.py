"""How an estimate adds up its entries: over the tokens of a sequence, over the batch, over all outcomes.

The entries of a small array are moved one by one; how much the result moves with each is its weight. The
weights tell a mean over all tokens from the mean of the means of the sequences, and whether tokens that are
masked still count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite

from klcli.formula.entrywise_form import entry
from klcli.formula.traversal import free_symbols, walk
from klcli.formula.tree import KeptEntries, Length, MatrixProduct, Reduction, Tree
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array, ShapeError, UnshapedError, filled
from klcli.judge.spaces.log_ratios.log_prob_assignments import OLD, P, Q
from klcli.names.counts import count_of
from klcli.names.losses import is_mask
from klcli.values import dataclass

_BATCH, _LENGTH = 3, 4
"""Unequal, so that one axis is never taken for the other."""
_COUNTS = (4, 2, 3)
"""How many tokens of each sequence a mask leaves."""
_CLOSE = 1e-9
"""Relative: far above the rounding of doubles, far below what another formula is off."""
_ROUNDED = 9
"""Digits to which weights are held against those of the known ways, for the same reason."""
_STEPS = (0.31, -0.47)
"""By which an entry is moved, up and down: what is linear in it moves alike, and a square of it does not."""
_LOGS: Mapping[str, Sequence[float]] = {
    Q: [-1.3 - 0.11 * place for place in range(_BATCH * _LENGTH)],
    P: [-1.6 + 0.07 * ((place * 5) % 12) for place in range(_BATCH * _LENGTH)],
    OLD: [-1.5 - 0.05 * ((place * 7) % 12) for place in range(_BATCH * _LENGTH)],
}
"""Log-probabilities, no two alike; (5 i) and (7 i) modulo 12 go through all of the places."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """How entries are added up.

    Attributes:
        name: ``none``, ``sum``, ``mean`` or ``sum-mean``: of the last axis, and then of the batch.
        text: the same in words.
        flaw: why it is no sum of its entries; empty if it is one.
        sums_outcomes: whether the last axis is summed, as all outcomes have to be.
        is_whole: whether the sum over the last axis stands by itself, or is averaged over the batch.
    """

    name: str
    text: str
    flaw: str = ""
    sums_outcomes: bool = False
    is_whole: bool = False


_NONE = Tokens("none", "")
_UNKNOWN = Tokens("none", "how its entries are added up was not followed")
_CONSTANT = Tokens("sum", "", "a constant is counted otherwise than the terms beside it")
_IN_THE_MEAN = Tokens("none", "right in the mean over all of its entries: some terms are averages already")
"""As in ``log_q - log_p.mean()``, whose mean is that of ``log_q - log_p``."""
_WORDS: Mapping[str, tuple[str, str]] = {
    "sum": ("sum", "a sum over the tokens and the batch"),
    "per sequence, mean": ("sum-mean", "a sum over the tokens of each sequence, then a mean over the batch"),
    "mean": ("mean", "a mean over all tokens: longer sequences weigh more"),
    "mean of means": ("mean", "a mean over the tokens of each sequence, then over the batch"),
    "padded mean": (
        "mean",
        "a mean in which masked tokens are counted: it is smaller than that of the others",
    ),
    "row sum": ("sum", "a sum over the tokens of each sequence"),
    "row mean": ("mean", "a mean over the tokens of each sequence"),
    "padded row mean": ("mean", "a mean over each sequence in which masked tokens are counted"),
    "batch mean": ("mean", "a mean over the batch"),
}


def tokens_of(tree: Tree, others: Sequence[str]) -> Tokens:
    """How a program of the three log-probabilities adds up its entries.

    Args:
        tree: the program on arrays.
        others: symbols that are added, read as 0; all other symbols but masks and counts are read as 1.
    """
    if not any(isinstance(node, Reduction | Length | MatrixProduct | KeptEntries) for node in walk(tree)):
        return _NONE
    masks = [name for name in free_symbols(tree) if is_mask(name)]
    full = (_BATCH, _LENGTH)
    if masks and any(isinstance(node, KeptEntries) for node in walk(tree)) and not _runs(tree, masks, others):
        return Tokens("sum", "", f"it does not run where {' and '.join(masks)} leaves out entries")
    for shape in (full, (_BATCH,), (_BATCH, 1)) if masks else (full,):
        try:
            found = _Moved(tree, masks, _mask(shape), others)
            return _told(found, is_masked=bool(masks) and shape == full)
        except (ShapeError, UnshapedError):
            continue
    return _UNKNOWN


def _runs(tree: Tree, masks: Sequence[str], others: Sequence[str]) -> bool:
    """Whether a program runs with masks of some shape that leave entries out."""
    for shape in ((_BATCH, _LENGTH), (_BATCH,), (_BATCH, 1)):
        left_out = Array(shape, [*filled(shape, 1.0).values[:-1], 0.0])
        try:
            _Moved(tree, masks, left_out, others)
        except UnshapedError:
            return True
        except ShapeError:
            continue
        return True
    return False


def _mask(shape: tuple[int, ...]) -> Array:
    """A mask that leaves the first tokens of each sequence; of another shape one that leaves all."""
    if shape == (_BATCH, _LENGTH):
        return Array(shape, [float(token < count) for count in _COUNTS for token in range(_LENGTH)])
    return filled(shape, 1.0)


class _Moved:
    """A program on an array of B sequences of T tokens, and how it moves with each of its entries.

    The entries are tokens, or whole sequences, whose log-probabilities are the sums of those of their tokens.
    """

    def __init__(self, tree: Tree, masks: Sequence[str], mask: Array, others: Sequence[str]) -> None:
        self.tree, self.entry = tree, entry(tree, keeps_sums=False)
        self.mask = mask
        self.held: dict[str, Array] = {}
        self.at_one: dict[str, Array] = {}
        for name in free_symbols(tree):
            value = 0.0 if name in others else 1.0
            powers = count_of(name) if len(name) > 1 else None
            length = float(_BATCH ** powers[0] * _LENGTH ** powers[1]) if powers else value
            self.held[name] = mask if name in masks else Array((), [length])
            self.at_one[name] = Array((), [value])
        self.base = self._run(0, 0.0)

    def weights(self, places: Sequence[Sequence[int]]) -> list[list[float]] | None:
        """How much each number of the result moves with each entry, in units of the entry.

        None if it is no sum of the entries with such weights, and perhaps a constant.

        Args:
            places: the tokens of each entry.
        """
        found = []
        for tokens in places:
            steps = [self._share(tokens, step) for step in _STEPS]
            if not all(map(isfinite, (*steps[0], *steps[1]))):
                raise UnshapedError("no value")
            if any(abs(one - two) > _CLOSE * (1 + abs(one)) for one, two in zip(*steps, strict=True)):
                return None
            found.append(steps[0])
        return found

    def constant(self, places: Sequence[Sequence[int]], weights: Sequence[Sequence[float]]) -> bool:
        """Whether the result is more than the entries with their weights."""
        entries = [self._entry(tokens, 0.0) for tokens in places]
        for place, value in enumerate(self.base.values):
            terms = [weight[place] * one for weight, one in zip(weights, entries, strict=True)]
            if abs(value - sum(terms)) > _CLOSE * (1 + sum(map(abs, terms))):
                return True
        return False

    def is_right_in_sum(self, places: Sequence[Sequence[int]], weights: Sequence[Sequence[float]]) -> bool:
        """Whether all numbers of the result together are the entries, each with the same weight.

        Args:
            places: the tokens of each entry.
            weights: how much each number of the result moves with each entry.
        """
        totals = [sum(weight) for weight in weights]
        if len(self.base.values) == 1 or max(totals) - min(totals) > _CLOSE * (1 + max(map(abs, totals))):
            return False
        terms = [totals[0] * self._entry(tokens, 0.0) for tokens in places]
        return bool(abs(sum(self.base.values) - sum(terms)) <= _CLOSE * (1 + sum(map(abs, terms))))

    def _run(self, place: int, step: float) -> Array:
        """The program with one log-probability of q moved."""
        symbols = {}
        for name, values in _LOGS.items():
            moved = [value + step * (name == Q and own == place) for own, value in enumerate(values)]
            symbols[name] = Array((_BATCH, _LENGTH), moved)
        return evaluate_arrays(self.tree, {**self.held, **symbols}, batch=_BATCH)

    def _share(self, tokens: Sequence[int], step: float) -> list[float]:
        change = self._entry(tokens, step) - self._entry(tokens, 0.0)
        if not change:
            raise UnshapedError("an entry that does not move")
        moved = self._run(tokens[0], step)
        return [(one - two) / change for one, two in zip(moved.values, self.base.values, strict=True)]

    def _entry(self, tokens: Sequence[int], step: float) -> float:
        logs = {name: sum(values[place] for place in tokens) for name, values in _LOGS.items()}
        logs[Q] += step
        given = {**self.at_one, **{name: Array((), [value]) for name, value in logs.items()}}
        return float(evaluate_arrays(self.entry, given).values[0])


def _told(found: _Moved, *, is_masked: bool) -> Tokens:
    places = [(place,) for place in range(_BATCH * _LENGTH)]
    weights = found.weights(places)
    if weights is None:
        return _of_sequences(found, is_masked=is_masked)
    if found.constant(places, weights):
        return _IN_THE_MEAN if found.is_right_in_sum(places, weights) else _CONSTANT
    if len(found.base.values) == _BATCH * _LENGTH:
        return _NONE
    rounded = [[round(one, _ROUNDED) for one in weight] for weight in weights]
    live = found.mask.values if is_masked else [1.0] * (_BATCH * _LENGTH)
    known = _patterns(len(found.base.values), live, is_masked=is_masked)
    key = next((key for key, own in known if own == rounded), None)
    if key is None:
        alike = all(rounded[place] == rounded[place - place % _LENGTH] for place in range(len(rounded)))
        return Tokens("sum", "its entries have different weights", sums_outcomes=alike)
    name, text = _WORDS[key]
    if key == "mean" and not is_masked:
        text = "a mean over all tokens"
    sums = name != "mean"
    return Tokens(name, text, sums_outcomes=sums, is_whole=sums)


def _of_sequences(found: _Moved, *, is_masked: bool) -> Tokens:
    """A program of whole sequences, whose log-probabilities are summed first."""
    counts = _COUNTS if is_masked else (_LENGTH,) * _BATCH
    places = [[row * _LENGTH + token for token in range(count)] for row, count in enumerate(counts)]
    weights = found.weights(places)
    if weights is None:
        return Tokens("sum", "", "its terms are not added up alike: a sum stands inside of it")
    if found.constant(places, weights):
        return _CONSTANT
    text = "of whole sequences: their log-probabilities are summed first"
    own = {round(weight, _ROUNDED) for row in weights for weight in row if weight}
    if own == {1.0}:
        return Tokens("sum", text)
    if own == {round(1 / _BATCH, _ROUNDED)}:
        return Tokens("sum-mean", f"{text}, then a mean over the batch")
    # (mean u)^2 is (sum u)^2 over the square of a length: whether that divides the square or what is squared
    # the weights do not tell.
    counted = "their log-probabilities are averaged, or their terms are divided by other counts"
    return Tokens("mean", f"of whole sequences: {counted} than that of the batch")


def _patterns(size: int, live: Sequence[float], *, is_masked: bool) -> list[tuple[str, list[list[float]]]]:
    """The weights of every entry in a result of that size, for each known way to add up.

    Args:
        size: how many numbers the result has.
        live: 1 for the entries that are not masked.
        is_masked: whether some are.
    """
    rows = [place // _LENGTH for place in range(_BATCH * _LENGTH)]
    counts = _COUNTS if is_masked else (_LENGTH,) * _BATCH
    if size == 1:
        shares = {
            "sum": lambda row: 1.0,
            "per sequence, mean": lambda row: 1 / _BATCH,
            "mean": lambda row: 1 / sum(counts),
            "mean of means": lambda row: 1 / (_BATCH * counts[row]),
            "padded mean": lambda row: 1 / (_BATCH * _LENGTH),
        }
        return [(key, _spread(share, rows, live, (0,))) for key, share in shares.items()]
    if size == _BATCH:
        shares = {
            "row sum": lambda row: 1.0,
            "row mean": lambda row: 1 / counts[row],
            "padded row mean": lambda row: 1 / _LENGTH,
        }
        return [(key, _spread(share, rows, live, range(_BATCH))) for key, share in shares.items()]
    columns = [place % _LENGTH for place in range(_BATCH * _LENGTH)]
    return [("batch mean", _spread(lambda column: 1 / _BATCH, columns, live, range(_LENGTH)))]


def _spread(
    share: Callable[[int], float], groups: Sequence[int], live: Sequence[float], results: Sequence[int]
) -> list[list[float]]:
    """The weight of each entry in each number of the result, which is that of its group, or of all."""
    return [
        [round(share(group) * on, _ROUNDED) if len(results) == 1 or group == own else 0.0 for own in results]
        for group, on in zip(groups, live, strict=True)
    ]
