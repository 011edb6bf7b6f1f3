"""What assert_kl says of functions of NumPy: the verdict, what shows it, and the remedy."""

from __future__ import annotations

import re
from typing import Any

import numpy
import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.report.assert_kl import problem_lines, remedy_lines
from klcli.trace.function_examination import FunctionExamination
from klcli.trace.function_trials import Gap
from klcli.trace.recording import Place
from klcli.values import replace
from tests.trace.test_accepted_quantities import NAMES, clipped, examined, kl, twice

LOGVAR = PARAMETERIZATIONS["logvar"]


def sign_lost(mu: Any, logvar: Any) -> Any:
    return -0.5 * (1 + logvar + mu**2 - numpy.exp(logvar))


def plus_one(mu: Any, logvar: Any) -> Any:
    return kl(mu, logvar) + 1


def lines(found: FunctionExamination, reading: str = "logvar", scale: float = 1, **options: Any) -> list[str]:
    asked = {"wanted": None, "gradient": True} | options
    row, wanted = PARAMETERIZATIONS[reading], asked["wanted"]
    return problem_lines("f", found, row, wanted, scale, NAMES, gradient=bool(asked["gradient"]))


def test_the_kl_has_no_problem() -> None:
    assert lines(examined(kl)) == []


@pytest.mark.parametrize(
    ("function", "reading", "scale", "first"),
    [
        (sign_lost, "logvar", 1, "f is no KL for a log-variance: KL108 "),
        (twice, "logvar", 1, "f is no KL for a log-variance: KL106 a factor 1/2 is missing"),
        # Who demands a factor has none missing.
        (twice, "logvar", 3, "f is not 3 KL for a log-variance: it is 2 KL(N(mu, exp(s)) || N(0, 1))"),
        (plus_one, "logvar", 1, "f is no KL for a log-variance: it is KL(N(mu, exp(s)) || N(0, 1)) + 1"),
        (clipped, "logvar", 1, "f is no KL for a log-variance: clip(s, -1, 1) keeps it"),
        (kl, "logstd", 1, "f is no KL for a log standard deviation: it is one for a log-variance"),
    ],
)
def test_what_it_is_instead(function: Any, reading: str, scale: float, first: str) -> None:
    found = examined(function, reading=reading, scale=scale)
    assert lines(found, reading, scale)[0].startswith(first)


def detail(told: list[str], word: str) -> str | None:
    return next(
        (text.removeprefix(f"  {word}").strip() for text in told if text.startswith(f"  {word}")), None
    )


def test_what_it_computes_where_it_is_worst_and_how_it_is_reduced() -> None:
    found = examined(twice)
    told = lines(found)
    computes = detail(told, "computes")
    assert computes is not None
    assert re.fullmatch(
        r"2 KL\(N\(mu, exp\(s\)\) \|\| N\(0, 1\)\)    proved, from the \d+ operations that it ran", computes
    )
    assert f" {found.operations} " in computes
    assert detail(told, "reduction") == "entry by entry"
    worst = detail(told, "worst")
    assert worst is not None
    at = re.fullmatch(r"mu = (\S+), logvar = (\S+), float64: (\S+), the KL is (\S+)", worst)
    assert at is not None
    mean, head, value, truth = map(float, at.groups())
    expected = 0.5 * (numpy.exp(head) + mean**2 - 1 - head)
    assert (value, truth) == (pytest.approx(2 * expected, rel=1e-4), pytest.approx(expected, rel=1e-4))
    gaps = [abs(truth) / (1 + abs(truth)) for trial in found.trials for truth in trial.truth]
    assert truth / (1 + truth) == pytest.approx(max(gaps), rel=1e-4)


def test_what_is_not_followed_is_said() -> None:
    told = lines(examined(lambda mu, logvar: 2 * kl(mu, logvar) + 0 * numpy.sort(mu)))
    assert told[0] == "f is no KL for a log-variance"
    assert detail(told, "computes") == "not followed: what sort computes; the numbers decide"
    assert detail(told, "reduction") is None


