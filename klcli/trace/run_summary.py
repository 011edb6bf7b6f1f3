"""Everything that is said of a run: losses with their terms, samples, findings, weights that change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.acceptance import ACCEPTABLE
from klcli.judge.gradient_flow import NO_GRADIENT
from klcli.names.losses import is_called_kl
from klcli.trace.anatomy import Anatomy, anatomy_of
from klcli.trace.factors import Chain, chain_to
from klcli.trace.findings import TraceFinding, findings_of
from klcli.trace.learned_weights import is_of_weights
from klcli.trace.posterior_identification import with_directions
from klcli.trace.precision import Precision, precisions_of
from klcli.trace.recording import NotedLoss, Recording, WholeCall
from klcli.trace.samplers import Sample, lone_samples, reread, samples_of
from klcli.trace.terms import Term
from klcli.trace.unfollowed_functions import Probed, is_named_kl, probed
from klcli.values import dataclass, replace

_NOTHING = "no loss was seen: nothing called backward(), and no number has a gradient"


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen of a run.

    Attributes:
        recording: what was noted.
        losses: the losses, each as it was when it was first seen.
        steps: for every backward pass the place of its loss among these and the weights of its terms.
        samples: the samples of its posteriors.
        findings: what is wrong, or worth knowing.
        warnings: what could not be followed.
        precisions: what a function does in short precisions.
    """

    recording: Recording
    losses: tuple[Anatomy, ...]
    steps: tuple[tuple[int, tuple[float | None, ...]], ...]
    samples: tuple[Sample, ...]
    findings: tuple[TraceFinding, ...]
    warnings: tuple[str, ...]
    precisions: tuple[Precision, ...] = ()

    def holds(self, accepted: Collection[str] = ()) -> bool:
        """Whether nothing was found that makes a check fail, and no term needs a word to be accepted.

        Args:
            accepted: words of `klcli.judge.acceptance`.
        """
        is_clean = all(one.severity == "note" for one in self.findings)
        return is_clean and not self.unaccepted(accepted) and not self.objectives

    @property
    def is_checked(self) -> bool:
        """Whether there is a loss, and anything is known of what is called a KL, a function or its terms."""
        known = self.findings or any(term.kind != "other" for one in self.losses for term in one.terms)
        is_known = bool(known) or not is_named_kl(self.recording)
        return bool(self.losses) and is_known and not unread_kls(self.recording, self.losses)

    @property
    def objectives(self) -> tuple[Term, ...]:
        """The terms that are a known objective made of a KL and no KL, such as a capacity."""
        return tuple(
            term for one in self.losses for term in one.terms if term.kind == "kl" and term.verdict == "other"
        )

    def unaccepted(self, accepted: Collection[str]) -> tuple[tuple[Term, str], ...]:
        """The terms that pass only if somebody says that they are meant, each with the word for that.

        What a finding says is left to that.
        """
        return tuple(
            (term, word)
            for one in self.losses
            for term in one.terms
            for word in dict.fromkeys(_needed(term))
            if word in ACCEPTABLE and word not in accepted
        )


def unread_kls(recording: Recording, losses: Sequence[Anatomy]) -> list[Term]:
    """The terms that are called a KL, by what variables held them, and of which nothing is known.

    What is made of the weight of another term, as `kl_weight` is, is none; nor is a multiplier, or a 0.

    Args:
        recording: the run.
        losses: of the run.
    """
    return [term for one in losses for term in one.terms if _is_unread(recording, term, one.terms)]


def _is_unread(recording: Recording, term: Term, terms: Sequence[Term]) -> bool:
    core = recording.steps[term.part.chain.core]
    weights = [weight for one in terms for weight in one.part.chain.learned]
    made_by = core.more.get("made_by") if core.is_leaf and core.size == 1 else None
    # A multiplier that is trained against the value of a KL, and what stands for a KL where there is none.
    is_number = made_by == "a parameter" or (made_by == "an input" and core.values == (0.0,))
    if is_number or is_of_weights(recording, term.part.chain.core, weights):
        return False
    is_bare = term.kind == "other" and not (term.unknown and (term.unknown.mistake or term.unknown.verdict))
    names = (name for index, _ in term.part.chain.above for name in recording.steps[index].names)
    return is_bare and any(map(is_called_kl, names))


def _needed(term: Term) -> Iterator[str]:
    """What is to be accepted of a term, if it can be: nothing of one that is a mere value."""
    if NO_GRADIENT in term.conditions:
        return
    if term.kernel and term.kernel.is_sampled:
        yield "estimator"
    if not term.is_sum_by_weight:
        yield term.verdict
    yield from (one.kind for one in term.conditions if not one.passes)


