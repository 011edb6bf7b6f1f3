"""Which parts of a loss are KLs, sampled ones by their expectation, and which numbers are counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.math_parser import parse
from klcli.formula.traversal import substitute, walk
from klcli.formula.tree import Number, Stop, Symbol, Tree
from klcli.formula.write.printing import to_text
from klcli.trace.kl_recognition import Kernel, kl_of, with_counts

KL = "1/2 (mu^2 + e^s - 1 - s)"


def found(text: str, noises: Mapping[str, str] | None = None, shape: Sequence[int] = ()) -> Kernel | None:
    return kl_of(parse(text), noises or {}, shape)


def said(kernel: Kernel | None) -> tuple[str, str, str] | None:
    if kernel is None:
        return None
    best = kernel.verification.best
    assert best.verdict.kl
    return best.kind, best.verdict.parameterization.name, str(best.verdict.kl.scale)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (KL, ("exact", "logvar", "1")),
        (f"3 ({KL})", ("scaled", "logvar", "3")),
        ("1/2 (mu^2 + s^2 - 1 - 2 log s)", ("exact", "std", "1")),
        ("log s + (1 + mu^2)/(2 s^2) - 1/2", ("reversed", "std", "1")),
        # To N(0, 4): log 2 - log s + (s^2 + mu^2)/8 - 1/2; held to that prior it is exact.
        ("log 2 - log s + (s^2 + mu^2)/8 - 1/2", ("exact", "std", "1")),
        (f"-({KL})", None),
        ("mu^2 + s", None),
        ("mu^2 + e^s", None),
        ("1/2 (mu^2 + e^s - 1)", None),
        ("log 2", None),
        # A weight is no part of the KL: it is a symbol of the loss.
        (f"b ({KL})", None),
        ("a + b + c + d + e^s", None),
    ],
)
def test_positive_multiples_of_a_kl(text: str, expected: tuple[str, str, str] | None) -> None:
    assert said(found(text)) == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        # log q - log p at z = mu + sigma e: -s/2 - e^2/2 + z^2/2, whose mean is the KL of a log-variance.
        ("-s/2 - eps^2/2 + (mu + e^(s/2) eps)^2/2", "randn", ("exact", "logvar", "1")),
        # A cube of the noise has the mean 0.
        ("-s/2 - eps^2/2 + (mu + e^(s/2) eps)^2/2 + eps^3", "randn", ("exact", "logvar", "1")),
        # The mean of its fourth power is 3, and that of its values at 1 and -1 is 1.
        ("-s/2 - eps^2/2 + (mu + e^(s/2) eps)^2/2 + eps^4", "randn", None),
        ("-s/2 - eps^2/2 + (mu + e^(s/2) eps)^2/2", "rand", None),
        ("-s/2 - eps^2/2 + (mu + e^(s/2) eps)^2/2 + e^eps", "randn", None),
    ],
)
def test_an_estimate_is_its_expectation(text: str, kind: str, expected: tuple[str, str, str] | None) -> None:
    kernel = found(text, {"eps": kind})
    assert said(kernel) == expected
    assert kernel is None or kernel.is_sampled


def test_noise_that_does_not_occur_makes_no_estimate() -> None:
    kernel = found(KL, {"eps": "randn"})
    assert kernel is not None
    assert not kernel.is_sampled


def test_two_noises_are_too_many() -> None:
    text = "-s/2 - eps^2/2 + (mu + e^(s/2) eps)^2/2 + eta"
    assert found(text, {"eps": "randn", "eta": "randn"}) is None


@pytest.mark.parametrize(
    ("text", "shape", "expected"),
    [
        (
            "0.5 * (torch.sum(mu**2 + torch.exp(s) - s, -1) - 3)",
            (2, 3),
            ("3 is taken for the number of latents",),
        ),
        (
            "0.5 * (torch.sum(mu**2 + torch.exp(s) - s) - 6)",
            (2, 3),
            ("6 is taken for the number of entries",),
        ),
        ("0.5 * (torch.sum(mu**2 + torch.exp(s) - s, -1) - 3)", (2, 7), ()),
        ("0.5 * torch.sum(mu**2 + torch.exp(s) - s - 1, -1) / 3", (2, 3), ()),
    ],
)
def test_a_constant_that_is_a_count_is_none(
    text: str, shape: Sequence[int], expected: tuple[str, ...]
) -> None:
    """The sum over d latents of the KL has -d/2 in it; a factor is no constant."""
    kernel = kl_of(read_program(text, "python").tree, {}, shape)
    assert kernel is not None
    assert kernel.counted == expected


def lengths(tree: Tree, shape: Sequence[int]) -> list[tuple[str, int]]:
    """What is said of each, and how many numbers are left in it."""
    return [
        (words, sum(isinstance(node, Number) for node in walk(one)))
        for one, words in with_counts(tree, shape)
    ]


@pytest.mark.parametrize(
    ("text", "shape", "expected"),
    [
        (
            "x/3 + 2",
            (2, 3),
            [("3 is taken for the number of latents", 1), ("2 is taken for the batch size", 1)],
        ),
        ("x/6", (2, 3), [("6 is taken for the number of entries", 0)]),
        ("x/3", (3,), [("3 is taken for the number of latents", 0)]),
        ("x/2", (2,), [("2 is taken for the number of latents", 0)]),
        ("x/2", (3, 1), []),
        ("x/1", (1, 1), []),
        # An exponent counts nothing: x^2 stays a square.
        ("x^2/2", (2, 5), [("2 is taken for the batch size", 1)]),
        ("x/3", (), []),
        ("3", (2, 3), []),
    ],
)
def test_lengths_in_the_place_of_numbers(
    text: str, shape: Sequence[int], expected: list[tuple[str, int]]
) -> None:
    assert lengths(parse(text), shape) == expected


def stopped(text: str, *names: str) -> Tree:
    return substitute(parse(text), {name: Stop(Symbol(name)) for name in names})


TWO = "1/2 (b - a + (e^a + (m - n)^2) e^(-b) - 1)"
"""KL(N(m, e^a) || N(n, e^b))."""


@pytest.mark.parametrize(
    ("names", "held"), [("", False), ("am", True), ("bn", True), ("b", False), ("an", False), ("ambn", False)]
)
def test_a_gaussian_that_is_held_still(names: str, held: bool) -> None:
    kernel = kl_of(stopped(TWO, *names), {})
    assert kernel is not None
    assert bool(kernel.flow.held) is held


def test_a_prior_of_numbers_is_no_gaussian_that_is_held() -> None:
    kernel = kl_of(stopped(KL, "mu", "s"), {})
    assert kernel is not None
    assert not kernel.flow.held


def test_a_slip_that_makes_another_prior_keeps_its_mistake() -> None:
    """Without its 2 the log term makes 1/2 KL to N(0, 1/2), plus a constant."""
    kernel = found("-1/2 (1 + s - mu^2 - e^(2 s))")
    assert kernel is not None
    assert kernel.verification.best.kind == "other-prior"
    assert kernel.mistake is not None
    assert kernel.mistaken is not None
    # Read as a log standard deviation, which the name s does not say, it is the same slip.
    again = kernel.read_as("logstd")
    assert again.mistaken is not None
    assert again.mistaken.best.verdict.parameterization.name == "logstd"
    assert kernel.read_as(None) is kernel
    assert kernel.read_as("no reading") is kernel
    # By whatever name it goes in the run.
    spelled = kl_of(parse("-1/2 (1 + x3 - mu^2 - e^(2 x3))"), {}, spellings={"x3": "raw"})
    assert spelled is not None
    assert spelled.mistake is kernel.mistake
    right = found(KL)
    assert right is not None
    assert (right.mistake, right.read_as("std")) == (None, right)


def test_what_was_judged_is_kept() -> None:
    kernel = found("-s/2 - eps^2/2 + (mu + e^(s/2) eps)^2/2", {"eps": "randn"})
    assert kernel is not None
    assert "eps" not in to_text(kernel.tree)
