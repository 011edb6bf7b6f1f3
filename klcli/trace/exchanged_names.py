"""Means and heads whose names say that each is the other one, where nothing says that the names are wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from klcli.names.means_and_spreads import is_mean, suggested
from klcli.trace.recording import Recording
from klcli.trace.samplers import Sample
from klcli.trace.terms import Term


def exchanged_names(
    recording: Recording, terms: Sequence[Term], samples: Sequence[Sample]
) -> Iterator[tuple[Term, str]]:
    """The KLs with such names, and what is said of them.

    A sample that agrees with a KL says more than names do; so does what the arrays are called where they were
    handed to the function of the KL, which may exchange the names once more.

    Args:
        recording: the run.
        terms: of a loss.
        samples: of the posteriors.
    """
    drawn = {id(sample.term) for sample in samples if sample.sampling.status == "agrees"}
    for term in terms:
        said = [one.text for one in term.conditions if one.kind == "names" and not one.passes]
        if said and id(term) not in drawn and not _is_handed_rightly(recording, term):
            yield term, said[0]


def _is_handed_rightly(recording: Recording, term: Term) -> bool:
    if term.kernel is None:
        return False
    role, symbols = term.kernel.verification.best.verdict.roles, term.part.builder.symbols
    nodes = (symbols.get(name or "") for name in (role.mean, role.head))
    mean, head = (
        "" if node is None else str(recording.steps[node].more.get("handed_as", "")) for node in nodes
    )
    return is_mean(mean) and bool(suggested(head))
