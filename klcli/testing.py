"""``assert_kl``: in a test, that a function is the KL of a mean and a head, in values and in gradients.

``torch.autograd.gradcheck`` holds the gradient of a function against its own values, and so passes a wrong
formula; here both are held against the KL, in two shapes and two precisions, and the program that ran is
judged, so that a wrong one is named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from klcli.errors import KlcliError
from klcli.gaussian.parameterization import find
from klcli.judge.acceptance import ACCEPTABLE
from klcli.report.assertion import passing_line, problem_lines, remedy_lines
from klcli.report.sampled_assertion import mean_line, sampled_lines, unaccepted_lines
from klcli.trace.accepted import is_accepted
from klcli.trace.examination import examine
from klcli.trace.function_call import argument_names, call_of, mean_first, name_of
from klcli.trace.function_trials import REDUCTIONS
from klcli.trace.sample_averages import averages, draws_samples

__all__ = ["assert_kl"]


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
    row = find(param)
    if reduction is not None and reduction not in REDUCTIONS:
        raise KlcliError(f"there is no reduction {reduction!r}", f"one of: {', '.join(REDUCTIONS)}")
    accepted = _accepted(accept)
    given = arguments or {}
    order, name = argument_names(function, given), name_of(function)
    names = order if mean_first(order) else (order[1], order[0])
    call = call_of(function, order, given)
    found = examine(call, names, row, prior=prior, scale=scale, dtypes=dtypes, gradient=gradient, seed=seed)
    problem = problem_lines(name, found, row, reduction, scale, names, gradient=gradient)
    if not problem:
        print(passing_line(name, found, row))  # what is not demanded is found and printed
        return
    again = call_of(function, order, given, is_noted=False)
    if found.reduction is None and draws_samples(again, names, row, seed):
        if "estimator" not in accepted:
            raise AssertionError("\n".join(unaccepted_lines(name)))
        finest = "float64" if "float64" in dtypes else dtypes[0]
        mean = averages(
            again, names, row, prior=prior, scale=scale, dtype=finest, gradient=gradient, seed=seed
        )
        lines = sampled_lines(name, mean, row, reduction, names)
        if mean is None or lines:
            raise AssertionError("\n".join(lines))
        print(mean_line(name, mean))
        return
    if not (accepted and is_accepted(found, names, accepted, reduction, scale, gradient=gradient)):
        remedy = remedy_lines(function, found.verification, names, row, prior, scale)
        raise AssertionError("\n".join([*problem, *remedy]))


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
