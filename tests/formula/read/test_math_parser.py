"""Mathematics as people type it: what is read, what it is worth, what is refused and with which words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from mpmath import exp, expm1, log, log1p, mpf, pi, sqrt, tanh

from klcli.errors import KlcliError
from klcli.formula.read.math_parser import parse
from klcli.formula.read.syntax_errors import MAX_LENGTH, FormulaError
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Call, Negative, Number, Operation, Reduction, Symbol, Tree
from klcli.formula.value.arithmetic import Decimals, evaluate
from klcli.formula.write.printing import to_text

VALUES = {
    **{"s": "0.7", "mu": "0.3", "sigma": "1.2", "x": "2.5", "y": "0.4", "z": "3", "a": "1.5", "b": "2.25"},
    **{"c": "0.6", "d": "1.1", "q": "0.35", "p": "0.8", "sigma_1": "1.3", "sigma_2": "0.9", "mu_1": "0.2"},
    **{"mu_2": "-0.4", "mu_p": "-0.6", "mu_q": "0.1", "sigma_p": "1.7", "sigma_q": "0.55", "logvar": "0.36"},
    **{
        "mu_theta": "0.21",
        "sigma_prior": "1.9",
        "x_12": "7.5",
        "mean": "0.15",
        "e_1": "0.33",
        "epsilon": "0.01",
    },
    **{"log_var": "0.25", "Sigma": "2.2", "E": "5", "pi_1": "0.4", "phi": "0.9", "J": "3"},
}
VECTORS = {
    "x_j": ("0.5", "1.5", "2"),
    "mu_j": ("0.1", "-0.2", "0.3"),
    "sigma_j": ("1.1", "0.9", "1.4"),
    "w_k": ("2", "3"),
}
V = SimpleNamespace(**{name: mpf(text) for name, text in VALUES.items()})
W = SimpleNamespace(**{name: [mpf(text) for text in row] for name, row in VECTORS.items()})


def over(*rows: list[Any]) -> Any:
    return zip(*rows, strict=True)


HEAD = -(2 * log(V.s) - V.s**2 - V.mu**2 + 1) / 2
KINGMA = -sum(1 + log(s**2) - m**2 - s**2 for s, m in over(W.sigma_j, W.mu_j)) / 2

READ: list[tuple[str, str, Any]] = [
    # The formulas this is for.
    ("-1/2 (2 log s - s^2 - mu^2 + 1)", "-1/2 (2 log s - s^2 - mu^2 + 1)", HEAD),
    ("-½(2 log s − s² − µ² + 1)", "-1/2 (2 log s - s^2 - mu^2 + 1)", HEAD),
    ("-½(2 ln s – s² – μ² + 1)", "-1/2 (2 log s - s^2 - mu^2 + 1)", HEAD),
    ("-0.5*(2*log(s) - s**2 - mu**2 + 1)", "-0.5 (2 log s - s^2 - mu^2 + 1)", HEAD),
    (r"-\frac{1}{2} \left( 2 \log s - s^2 - \mu^2 + 1 \right)", "-1/2 (2 log s - s^2 - mu^2 + 1)", HEAD),
    (r"-\frac12\bigl(2\ln s-s^{2}-\mu^{2}+1\bigr)", "-1/2 (2 log s - s^2 - mu^2 + 1)", HEAD),
    (r"$$ -\tfrac12 \Big[ 2\log{s} - s^2 - \mu^2 + 1 \Big] $$", "-1/2 (2 log s - s^2 - mu^2 + 1)", HEAD),
    ("(2 log s - s^2 - mu^2 + 1)/-2", "(2 log s - s^2 - mu^2 + 1)/(-2)", HEAD),
    ("(2 log s - s^2 - mu^2 + 1) * -0.5", "(2 log s - s^2 - mu^2 + 1) * -0.5", HEAD),
    ("-(1/2)(2log(s) - s^2 - mu^2 + 1)", "-1/2 (2 log s - s^2 - mu^2 + 1)", HEAD),
    ("-1/2 * (2 * ln(s) - s ^ 2 - mu ^ 2 + 1)", "-1/2 (2 log s - s^2 - mu^2 + 1)", HEAD),
    (
        "−½(1 + logvar − µ² − e^logvar)",
        "-1/2 (1 + logvar - mu^2 - e^logvar)",
        -(1 + V.logvar - V.mu**2 - exp(V.logvar)) / 2,
    ),
    (
        "-1/2 (1 + log_var - mean^2 - exp(log_var))",
        "-1/2 (1 + log_var - mean^2 - e^log_var)",
        -(1 + V.log_var - V.mean**2 - exp(V.log_var)) / 2,
    ),
    ("½ (e^{2s} + μ² − 1) − s", "1/2 (e^(2 s) + mu^2 - 1) - s", (exp(2 * V.s) + V.mu**2 - 1) / 2 - V.s),
    (
        "log(sigma_2/sigma_1) + (sigma_1^2 + (mu_1 - mu_2)^2)/(2 sigma_2^2) - 1/2",
        "log(sigma_2/sigma_1) + (sigma_1^2 + (mu_1 - mu_2)^2)/(2 sigma_2^2) - 1/2",
        log(V.sigma_2 / V.sigma_1)
        + (V.sigma_1**2 + (V.mu_1 - V.mu_2) ** 2) / (2 * V.sigma_2**2)
        - mpf(1) / 2,
    ),
    (
        r"\log\frac{\sigma_2}{\sigma_1} + \frac{\sigma_1^2 + (\mu_1 - \mu_2)^2}{2\sigma_2^2} - \frac12",
        "log(sigma_2/sigma_1) + (sigma_1^2 + (mu_1 - mu_2)^2)/(2 sigma_2^2) - 1/2",
        log(V.sigma_2 / V.sigma_1)
        + (V.sigma_1**2 + (V.mu_1 - V.mu_2) ** 2) / (2 * V.sigma_2**2)
        - mpf(1) / 2,
    ),
    (
        r"-\frac{1}{2}\sum_{j=1}^{J}\left(1+\log((\sigma_j)^2)-(\mu_j)^2-(\sigma_j)^2\right)",
        "-1/2 sum_j (1 + log sigma_j^2 - mu_j^2 - sigma_j^2)",
        KINGMA,
    ),
    ("−½ ∑ⱼ (1 + log σⱼ² − μⱼ² − σⱼ²)", "-1/2 sum_j (1 + log sigma_j^2 - mu_j^2 - sigma_j^2)", KINGMA),
    (
        "-1/2 sum_j (1 + log sigma_j^2 - mu_j^2 - sigma_j^2)",
        "-1/2 sum_j (1 + log sigma_j^2 - mu_j^2 - sigma_j^2)",
        KINGMA,
    ),
    # Signs and precedence.
    ("-x^2", "-x^2", -(V.x**2)),
    ("--x", "--x", V.x),
    ("+x - +y", "x - y", V.x - V.y),
    ("2^-x^2", "2^-x^2", 2 ** -(V.x**2)),
    ("2^y^x", "2^(y^x)", 2 ** (V.y**V.x)),
    ("(2^y)^x", "(2^y)^x", (2**V.y) ** V.x),
    ("x^-y^-z", "x^-y^-z", V.x ** -(V.y**-V.z)),
    ("a - b - c", "a - b - c", V.a - V.b - V.c),
    ("a - (b - c)", "a - (b - c)", V.a - (V.b - V.c)),
    ("a/b/c", "a/b/c", V.a / V.b / V.c),
    ("a/b*c", "a/b * c", V.a / V.b * V.c),
    ("a÷b×c·d∙x∗y", "a/b * c * d * x * y", V.a / V.b * V.c * V.d * V.x * V.y),
    ("-a b", "-a * b", -V.a * V.b),
    ("x^2/2", "x^2/2", V.x**2 / 2),
    ("x**2 * y**-1", "x^2 * y^-1", V.x**2 / V.y),
    # Implicit products.
    ("2x", "2 x", 2 * V.x),
    ("2(x + 1)y", "2 (x + 1) * y", 2 * (V.x + 1) * V.y),
    ("1/2 x", "1/2 x", V.x / 2),
    ("-1/2 x y", "-1/2 x * y", -V.x * V.y / 2),
    ("1/2(x)", "1/2 x", V.x / 2),
    ("½x", "1/2 x", V.x / 2),
    ("(a)(b)", "a * b", V.a * V.b),
    ("a (b)", "a * b", V.a * V.b),
    ("σμ", "sigma * mu", V.sigma * V.mu),
    ("2πσ²", "2 pi * sigma^2", 2 * pi * V.sigma**2),
    ("x √2", "x * sqrt(2)", V.x * sqrt(2)),
    ("2 e^s", "2 e^s", 2 * exp(V.s)),
    ("log s log x", "log(s) * log x", log(V.s) * log(V.x)),
    ("2 sqrt(s) x", "2 sqrt(s) * x", 2 * sqrt(V.s) * V.x),
    ("e^2 s", "e^2 * s", exp(2) * V.s),
    (r"x^2\mu", "x^2 * mu", V.x**2 * V.mu),
    # Functions.
    ("log s", "log s", log(V.s)),
    ("logσ", "log sigma", log(V.sigma)),
    ("log s^2", "log s^2", log(V.s**2)),
    ("log(s)^2", "log(s)^2", log(V.s) ** 2),
    ("log^2 s", "log(s)^2", log(V.s) ** 2),
    ("log² s", "log(s)^2", log(V.s) ** 2),
    ("log s + 1", "log s + 1", log(V.s) + 1),
    ("log s * x", "log(s) * x", log(V.s) * V.x),
    ("log(s)/2", "log(s)/2", log(V.s) / 2),
    ("ln 2", "log(2)", log(2)),
    ("exp s", "e^s", exp(V.s)),
    ("exp(-s)", "e^-s", exp(-V.s)),
    ("e^-s", "e^-s", exp(-V.s)),
    ("e²", "e^2", exp(2)),
    ("e * e", "e * e", exp(2)),
    ("√s", "sqrt s", sqrt(V.s)),
    ("√(2π)", "sqrt(2 pi)", sqrt(2 * pi)),
    ("abs(mu - x)", "abs(mu - x)", abs(V.mu - V.x)),
    ("expm1(s) - log1p(s)", "expm1 s - log1p s", expm1(V.s) - log1p(V.s)),
    ("softplus(s)", "softplus s", log(1 + exp(V.s))),
    ("sigmoid(s)", "1/(1 + e^-s)", 1 / (1 + exp(-V.s))),
    ("sigmoid(s)^2", "(1/(1 + e^-s))^2", (1 + exp(-V.s)) ** -2),
    ("sigmoid²(s)", "(1/(1 + e^-s))^2", (1 + exp(-V.s)) ** -2),
    (
        r"\tanh^{2}(s) + \tanh s",
        "(2 (1/(1 + e^-(2 s))) - 1)^2 + (2 (1/(1 + e^-(2 s))) - 1)",
        tanh(V.s) ** 2 + tanh(V.s),
    ),
    (r"\operatorname{sigmoid}\left(s\right)", "1/(1 + e^-s)", 1 / (1 + exp(-V.s))),
    ("max(x, 3) + 10 min(x, 3)", "max(x, 3) + 10 min(x, 3)", 3 + 10 * V.x),
    ("max(x, 2) + 10 min(x, 2)", "max(x, 2) + 10 min(x, 2)", V.x + 20),
    ("clip(x, 3, 4) + clip(x, 1, 2)", "clip(x, 3, 4) + clip(x, 1, 2)", mpf(5)),
    ("log log(s + 2)", "log(log(s + 2))", log(log(V.s + 2))),
    # Numbers.
    ("1e-3 + .5 + 3. + 2.50E1", "1e-3 + .5 + 3. + 2.50E1", mpf("28.501")),
    ("1/3", "1/3", mpf(1) / 3),
    ("6/4", "6/4", mpf(3) / 2),
    ("1⁄2 + 1∕4", "1/2 + 1/4", mpf(3) / 4),
    ("½ + ⅓ + ⅔ + ¼ + ¾ + ⅛", "1/2 + 1/3 + 2/3 + 1/4 + 3/4 + 1/8", mpf(21) / 8),
    (r"1.5 \times 10^{-3} x", "1.5e-3 x", mpf("0.0015") * V.x),
    (r"x^2 \times 10^3", "x^2 * 10^3", V.x**2 * 1000),
    (r"\log 2 \times 10^3", "log(2) * 10^3", log(2) * 1000),
    (r"\frac12 \times 10^3", "1/2 * 10^3", mpf(500)),
    (r"1.2 \cdot 10^4", "1.2 * 10^4", mpf(12000)),
    (r"x/1.2 \cdot 10^4", "x/1.2 * 10^4", V.x / mpf("1.2") * 10000),
    ("007", "7", mpf(7)),
    # Symbols, Greek letters, subscripts.
    ("µ - μ", "mu - mu", mpf(0)),
    ("σ₁² + σ_1² + σ1² + sigma_1^2", "sigma_1^2 + sigma_1^2 + sigma_1^2 + sigma_1^2", 4 * V.sigma_1**2),
    ("𝜎 + ς + ϵ + ϕ", "sigma + sigma + epsilon + phi", 2 * V.sigma + V.epsilon + V.phi),
    ("μₚ + μ_p + mu_p + mu_{p}", "mu_p + mu_p + mu_p + mu_p", 4 * V.mu_p),
    ("x_12 + x_{12} + x₁₂", "x_12 + x_12 + x_12", 3 * V.x_12),
    ("σ²₁ + σ^2_1", "sigma_1^2 + sigma_1^2", 2 * V.sigma_1**2),
    ("mu_θ + μ_θ", "mu_theta + mu_theta", 2 * V.mu_theta),
    ("e_1 + e₁ + π₁", "e_1 + e_1 + pi_1", 2 * V.e_1 + V.pi_1),
    ("Σ + Σ²", "Sigma + Sigma^2", V.Sigma + V.Sigma**2),
    ("E mean", "E * mean", V.E * V.mean),
    # LaTeX.
    (
        r"\sigma_1^2 + \sigma^2_1 + \sigma_{1}^{2} + {\sigma_1}^2",
        "sigma_1^2 + sigma_1^2 + sigma_1^2 + sigma_1^2",
        4 * V.sigma_1**2,
    ),
    (
        r"\frac1\sigma + \frac\mu2 + \frac1{\sigma^2}",
        "1/sigma + mu/2 + 1/sigma^2",
        1 / V.sigma + V.mu / 2 + 1 / V.sigma**2,
    ),
    (r"\dfrac{1}{2}\cdot\mu\times\sigma\div 2\ast x", "1/2 mu * sigma/2 * x", V.mu * V.sigma / 4 * V.x),
    (r"\sqrt{2\pi} + \sqrt2 + \sqrt x^2", "sqrt(2 pi) + sqrt(2) + sqrt(x)^2", sqrt(2 * pi) + sqrt(2) + V.x),
    (
        r"e^{-\frac{s}{2}} + \exp(s) + \exp\left\{ s \right\}",
        "e^-(s/2) + e^s + e^s",
        exp(-V.s / 2) + 2 * exp(V.s),
    ),
    (
        r"\mathrm{logvar} + \text{logvar} + \mathit{log\_var}",
        "logvar + logvar + log_var",
        2 * V.logvar + V.log_var,
    ),
    (
        r"\mu_\theta + \mu_{\theta} + \sigma_{\text{prior}} + \sigma_\mathrm{prior}",
        "mu_theta + mu_theta + sigma_prior + sigma_prior",
        2 * V.mu_theta + 2 * V.sigma_prior,
    ),
    (r"\varepsilon + \epsilon + \varphi", "epsilon + epsilon + phi", 2 * V.epsilon + V.phi),
    (
        r"\operatorname{softplus}(s) + \operatorname{abs}\left(\mu\right)",
        "softplus s + abs mu",
        log(1 + exp(V.s)) + V.mu,
    ),
    (r"x\,y\;z\!\quad + 1 \\ & {} + 1".replace("{} ", ""), "x * y * z + 1 + 1", V.x * V.y * V.z + 2),
    (r"x^{10}", "x^10", V.x**10),
    (r"\( x \)", "x", V.x),
    # Bars.
    ("|x|", "abs x", V.x),
    ("log|s|^2", "log(abs(s)^2)", log(V.s**2)),
    (
        r"\ln\lvert mu - x\rvert^2 + log(s)^2",
        "log(abs(mu - x)^2) + log(s)^2",
        log((V.x - V.mu) ** 2) + log(V.s) ** 2,
    ),
    ("log|mu - x| + |s|²", "log(abs(mu - x)) + abs(s)^2", log(V.x - V.mu) + V.s**2),
    (
        r"\left|\mu-x\right| + \lvert x\rvert + \vert s\vert",
        "abs(mu - x) + abs x + abs s",
        2 * V.x - V.mu + V.s,
    ),
    ("||x_j|| + ‖x_j‖_2", "sqrt(sum(x_j^2)) + sqrt(sum(x_j^2))", 2 * sqrt(mpf("6.5"))),
    (
        r"\|x_j\|^2 + \lVert x_j \rVert_2^2 + \|x_j\|^{2}_2",
        "sum(x_j^2) + sum(x_j^2) + sum(x_j^2)",
        mpf("19.5"),
    ),
    (r"\left\| \mu_j \right\|_1/2", "sum(abs mu_j)/2", mpf("0.3")),
    ("‖x_j‖²", "sum(x_j^2)", mpf("6.5")),
    # Reductions.
    ("sum(x_j)", "sum(x_j)", mpf(4)),
    ("mean(x_j^2)", "mean(x_j^2)", mpf("6.5") / 3),
    ("sum(x_j) y", "sum(x_j) * y", mpf("1.6")),
    ("∑ (x_j) y", "sum(x_j * y)", mpf("1.6")),
    ("sum_j (x_j) y", "sum_j (x_j * y)", mpf("1.6")),
    ("∑ⱼ xⱼ² − 1", "sum_j (x_j^2) - 1", mpf("5.5")),
    ("sum_j x_j mu_j/2", "sum_j (x_j * mu_j/2)", mpf("0.175")),
    ("2 sum_j (x_j) + 1", "2 sum_j (x_j) + 1", mpf(9)),
    ("Σⱼ xⱼ + Σ_j x_j", "sum_j (x_j) + sum_j (x_j)", mpf(8)),
    (
        r"\sum_j x_j + \sum_{j} x_j + \sum\limits_{j=1}^J x_j + ∑ (x_j)",
        "sum_j (x_j) + sum_j (x_j) + sum_j (x_j) + sum(x_j)",
        mpf(16),
    ),
    ("sum_j sum_k x_j w_k", "sum_j (sum_k (x_j * w_k))", mpf(20)),
    ("mean(sum_j (x_j))", "mean(sum_j (x_j))", mpf(4)),
    ("E_q[log q - log p]", "E_q[log q - log p]", log(V.q / V.p)),
    ("E[x] + 𝔼[x] + Eₚ[x] + E_{q}[x]", "E[x] + E[x] + E_p[x] + E_q[x]", 4 * V.x),
    (
        r"E_θ[x] + \mathbb{E}_{\theta}[x] + \mathbb{E}_\theta[x]",
        "E_theta[x] + E_theta[x] + E_theta[x]",
        3 * V.x,
    ),
    (r"\mathbb{E}_{q}\left[ x \right] + \mathrm{E}_q\bigl[x\bigr]", "E_q[x] + E_q[x]", 2 * V.x),
]


def decimal_value(tree: Tree) -> Any:
    run = Decimals(50)
    point: Mapping[str, Any] = {
        **{name: run.context.create_decimal(text) for name, text in VALUES.items()},
        **{name: tuple(map(run.context.create_decimal, row)) for name, row in VECTORS.items()},
    }
    return evaluate(tree, point, run)


@pytest.mark.parametrize(("text", "expected", "value"), READ, ids=[text for text, _, _ in READ])
def test_what_is_read(text: str, expected: str, value: Any) -> None:
    tree = parse(text)
    assert to_text(tree) == expected
    assert float(decimal_value(tree)) == pytest.approx(float(value), rel=1e-13, abs=1e-15)


def test_trees_are_what_they_should_be() -> None:
    s, mu = Symbol("s"), Symbol("mu")
    two, half = Number(Fraction(2)), Number(Fraction(1, 2))
    assert parse("-1/2 (2 log s - mu^2)") == Operation(
        "*",
        Negative(half),
        Operation("-", Operation("*", two, Call("log", s)), Operation("^", mu, two)),
    )
    assert parse("-(1/2 s)") == Negative(Operation("*", half, s))
    assert parse("e^-s") == Call("exp", Negative(s))
    assert parse("sum_j x_j") == Reduction("sum", "j", Symbol("x_j"))
    assert parse("E_qp[s]") == Reduction("E", "qp", s)


def test_spellings_are_kept() -> None:
    assert to_text(parse("0.50 x")) == "0.50 x"
    assert to_text(parse("½ x")) == "1/2 x"
    assert to_text(parse(r"2.0 \times 10^{3} x")) == "2.0e3 x"


AMBIGUOUS: list[tuple[str, int, str, str, str]] = [
    # text, caret, a word of the question, both readings
    ("log s/2", 5, "argument of 'log'", "(log s)/2", "log(s/2)"),
    ("2 log s^2/2 + 1", 9, "argument of 'log'", "(log s^2)/2", "log(s^2/2)"),
    ("log 2 s", 6, "argument of 'log'", "(log 2) s", "log(2 s)"),
    ("log 2πσ²", 5, "argument of 'log'", "(log 2) πσ²", "log(2 πσ²)"),
    ("log s (x + 1)", 6, "argument of 'log'", "(log s) (x + 1)", "log(s (x + 1))"),
    (r"\log \sigma \left(x\right)", 17, r"argument of '\log'", r"(\log \sigma) \left(x\right)", r"\log(\sigma \left(x\right))"),
    ("log log x/2", 9, "argument of 'log log'", "(log log x)/2", "log log(x/2)"),
    ("log^2 s/2", 7, "argument of 'log^2'", "(log^2 s)/2", "log^2(s/2)"),
    ("√2 x", 3, "argument of '√'", "(√ 2) x", "√(2 x)"),
    ("sqrt s/2", 6, "argument of 'sqrt'", "(sqrt s)/2", "sqrt(s/2)"),
    ("a/2 b", 4, "'b' divided", "(a/2) b", "a/(2 b)"),
    ("a/b/c d", 6, "'d' divided", "(a/b/c) d", "a/b/(c d)"),
    ("2 a/3 b", 6, "'b' divided", "(2 a/3) b", "2 a/(3 b)"),
    ("a/2 b c^2", 4, "'b c^2' divided", "(a/2) b c^2", "a/(2 b c^2)"),
    ("-a/2 (b)", 5, "'(b)' divided", "(-a/2) (b)", "-a/(2 (b))"),
    ("1/(2 s) (x - mu)^2", 8, "'(x - mu)^2' divided", "(1/(2 s)) (x - mu)^2", "1/((2 s) (x - mu)^2)"),
    ("1/2s", 3, "'s' divided", "(1/2) s", "1/(2 s)"),
    ("1/2log s s^2", 3, "'log s' divided", "(1/2) log s", "1/(2 log s)"),
    ("1/2log s", 3, "'log s' divided", "(1/2) log s", "1/(2 log s)"),
    (r"1/2\sigma^2", 3, r"'\sigma^2' divided", r"(1/2) \sigma^2", r"1/(2 \sigma^2)"),
    ("x + 1/2σ", 7, "'σ' divided", "(1/2) σ", "1/(2 σ)"),
    ("e^2s", 3, "'s' belong", "e^(2 s)", "(e^2) s"),
    ("e^-2s", 4, "'s' belong", "e^(-2 s)", "(e^-2) s"),
    ("x e^2σ²", 5, "'σ²' belong", "e^(2 σ²)", "(e^2) σ²"),
    ("(x + 1)^2y", 9, "'y' belong", "(x + 1)^(2 y)", "((x + 1)^2) y"),
    ("s^1/2", 3, "'2' belong", "s^(1/2)", "(s^1)/2"),
    ("s**-1/2", 5, "'2' belong", "s**(-1/2)", "(s**-1)/2"),
    ("mean x", 0, "average or a symbol", "mean(x)", "mean * x"),
    ("e(2s)", 0, "no function", "e^(2s)", "e * (2s)"),
    (r"\sum_j 1 + \log\sigma_j", 9, "how far", r"\sum_j (1 + \log\sigma_j)", r"(\sum_j 1)"),
    (r"(\sum_j \mu^2 + \sigma^2) x", 14, "how far", r"\sum_j (\mu^2 + \sigma^2)", r"(\sum_j \mu^2)"),
    ("2 ∑ x − 1", 6, "how far", "∑ (x − 1)", "(∑ x)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "position", "question", "first", "second"), AMBIGUOUS)
def test_ambiguous_texts_are_refused_with_both_readings(
    text: str, position: int, question: str, first: str, second: str
) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert caught.value.position == position
    assert question in caught.value.problem
    assert quoted(caught.value.hint) == [first, second]
    assert parse(first) != parse(second)


def test_a_corrected_text_means_what_it_says() -> None:
    assert parse("(log s)/2") == parse("log(s)/2") != parse("log(s/2)")
    assert parse("(a/2) b") == parse("a/2 * b") != parse("a/(2 b)")
    assert parse("e^(2 s)") == parse("exp(2 s)") != parse("(e^2) s")
    assert parse("(1/2) s") == parse("s * 1/2") or parse("(1/2) s") == parse("1/2 s")


def quoted(hint: str) -> list[str]:
    """The texts that a hint suggests to write."""
    suggested = hint.partition("write ")[2] or hint.partition("brackets: ")[2]
    return re.findall(r"'(.*?)'(?= |$|,)", suggested)


ERRORS: list[tuple[str, int, str, str]] = [
    # text, caret, words of the message, words of the hint
    ("x +", 3, "expected a number, a symbol, a function or a bracket, found the end", ""),
    ("* x", 0, "found '*'", ""),
    ("x * / y", 4, "found '/'", ""),
    ("log", 3, "found the end of the formula", ""),
    ("(x + 1", 0, "expected ')': this bracket is never closed", ""),
    ("x + 1)", 5, "')' closes no bracket", ""),
    ("(x]", 2, "expected ')' or an operator, found ']'", ""),
    ("()", 1, "found ')'", ""),
    ("x 2", 2, "expected an operator, found '2'", "'*'"),
    ("2 3", 2, "expected an operator, found '3'", "'*'"),
    ("1.2.3", 3, "expected an operator, found '.3'", "'*'"),
    ("lgo(x)", 0, "'lgo' is not a known function", "did you mean 'log'? for a product write 'lgo * (x)'"),
    ("sofplus(x)", 0, "'sofplus' is not a known function", "did you mean 'softplus'?"),
    ("mu(1 - x)", 0, "'mu' is not a known function", "write 'mu * (1 - x)'"),
    ("E(x)", 0, "'E' is not a known function", "square brackets: 'E[x]'"),
    ("E_q(x)", 0, "'E_q' is not a known function", "square brackets: 'E_q[x]'"),
    ("log2(x)", 0, "only the natural logarithm", "write 'log(x)/log(2)'"),
    ("log_10 x", 0, "only the natural logarithm", "write 'log(x)/log(10)'"),
    ("log₂ x", 0, "only the natural logarithm", "write 'log(x)/log(2)'"),
    (r"1 + \log_{2} x", 4, "only the natural logarithm", r"write '\frac{\log x}{\log 2}'"),
    ("lg x", 0, "only the natural logarithm", ""),
    ("exp -x/2", 4, "the argument of 'exp' needs brackets", "write 'exp(-x/2)'"),
    ("log^-1 s", 0, "a reciprocal or an inverse function", "write '(log s)^-1'"),
    ("kl = x", 3, "unexpected '='", "give the right-hand side only"),
    ("KL(q||p) = x", 9, "unexpected '='", "give the right-hand side only"),
    ("|x", 0, "expected '|': this bracket is never closed", ""),
    ("(|x)|", 3, "expected '|' or an operator, found ')'", ""),
    ("‖x‖_3", 3, "only the norms 1 and 2", "leave the subscript out"),
    (r"\sigma^{(2)}", 6, "is '^{(2)}' a power or an index?", r"write '\sigma^2' for the power"),
    ("mu' + 1", 2, 'unexpected "\'"', "sum(mu^2)"),
    ("σ′", 1, "unexpected '′'", "sum(mu^2)"),
    (r"\hat{x + 1}", 0, r"'\hat{x + 1}' is no symbol", "a name has letters"),
    (r"\text{ where } x", 0, "is no symbol", "words between formulas are left out"),
    ("1,5 x", 1, "unexpected ','", "a decimal point is '.'"),
    ("x!", 1, "unexpected '!'", "a formula has numbers"),
    ("x_ + 1", 1, "unexpected '_'", r"\sigma_1"),
    ("2_1", 1, "what does the subscript '_1' belong to?", r"'\sigma_1^2'"),
    ("(x + y)₁", 7, "what does the subscript '₁' belong to?", r"'\sigma_1^2'"),
    ("x^²", 2, "expected a number", ""),
    ("x⁻", 1, "no whole number", ""),
    ("x¹²³⁴⁵", 1, "no whole number", ""),
    (r"\simga", 0, r"unknown command '\simga'", r"did you mean '\sigma'?"),
    (r"\foo", 0, r"unknown command '\foo'", ""),
    (r"\var x", 0, r"unknown command '\var'", ""),
    ("\\", 0, "unexpected '\\'", ""),
    (r"\frac{1}{2", 8, "expected '}': this bracket is never closed", ""),
    (r"\frac{1}", 8, "found the end of the formula", ""),
    (r"\sigma^10", 7, "LaTeX raises only the first digit of 10", r"write '\sigma^{10}'"),
    (r"\sigma_12", 7, "LaTeX lowers only the first sign of '12'", r"write '\sigma_{12}'"),
    (r"\sqrt[3]{x}", 0, "only square roots", "write 'x^{1/3}'"),
    (r"\mathrm{log var}", 0, r"'\mathrm{log var}' is no symbol", "no spaces"),
    (r"\mathrm{sum\_j}", 0, "cannot be used as a symbol", ""),
    (r"x/1.5 \times 10^{-3}", 2, "what is divided by here?", r"'(1.5 \times 10^{-3})'"),
    (r"\sum_{j=1}^{3} x_j", 10, "limits of a sum", r"\sum_{j=1}^{J}"),
    (r"\sum_{i<j} x", 4, "limits of a sum", r"\sum_j"),
    ("sum_j a_j + b_j", 12, "b_j is used outside of the sum over j", "write 'sum_j (a_j + b_j)'"),
    (r"\left(\sum_j a_j + b_j\right) x", 19, "b_j is used outside", r"write '\sum_j (a_j + b_j)'"),
    ("b_j + sum_j a_j", 0, "b_j is used outside", "put it inside of the sum"),
    ("∑ⱼ aⱼ − σ₁ⱼ", 8, "sigma_1j is used outside", "write '∑ⱼ (aⱼ − σ₁ⱼ)'"),
    ("a" * 61, 0, "cannot be used as a symbol", "at most 60"),
    ("1" * 401, 0, "this number is too long", "at most 400 digits"),
    ("1e401", 0, "this number is too long", "1e400"),
    ("x\0", 1, "invisible character U+0000", "without it"),
    ("\u202ex", 0, "invisible character U+202E", "without it"),
    ("x\u200b^2", 1, "invisible character U+200B", "without it"),
    ("\ud800", 0, "invisible character U+D800", "without it"),
    ("x\u2028y", 1, "invisible character U+2028", "without it"),
]


@pytest.mark.parametrize(("text", "position", "message", "hint"), ERRORS)
def test_what_is_refused(text: str, position: int, message: str, hint: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert message in caught.value.problem
    assert hint in caught.value.hint
    assert caught.value.position == position
    for suggestion in quoted(caught.value.hint):
        if suggestion != "*":
            parse(suggestion)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Σ (x + 1) + Σ²", "write '∑ (...)' for a sum, 'Σ * (...)' for a product"),
        (r"\Sigma(x + 1) / \Sigma", r"write '\sum (...)' for a sum, '\Sigma \cdot (...)' for a product"),
        (r"\Sigma_j (x + 1)", r"write '\sum_j (...)' for a sum, '\Sigma_j \cdot (...)' for a product"),
        (r"\Sigma_{j} (x + 1)", r"write '\sum_{j} (...)' for a sum, '\Sigma_{j} \cdot (...)' for a product"),
    ],
)
def test_a_capital_sigma_is_asked_about(text: str, hint: str) -> None:
    with pytest.raises(FormulaError, match="a sum or a symbol here") as caught:
        parse(text)
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    "text", ["Σ(x + 1)", "2 Σ [x + 1]", r"\Sigma \left(x + 1\right)", "Σ(x - 1) + Σ(y + 1)"]
)
def test_a_capital_sigma_before_terms_is_a_sum(text: str) -> None:
    summed = text.replace("Σ", "∑").replace(r"\Sigma", r"\sum")
    assert parse(text) == parse(summed)


@pytest.mark.parametrize(
    "text", ["Σ_j (x_j + 1)", "Σⱼ (x_j + 1)", "Σ_{j=1}^d (x_j + 1)", r"\Sigma_{j=1}^{d} (x_j + 1)"]
)
def test_a_capital_sigma_that_can_only_be_a_sum(text: str) -> None:
    assert parse(text) == parse("sum_j (x_j + 1)")


@pytest.mark.parametrize("text", ["2 + Σ_j", "(x + Σⱼ) / 2", "(Σ_j^2)", r"\Sigma_j + 2", "Σⱼ² + 1"])
def test_a_capital_sigma_that_can_only_be_a_symbol(text: str) -> None:
    assert "Sigma_j" in free_symbols(parse(text))


def test_the_name_of_a_letter_is_no_misspelt_function() -> None:
    with pytest.raises(FormulaError) as caught:
        parse("mu(1 - x)")
    assert caught.value.hint == "for a product write 'mu * (1 - x)'"


def test_the_caret_stands_under_the_place() -> None:
    with pytest.raises(FormulaError) as caught:
        parse("σ² + lgo(x)")
    assert caught.value.message == "'lgo' is not a known function\n    σ² + lgo(x)\n         ^"
    with pytest.raises(FormulaError) as caught:
        parse(f"{'x + ' * 40}lgo(x){' + x' * 40}")
    _, line, caret = caught.value.message.splitlines()
    assert line.index("lgo") == caret.index("^")
    assert len(line) < 80
    with pytest.raises(FormulaError) as caught:
        parse("x +\n\t!")
    assert caught.value.message.splitlines()[1:] == ["    x +  !", "         ^"]


@pytest.mark.parametrize("text", ["", " \n\t", "x" * (MAX_LENGTH + 1)])
def test_nothing_and_too_much(text: str) -> None:
    with pytest.raises(KlcliError, match=r"empty|at most 4,000"):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "x - 1/2 log s",
        "x/(2 y)",
        "(x - mu)^2/(2 s^2)",
        "log(s/2)",
        "log s - log x",
        "2 (x + 1)^2 (y - 1)",
        "x^2 y^2",
        "s^2/2 + mu^2/2",
        r"\frac{(x-\mu)^2}{2\sigma^2}",
        r"\frac{1}{2} \log (2 \pi \sigma^2)",
        r"-\log \sigma + \frac{\sigma^2 + \mu^2}{2} - \frac{1}{2}",
        "log(2 pi)/2",
        "1/s^2",
        "e^(s/2)",
        "e^s - s - 1",
        "exp(2 s) - 2s",
        "0.5 * x",
        "x * 1/2",
        "2 * -x",
        "sqrt(2) x",
        "sum_j (a_j) - sum_j b_j",
        "1/2 sum_j (a_j + 1) + x",
        "[x + (y - 1)] {z}",
        "\N{NO-BREAK SPACE}x\N{THIN SPACE}+\N{NARROW NO-BREAK SPACE}y\n",
    ],
)
def test_common_writing_is_read(text: str) -> None:
    assert free_symbols(parse(text)) or "pi" in text


TYPED: Mapping[str, Callable[[str], str]] = {
    "wide": lambda text: text.replace("+", " + ").replace("-", " -  "),
    "dense": lambda text: re.sub(r"\s*([-+*/^()])\s*", r"\1", text),
    "stars": lambda text: text.replace("^", "**"),
    "unicode": lambda text: text.replace("-", "−").replace("mu", "µ").replace("sigma", "σ"),
}


@pytest.mark.parametrize("style", TYPED)
@pytest.mark.parametrize(
    "text",
    ["-1/2 * (2 * log(s) - s^2 - mu^2 + 1)", "log(sigma) + (x - mu)^2/(2 * sigma^2)", "e^(2 * s) - mu^-2"],
)
def test_the_way_of_typing_does_not_matter(text: str, style: str) -> None:
    assert parse(TYPED[style](text)) == parse(text)
