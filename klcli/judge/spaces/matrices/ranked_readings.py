"""What a formula of matrices can be taken for: the answer under every reading, the best first.

Every way in which the symbols can be mean and matrix of a Gaussian is tried, and what is no KL is searched
for known mistakes.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from klcli.errors import KlcliError
from klcli.formula.program_reader import Program
from klcli.formula.traversal import walk
from klcli.formula.tree import Call, Clip, MatrixCall, Tree
from klcli.judge.left_side import is_stated_turned
from klcli.judge.mistakes.exchange import sides_exchanged
from klcli.judge.mistakes.search import UndoneMistake
from klcli.judge.mistakes.table import find_mistake
from klcli.judge.question import Question
from klcli.judge.ranked_readings import Candidate, kind_as_stated
from klcli.judge.spaces.matrices.correction import repaired
from klcli.judge.spaces.matrices.kind_assignments import TypedFormula, typed
from klcli.judge.spaces.matrices.readings import READINGS
from klcli.judge.spaces.matrices.rules.rewriting import Setting
from klcli.judge.spaces.matrices.verdict import judge_way
from klcli.judge.spaces.matrices.ways import misfit
from klcli.judge.transformed_symbols import Transformed
from klcli.judge.verdict import KINDS, Verdict
from klcli.judge.ways import Way
from klcli.values import dataclass, replace

_MOST_WAYS = 40
"""Each is evaluated at all points; the likeliest come first."""
_MOST_NODES = 250
"""Nodes of a formula in which mistakes are looked for; in longer ones it takes too much time."""
_MOST_VISITS = 6_000
"""Nodes that are evaluated for all ways together."""


@dataclass(frozen=True, slots=True)
class MatrixAnswer:
    """The answers under every reading, with what was judged.

    Attributes:
        program: the formula as it was read.
        typed: what was judged.
        candidates: one for each reading of the posterior's matrix, the best first.
        jitter: small multiples of the identity that were left out.
        clips: clips at names, which were left out.
        taken: the symbols that stand for functions.
    """

    program: Program
    typed: TypedFormula
    candidates: tuple[Candidate, ...]
    jitter: tuple[Tree, ...] = ()
    clips: tuple[Clip, ...] = ()
    taken: Transformed | None = None

    @property
    def best(self) -> Candidate:
        """The answer."""
        return self.candidates[0]

    @property
    def rank(self) -> tuple[int, bool]:
        """Of several answers the one with the lowest holds."""
        return _rank(self.best)


def best_answer(program: Program, question: Question) -> MatrixAnswer:
    """The first kinds under which the formula is exact, or else the best of the likeliest, with repairs.

    Raises:
        KlcliError: its parts do not fit together, or it lacks a symbol that the question names.
    """
    wanted = _wanted(question)
    judged: list[tuple[TypedFormula, list[Verdict]]] = []
    for one in typed(program, question):
        verdicts = _verdicts(program, one, question)
        judged.append((one, verdicts))
        if any(
            verdict.kind == "exact" and wanted in (None, verdict.parameterization.name)
            for verdict in verdicts
        ):
            return _answer(program, one, verdicts, None, wanted)
    first = judged[0][0].kinds
    best = min(judged, key=lambda entry: min(verdict.rank for verdict in entry[1]))
    likeliest = [best] if best[1][0].kl else [entry for entry in judged if entry[0].kinds == first]
    answers = []
    for one, verdicts in likeliest:
        undone = _undone(program, one, verdicts, question, wanted)
        answers.append(_answer(program, one, verdicts, undone, wanted))
    return min(answers, key=attrgetter("rank"))


def _wanted(question: Question) -> str | None:
    """The reading that is demanded, if it is one of a matrix."""
    stated = question.reading.name if question.reading else None
    if stated is not None and stated not in READINGS:
        hint = f"a matrix is read as {', '.join(READINGS)}"
        raise KlcliError(
            f"--param {stated} is a reading of a number, and this formula is one of matrices", hint
        )
    return stated


def _answer(
    program: Program,
    own: TypedFormula,
    verdicts: Sequence[Verdict],
    undone: UndoneMistake | None,
    wanted: str | None,
) -> MatrixAnswer:
    found = [_candidate(program, own, verdict, undone) for verdict in verdicts]

    def rank(candidate: Candidate) -> tuple[object, ...]:
        unwanted = wanted is not None and candidate.verdict.parameterization.name != wanted
        return unwanted, *_rank(candidate), misfit(candidate.verdict.way)

    ordered = sorted(found, key=rank)
    return MatrixAnswer(program, own, _of_each_reading(ordered))


def _rank(candidate: Candidate) -> tuple[int, bool]:
    return KINDS.index(candidate.kind), candidate.mistake is None


def _of_each_reading(ordered: Sequence[Candidate]) -> tuple[Candidate, ...]:
    best: dict[str, Candidate] = {}
    for candidate in ordered:
        best.setdefault(candidate.verdict.parameterization.name, candidate)
    return tuple(best.values())


def _verdicts(program: Program, own: TypedFormula, question: Question) -> list[Verdict]:
    """The verdicts on the likeliest ways; on less likely ones only where those give no KL."""
    found: list[Verdict] = []
    # The three readings of the likeliest matrix are tried in any formula.
    left = min(_MOST_WAYS, max(3, _MOST_VISITS // len(list(walk(program.tree)))))
    for group in own.groups:
        for way in group[:left]:
            verdict = judge_way(own.subject, way, question.prior, program.text)
            if verdict.kl and is_stated_turned(program.left, way.roles):
                verdict = judge_way(own.subject, way.turned, question.prior, program.text)
            found.append(verdict)
        left -= len(group)
        if left <= 0 or any(verdict.kl for verdict in found):
            break
    return found


def _undone(
    program: Program, own: TypedFormula, verdicts: Sequence[Verdict], question: Question, wanted: str | None
) -> UndoneMistake | None:
    """The correction of a formula that is no KL, or one that looks unmeant."""
    if not question.mended:
        return None
    best = min(verdicts, key=lambda verdict: verdict.rank)
    if wanted is None and best.kind in ("exact", "reversed"):
        return None
    if any(verdict.kind == "wrong" and verdict.kl for verdict in verdicts):
        return None
    if best.kind == "scaled" and best.kl and not best.kl.looks_unmeant and wanted is None:
        return None
    if len(list(walk(program.tree))) > _MOST_NODES:
        return None
    likeliest = [best.way] if best.kind == "scaled" else own.groups[0]
    if best.kl and best.way not in likeliest:
        likeliest = [best.way, *likeliest]
    if wanted is not None:
        likeliest = [way for way in likeliest if way.reading.name == wanted] or likeliest
    alike = [way for way in likeliest if _is_alike(way)]
    return repaired(program, own.subject, own.kinds, alike, question.prior)


def _is_alike(way: Way) -> bool:
    """Whether all matrices have one reading or are of one Gaussian; other ways are too many to be mended."""
    return len({head.reading.name for head in way.heads}) == 1 or len({head.side for head in way.heads}) == 1


def _candidate(
    program: Program, own: TypedFormula, verdict: Verdict, undone: UndoneMistake | None
) -> Candidate:
    kind = kind_as_stated(verdict, program.left)
    weighed = own.aside.weights or own.aside.divisors
    if kind == "exact":
        return Candidate("scaled" if weighed else "exact", verdict)
    if kind == "reversed":
        return Candidate(
            kind, verdict, find_mistake("KL115"), sides_exchanged(program, program.tree, verdict.way)
        )
    if kind == "wrong" and verdict.kl:
        return Candidate(kind, verdict, find_mistake("KL111"))
    if undone is None or not _same_way(undone.verdict.way, verdict.way):
        lone = kind == "wrong" and not _has_ingredients(own, verdict.way)
        return Candidate("not-kl" if lone else kind, verdict)
    if kind == "other-prior":
        kind = "wrong" if undone.verdict.kind == "exact" else kind
    return Candidate(kind, verdict, undone.mistake, undone.source)


def _same_way(one: Way, other: Way) -> bool:
    return replace(one, dimensions=()) == replace(other, dimensions=())


def _has_ingredients(own: TypedFormula, way: Way) -> bool:
    """Whether a formula has the logarithm of a determinant, as every KL has, or a determinant at least."""
    setting = Setting(own.subject.manner, own.kinds, way)
    nodes = list(walk(own.subject.tree))
    dets = any(isinstance(node, MatrixCall) and node.function in ("det", "bars") for node in nodes)
    return dets or setting.has_volume(own.subject.tree) or any(isinstance(node, Call) for node in nodes)
