"""Corrections of a formula that is no KL: which text undoes which mistake, and whether it may be shown.

A correction is shown only if its text, read again as a whole, is the KL with all that stood around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from klcli.errors import KlcliError
from klcli.formula.minimal_edits import edited, written_anew
from klcli.formula.program_reader import Program, ProgramSource, read_again
from klcli.formula.read.math_parser import known
from klcli.formula.traversal import free_symbols, substitute, walk
from klcli.formula.tree import KeptEntries, Length, MatrixProduct, Reduction, Reshape, Stop, Symbol, Tree
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.loss_context.preparation import Prepared, prepare
from klcli.judge.probes import compared_digits
from klcli.judge.question import PLAIN, Question
from klcli.judge.readings import verdicts_on
from klcli.judge.roles import Roles, possible_roles
from klcli.judge.scaled_kl import STANDARD
from klcli.judge.verdict import KINDS, Verdict, judge_as
from klcli.judge.weight_signs import keeps_signs, sign_in
from klcli.lazy_regex import regex

if TYPE_CHECKING:
    from klcli.judge.mistakes.search import UndoneMistake

_MOST_DIGITS = 200
"""Digits that a formula's long numbers may demand for mistakes to be looked for; more take too much time."""

_MOST_FOLLOWED = 3
"""Corrections whose sums are followed: where those of three are no KL, it is the sums that are wrong."""

_SMALLEST = Fraction(1, 10**100)
"""Variances of a fixed prior beyond which doubles cannot help to look for mistakes."""

_BARE_CALL = regex(r"(?<![\w.])([a-z]\w*)\(")
"""A function that is called without a module or an object in front of it."""

_FORWARD = "-0.5 (1 + l - mu^2 - v)"

Mended: TypeAlias = "Mapping[tuple[str, Roles], tuple[UndoneMistake, ProgramSource | None]]"
"""The best repair by reading and roles, with the corrected source if that is the KL as a whole."""

_Tried: TypeAlias = "tuple[tuple[int, int], UndoneMistake, ProgramSource, bool]"
"""What a repair costs, the repair, a source that has it, and whether that may be shown."""


def corrections(
    program: Program,
    prepared: Prepared,
    verdicts: Sequence[Verdict],
    ways: Sequence[Roles],
    question: Question,
) -> Mended:
    """The best repair under every reading for which one is needed, with the corrected text.

    Args:
        program: the text and its trees.
        prepared: what of it was set aside.
        verdicts: on it, under the ways.
        ways: what its symbols can be.
        question: what is asked of it.
    """
    scaled = [verdict for verdict in verdicts if verdict.kind == "scaled" and verdict.kl]
    if _is_right(verdicts, question) or not _may_be_mended(prepared, scaled, question):
        return {}
    from klcli.judge.mistakes.correction import undoings  # not for what is right
    from klcli.judge.mistakes.table import place_of

    tried: dict[tuple[str, Roles], list[_Tried]] = {}
    for way in ways:
        if scaled and way not in [verdict.roles for verdict in scaled]:
            continue
        readings = _readings_to_mend(way, scaled, question)
        for undone in undoings(prepared.tree, way, readings, question.prior):
            if scaled and undone.verdict.kind != "exact":
                continue
            for source, may_be_shown in _sources(program, prepared.tree, undone.tree):
                cost = effort(program.text, source.text), place_of(undone.mistake)
                key = undone.verdict.parameterization.name, way
                tried.setdefault(key, []).append((cost, undone, source, may_be_shown))
    return {
        key: first
        for key, entries in tried.items()
        if (first := _first_that_holds(sorted(entries, key=lambda entry: entry[0]), program, question))
    }


def _may_be_mended(prepared: Prepared, scaled: Sequence[Verdict], question: Question) -> bool:
    """Whether numbers allow a search; a multiple of a KL is left as it is, unless it looks unmeant."""
    if compared_digits(prepared.tree) > _MOST_DIGITS:
        return False
    if not _SMALLEST < question.prior.variance < 1 / _SMALLEST:
        return False
    unmeant = any(verdict.kl and verdict.kl.looks_unmeant for verdict in scaled)
    return unmeant or not scaled or question.reading is not None


def _is_right(verdicts: Sequence[Verdict], question: Question) -> bool:
    """Whether nothing is to be mended: under the reading that is demanded, or under the best of all."""
    if question.reading:
        own = (verdict for verdict in verdicts if verdict.parameterization == question.reading)
        return all(verdict.kind == "exact" for verdict in own)
    best = min((KINDS.index(verdict.kind) for verdict in verdicts), default=0)
    return KINDS[best] in ("exact", "reversed")


def _sources(program: Program, before: Tree, after: Tree) -> Iterator[tuple[ProgramSource, bool]]:
    """The source with the fewest changes, and the formula written anew; whether each may be shown."""
    changed = edited(program, before, after)
    if changed is not None:
        yield changed, _keeps_modules(program, changed.text)
    # What was set aside, such as another term, is not in the formula that is written anew.
    is_all = set(free_symbols(program.tree)) <= set(free_symbols(after))
    yield written_anew(program, after), is_all and _may_be_written_anew(program)


