"""Samples and the KLs that belong to them: paired by the arrays that both are made of, not by names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from klcli.errors import KlcliError
from klcli.formula.entrywise_form import entry
from klcli.formula.traversal import children, free_symbols, rebuilt
from klcli.formula.tree import Clip, Tree
from klcli.judge.mistakes.table import find_mistake
from klcli.judge.roles import Roles
from klcli.judge.sampler import SamplerJudgement, judge_sampler
from klcli.judge.verification import Verification
from klcli.trace.programs import Builder, UnfollowedError
from klcli.trace.recording import Place, Recording, Step
from klcli.trace.terms import Term
from klcli.values import dataclass, replace

if TYPE_CHECKING:
    from klcli.trace.matrices.kl_recognition import MatrixKl


@dataclass(frozen=True, slots=True)
class Sample:
    """A reparameterised sample.

    Attributes:
        place: where it is drawn.
        sampling: what it does.
        term: the KL of the same mean and head.
        difference: from the KL, in words, where that is no other reading of a number.
    """

    place: Place | None
    sampling: SamplerJudgement
    term: Term
    difference: str = ""


def samples_of(recording: Recording, terms: Sequence[Term]) -> tuple[Sample, ...]:
    """The samples of the posteriors of some KLs, each once for every KL."""
    found: dict[tuple[object, ...], Sample] = {}
    for term in terms:
        for sample in _beside(recording, term):
            found.setdefault((sample.place, id(term)), sample)
    return tuple(found.values())


def _beside(recording: Recording, term: Term) -> Iterator[Sample]:
    """The samples of the posterior of a KL."""
    if term.part.matrices:
        yield from _of_matrices(recording, term, term.part.matrices)
        return
    if verification := _verification(term):
        role = verification.best.verdict.roles
        for index in drawn_nodes(recording):
            if sample := paired(recording, index, term, role) or _exchanged(recording, index, term, role):
                yield sample
    if any("call" in step.more for step in recording.steps):
        yield from _correlated(recording, term)


def _of_matrices(recording: Recording, term: Term, found: MatrixKl) -> Iterator[Sample]:
    """The samples of the posterior of a KL of Gaussians with covariance matrices."""
    from klcli.trace.matrices.samples import sampling_of  # most losses have none

    for index in noisy_sums(recording, attrgetter("operands")):
        if one := sampling_of(recording, index, found.fit):
            yield Sample(recording.steps[index].place, one.sampling, term, one.difference)


def _correlated(recording: Recording, term: Term) -> Iterator[Sample]:
    """The samples around the mean of a KL of independent latents that have correlated ones."""
    from klcli.trace.matrices.samples import sampling_of_full  # most losses have none

    found = term.kernel.verification if term.kernel else None
    mean = term.part.builder.symbols.get(found.best.verdict.roles.mean or "") if found else None
    for index in noisy_sums(recording, attrgetter("operands")) if mean is not None else ():
        assert mean is not None
        if one := sampling_of_full(recording, index, mean):
            yield Sample(recording.steps[index].place, one.sampling, term, one.difference)


def noisy_sums(recording: Recording, below: Callable[[Step], Collection[int]]) -> Iterator[int]:
    """The sums with noise in them, also those that are given another shape then.

    Args:
        recording: the run.
        below: the nodes that one is computed from.
    """
    noisy: set[int] = set()
    for index, step in enumerate(recording.steps):
        if step.op == "noise" or noisy.intersection(below(step)):
            noisy.add(index)
            if step.op in ("add", "sub", "shape"):
                yield index


def lone_samples(recording: Recording) -> Iterator[tuple[Place | None, str, str]]:
    """The samples of a run without a KL: where, of which head, and how they read it."""
    for index, builder, _, head, reading in read_samples(recording):
        yield recording.steps[index].place, builder.spellings.get(head, head), reading


def read_samples(recording: Recording) -> Iterator[tuple[int, Builder, str, str, str]]:
    """The samples of a mean and a head: the node, its symbols, the names of the two, and the reading."""
    for index in drawn_nodes(recording):
        builder = Builder(recording)
        try:
            tree = entry(builder.tree(index), keeps_sums=False)
        except UnfollowedError:
            continue
        own = [name for name in free_symbols(tree) if name not in builder.noises]
        if len(own) != 2:
            continue
        for mean, head in (own, own[::-1]):
            try:
                found = judge_sampler(tree, Roles(mean, head), None)
            except KlcliError:
                continue
            if found.parameterization:
                yield index, builder, mean, head, found.parameterization
                break


def reread(term: Term, reading: str | None) -> Term:
    """A KL with a mistake, read as the sample reads its head, where a mistake explains it so, too."""
    kernel = term.kernel
    found = kernel.read_as(reading) if kernel else None
    return term if found is kernel else replace(term, part=replace(term.part, kernel=found))


def drawn_nodes(recording: Recording) -> Iterator[int]:
    """The sums with noise in them, also those that are given another shape then."""
    for index in noisy_sums(recording, attrgetter("below")):
        step = recording.steps[index]
        # A density with the mean 0 has the sample minus nothing.
        if step.op == "shape" or not any(_is_zero(recording, arg) for arg in step.args):
            yield index


def _is_zero(recording: Recording, arg: int | float) -> bool:
    if not isinstance(arg, int):
        return not arg
    step = recording.steps[arg]
    if step.op == "full":
        return not step.args[0]
    return bool(step.values) and not step.grad and not any(step.values or ())


def _verification(term: Term) -> Verification | None:
    """The judge's answer about a term that is a KL, or means to be one."""
    if term.kernel:
        return term.kernel.verification
    return term.unknown.verification if term.unknown else None


