"""Terms that are no KL: what the judge says of those that mean to be one, and which estimators they are.

Any loss with a logarithm in it has the ingredients of a KL. So a term is called a wrong KL only where it
says that it is one, by the name of the function or variable, or by those of its mean and head.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from klcli.errors import KlcliError
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Negative, Tree
from klcli.judge.answer import answer
from klcli.judge.condition_kinds import Condition
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.question import PLAIN
from klcli.judge.spaces.log_ratios.estimator_answer import Estimation
from klcli.judge.spaces.space import Answer
from klcli.judge.verification import Verification
from klcli.names.losses import is_called_kl
from klcli.names.means_and_spreads import is_mean, suggested
from klcli.trace.kl_recognition import expected_of
from klcli.trace.loss_part import Part
from klcli.trace.programs import Builder, UnfollowedError, program_of
from klcli.trace.recording import Recording
from klcli.trace.start_nodes import cuts_of, samples_below
from klcli.trace.summands import is_dependent, parts_of
from klcli.values import dataclass, replace

_EXTREMES = {**dict.fromkeys(("max", "amax"), "largest"), **dict.fromkeys(("min", "amin"), "smallest")}
"""Functions that take one of several arrays."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What the judge says of a term that is no KL.

    Attributes:
        is_kl: whether it means to be one.
        verdict: the judge's.
        what: what it is, in words.
        mistake: what is wrong, if that has a name.
        estimator: which estimator it is; empty for none.
        factor: what that is multiplied by in the part.
        verification: the judge's answer about a wrong KL.
        conditions: what an estimator needs besides.
    """

    is_kl: bool = False
    verdict: str = ""
    what: str = ""
    mistake: Mistake | None = None
    estimator: str = ""
    factor: float = 1.0
    verification: Verification | None = None
    conditions: tuple[Condition, ...] = ()


def looked_at(recording: Recording, part: Part) -> Unknown:
    """What the judge says of a part of which nothing is known."""
    found = _looked_at(recording, part)
    if found.mistake or part.estimation or part.densities or not _is_called_kl(recording, part):
        return found
    # A mistake may show where a head is no function of what is trained: ``std`` and ``exp(log_std)``.
    for cuts in cuts_of(recording, part.chain.core):
        builder = Builder(recording, cuts=cuts)
        with suppress(UnfollowedError):
            tree = part.chain.tree(builder, recording)
            other = _looked_at(recording, replace(part, builder=builder, tree=tree, problem=""))
            if other.mistake:
                return other
    return found


def _looked_at(recording: Recording, part: Part) -> Unknown:
    if part.estimation:
        return _estimator(part.estimation)
    if part.densities:
        names = part.densities if part.chain.factor > 0 else part.densities[::-1]
        what = f"{' - '.join(names)}, log-densities of which one is that of a mixture"
        return Unknown(False, "estimator", what, estimator="k1")
    if what := _extreme(recording, part):
        return Unknown(True, "other", what)
    # Two means and two heads; more symbols are no KL that the judge knows.
    own = _without_noise(recording, part)
    if own is None or not 0 < len(free_symbols(own)) <= 4 or is_dependent(recording, part.builder):
        return Unknown()
    tree = own if part.chain.factor > 0 else Negative(own)
    try:
        told = _told(tree, part.builder.spellings)
    except KlcliError:
        return Unknown()
    if told.estimate:
        return _estimator(told.estimate)
    found = told.gaussian
    assert found
    best, roles = found.best, found.best.verdict.roles
    if not _means_to_be(recording, part) or part.problem:
        return Unknown()
    if best.kind == "other":
        return Unknown(True, "other", f"{best.quantity}, which is no KL", verification=found)
    if best.kind not in ("wrong", "other-prior") or not (roles.mean or best.mistake):
        return Unknown()
    if best.mistake is None and len(free_symbols(own)) > len({roles.mean, roles.head} - {None}):
        return Unknown()  # it may be a KL of functions of its symbols
    what = best.mistake.sentence if best.mistake else "no multiple of a KL"
    said = f"{what}, as {best.verdict.parameterization.meaning}"
    return Unknown(True, "wrong", said, best.mistake, verification=found)


def _without_noise(recording: Recording, part: Part) -> Tree | None:
    """The program of a part, with noise its expectation: of what is called a KL, at a sample of its own."""
    noises = part.builder.noises
    if part.tree is None or not noises:
        return part.tree
    nodes = {node for name, node in part.builder.symbols.items() if name not in noises}
    samples = samples_below(recording, part.chain.core)
    is_drawn = any(nodes <= set(recording.leading_to(one)) for one in samples)
    # A mean and a head: of what a flow makes of a sample not all is followed.
    if len(nodes) != 2 or not is_drawn or not _is_called_kl(recording, part):
        return None
    return expected_of(part.tree, noises)


def _extreme(recording: Recording, part: Part) -> str:
    """In words what takes one of several KLs, as ``torch.stack(kls).max()`` does; empty for anything else."""
    step = recording.steps[part.chain.core]
    word = _EXTREMES.get(str(step.more.get("made_by")).lower())
    if not word or not step.operands:
        return ""
    every = recording.steps[step.operands[0]].operands
    count = sum(any(one.kernel for one in parts_of(recording, node)) for node in every)
    return f"the {word} of {count} KLs: the others train nothing" if count > 1 else ""


def _told(tree: Tree, spellings: Mapping[str, str]) -> Answer:
    """What the judge says, by the names of the run; a correction has to have the symbols that it had."""
    told = answer(program_of(tree, spellings), PLAIN)
    is_unnamed = told.gaussian and told.gaussian.best.kind == "wrong" and not told.gaussian.best.mistake
    return answer(program_of(tree), PLAIN) if is_unnamed else told


def _estimator(found: Estimation) -> Unknown:
    if found.mistake:
        return Unknown(False, found.kind, found.flaw, found.mistake, conditions=tuple(found.conditions))
    if found.kind not in ("estimator", "reversed", "scaled", "exact") or not found.name:
        return Unknown()
    factor, conditions = float(found.factor), tuple(found.conditions)
    return Unknown(False, found.kind, found.named, None, found.name, factor, conditions=conditions)


def _means_to_be(recording: Recording, part: Part) -> bool:
    """Whether a part says that it is a KL, or has a mean and a head by their names."""
    if _is_called_kl(recording, part):
        return True
    symbols = free_symbols(part.tree) if part.tree is not None else ()
    return any(map(is_mean, symbols)) and any(map(suggested, symbols))


def _is_called_kl(recording: Recording, part: Part) -> bool:
    return any(map(is_called_kl, part.chain.names(recording)))
