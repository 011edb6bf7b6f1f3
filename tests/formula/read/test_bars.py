"""Bars, primes and determinants in formulas of matrices: what they mean, what is refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.errors import KlcliError
from klcli.formula.entrywise_form import entry
from klcli.formula.read.math_parser import parse_matrices
from klcli.formula.read.python import PythonReader
from klcli.formula.read.python_source import SourceText
from klcli.formula.traversal import depth, walk
from klcli.formula.tree import MatrixCall, Tree
from klcli.formula.write.printing import NOTATIONS, Notation, to_text
from tests.formula.trees import matrix_trees


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("mu' S^-1 mu", "mu^T * S^(-1) * mu"),
        ("mu'mu", "mu^T * mu"),
        ("(a - b)' S_p^{-1} (a - b)", "(a - b)^T * S_p^(-1) * (a - b)"),
        ("S^-1(a - b)", "S^(-1) * (a - b)"),
        ("Σ₁^-1Σ₂", "Sigma_1^(-1) * Sigma_2"),
        (r"\mu^\top \Sigma^{-1} \mu", "mu^T * Sigma^(-1) * mu"),
        (r"\mu^{\mathsf T} \mu", "mu^T * mu"),
        (r"\mu^{\mathrm{T}}\mu", "mu^T * mu"),
        (r"\boldsymbol{\mu}_1^\intercal \mathbf{\Sigma}", "mu_1^T * Sigma"),
        (r"\boldsymbol\mu^\top \bm{\mu}", "mu^T * mu"),
        ("μᵀμ", "mu^T * mu"),
        ("L^{-T} x", "(L^-1)^T * x"),
        ("tr(S)", "tr(S)"),
        ("Tr[S]", "tr(S)"),
        ("trace S", "tr(S)"),
        (r"\operatorname{tr}\left(S\right)", "tr(S)"),
        (r"\mathrm{tr}\{S\}", "tr(S)"),
        (r"\text{Tr}(S)", "tr(S)"),
        ("log det S", "log(det(S))"),
        ("logdet S", "logdet(S)"),
        ("log_det(S)", "logdet(S)"),
        (r"\log\det\Sigma", "log(det(Sigma))"),
        ("ln|S|", "log(|S|)"),
        ("log|A|/|B|", "log(|A|/|B|)"),
        ("log det A / det B", "log(det(A)/det(B))"),
        (r"\ln\frac{|\Sigma_2|}{|\Sigma_1|}", "log(|Sigma_2|/|Sigma_1|)"),
        (r"\left|\Sigma\right|", "|Sigma|"),
        (r"\lvert\Sigma\rvert", "|Sigma|"),
        ("|A||B|", "|A| * |B|"),
        ("2|A|", "2 |A|"),
        ("||mu||^2", "||mu||^2"),
        (r"\|\mu\|^2", "||mu||^2"),
        ("‖μ‖²", "||mu||^2"),
        ("|(a + |b|)|", "|(a + |b|)|"),
        ("A @ B", "A @ B"),
        ("chol(S) diag(L) inv(S)", "chol(S) * diag(L) * inv(S)"),
    ],
)
def test_what_is_read(text: str, plain: str) -> None:
    assert to_text(parse_matrices(text)) == plain


@pytest.mark.parametrize(
    "text",
    [
        "|a",
        "a|",
        "||a|",
        "tr",
        "tr -S",
        "tr(S",
        "S^-1^T",
        "'S",
        "tr(S))",
        "a ^T ^",
        "det",
        "|",
        "log|",
        "a @",
        "@",
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(KlcliError):
        parse_matrices(text)


def _read(text: str, style: Notation) -> Tree:
    if style != "python":
        return parse_matrices(text)
    source = SourceText(text)
    reader = PythonReader(source, matrices=True)
    return entry(reader.checked(lambda: reader.tree(source.expression())), of_matrices=True)


@pytest.mark.parametrize("style", NOTATIONS)
@settings(max_examples=30, deadline=None)
@given(tree=matrix_trees)
def test_what_is_printed_is_read_back(tree: Tree, style: Notation) -> None:
    bars = any(isinstance(node, MatrixCall) and node.function == "bars" for node in walk(tree))
    text = to_text(tree, style)
    if len(text) > 3000 or depth(tree) > 25 or (style == "python" and bars):
        return
    assert _read(text, style) == tree


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["tr", "det", "|", "||", "(", ")", "S", "mu", "^", "T", "'", "-1", "log", "@", " "])
    )
)
def test_noise_is_read_or_refused(parts: list[str]) -> None:
    with suppress(KlcliError):
        assert depth(parse_matrices("".join(parts))) > 0