def paired(recording: Recording, index: int, term: Term, role: Roles) -> Sample | None:
    """The sample at a node, if it is one of the mean and head of a Gaussian of a KL and of nothing else."""
    verification = _verification(term)
    if verification is None:
        return None
    builder = term.part.builder
    before = len(builder.symbols)
    try:
        tree = _unbounded(entry(builder.tree(index), keeps_sums=False), verification.prepared.bounds)
    except UnfollowedError:
        return None
    names = set(free_symbols(tree))
    noises = names & set(builder.noises)
    own = {name for name in (role.mean, role.head) if name}
    if len(noises) != 1 or role.head is None or names - noises != own or len(builder.symbols) > before + 1:
        return None
    right = verification.best.kind in ("exact", "scaled", "other-prior")
    reading = verification.best.verdict.parameterization if right else None
    try:
        sampling = judge_sampler(tree, Roles(role.mean, role.head), reading)
    except KlcliError:
        return None
    return Sample(recording.steps[index].place, sampling, term)


def _exchanged(recording: Recording, index: int, term: Term, role: Roles) -> Sample | None:
    """The sample at a node, if it takes the head of a KL for its mean, and the mean for its head."""
    found = paired(recording, index, term, Roles(role.head, role.mean))
    if found is None or found.sampling.parameterization is None or term.verdict == "wrong":
        return None
    kernel = term.kernel
    assert kernel
    meaning = kernel.verification.best.verdict.parameterization.meaning
    head = term.part.builder.spellings.get(role.head or "", role.head)
    text = f"the KL reads {head} as {meaning}, and this sample takes it for its mean"
    sampling = replace(found.sampling, status="disagrees", mistake=find_mistake("KL201"))
    return replace(found, sampling=sampling, difference=text)


def _unbounded(tree: Tree, bounds: Collection[Clip]) -> Tree:
    """A sample without the clips that the KL has wherever its head stands: they are what the head means."""
    if isinstance(tree, Clip) and tree in bounds:
        return tree.operand
    return rebuilt(tree, [_unbounded(node, bounds) for node in children(tree)])
