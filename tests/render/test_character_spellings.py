"""Signs in ASCII and in LaTeX, and what is never let through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klcli.formula.character_tables import FRACTIONS, GREEK, SUBSCRIPTS, SUPERSCRIPTS
from klcli.render.character_spellings import to_ascii, to_latex, to_latex_math, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("σ² ≈ 1.44 ± 0.01", "sigma^2 ~ 1.44 +/- 0.01"),
        ("σ_q² ≤ σ_p²/2 — none", "sigma_q^2 <= sigma_p^2/2 -- none"),
        ("10⁻³ → ∞", "10^-3 -> inf"),
        ("−½ · x₁₂", "-1/2 * x_12"),
        ("2½", "2 1/2"),
        ("µ is μ", "mu is mu"),
        ("“é” … ﬁ", '"e" ... fi'),
        ("中", "\\u4e2d"),
        ("─│", "-|"),
    ],
)
def test_to_ascii(text: str, expected: str) -> None:
    assert to_ascii(text) == expected


@pytest.mark.parametrize("sign", [*GREEK.values(), *FRACTIONS, *SUBSCRIPTS.values(), *SUPERSCRIPTS.values()])
def test_every_sign_of_a_formula_has_a_spelling(sign: str) -> None:
    assert "\\" not in to_ascii(sign)
    assert to_latex(sign).startswith("$")


@given(st.text())
def test_ascii_is_left_alone_and_the_rest_becomes_ascii(text: str) -> None:
    assert to_ascii(text).isascii()
    assert to_ascii(to_ascii(text)) == to_ascii(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("≈ 0.08 ± 0.01 nats", r"$\approx$~0.08 $\pm$~0.01 nats"),
        ("KL(q || p)", r"$\mathrm{KL}(q \parallel p)$"),
        ("KL(q || N(0, 1))", r"KL(q $\parallel$ N(0, 1))"),
        ("N(0.3, 1.2^2)", "N(0.3, 1.2$^{2}$)"),
        ("1.2² and x₁", "1.2$^{2}$ and x$_{1}$"),
        ("z = -0.5, 1e-5, a-b", "z = $-$0.5, 1e-5, a-b"),
        ("--plot a_b", r"-{}-plot a\_b"),
        ("50 % of $5 & #1", r"50 \% of \$5 \& \#1"),
        ("x^y {~} \\", r"x\textasciicircum{}y \{\textasciitilde{}\} \textbackslash{}"),
        ("sigma -> 0 — “done”", r"sigma $\to$ 0 \textemdash{} ``done''"),
        ("é 中", r"e \textbackslash{}u4e2d"),
    ],
)
def test_to_latex(text: str, expected: str) -> None:
    assert to_latex(text) == expected


def test_to_latex_math() -> None:
    assert to_latex_math("KL(q || p)") == r"\mathrm{KL}(q \parallel p)"
    assert to_latex_math("σ") == r"\sigma"
    assert to_latex_math("the KL in $") == r"\text{the KL in \$}"
    assert to_latex_math("") == r"\text{}"


@given(st.text(st.characters()))
def test_what_is_visible_is_one_printable_line(text: str) -> None:
    assert visible(text).isprintable()
    assert text.isprintable() <= (visible(text) == text)


def test_visible() -> None:
    assert visible("a\r\n\tb\x1b[31m\u202e\ud800\xa0\ue000") == "a   b\\x1b[31m\\u202e\\ud800 \\ue000"
