"""The words of `assert_kl` for functions that draw samples."""

from __future__ import annotations

import pytest

from klcli.gaussian.parameterization import find
from klcli.report.sampled_assertion import mean_line, sampled_lines, unaccepted_lines
from klcli.trace.noisy_function_trials import Average, SampleAverages

RIGHT = Average("value", None, None, 0.5078125, 0.0078125, 0.5)
OFF = Average("value", 0.3, 1.2, 0.6, 0.01, 0.5)
SURE = Average("value", 0.3, 1.2, 0.6, 0.0, 0.5)
SLOPE = Average("s", 0.3, 1.2, 0.0, 0.01, 0.25)


def averages(worst: Average, reduction: str = "sum-mean") -> SampleAverages:
    return SampleAverages(3200, reduction, RIGHT, worst, 6.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "wanted", "expected"),
    [
        (averages(RIGHT), None, []),
        (averages(RIGHT), "sum", ["f is the KL, reduced as sum-mean"]),
        (None, None, ["another shape than a KL"]),
        (
            averages(OFF),
            None,
            ["no estimate of the KL for a log-variance", "at mu = 0.3, s = 1.2 0.6 ± 0.01 over 3200 samples"],
        ),
        (averages(SURE), None, ["0.6 ± 0 over 3200 samples, the KL is 0.5: in every one of them"]),
        (averages(SLOPE), None, ["another gradient, on average", "gradient of s", "25 standard errors"]),
    ],
)
def test_what_is_wrong(found: SampleAverages | None, wanted: str | None, expected: list[str]) -> None:
    lines = "\n".join(sampled_lines("f", found, find("logvar"), wanted, ("mu", "s")))
    assert all(text in lines for text in expected)
    assert bool(lines) == bool(expected)


def test_what_holds_is_said_with_what_would_have_been_seen() -> None:
    # (6 + 1) standard errors of 1/128 beside 1/2 are 7/64
    assert mean_line("f", averages(RIGHT)) == (
        "f: the mean of 3200 samples an entry is 0.507812 ± 0.0078, the KL 0.5; an error of 11 % would have been seen"
    )


def test_the_word_that_accepts_it() -> None:
    assert "accept='estimator'" in unaccepted_lines("f")[1]