def _may_be_written_anew(program: Program) -> bool:
    """Whether nothing is lost where a formula is written anew: axes, lengths, the sign of a left side."""
    if sign_in(program) < 0:
        return False
    if program.language == "math":
        return True
    arrays = (Length, MatrixProduct, Reduction, Reshape, Stop, KeptEntries)
    return not any(isinstance(node, arrays) for node in walk(program.arrays))


def _keeps_modules(program: Program, text: str) -> bool:
    """Whether all functions of a corrected text of Python are called as in the text before."""
    if program.language == "math":
        return True
    return set(_BARE_CALL.findall(text)) <= set(_BARE_CALL.findall(program.text))


def holds(source: ProgramSource | None, program: Program) -> bool:
    """Whether a corrected source is the KL as a whole, with all that stood beside it before."""
    if (
        source is None
        or sign_in(program) < 0
        or any(isinstance(one, Reduction) for one in walk(program.arrays))
    ):
        return False
    try:
        again = prepare(read_again(program, source))
    except KlcliError:
        return False
    if not _is_whole_again(prepare(program), again):
        return False
    ways = possible_roles(free_symbols(again.tree), mean=None, head=None)
    return any(verdict.kind == "exact" for verdict in verdicts_on(again.tree, ways, PLAIN))


def _is_whole_again(before: Prepared, after: Prepared) -> bool:
    """Whether a corrected text has all that stood around the KL before, once, and no weight of a part.

    What could not be followed on arrays is not known to be right.
    """
    if after.aside.partial_masks or after.aside.parts or not after.aside.is_evenly_weighed:
        return False
    if not (after.is_whole and after.reductions.is_tried):
        return False
    stops = (node for node in walk(after.program.arrays) if isinstance(node, Stop))
    if not all(free_symbols(node) for node in stops):
        return False  # a number has no gradient, and no detach()
    one, other = ((found.weights, found.divisors, found.others) for found in (before, after))
    return one == other and keeps_signs(before.program, after.program)


def _first_that_holds(
    entries: Sequence[_Tried], program: Program, question: Question
) -> tuple[UndoneMistake, ProgramSource | None] | None:
    """The first correction whose source, read again, is what the repaired formula is.

    A variable that is used twice, for example, is not mended by a change of its value. The text is given only
    if it is the KL as a whole, with all its sums and constants: another has more to be corrected.
    """
    first: tuple[UndoneMistake, ProgramSource | None] | None = None
    followed = 0
    for _, undone, source, may_be_shown in entries:
        found = _read_again(source, program, undone.verdict, question)
        if found is None or found[0].kind != undone.verdict.kind:
            continue
        if found[0].kind == "exact" and may_be_shown and followed < _MOST_FOLLOWED:
            followed += 1
            if _is_whole_again(prepare(program, question.kept), found[1]):
                return undone, source
        first = first or (undone, None)
    return first


def _read_again(
    source: ProgramSource, program: Program, verdict: Verdict, question: Question
) -> tuple[Verdict, Prepared] | None:
    """The verdict on a corrected source, and what was judged; None where it has other symbols, or none."""
    try:
        prepared = prepare(read_again(program, source), question.kept)
    except KlcliError:
        return None
    tree, way = prepared.tree, verdict.way
    if not set(free_symbols(tree)) <= {*way.roles.names}:
        return None
    return judge_as(tree, way.roles, way.reading, verdict.prior, way.prior_reading), prepared


def _readings_to_mend(
    way: Roles, scaled: Sequence[Verdict], question: Question
) -> list[tuple[Parameterization, Parameterization | None]]:
    names = {verdict.parameterization.name for verdict in scaled}
    rows = [row for row in PARAMETERIZATIONS.values() if not names or row.name in names]
    if question.reading:
        rows = [question.reading]
    return [
        (row, row if way.prior_head else PARAMETERIZATIONS["std"] if way.has_prior else None) for row in rows
    ]


def effort(before: str, after: str) -> int:
    """How many characters a correction takes away and adds."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return len(before) + len(after) - 2 * (start + end)


def exchanged(program: Program, prepared: Prepared, verdict: Verdict) -> ProgramSource | None:
    """The source with posterior and prior exchanged, or the forward KL to N(0, 1) where that is the prior.

    Args:
        program: the text and its trees.
        prepared: what of it was set aside.
        verdict: on it, under a way.
    """
    role, reading = verdict.roles, verdict.parameterization
    if role.head and role.mean and not role.has_prior and verdict.prior == STANDARD:
        own: dict[str, Tree] = {"s": Symbol(role.head)}
        parts = {"l": substitute(reading.log_variance, own), "v": substitute(reading.variance, own)}
        return written_anew(program, substitute(known(_FORWARD), parts | {"mu": Symbol(role.mean)}))
    from klcli.judge.mistakes.exchange import sides_exchanged

    return sides_exchanged(program, prepared.tree, verdict.way)