@pytest.mark.parametrize(
    ("reduction", "wanted", "expected"),
    [
        ("none", None, []),
        ("sum", None, []),
        ("sum-mean", None, []),
        (
            "mean",
            None,
            [
                "f is the KL, reduced as mean, mean over all: a mean over the latents is 1/d of it",
                "  accept     assert_kl(..., reduction='mean')",
            ],
        ),
        (
            "sum",
            "sum-mean",
            [
                "f is the KL, reduced as sum, sum over all: demanded is sum-mean",
                "  accept     assert_kl(..., reduction='sum')",
            ],
        ),
        ("mean", "mean", []),
    ],
)
def test_reductions(reduction: Any, wanted: str | None, expected: list[str]) -> None:
    assert lines(replace(examined(kl), reduction=reduction), wanted=wanted) == expected


def test_a_gradient_that_is_another() -> None:
    gap = Gap("logvar", 0.5, -1.25, "float64", 0.0, -0.356748, 0.3)
    found = replace(examined(kl), gaps=(gap, replace(gap, what="mu")))
    told = lines(found)
    assert told[0] == "f has the value of the KL and another gradient: that of logvar and mu"
    assert told[1] == "  gradient   of logvar at -1.25: autograd 0, true -0.356748"
    of_mean = lines(replace(found, gaps=(replace(gap, what="mu"),)))
    assert of_mean[1].startswith("  gradient   of mu at 0.5: ")
    stopped = replace(found, stops=(Place(__file__, 1, "f"),))
    assert lines(stopped)[0].endswith(
        'that of logvar and mu is stopped (test_assert_kl.py:1: """What assert_kl says of functions of NumPy: '
        'the verdict, what shows it, and the remedy.""")'
    )
    nowhere = replace(found, stops=(Place("/no/model.py", 3, "f"),))
    assert lines(nowhere)[0].endswith("is stopped (model.py:3)")


def test_what_the_judge_knows_of_other_places() -> None:
    """The clip binds where nothing was tried: the numbers that were are those of the KL."""
    found = replace(examined(clipped), reduction="sum")
    assert lines(found) == []  # a clip in its usual range passes
    assert found.verification is not None
    failing = tuple(replace(one, passes=False) for one in found.verification.conditions)
    beyond = replace(found, verification=replace(found.verification, conditions=failing))
    first, *_ = lines(beyond)
    assert first.startswith("f has the values of the KL where it was tried, but clip(s, -1, 1) keeps it")
    # What its gradient is counts where gradients do.
    of_gradient = tuple(replace(one, kind="gradient") for one in failing)
    asked = replace(found, verification=replace(found.verification, conditions=of_gradient))
    assert lines(asked, gradient=True)
    assert lines(asked, gradient=False) == []


def remedy(function: Any, scale: float = 1) -> list[str]:
    return list(remedy_lines(function, examined(function).verification, NAMES, LOGVAR, (0, 1), scale))


@pytest.mark.parametrize(
    ("function", "scale", "expected"),
    [
        (
            sign_lost,
            1,
            ["  fix        return -0.5 * (1 + logvar - mu**2 - numpy.exp(logvar))    klcli explain KL108"],
        ),
        # The fix would be the KL itself, and three of it are demanded.
        (sign_lost, 3, ["  see        klcli explain KL108"]),
        (twice, 3, []),
        (kl, 1, []),
        (plus_one, 1, []),
    ],
)
def test_the_remedy_is_the_statement_as_it_should_be(
    function: Any, scale: float, expected: list[str]
) -> None:
    assert remedy(function, scale) == expected


def test_without_a_source_it_is_the_formula_in_its_arguments() -> None:
    made: dict[str, Any] = {"numpy": numpy}
    exec("def f(mu, logvar): return -0.5 * (1 + logvar + mu**2 - numpy.exp(logvar))", made)
    (line,) = remedy_lines(made["f"], examined(sign_lost).verification, NAMES, LOGVAR, (0, 1), 1)
    fix, _, page = line.removeprefix("  fix").strip().partition("    ")
    assert page == "klcli explain KL108"
    assert set(re.findall(r"[a-z]\w*", fix)) - {"exp", "np", "numpy"} == {"mu", "logvar"}


def test_what_was_not_followed_has_no_remedy() -> None:
    assert list(remedy_lines(kl, None, NAMES, LOGVAR, (0, 1), 1)) == []