def watched(recording: Recording) -> Watched:
    """Take the losses of a recording apart."""
    every = [anatomy_of(recording, loss) for loss in recording.losses]
    first: dict[object, Anatomy] = {}
    steps = []
    for one in every:
        key = _identity(recording, one.loss)
        first.setdefault(key, one)
        number = list(first).index(key)
        steps.append((number, tuple(term.weight for term in one.terms)))
    losses = tuple(with_directions(recording, one) for one in first.values())
    terms = [term for one in losses for term in one.terms if term.kind == "kl"]
    samples = samples_of(recording, terms)
    changed = {id(sample.term): reread(sample.term, sample.sampling.parameterization) for sample in samples}
    losses = tuple(
        replace(one, terms=tuple(changed.get(id(term), term) for term in one.terms)) for one in losses
    )
    samples = tuple(_of(sample, changed[id(sample.term)]) for sample in samples)
    is_known = any(term.kind != "other" for one in losses for term in one.terms)
    probe = Probed() if is_known else probed(recording)
    if probe.recording:
        return _by_values(watched(probe.recording), probe)
    findings = (*findings_of(recording, losses, samples), *probe.findings)
    nothing = () if losses or recording.warnings else (_NOTHING,)
    warnings = (
        *nothing,
        *probe.warnings,
        *recording.warnings,
        *_warnings(recording, losses),
        *([] if terms else _without_kl(recording)),
    )
    precisions = precisions_of(recording, losses)
    return Watched(recording, losses, tuple(steps), samples, findings, warnings, precisions)


def _by_values(found: Watched, probe: Probed) -> Watched:
    """What is said of the program that has the values of a function: nothing of it is proved."""
    losses = [
        replace(one, terms=tuple(replace(term, proof="points") for term in one.terms)) for one in found.losses
    ]
    return replace(
        found,
        losses=tuple(losses),
        findings=(*found.findings, *probe.findings),
        warnings=(*probe.warnings, *found.warnings),
    )


def _identity(recording: Recording, loss: NotedLoss) -> object:
    """What passes of one loss have in common: where they begin, and where the loss was computed.

    Two losses may begin in one line, by two calls or by a loop over them, and those of all models in the one
    line of a trainer. What a loss is multiplied by is none of it, as one over the passes that are summed up.
    """
    core = chain_to(recording, Chain(loss.node)).core
    return loss.place, loss.instruction, recording.steps[core].place


def _of(sample: Sample, term: Term) -> Sample:
    """The sample with its term; beside a wrong KL that is read as the sample is, it disagrees with none."""
    mistaken = term.kernel.mistaken if term.kernel else None
    reading = mistaken.best.verdict.parameterization.name if mistaken else None
    if reading is None or reading != sample.sampling.parameterization:
        return replace(sample, term=term)
    return replace(sample, term=term, sampling=replace(sample.sampling, mistake=None, status="unknown"))


def _given(call: WholeCall) -> list[str]:
    """With what a function was called that takes more than a mean and a head: some may be no arrays."""
    names = list(call.given)
    if len(names) <= 2:  # a mean and a head
        return []
    return [f"{', '.join(names)} were given as arrays; --arg {names[-1]}=1 gives one that is none"]


def _warnings(recording: Recording, losses: Sequence[Anatomy]) -> list[str]:
    said = "is called a KL and was not followed: it is not judged"
    found = [f"{term.name} {said}" for term in unread_kls(recording, losses)]
    for one in losses:
        found += [f"a term was not followed: {term.part.problem}" for term in one.terms if term.part.problem]
        found += [text for term in one.terms if (text := _disagreement(term))]
        if not any(term.kind == "kl" or term.is_of_tables for term in one.terms):
            found.append("this loss has no KL that could be followed")
            found += _given(recording.called) if recording.called else []
    return found


def _without_kl(recording: Recording) -> Iterator[str]:
    """How the samples read their heads where there is no KL to hold them against."""
    for place, head, reading in lone_samples(recording):
        where = f" ({place.path.rpartition('/')[2]}:{place.line})" if place else ""
        meaning = PARAMETERIZATIONS[reading].meaning
        yield f"the sample{where} reads {head} as {meaning}; its KL: klcli derive --param {reading}"


def _disagreement(term: Term) -> str:
    """What to say of a term whose numbers at this step are not those of its program; empty if they are."""
    found = term.agreement
    if found is None or found.agrees:
        return ""
    other = found.true if found.true is not None else found.evaluated
    text = f"{term.name} adds {found.noted:.6g} to the loss at this step, and its program gives"
    return f"{text} {'nothing' if other is None else f'{other:.6g}'}: something in it was not followed"
