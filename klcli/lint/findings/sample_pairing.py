"""Which sample belongs to which KL, and whether both read the head in the same way.

Where a flow leads from one network output to both, that decides. Where none does, as between a method that
samples and one that computes the loss, names decide which belong together, and never what they mean.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from typing import Literal, TypeAlias

from klcli.formula.read.ast_parts import text_of_name
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.project.definitions import Class
from klcli.lint.terms.closed_form_terms import Divergence
from klcli.lint.terms.samples import SamplingLine
from klcli.values import dataclass

_Relation: TypeAlias = Literal["agree", "disagree", "crossed"]


@dataclass(frozen=True, slots=True)
class PairedSample:
    """A sample and the KL that it belongs to.

    Attributes:
        sample: what is drawn.
        divergence: the KL of what it is drawn from.
        relation: whether both read the head in the same way; crossed, if what is the mean of one is the head
            of the other.
    """

    sample: SamplingLine
    divergence: Divergence
    relation: _Relation


def paired_samples(
    divergences: Sequence[Sequence[Divergence]], samples: Sequence[Sequence[SamplingLine]]
) -> Iterator[PairedSample]:
    """Each sample with the KL that it belongs to; one that it agrees with, if there is one.

    Args:
        divergences: for each KL, the ways in which it was reached.
        samples: for each sample, the ways in which it was reached.
    """
    for ways in samples:
        drawn_from = [*ways, *(other for one in ways for other in one.others)]
        both = [(one, drawn) for others in divergences for one in others for drawn in drawn_from]
        found = [
            PairedSample(drawn, one, relation) for one, drawn in both if (relation := _by_flow(one, drawn))
        ]
        found = found or list(_by_name(divergences, ways, _apart(divergences, samples)))
        if found:
            yield next((pair for pair in found if pair.relation == "agree"), found[0])


def _by_flow(one: Divergence, drawn: SamplingLine) -> _Relation | None:
    """How a KL and a sample of the same network outputs relate; None where they have other ones."""
    if not one.is_right or one.head is None:
        return None
    if one.mean is not None and _is_crossed(one, drawn):
        return "crossed"
    if one.excerpt.origin(one.head) != drawn.excerpt.origin(drawn.head):
        return None
    if one.mean is not None and one.excerpt.origin(one.mean) != drawn.excerpt.origin(drawn.mean):
        return None
    return _relation(one, drawn)


def _is_crossed(one: Divergence, drawn: SamplingLine) -> bool:
    origin = one.excerpt.origin
    return (origin(str(one.mean)), origin(str(one.head))) == (
        drawn.excerpt.origin(drawn.head),
        drawn.excerpt.origin(drawn.mean),
    )


def _relation(one: Divergence, drawn: SamplingLine) -> _Relation:
    reading = one.found.best.verdict.parameterization.name
    return "agree" if drawn.sampling.parameterization == reading else "disagree"


def _apart(
    divergences: Sequence[Sequence[Divergence]], samples: Sequence[Sequence[SamplingLine]]
) -> frozenset[Class | None]:
    """The classes with a KL or with a sample, but not both: a layer that draws, a model that has a loss."""
    charged = {one.excerpt.owner.owner for ways in divergences for one in ways}
    drawing = {one.excerpt.owner.owner for ways in samples for one in ways}
    return frozenset(charged ^ drawing)


def _by_name(
    divergences: Sequence[Sequence[Divergence]], ways: Sequence[SamplingLine], apart: Collection[Class | None]
) -> Iterator[PairedSample]:
    """Relations by names: within a class, among the functions of a file, or between two parts of a model."""
    for drawn in sorted(ways, key=lambda one: not one.excerpt.is_local):
        if drawn.sampling.parameterization is None or drawn.excerpt.is_rebound(drawn.head):
            continue
        alike = [
            one
            for others in divergences
            for one in others
            if _is_comparable(one) and _same_names(one, drawn, apart)
        ]
        own = [one for one in alike if one.excerpt.owner is drawn.excerpt.owner]
        near = [one for one in alike if one.excerpt.owner.owner is drawn.excerpt.owner.owner]
        for one in own or near or alike:
            yield PairedSample(drawn, one, _relation(one, drawn))


def _is_comparable(one: Divergence) -> bool:
    """Whether a KL is right by itself in a head that has one meaning."""
    return one.head is not None and one.is_right and not one.excerpt.is_rebound(one.head)


def _same_names(one: Divergence, drawn: SamplingLine, apart: Collection[Class | None]) -> bool:
    """Whether both have a mean and a head of the same names, in one class or in parts of one model."""
    first, second = one.excerpt.root, drawn.excerpt.owner
    if first.module is not second.module:
        return False
    if first.owner is not second.owner and not {first.owner, second.owner} <= {None, *apart}:
        return False
    pairs = ((one.mean, drawn.mean), (one.head, drawn.head))
    return all(
        name is None or not _names(one.excerpt, name).isdisjoint(_names(drawn.excerpt, other))
        for name, other in pairs
    )


def _names(excerpt: CodeExcerpt, name: str) -> set[str]:
    """The names by which a number goes: its own, and those that are given nothing but its value."""
    found = {name}
    for step in excerpt.steps:
        match step.node:
            case ast.Assign(value=ast.Name() | ast.Attribute() | ast.Subscript() as value):
                found |= step.targets if text_of_name(value) == name else frozenset()
    return {excerpt.spelled(one).removeprefix("self.").strip("_").lower() for one in found}
