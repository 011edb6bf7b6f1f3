"""Which of two learned Gaussians is the posterior: the one that a loss draws its samples from.

No algebra tells KL(q || p) from KL(p || q) where both are trained. The posterior is what samples are drawn
from: where these are drawn from the second Gaussian, and nothing that is drawn depends on the first, the two
are exchanged.
"""

from __future__ import annotations

from collections.abc import Sequence

from klcli.judge.condition_kinds import Condition
from klcli.judge.roles import Roles
from klcli.trace.anatomy import Anatomy
from klcli.trace.recording import Recording
from klcli.trace.samplers import drawn_nodes, paired
from klcli.trace.terms import Term
from klcli.values import replace

_DRAWN = "the samples are drawn from the second of its two Gaussians, and none from the first"


def with_directions(recording: Recording, loss: Anatomy) -> Anatomy:
    """A loss whose KLs from what nothing is drawn from to what its samples are drawn from are reversed."""
    said = Condition("equation", _DRAWN, True)
    terms = tuple(
        replace(term, verdict="reversed", conditions=(*term.conditions, said))
        if _is_reversed(recording, loss.terms, term)
        else term
        for term in loss.terms
    )
    return replace(loss, terms=terms) if terms != loss.terms else loss


def _is_reversed(recording: Recording, terms: Sequence[Term], term: Term) -> bool:
    sides = _sides(term)
    if sides is None or term.verdict not in ("exact", "scaled"):
        return False
    first, second = sides
    # Both directions are a symmetric divergence, of which none is the wrong one.
    if any(_sides(other) == (second, first) for other in terms):
        return False
    shape = recording.steps[min(first)].shape
    # The sum of a loss may have noise in it, too: that of data.
    drawn = [one for one in drawn_nodes(recording) if recording.steps[one].shape[-len(shape) :] == shape]
    if not shape or any(first & set(recording.leading_to(index)) for index in drawn):
        return False
    assert term.kernel
    role = term.kernel.verification.best.verdict.roles
    other = Roles(role.prior_mean, role.prior_head)
    return any(paired(recording, index, term, other) for index in drawn)


def _sides(term: Term) -> tuple[frozenset[int], frozenset[int]] | None:
    """The nodes of the two Gaussians of a KL; None where these are not four arrays that are all trained."""
    kernel = term.kernel
    if kernel is None or term.part.matrices or kernel.is_sampled or kernel.mistake:
        return None
    role, symbols = kernel.verification.best.verdict.roles, term.part.builder.symbols
    pairs = ((role.mean, role.head), (role.prior_mean, role.prior_head))
    first, second = (frozenset(symbols[name] for name in pair if name) for pair in pairs)
    is_trained = not kernel.flow.still
    return (first, second) if len(first) == len(second) == 2 and is_trained else None
