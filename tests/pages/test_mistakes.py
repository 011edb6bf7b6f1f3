"""The pages of mistakes: their examples are judged, and their numbers are computed by other means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import pytest

from klcli.formula.program_reader import read
from klcli.formula.traversal import free_symbols
from klcli.formula.write.printing import to_text
from klcli.judge.answer import answer_to_text
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.table import MISTAKES, OF_MATRICES
from klcli.lint.linter import linted
from klcli.lint.source.module import parsed
from tests.reference import kl, kl_by_quadrature

FORMULAS = [one for one in MISTAKES.values() if "\n" not in one.example[0]]
CODE = [one for one in MISTAKES.values() if "\n" in one.example[0]]

# --- the examples ---------------------------------------------------------------------------------------------


def found_by_lint(source: str) -> list[str]:
    return [finding.mistake.code for finding in linted(parsed(source, "model.py")).findings]


@pytest.mark.parametrize("mistake", FORMULAS, ids=lambda one: one.code)
def test_formulas(mistake: Mistake) -> None:
    """The wrong formula has this mistake and no other is nearer; the right one is exact."""
    wrong, right = mistake.example
    assert answer_to_text(wrong).best.mistake is mistake
    assert answer_to_text(right).best.kind == "exact"


@pytest.mark.parametrize("mistake", CODE, ids=lambda one: one.code)
def test_code(mistake: Mistake) -> None:
    wrong, right = mistake.example
    assert mistake.code in found_by_lint(wrong)
    assert found_by_lint(right) == []


SAID_ELSEWHERE = {
    "KL109": "minus the KL is what a lower bound is made of; its sum says whether it is added",
    "KL110": "a constant changes no gradient",
    "KL111": "a KL without a mean may be that of a posterior without one",
    "KL120": "what a bracket is multiplied by later is no mistake of the bracket",
}


@pytest.mark.parametrize(
    "mistake", [one for one in FORMULAS if one not in OF_MATRICES], ids=lambda one: one.code
)
def test_formulas_as_code(mistake: Mistake) -> None:
    """The same in Python, where the names and the algebra are all that there is."""
    codes = []
    for text in mistake.example:
        tree = read(text)
        code = to_text(tree, "python")
        codes.append(found_by_lint(f"def kl({', '.join(free_symbols(tree))}):\n    return {code}\n"))
    assert codes[1] == []
    assert codes[0] == ([] if mistake.code in SAID_ELSEWHERE else [mistake.code])


# --- their costs ----------------------------------------------------------------------------------------------
#
# Every wrong formula is written here once more, in mpmath, from what the page says of it. What a KL is comes
# from `tests.reference`, which integrates the densities.

log, exp, sqrt, diag = mpmath.log, mpmath.exp, mpmath.sqrt, mpmath.diag


def spread(sigma: Any) -> Any:
    return kl(0, mpmath.mpf(sigma))


def lowest(loss: Callable[[Any], Any], near: float = 1.0) -> Any:
    """Where a smooth function has its minimum."""
    return mpmath.findroot(lambda x: mpmath.diff(loss, x), near)


def squared_linearly(sigma: Any) -> Any:
    """The loss with sigma in the place of its square."""
    return (sigma - 1) / 2 - log(sigma)


def half_log(sigma: Any) -> Any:
    return (sigma**2 - 1 - log(sigma)) / 2


def twice_log(variance: Any) -> Any:
    return (variance - 1 - 2 * log(variance)) / 2


def squared_twice(sigma: Any) -> Any:
    return (sigma**4 - 1 - 2 * log(sigma)) / 2


def without_square(sigma: Any) -> Any:
    """What is left where nothing keeps the variance from growing: -1/2 (1 + log sigma^2)."""
    return -(1 + 2 * log(sigma)) / 2


def mixed(s: Any) -> Any:
    return -(1 + log(s) - exp(s)) / 2


def of_matrix(trace: Any, square: Any, cov: Any, dimension: int) -> Any:
    return (trace + square - dimension - log(mpmath.det(cov))) / 2


def trace(matrix: Any) -> Any:
    return sum(matrix[index, index] for index in range(matrix.rows))


def uniform_divergence() -> Any:
    """KL of U(0, 1) from N(0, 1)."""
    return mpmath.quad(lambda x: (x**2 + log(2 * mpmath.pi)) / 2, [0, 1])


def truncated_deviation() -> Any:
    """Standard deviation of N(0, 1) within two of them, by quadrature."""
    mass = mpmath.quad(mpmath.npdf, [-2, 2])
    return sqrt(mpmath.quad(lambda x: x**2 * mpmath.npdf(x), [-2, 2]) / mass)


def mean_of_flipped() -> Any:
    """Mean of exp(-u) - u - 1 over samples of N(0.3, 1.2^2), u its log-ratio to N(0, 1), by quadrature."""

    def integrand(x: Any) -> Any:
        q, p = mpmath.npdf(x, 0.3, 1.2), mpmath.npdf(x)
        return q * (p / q - log(q / p) - 1)

    return mpmath.quad(integrand, list(range(-12, 14, 2)))


def exchanged(mean: Any, logvar: Any) -> Any:
    """-1/2 (1 + mean - logvar^2 - exp(mean))."""
    return -(1 + mean - logvar**2 - exp(mean)) / 2


def error_within_log(small: str) -> Any:
    """The largest error of log(v + small) in a KL, relative to 1 + KL, which is at sigma = 0.01."""
    sigmas = [mpmath.mpf(10) ** (step / mpmath.mpf(10)) for step in range(-20, 21)]
    return max(log(1 + mpmath.mpf(small) / s**2) / 2 / (1 + kl(0, s)) for s in sigmas)


CORRELATED = mpmath.matrix([[1, -0.9], [-0.9, 1]])
FACTOR = mpmath.matrix([[1, 0], [3, 1]])
KL_10, KL_TENTH, KL_HUNDREDTH = {"47.2": spread(10)}, {"1.808": spread("0.1")}, {"4.105": spread("0.01")}
HALF_OPTIMUM = spread(lowest(half_log))
LINEAR = {"0.8069": spread(lowest(squared_linearly))}
NO_SQUARE = {"-2.803": without_square(10), **KL_10}


def k3_of_other_samples(mean: int) -> mpmath.mpf:
    """The mean of r - 1 - log r, r = policy / reference, over samples of the policy N(mean, 1)."""

    def weighed(x: mpmath.mpf) -> mpmath.mpf:
        log_ratio = (x**2 - (x - mean) ** 2) / 2
        return mpmath.npdf(x, mean, 1) * (exp(log_ratio) - 1 - log_ratio)

    return mpmath.quad(weighed, [-20, 0, mean, 2 * mean, 30])


COSTS: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "KL100": (NO_SQUARE, "10"),
    "KL101": ({"0.7071": lowest(half_log), "0.09657": HALF_OPTIMUM}, ""),
    "KL102": ({"0.1534": spread(sqrt(lowest(twice_log)))}, "2"),
    "KL103": ({**LINEAR, "2.197": squared_linearly(10), **KL_10}, "2 10"),
    "KL104": ({**LINEAR, "2.197": squared_linearly(10), **KL_10}, "2 10"),
    "KL105": (
        {
            "0.8409": lowest(squared_twice),
            "0.02684": spread(lowest(squared_twice)),
            "4997": squared_twice(10),
            **KL_10,
        },
        "10",
    ),
    "KL106": ({"0.5": kl(1, 1)}, ""),
    "KL107": ({"-94.9": -0.5 - 2 * spread(10), **KL_10}, "10"),
    "KL108": ({"-50": -kl(10, 1), "50": kl(10, 1)}, "10"),
    "KL109": ({"-50": -kl(10, 1), "50": kl(10, 1)}, "10"),
    "KL110": ({"0.5": -(0 - 1) / 2, "10": 20 * 0.5}, "20"),
    "KL111": ({"4.5": kl(3, 1)}, ""),
    "KL112": ({"-5": -(1 + 10 - 1) / 2, "50": kl(-10, 1)}, "-10"),
    "KL113": ({"-11.1": -(1 + log("0.01") ** 2 - 0.0001) / 2, **KL_HUNDREDTH}, "0.01"),
    "KL114": ({"-0.49995": log(1) / log("0.01") + 0.0001 / 2 - 0.5, **KL_HUNDREDTH}, "0.01"),
    "KL115": ({"47.2": kl(0, 1, 0, mpmath.mpf("0.1")), **KL_TENTH}, "0.1"),
    "KL116": ({"0.005": 0.1**2 / 2, "0.5": kl(0.1, 0.1, 0, 0.1)}, "0.1 0.1"),
    "KL117": (
        {
            "0.5671": lowest(mixed),
            "0.7531": sqrt(lowest(mixed)),
            "0.0671": spread(sqrt(lowest(mixed))),
            "1.328": exp(lowest(mixed) / 2),
            "0.09804": spread(exp(lowest(mixed) / 2)),
        },
        "",
    ),
    "KL118": ({"0.6513": (0.0001 - 1 - log("0.1")) / 2, **KL_HUNDREDTH}, "0.1 0.1 0.01"),
    "KL119": ({"2.25": 3**2 / 4, "4.5": kl(3, 1)}, ""),
    "KL120": ({"-94.4": -2 * spread(10), **KL_10}, "10"),
    "KL121": ({"90": 20 * kl(3, 1), "2560": 128 * 20, "0.03516": 20 * 3**2 / 2 / 2560}, "128 20 20"),
    "KL122": ({"4.5": 0.3**2 / 0.01 / 2, "0.045": kl(0.3, 1)}, "0.01 0.3"),
    "KL123": ({"0.5": 1 / 2, "10": 20 / 2}, "20"),
    "KL124": ({"0.09657": HALF_OPTIMUM, "1.931": 20 * HALF_OPTIMUM}, "20"),
    "KL125": ({"51.8": (100 - 1 + log(100)) / 2, **KL_TENTH}, "0.01"),
    "KL126": ({"-2.798": (0.01 - 1 - log(100)) / 2, **KL_TENTH}, "0.01"),
    "KL127": (NO_SQUARE, "100"),
    "KL128": ({"-0.49995": (0.01 * 0.01 - 1) / 2}, "0.01"),
    "KL129": (
        {
            "-0.06963": of_matrix(sum(CORRELATED), 0, CORRELATED, 2),
            "0.8304": of_matrix(trace(CORRELATED), 0, CORRELATED, 2),
        },
        "-0.9",
    ),
    "KL130": (LINEAR, ""),
    "KL131": ({"-0.5": (100 - 1 - mpmath.det(diag([100]))) / 2, **KL_10}, "100"),
    "KL132": ({"4.5": of_matrix(trace(FACTOR * FACTOR.T), 0, FACTOR * FACTOR.T, 2)}, ""),
    "KL133": ({"-2.803": without_square(10)}, "10"),
    "KL134": (
        {
            "0.5": mpmath.diff(lambda t: exp(t) / 2, 0),
            "-0.5": mpmath.diff(lambda t: -t / 2, 0),
        },
        "",
    ),
    "KL135": ({"-0.49995": (0.0001 - 1) / 2, **KL_HUNDREDTH}, "0.0001"),
    "KL136": (NO_SQUARE, "100"),
    "KL137": ({"13.5": 3 * 3**2 / 2, "4.5": kl(3, 1)}, ""),
    "KL140": ({"-0.08268": mean_of_flipped(), "0.08268": kl(0.3, 1.2)}, "0.3 1.2"),
    "KL142": ({"0.7071": lowest(lambda s: s**2 - log(s)), "0.6022": kl(0, sqrt(0.5), 0, 2)}, ""),
    "KL143": ({"-0.49995": (mpmath.mpf("1e-4") - 1) / 2, **KL_HUNDREDTH}, "0.01"),
    "KL144": ({"-2.803": without_square(10), "97.2": kl(-10, 10)}, "-10 10"),
    "KL145": ({"-2.798": (-2 * log(10) + mpmath.mpf("0.01") - 1) / 2, **KL_10}, "10"),
    "KL146": ({"-2.803": without_square(10), **KL_10}, "10"),
    "KL147": (
        {"2.5e-09": (mpmath.mpf("1e-4") - log(1 + mpmath.mpf("1e-4"))) / 2, **KL_HUNDREDTH},
        "0.01",
    ),
    "KL148": ({"3.349": (10 - 1 - log(10)) / 2, **KL_10}, "10"),
    "KL149": ({"1.443": 1 / log(2)}, ""),
    "KL150": ({"1.414": sqrt(2)}, ""),
    "KL151": ({"102.2": -(1 + 2 * log("0.1") - exp(log("0.1") ** 2)) / 2, **KL_TENTH}, "0.1"),
    "KL152": ({"-48.2": -(1 + 100 - 2 * log(10)) / 2, **KL_10}, "10"),
    "KL201": (
        {
            "0.3679": exp(-2 / mpmath.mpf(2)),
            "0.5677": spread(exp(-1)),
            "0.1353": exp(-2),
            "1.509": spread(exp(-2)),
        },
        "",
    ),
    "KL202": (
        {"0.2887": sqrt(mpmath.mpf(1) / 12), "1.086": uniform_divergence(), "0.8796": truncated_deviation()},
        "",
    ),
    "KL203": (KL_TENTH, "0.1 0.1"),
    "KL204": (KL_10, "10"),
    "KL205": (KL_HUNDREDTH, "0.01"),
    "KL206": ({"0.05": 1 / 20, "0.0078": 1 / 128}, "20 128"),
    "KL208": ({"2.718": exp(1), "1.649": sqrt(exp(1)), "0.3591": spread(sqrt(exp(1)))}, ""),
    "KL209": (
        {
            "1.025": exchanged(-3, 0),
            "8.043": exchanged(3, 0),
            "10.6": exchanged(0, 2 * log("0.1")),
            "4.5": kl(3, 1),
            **KL_TENTH,
        },
        "0.1",
    ),
    "KL210": ({"2.5e-05": -(1 + mpmath.mpf("0.01") - exp("0.01")) / 2, **KL_HUNDREDTH}, "0.01"),
    "KL211": ({"0.23": error_within_log("1e-3"), "0.00097": error_within_log("1e-6")}, "1e-3 1e-6"),
    "KL212": ({"1.218": k3_of_other_samples(1), "51.6": k3_of_other_samples(2), "0.5": kl(1, 1)}, ""),
}
"""Of each page with numbers those that are said, with their values, and the others in it: what is assumed."""

NUMBER = re.compile(r"(?<![\w^.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.]*\w)")


@pytest.mark.parametrize("code", MISTAKES)
def test_what_a_page_says_of_the_cost(code: str) -> None:
    """Every number of two digits and more is computed here, or assumed."""
    costs, assumed = COSTS.get(code, ({}, ""))
    said = [one for one in NUMBER.findall(MISTAKES[code].why) if len(one.strip("-")) > 1 or one in costs]
    for number, value in costs.items():
        assert number in said
        assert mpmath.nstr(mpmath.mpf(value), digits(number)) == mpmath.nstr(
            mpmath.mpf(number), digits(number)
        )
    rest = [one for one in said if one not in costs]
    assert sorted({*rest}) == sorted({one for one in assumed.split() if len(one.strip("-")) > 1})


def digits(number: str) -> int:
    """How many digits a number has, without zeros in front."""
    return len(number.partition("e")[0].strip("-").replace(".", "").lstrip("0"))


def test_the_reference_of_the_costs() -> None:
    for sigma in (0.01, 0.1, 0.5, 2, 10):
        assert kl(0, sigma) == pytest.approx(kl_by_quadrature(0, sigma), rel=1e-9)
