"""Sampled KLs whose log-densities read the head otherwise than the sample that they are taken at.

``log q(z) - log p(z)`` has the KL as its mean where z is drawn from q. Drawn with another spread it has the
mean of no KL: so z is taken for a sample of q under each reading, and what is drawn is told beside the KL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from klcli.formula.traversal import free_symbols, substitute
from klcli.formula.tree import Symbol, Tree, operation
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.names.means_and_spreads import is_mean
from klcli.trace.kl_recognition import Kernel, kl_of
from klcli.trace.programs import Builder, UnfollowedError
from klcli.trace.recording import Recording
from klcli.trace.start_nodes import samples_below
from klcli.values import replace

_NOISE = "randn"


def kl_of_densities(
    recording: Recording, core: int, builder: Builder, tree_of: Callable[[Builder], Tree]
) -> Kernel | None:
    """The KL that a term would have for its mean, were its sample drawn from its own q.

    Args:
        recording: the run.
        core: a node of the term.
        builder: what its symbols are.
        tree_of: its program, by a builder of its own.
    """
    for sample in samples_below(recording, core):
        cut = Builder(recording, cuts=(sample,))
        try:
            tree = tree_of(cut)
        except UnfollowedError:
            continue
        names = {node: name for name, node in builder.symbols.items()}
        own = {name: names.get(node) for name, node in cut.symbols.items() if node != sample}
        (z,) = [name for name, node in cut.symbols.items() if node == sample] or ("",)
        used = set(free_symbols(tree))
        if used != {z, *own} or len(own) != 2 or None in own.values() or cut.noises:
            continue
        # Noise alone is no sample of q, also where something is added to it.
        if not set(cut.symbols.values()) <= set(recording.leading_to(sample)):
            continue
        renamed = substitute(tree, {name: Symbol(known) for name, known in own.items() if known})
        for mean, head in _pairs([known for known in own.values() if known]):
            if found := _drawn_rightly(renamed, z, mean, head):
                return found
    return None


def _pairs(names: list[str]) -> Iterator[tuple[str, str]]:
    """Which of two arrays is the mean, the likelier first."""
    one, other = sorted(names, key=is_mean, reverse=True)
    yield one, other
    if not is_mean(one):
        yield other, one


def _drawn_rightly(tree: Tree, sample: str, mean: str, head: str) -> Kernel | None:
    """The KL with a sample that reads the head as its densities do."""
    for row in PARAMETERIZATIONS.values():
        sigma = substitute(row.sigma, {"s": Symbol(head)})
        drawn = operation("+", Symbol(mean), operation("*", sigma, Symbol(_NOISE)))
        found = kl_of(substitute(tree, {sample: drawn}), {_NOISE: "randn"})
        if found is None or found.mistaken or found.verification.best.kind not in ("exact", "scaled"):
            continue
        verdict = found.verification.best.verdict
        if (verdict.roles.mean, verdict.parameterization) == (mean, row):
            return replace(found, is_sampled=True)
    return None
