r"""What formulas are wrapped in: it comes off, and what is left keeps its places, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.errors import KlcliError
from klcli.formula.minimal_edits import edited
from klcli.formula.program_reader import read_matrices, read_program
from klcli.formula.read.pasted_text import cleaned
from klcli.formula.traversal import rebuilt, walk
from klcli.formula.tree import Call, Number, Operation, Symbol, Tree
from klcli.formula.write.printing import to_text
from tests.formula.pasted import PASTED

PYTHON = "kl = -0.5 * torch.sum(1 + s - mu.pow(2) - s.exp())"
MATH = "-1/2 (1 + s - mu^2 - e^s)"
LATEX = r"-\frac12 (1 + s - \mu^2 - e^s)"


@pytest.mark.parametrize(("text", "reading", "answer"), PASTED, ids=[text[:40] for text, _, _ in PASTED])
def test_what_people_paste_is_read(text: str, reading: str, answer: str) -> None:
    program = read_matrices(text) or read_program(text)
    assert to_text(program.tree) == reading


WRAPPED = [
    # what it is wrapped in, what is left
    (f"```\n{MATH}\n```", MATH),
    (f"```text\n{MATH}\n```\n", MATH),
    (f"```{MATH}```", MATH),
    (f"```\n{MATH}", MATH),
    (f"{MATH}\n```", MATH),
    (f"~~~ python\n{PYTHON}\n~~~", PYTHON),
    (f"In words:\n```py\n{PYTHON}\n```\nThat is all.", PYTHON),
    (f"`{MATH}`", MATH),
    (f" ``{MATH}``. ", MATH),
    (f">>> {PYTHON}", PYTHON),
    (f"* {PYTHON}", PYTHON),
    (f" • `{PYTHON}`", PYTHON),
    (f">>> {PYTHON}\n>>> kl\ntensor(0.25)", f"{PYTHON}\nkl"),
    (">>> kl = (1 +\n...       s)\n>>> kl\n0.5", "kl = (1 +\n      s)\nkl"),
    (f"In [3]: {PYTHON}\n   ...: kl\nOut[3]: tensor([1.0,\n        2.0])", f"{PYTHON}\nkl"),
    (f"In [ ]: {PYTHON}", PYTHON),
    (f"Out[12]: {MATH}", MATH),
    (f"julia> {MATH}", MATH),
    (f"> {MATH}", MATH),
    ("> kl <- (1 +\n+ s)", "kl  = (1 +\ns)"),
    (">>> kl = (1\n+  s)", "kl = (1\n+  s)"),
    (f"{MATH}.", MATH),
    (f"KL loss: {MATH}", MATH),
    (f"# Formula: {MATH}", MATH),
    (f"# the KL\n{PYTHON}", f"# the KL\n{PYTHON}"),
    (f"Formula: D(q) = {MATH}", f"D(q) = {MATH}"),
    (f"${LATEX}$ (13)", LATEX),
    (rf"$${LATEX} \quad (4)$$", LATEX),
    (r"\boxed{s + 1}", "{s + 1}"),
    (r"\underbrace{s + 1}_{\text{a}} + t", f"{{s + 1}}{' ' * 11} + t"),
    (f"{MATH} ,", MATH),
    (f"{MATH}。", MATH),
    (f"{PYTHON},", PYTHON),
    ("x + 2.", "x + 2."),
    ("x - 1.5", "x - 1.5"),
    ("x/mu_1.", "x/mu_1"),
    (f"$${LATEX}.$$", LATEX),
    (f"${LATEX}$,", LATEX),
    (rf"\[ {LATEX} \]", LATEX),
    (rf"\( {LATEX}\,. \)", LATEX),
    (rf"\begin{{equation*}} {LATEX} \tag{{3}} \label{{eq:kl}} \end{{equation*}}", LATEX),
    (rf"{{\displaystyle {LATEX}}}", LATEX),
    (rf"{LATEX} \nonumber", LATEX),
    (rf"{LATEX} % the closed form", LATEX),
    ("１＋ｓ／２", "1+s/2"),
    ("𝑠 + 𝜇", "s + μ"),
    ("log\u2061(s)", "log (s)"),
    ("s\u200b", "s "),
    ("kl <- 1 + s", "kl  = 1 + s"),
    ("x <-y", "x  =y"),
    ("KL := 1 + s", "KL  = 1 + s"),
    ("KL ≡ 1 + s", "KL = 1 + s"),
    (r"KL \equiv 1 + s", r"KL      = 1 + s"),
    (r"\mathcal{L} = KL = 1 + s", r"              KL = 1 + s"),
    (r"\mathcal{L}(x; \theta) = -D_{KL}(q\|p) = 1 + s", r"                         -D_{KL}(q\|p) = 1 + s"),
]


@pytest.mark.parametrize(("text", "left"), WRAPPED)
def test_wrappers_come_off(text: str, left: str) -> None:
    assert cleaned(text) == left
    assert cleaned(left) == left
    assert read_program(text).tree == read_program(left).tree


@pytest.mark.parametrize(
    "text",
    [
        *(MATH, LATEX, PYTHON, "x_1", "  x\n  y", "def f(s):\n    return s.exp()", "a = 1\nb = 2\na - b"),
        *("q(z|x)", "x < y", "x <= -y", "(a := 2) + s", "f(x, axis=1)", "a = b = s", "x @ y", "x[..., 0]"),
        *("f(a\n> 0, b)", "  > 0", "a = (s\n+ 1)", "a = 1 + \\\n  s % 2", "a = s \\\n  - 1"),
        *("h[:, :2]", "mu, s", r"\sum_{j=1}^{J} x_j", "(10)", "mu (3 + s)", "x - 1."),
    ],
)
def test_other_texts_stay_what_they_are(text: str) -> None:
    assert cleaned(text) == text


def doubled(tree: Tree) -> Tree:
    """The tree with twice its logarithms."""
    if isinstance(tree, Call) and tree.function == "log":
        return Operation("*", Number(2), tree)  # type: ignore[arg-type]
    match tree:
        case Operation(_, left, right):
            return rebuilt(tree, (doubled(left), doubled(right)))
    return tree


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("```\nlog(s) + mu * 1\n```", "2 * log(s) + mu * 1"),
        (r"$$ \log \hat{\sigma} + \mu. $$", r"2 \log \hat{\sigma} + \mu"),
        (
            r"\[ \log \sigma_\phi(x) &+ \boldsymbol{\mu} \tag{1} \]",
            r"2 \log \sigma_\phi(x) &+ \boldsymbol{\mu}",
        ),
        ("`log(s) ＋ mu`", "2 log(s) + mu"),
        (">>> torch.log(s) + mu", "2 * torch.log(s) + mu"),
        (r"\log \sigma^{(i)} + \mu \\ \nonumber", r"2 \log \sigma^{(i)} + \mu"),
    ],
)
def test_corrections_are_written_into_what_is_left(text: str, corrected: str) -> None:
    program = read_program(text)
    found = edited(program, program.tree, doubled(program.tree))
    assert found is not None
    assert found.text.rstrip(" \\") == corrected


@pytest.mark.parametrize("text", [text for text, _, _ in PASTED])
def test_places_are_those_of_what_is_left(text: str) -> None:
    """The text at the place of a symbol is that symbol again, unless the text around it decides what it is."""
    program = read_matrices(text) or read_program(text)
    if program.helpers or program.language == "python" or "^{(1)}" in text or "logσ" in text:
        return
    for node in walk(program.tree):
        start, end = node.span or (0, 1)
        assert 0 <= start < end <= len(program.text)
        if isinstance(node, Symbol):
            again = read_program(program.text[start:end], "math").tree
            symbols = [part for part in walk(again) if isinstance(part, Symbol)]
            assert [part.name for part in symbols] == [node.name] or "(" in program.text[start:end]


SNIPPETS = [
    *("```", "`", "$", "$$", r"\[", r"\]", r"\(", r"\)", r"\\", "&", "&=", "=", ":=", "<-", ";", "\n", " ", "~"),
    *(">>> ", "... ", "In [3]: ", "Out[3]: ", "julia> ", "> ", "tensor(1.0)", r"\begin{aligned}", r"\end{aligned}"),
    *(r"\hat", r"\tilde{", r"\boldsymbol{", r"\mathcal{L}", r"\text{ where }", r"\tag{1}", r"\label{a}", r"\left", r"\right."),
    *(r"\sigma_\phi(x)", r"\mu_j^{(i)}", "^{(2)}", "_{q,j}", "|", "||", r"\|", r"\lVert", r"\rVert", "‖", "（", "）", "１", "＋"),
    *(r"\Sigma (", "Σ(", ".^", ".*", "exp.(", "@.", "0.5f0", "{", "}", "(", ")", "[", "]", "_", "^", "'", "′", "\u0302"),
    *("KL", "D_{KL}(q\\|p)", "mu", "s", "log", "e^", "exp", "-1/2", "1", "+", "-", "*", "/", ".", ",", "(10)", "\u200b", "—"),
    *("__import__('os').system('x')", "exec", "lambda: 0", "{\\rm exp}", "{}", r"\over", r"\sum_{j=1}^{d_z}", "∑_(j=1)^J"),
]  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(SNIPPETS), max_size=14).map("".join))
def test_no_paste_raises_anything_else_or_is_cleaned_twice(text: str) -> None:
    try:
        left = cleaned(text)
    except KlcliError:
        return
    try:
        program = read_program(text)
    except KlcliError:
        return
    assert cleaned(left) == left
    assert read_program(left).tree == program.tree


@pytest.mark.parametrize("label", ["negative KL", "minus the KL", "ELBO", "Lower bound"])
def test_a_label_that_says_another_sign_stays(label: str) -> None:
    assert cleaned(f"{label}: {MATH}") == f"{label}: {MATH}"
