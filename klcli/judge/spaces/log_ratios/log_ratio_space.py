"""The space of sampled estimators: k1, k2, k3 of log-probabilities, and what is near them.

With u = log q - log p at a sample, k1 = u, k2 = u^2 / 2 and k3 = e^-u - 1 + u. A program is evaluated as a
function of u and fitted on columns; which estimator it is, what it is in the mean and what its gradient
optimises is then read off their factors. Names only say which symbols are log-probabilities, and whose.

Source: J. Schulman, Approximating KL divergence (2020), http://joschu.net/blog/kl-approx.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction

from klcli.formula.entrywise_form import entry
from klcli.formula.program_reader import Program
from klcli.formula.traversal import free_symbols, substitute, walk
from klcli.formula.tree import Negative, Stop, Tree
from klcli.judge.condition_kinds import Condition
from klcli.judge.loss_context.guards import without_guards
from klcli.judge.shapes.length_polynomials import plain_fraction
from klcli.judge.shapes.mask_corners import at_corner, with_kept_masks
from klcli.judge.spaces.log_ratios.correction import corrected
from klcli.judge.spaces.log_ratios.estimator_answer import Estimation
from klcli.judge.spaces.log_ratios.expectations_and_gradients import without_one
from klcli.judge.spaces.log_ratios.fit import RatioFunction, function_of
from klcli.judge.spaces.log_ratios.forms import NO_FORM, TERMS
from klcli.judge.spaces.log_ratios.log_prob_assignments import OLD, P, Q, RatioWay, named_ways, neutral_ways
from klcli.judge.spaces.log_ratios.numerical_limits import guard_conditions, overflow_of
from klcli.judge.spaces.log_ratios.penalty_sign import due_sign
from klcli.judge.spaces.log_ratios.token_averages import tokens_of
from klcli.judge.spaces.log_ratios.verdict import named, varying
from klcli.names.counts import count_of
from klcli.names.log_ratios import is_logits, stated
from klcli.names.losses import is_mask, sign_of
from klcli.values import replace

_HELD = 0.7
"""The smallest value of a symbol that is held, while it is not known what it is."""


def stated_estimation(program: Program) -> Estimation | None:
    """What a program is whose names are those of log-probabilities or ratios; None for any other."""
    found = _best(program, named_ways(free_symbols(program.arrays)))
    if found is None or found.kind != "wrong":
        return found
    return replace(found, corrected=corrected(program, _is_like(found)))


def _is_like(wrong: Estimation) -> Callable[[Program], bool]:
    """Whether a program is k1, k2 or k3 itself, with the weights and other terms of one that is wrong."""

    def is_right(program: Program) -> bool:
        found = _best(program, named_ways(free_symbols(program.arrays)))
        return (
            found is not None
            and (found.kind, found.sampler) == ("estimator", "q")
            and found.form.is_basic
            and found.factor == 1
            and not found.shift
            and (found.weights, found.others) == (wrong.weights, wrong.others)
        )

    return is_right


def neutral_estimation(program: Program) -> Estimation | None:
    """What a program of one or two symbols with neutral names is, if it is an estimator of a KL as it stands.

    One symbol by itself, or its square, may be anything; a ratio beside its logarithm is k3.
    """
    found = _best(program, neutral_ways(free_symbols(program.arrays)))
    if found and not found.way.is_stated and len(found.way.given) == 1 and not found.form.is_telling:
        return None
    # Half of it is the KL of two log-variances.
    is_sided = found and found.form.is_telling and found.way.is_sided and found.factor == 1
    if found and (found.way.is_stated or (found.kind == "estimator" and (found.is_plain or is_sided))):
        return found if found.kind not in ("wrong", "not-kl") else None
    return None


def _best(program: Program, ways: Iterable[RatioWay]) -> Estimation | None:
    found: Estimation | None = None
    program = with_kept_masks(program)
    for way in ways:
        own = _judged(program, way)
        if own and own.form.is_log_ratio and any(stated(name) == "kl" for name in way.given):
            continue  # a name alone: the KL is computed elsewhere, and this only adds it
        if own and (found is None or own.rank < found.rank):
            found = own
        if found and found.kind == "estimator" and found.rank[1:] == (False, False):
            break
    return _completed(found) if found else None


def _completed(found: Estimation) -> Estimation:
    """The answer with what is only looked for once it is known which it is."""
    tree = _canonical(found.program, found.way)
    weights, others = [*found.weights], found.others
    found = replace(_as_due(found), tokens=tokens_of(without_guards(tree), others))
    found = _of_all_outcomes(found) if found.function.is_summand else _added_up(found)
    conditions = (*found.conditions, *guard_conditions(found.program, tree, weights, others))
    highest = overflow_of(entry(tree, keeps_sums=False))
    return replace(found, conditions=conditions, overflow=highest, warnings=tuple(_warnings(found)))


def _as_due(found: Estimation) -> Estimation:
    """The answer; wrong where the estimator has another sign than belongs to what stands beside it."""
    if found.kind != "estimator" or found.due * found.factor >= 0:
        return found
    beside = " and ".join(found.program.spellings.get(name, name) for name in found.others)
    if found.due > 0:
        flaw = f"it is taken off {beside or 'a loss'}, which is minimised: training makes the KL larger"
    else:
        flaw = f"it is added to {beside}, which is maximised: training makes the KL larger"
    return replace(found, kind="wrong", is_turned=True, flaw=flaw)


def _canonical(program: Program, way: RatioWay) -> Tree:
    tree = substitute(program.arrays, way.given)
    return Negative(tree) if sign_of(program.left) < 0 else tree


def _judged(program: Program, way: RatioWay) -> Estimation | None:
    """What a program is in one way; None where it is no function of u."""
    arrays = _canonical(program, way)
    kept = at_corner(arrays, {}) or arrays
    tree = entry(without_guards(kept), keeps_stops=True, keeps_sums=False)
    held = {
        # No two alike.
        name: 1.0 if _is_one(name) else _HELD + 0.1 * place
        for place, name in enumerate(free_symbols(tree))
        if name not in (Q, P, OLD)
    }
    if not {Q, P} & set(free_symbols(tree)):
        return None
    aside = _set_aside(tree, held)
    if aside is None:
        return None
    function, weights, others = aside
    due = due_sign(tree, others, program.left)
    found = Estimation(program, "wrong", NO_FORM, way, "q", function, weights=weights, others=others, due=due)
    return named(found, stops=any(isinstance(node, Stop) for node in walk(tree)))


def _is_one(name: str) -> bool:
    """Whether a symbol is 1 for one entry that is not masked: a mask, or a count that says what it counts."""
    return is_mask(name) or (len(name) > 1 and count_of(name) is not None)


def _set_aside(
    tree: Tree, held: Mapping[str, float]
) -> tuple[RatioFunction, dict[str, int], tuple[str, ...]] | None:
    """The function of u, with 1 for symbols that it is multiplied by and 0 for those that are added.

    Each is doubled: a weight doubles all but the constant, what is added changes the constant alone.
    """
    first = function_of(tree, held)
    if first is None:
        return None
    weights: dict[str, int] = {}
    others: list[str] = []
    for name, value in held.items():
        if _is_one(name):
            continue
        doubled = function_of(tree, {**held, name: 2 * value})
        power = _power(first, doubled) if doubled else None
        if power is None:
            return None
        if power:
            weights[name] = power
        elif doubled != first:
            others.append(name)
    plain = {**held, **dict.fromkeys(weights, 1.0), **dict.fromkeys(others, 0.0)}
    found = function_of(tree, plain)
    return (found, weights, tuple(others)) if found else None


def _power(first: RatioFunction, doubled: RatioFunction) -> int | None:
    """The power with which a function grows, its constants left out; None where its parts differ."""
    powers = set()
    for one, two in ((first.value, doubled.value), (first.gradient, doubled.gradient)):
        own, other = (varying(factors or {}) for factors in (one, two))
        if own.keys() != other.keys():
            return None
        powers |= {plain_fraction(float(other[name] / own[name])) for name in own}
    # By what a symbol that is doubled multiplies it: 1/4 to 4, for the powers -2 to 2.
    known = {Fraction(2) ** power: power for power in range(-2, 3)}
    return known.get(powers.pop()) if len(powers) == 1 else 0 if not powers else None


def _of_all_outcomes(found: Estimation) -> Estimation:
    """A sum over outcomes with what its sums and its gradient make of it."""
    tokens = found.tokens
    if tokens and tokens.flaw:
        return replace(found, kind="wrong", flaw=tokens.flaw)
    if tokens and not (tokens.sums_outcomes or tokens.name == "mean"):
        return replace(found, kind="other", form=TERMS)
    if found.kind == "exact" and not (found.is_plain and tokens and tokens.is_whole):
        found = replace(found, kind="scaled")
    if found.loss == without_one(found.mean("q")):
        return found
    text = "its value is that of the KL, its gradient is not: some of it is stopped"
    return replace(found, conditions=(*found.conditions, Condition("gradient", text, False)))


def _added_up(found: Estimation) -> Estimation:
    """An estimate with what its sums make of it."""
    tokens = found.tokens
    if tokens and tokens.flaw and found.kind in ("estimator", "other"):
        return replace(found, kind="wrong", flaw=tokens.flaw)
    return found


def _warnings(found: Estimation) -> Iterator[str]:
    way = found.way
    for label in (way.q, way.p):
        if is_logits(label.symbol):
            shown = found.program.spellings.get(label.symbol, label.symbol)
            yield f"{shown} is named like logits, which are no log-probabilities before log_softmax"
    if sign_of(found.program.left) < 0:
        left = found.program.left
        yield f"{left} = ... is judged as it is written: the KL is the negative of the right-hand side"
