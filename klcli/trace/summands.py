"""Takes a loss apart: the judge is asked about the whole, and about its summands where that is nothing known.

What is a KL as a whole is one part, though it is a sum. Where only some of the summands are known, the others
may belong together all the same, as in ``mse + 1 + s - mu^2 - exp(s)``: they are judged as one, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import partial, reduce

from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Negative, Tree, number, operation
from klcli.judge.spaces.log_ratios.estimator_answer import Estimation
from klcli.judge.spaces.log_ratios.log_ratio_space import neutral_estimation, stated_estimation
from klcli.names.log_ratios import is_neutral
from klcli.names.losses import is_called_kl
from klcli.trace.factors import Chain, chain_to, number_of, unscaled
from klcli.trace.kl_recognition import Kernel, kl_of
from klcli.trace.likelihoods import Likelihood, has_target, likelihood_of
from klcli.trace.loss_part import Part, belong_together
from klcli.trace.misdrawn_samples import kl_of_densities
from klcli.trace.programs import Builder, UnfollowedError, program_of
from klcli.trace.recording import Recording
from klcli.trace.start_nodes import cuts_of, wide_cuts_of
from klcli.trace.total_correlation import mixed_densities
from klcli.values import replace

_MOST_LEAVES = 6
"""Leaves of a KL: two means, two heads, noise."""
_DEEPEST = 200
"""Sums within sums, as a loss of many layers or steps that is added up one by one has them."""


def parts_of(recording: Recording, root: int) -> tuple[Part, ...]:
    """The parts of a loss, in the order in which they are added."""
    return tuple(_parts(recording, Chain(root)))


def _parts(recording: Recording, start: Chain, depth: int = 0) -> list[Part]:
    if depth > _DEEPEST:
        return [Part(start, Builder(recording), problem="more summands than are taken apart")]
    if number_of(recording, start.core) is not None:
        return _without_gradient(recording, start, depth)
    chain = chain_to(recording, start)
    step = recording.steps[chain.core]
    if step.op in ("sum", "mean") and step.below:
        return _of_stack(recording, chain)
    if densities := mixed_densities(recording, chain.core):
        return [_of_densities(recording, chain, densities)]
    whole = _whole(recording, chain)
    has_more = whole.estimation is not None and bool(whole.estimation.others)
    is_done = whole.is_known and not has_more
    if step.op not in ("add", "sub") or (is_done and not _stops_inside(recording, whole)):
        return [whole]
    found = _of_summands(recording, chain, depth)
    if is_done:
        # Of two KLs of one value, each of which holds another side still, the sum has no such gradient.
        return found if len(found) > 1 and all(part.kernel for part in found) else [whole]
    if any(part.is_known for part in found):
        return _merged(recording, found)
    if whole.is_known or not belong_together(recording, chain, found):
        return [whole] if whole.is_known else found
    return [_with_densities(recording, whole, chain.core, partial(_signed, recording, chain))]


def _of_summands(recording: Recording, chain: Chain, depth: int) -> list[Part]:
    """The parts of both sides of a sum or a difference."""
    step, found = recording.steps[chain.core], list[Part]()
    for place, arg in enumerate(step.args):
        sign = -1 if step.op == "sub" and place else 1
        if isinstance(arg, int):
            factor, shared = chain.factor * sign, len(chain.numbers)
            own = replace(chain, core=arg, factor=factor, above=(), shared=shared)
            found += _parts(recording, own, depth + 1)
    return found


def _without_gradient(recording: Recording, start: Chain, depth: int) -> list[Part]:
    """A number that is added: it trains nothing, and is worth a word where it is a KL that was to train."""
    chain = chain_to(recording, start)
    is_stopped = any(recording.steps[node].op == "stop" for node in recording.leading_to(start.core))
    inner = chain_to(recording, unscaled(recording, chain))
    if not is_stopped and not any(map(is_called_kl, inner.names(recording))):
        return []
    for one in dict.fromkeys((chain, inner)):
        whole = _whole(recording, one)
        if (whole.kernel and is_stopped) or (whole.estimation and not whole.estimation.others):
            return [whole]
    chain = inner
    is_sum = recording.steps[chain.core].op in ("add", "sub")
    return [part for part in _of_summands(recording, chain, depth) if part.kernel] if is_sum else []


def _of_densities(recording: Recording, chain: Chain, names: tuple[str, str]) -> Part:
    """A difference of two log-densities, whatever these are computed from."""
    builder = Builder(recording, cuts=recording.steps[chain.core].below)
    return Part(chain, builder, chain.tree(builder, recording), densities=names)


def _of_stack(recording: Recording, chain: Chain) -> list[Part]:
    """The parts of a sum or mean of numbers that were put side by side, as those of many layers are."""
    step = recording.steps[chain.core]
    stacked = recording.steps[step.below[0]]
    share = 1.0 if step.op == "sum" else 1 / len(stacked.args)
    found: list[Part] = []
    for arg in stacked.below:
        found += _parts(recording, replace(chain, core=arg, factor=chain.factor * share, above=()))
    return found


def _stops_inside(recording: Recording, part: Part) -> bool:
    """Whether a KL may have the gradient of another loss."""
    if part.matrices:
        from klcli.trace.matrices.starts import nodes_inside

        return any(recording.steps[one].op == "stop" for one in nodes_inside(recording, part.chain.core))
    conditions = part.kernel.verification.conditions if part.kernel else ()
    return any(one.kind == "gradient" for one in conditions)


def _whole(recording: Recording, chain: Chain) -> Part:
    """A part as one thing."""
    found = _entrywise(recording, chain)
    return found if found.is_known else _of_matrices(recording, found)


def _of_matrices(recording: Recording, part: Part) -> Part:
    """A part that is a KL of Gaussians with covariance matrices, if it is one."""
    if not any("call" in step.more for step in recording.steps):
        return part
    from klcli.trace.matrices.kl_recognition import matrix_kl_of  # most losses have none
    from klcli.trace.matrices.starts import is_computed

    found = matrix_kl_of(recording, part.chain)
    if found is None:
        return part
    builder = Builder(recording, cuts=found.symbols.values())
    for name, node in found.symbols.items():
        builder.symbols[name], builder.shapes[name] = node, recording.steps[node].shape
        builder.spellings.update({name: called} if (called := recording.steps[node].name) else {})
    kernel = Kernel.of_matrices(found.verification, is_sampled=found.is_sampled)
    cuts = tuple(node for node in found.symbols.values() if is_computed(recording, node))
    return Part(
        part.chain, builder, kernel=kernel, is_taken_away=found.is_taken_away, cuts=cuts, matrices=found
    )


def _entrywise(recording: Recording, chain: Chain) -> Part:
    """A part as a program of single entries."""
    if recording.steps[chain.core].op == "loss":
        return _called(recording, chain)
    part = _as_program(recording, chain)
    if part.tree is None or len(part.builder.symbols) > _MOST_LEAVES:
        return _with_cuts(recording, part, wide_cuts_of(recording, chain.core))
    part = _judged(recording, part)
    return part if part.is_known else _with_cuts(recording, part, cuts_of(recording, chain.core))


def _as_program(recording: Recording, chain: Chain) -> Part:
    """A part with its program, or why there is none."""
    builder = Builder(recording)
    leaves = [one for one in recording.leading_to(chain.core) if recording.steps[one].is_leaf]
    # A mean or a head may itself be computed from a few.
    if len(leaves) > 4 * _MOST_LEAVES:
        return Part(chain, builder, problem="a sum of many things")
    try:
        return Part(chain, builder, chain.tree(builder, recording))
    except UnfollowedError as error:
        return Part(chain, builder, problem=str(error))


def _called(recording: Recording, chain: Chain) -> Part:
    """A likelihood that is called by its name; its entries are one symbol where it is not reduced."""
    step = recording.steps[chain.core]
    builder = Builder(recording, cuts=(chain.core,))
    tree = chain.tree(builder, recording)
    found = Likelihood(str(step.more.get("kind")), 1.0, ("", ""))
    return Part(chain, builder, tree, likelihood=found if chain.factor > 0 else None)


def _judged(recording: Recording, part: Part) -> Part:
    tree, builder, chain = part.tree, part.builder, part.chain
    assert tree is not None
    signed = tree if chain.factor > 0 else Negative(tree)
    noises = builder.noises
    # A square of log-probabilities is k2, and no squared error.
    is_called = any(map(is_called_kl, chain.names(recording)))
    if not noises and not is_dependent(recording, builder) and (estimation := _estimation(signed, is_called)):
        return replace(part, estimation=estimation)
    if (found := likelihood_of(signed)) and has_target(recording, builder, found):
        return replace(part, likelihood=found)
    shape = max(builder.shapes.values(), key=len, default=())
    if kernel := kl_of(signed, noises, shape, builder.spellings):
        if kernel.has_means or not _is_neutral(signed, builder):
            return replace(part, kernel=kernel)
        estimation = None if noises else neutral_estimation(program_of(signed))
        # Noise of something else, as of made advantages: its parts are looked at by themselves.
        return replace(part, kernel=None if noises or estimation else kernel, estimation=estimation)
    if kernel := kl_of(tree if chain.factor < 0 else Negative(tree), noises, shape, builder.spellings):
        return replace(part, kernel=kernel, is_taken_away=True)
    return part


def is_dependent(recording: Recording, builder: Builder) -> bool:
    """Whether a symbol may be a function of another that is not followed, as probabilities are of logits."""
    own = set(builder.symbols.values())
    return any(own & set(recording.steps[index].more.get("sources", ())) for index in own)


def _estimation(tree: Tree, is_called: bool) -> Estimation | None:
    """What a program of symbols that are called log-probabilities or ratios estimates, if anything.

    What is called a KL may be a wrong estimator.
    """
    found = stated_estimation(program_of(tree))
    if found and found.kind == "wrong":
        return found if is_called and not found.others and not found.weights else None
    return found if found and found.kind != "not-kl" and found.name else None


def _is_neutral(tree: Tree, builder: Builder) -> bool:
    """Whether the names of several symbols say as little of log-probabilities as of spreads.

    For log-probabilities exp(u) - u - 1 is k3, for log-variances twice the KL of two Gaussians without means:
    `l` and `ref` are called so as often as `logp`.
    """
    names = free_symbols(tree)
    return len(names) > 1 and all(is_neutral(builder.spellings.get(name, name)) for name in names)


def _with_cuts(recording: Recording, part: Part, every: Iterable[tuple[int, ...]]) -> Part:
    """The part with a symbol for what all ways from some leaves lead through: ``std = 0.1 + softplus(x)``."""
    for cuts in every:
        builder = Builder(recording, cuts=cuts)
        try:
            tree = part.chain.tree(builder, recording)
        except UnfollowedError:
            continue
        found = _judged(recording, Part(part.chain, builder, tree, cuts=cuts))
        has_mean = found.kernel and found.kernel.verification.best.verdict.roles.mean
        if found.likelihood or found.estimation or has_mean:
            return found
    return part


def _merged(recording: Recording, parts: list[Part]) -> list[Part]:
    """The parts, those of which nothing is known as one if they are a KL together."""
    unknown = [part for part in parts if not (part.is_known or part.chain.learned) and part.tree]
    if len(unknown) < 2:
        return parts
    builder = Builder(recording)
    try:
        whole = _sum_of(recording, unknown, builder)
    except UnfollowedError:
        return parts
    first = unknown[0]
    chain = replace(first.chain, factor=1.0, wrappers=(), above=first.chain.above[:1], numbers=(), shared=0)
    found = _judged(recording, Part(chain, builder, whole, merged=tuple(unknown)))
    core = max(part.chain.core for part in unknown)
    found = _with_densities(recording, found, core, partial(_sum_of, recording, unknown))
    if not found.kernel:
        return parts
    return [found if part is first else part for part in parts if part is first or part not in unknown]


def _with_densities(recording: Recording, part: Part, core: int, tree_of: Callable[[Builder], Tree]) -> Part:
    """The part with the KL whose log-densities it is made of, at whatever sample."""
    if part.is_known or not part.builder.noises:
        return part
    return replace(part, kernel=kl_of_densities(recording, core, part.builder, tree_of))


def _signed(recording: Recording, chain: Chain, builder: Builder) -> Tree:
    tree = chain.tree(builder, recording)
    return tree if chain.factor > 0 else Negative(tree)


def _sum_of(recording: Recording, parts: Sequence[Part], builder: Builder) -> Tree:
    """The program of some parts together, with what multiplies each.

    Raises:
        UnfollowedError: one of them is no program.
    """
    terms = [
        operation("*", number(Fraction(repr(part.chain.factor))), part.chain.tree(builder, recording))
        for part in parts
    ]
    return reduce(partial(operation, "+"), terms)
