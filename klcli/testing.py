"""``assert_kl``: in a test, that a function is the KL of a mean and a head, in values and in gradients.

``torch.autograd.gradcheck`` holds the gradient of a function against its own values, and so passes a wrong
formula; here both are held against the KL, in two shapes and two precisions, and the program that ran is
judged, so that a wrong one is named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from klcli.errors import KlcliError
from klcli.gaussian.parameterization import Parameterization, find
from klcli.judge.acceptance import ACCEPTABLE
from klcli.report.assert_kl import passing_line, problem_lines, remedy_lines
from klcli.report.sampled_assertion import mean_line, sampled_lines, unaccepted_lines
from klcli.trace.accepted_quantities import is_accepted
from klcli.trace.function_call import argument_names, call_of, mean_first, name_of
from klcli.trace.function_examination import examine
from klcli.trace.function_trials import REDUCTIONS, Caller
from klcli.trace.noisy_function_trials import averages, draws_samples
from klcli.values import dataclass


def assert_kl(
    function: Callable[..., Any],
    param: str = "logvar",
    *,
    arguments: Mapping[str, Any] | None = None,
    reduction: str | None = None,
    scale: float = 1,
    prior: tuple[float, float] = (0, 1),
    dtypes: Sequence[str] = ("float32", "float64"),
    gradient: bool = True,
    seed: int = 0,
    accept: str | Collection[str] = (),
) -> None:
    """Check that a function of a mean and a head is ``scale`` times KL(N(mu, sigma^2) || N(prior)).

    Args:
        function: of two arrays of the shape (B, d), the mean first unless the names of its arguments say
            otherwise.
        param: what the head means: a name of `klcli.PARAMETERIZATIONS`.
        arguments: its other arguments.
        reduction: ``none``, ``sum``, ``sum-mean``, ``mean`` or ``mean-sum``; None accepts the first three.
        scale: the factor of the KL.
        prior: its mean and standard deviation.
        dtypes: the precisions in which it is called.
        gradient: whether its gradients are held against those of the KL, too.
        seed: of the entries that it is called with.
        accept: what passes besides the KL itself, by the words of ``--accept``: ``scaled``, ``other-prior``,
            ``reversed``, ``estimator``, ``free-bits``, ``clip``. Its values and gradients have to be those of
            its program then. Of a function that draws samples, the means of many calls are held against the
            KL, and which error they would have shown is printed.

    Raises:
        AssertionError: it is not; the first line says what it is instead.
        KlcliError: it cannot be called.
    """
    __tracebackhide__ = True
    row, accepted = find(param), _accepted(accept)
    if reduction is not None and reduction not in REDUCTIONS:
        raise KlcliError(f"there is no reduction {reduction!r}", f"one of: {', '.join(REDUCTIONS)}")
    demand = _Demand(row, accepted, reduction, scale, prior, dtypes, gradient, seed)
    if problem := _problem(function, arguments or {}, demand):
        raise AssertionError("\n".join(problem))


@dataclass(frozen=True, slots=True)
class _Demand:
    """What a function has to be: the arguments of `assert_kl` as they were understood."""

    row: Parameterization
    accepted: tuple[str, ...]
    reduction: str | None
    scale: float
    prior: tuple[float, float]
    dtypes: Sequence[str]
    gradient: bool
    seed: int


def _problem(function: Callable[..., Any], given: Mapping[str, Any], demand: _Demand) -> list[str]:
    """What is wrong with a function, line by line; of one that is right what is not demanded is printed."""
    row, scale, prior, gradient, seed = demand.row, demand.scale, demand.prior, demand.gradient, demand.seed
    order, name = argument_names(function, given), name_of(function)
    names = order if mean_first(order) else (order[1], order[0])
    call = call_of(function, order, given)
    found = examine(
        call, names, row, prior=prior, scale=scale, dtypes=demand.dtypes, gradient=gradient, seed=seed
    )
    problem = problem_lines(name, found, row, demand.reduction, scale, names, gradient=gradient)
    if not problem:
        print(passing_line(name, found, row))
        return []
    again = call_of(function, order, given, is_noted=False)
    if found.reduction is None and draws_samples(again, names, row, seed):
        return _sampled_problem(again, name, names, demand)
    accepted = demand.accepted
    if accepted and is_accepted(found, names, accepted, demand.reduction, scale, gradient=gradient):
        return []
    return [*problem, *remedy_lines(function, found.verification, names, row, prior, scale)]


def _sampled_problem(call: Caller, name: str, names: tuple[str, str], demand: _Demand) -> list[str]:
    """The same of a function that draws samples, from the means of many calls."""
    if "estimator" not in demand.accepted:
        return unaccepted_lines(name)
    mean = averages(
        call,
        names,
        demand.row,
        prior=demand.prior,
        scale=demand.scale,
        dtype="float64" if "float64" in demand.dtypes else demand.dtypes[0],
        gradient=demand.gradient,
        seed=demand.seed,
    )
    problem = sampled_lines(name, mean, demand.row, demand.reduction, names)
    if mean and not problem:
        print(mean_line(name, mean))
    return problem


def _accepted(accept: str | Collection[str]) -> tuple[str, ...]:
    """The words that are accepted.

    Raises:
        KlcliError: one of them is none.
    """
    words = (accept,) if isinstance(accept, str) else tuple(accept)
    for word in words:
        if word not in ACCEPTABLE:
            raise KlcliError(f"{word!r} cannot be accepted", f"one of: {', '.join(ACCEPTABLE)}")
    return words
