"""What a text defines itself wins over the vocabulary, or makes the text unreadable."""

from __future__ import annotations

import math
from typing import Any

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.traversal import free_symbols, walk
from klcli.formula.tree import Reduction
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles

POINT = {"x": 1.3, "s": 0.6, "mu": 0.7, "lv": 0.4}


def value(text: str) -> float:
    tree = read_program(text, "python").tree
    return evaluate(tree, {name: POINT[name] for name in free_symbols(tree)}, Doubles())


def executed(text: str) -> float:
    """The value of the last line, by Python itself."""
    *before, last = text.split("\n")
    names: dict[str, Any] = dict(POINT)
    exec("\n".join([*before, f"result_ = {last}"]), names)
    return float(names["result_"])


@pytest.mark.parametrize(
    "text",
    [
        "from math import log10 as log\nlog(x)",
        "from math import log2 as log\nlog(x) + x",
        "from math import exp, log\nexp(x) - log(x)",
        "import math as m\nm.exp(x)",
        "import numpy as xyz\nxyz.log(x) + xyz.exp(x)",
        "import numpy as N, math as M\nN.log(x) + M.exp(x)",
        "import numpy as np\nlog = np.log2\nlog(x)",
        "import numpy as np\nlog = np.log2\nln = log\nln(x)",
        "exp = lambda x: 2**x\nexp(x)",
        "exp = lambda t: 2**t\nexp(s) + exp(2*s)",
        "sq = lambda a: a*a\nsq(x - 1) + sq(sq(s))",
        "twice = lambda a, b=3: a*b\ntwice(x) + twice(x, 2) + twice(b=x, a=s)",
        "import math\ndef softplus(t):\n    return math.log(1 + math.exp(t))\nsoftplus(s)**2",
        "def half(t):\n    return t/2\nhalf(x) + half(half(s))",
        "def f(t):\n    y = t*t\n    z = y + t\n    return z*y\nf(x) - f(s)",
        "def f(t):\n    'a text'\n    t = t + 1\n    t = t * 2\n    return t\nf(x)",
        "def f(a, b):\n    return a - b\nf(x, s) + f(b=x, a=s)",
        "def f(a, *, b=2):\n    return a**b\nf(x) + f(x, b=3)",
        "def f(t):\n    return t + 1\ndef g(t):\n    return f(t)*2\ng(x)",
        "def f(t):\n    def g(u):\n        return u*u\n    return g(t) + 1\nf(x)",
        "def f(t):\n    g = lambda u: u*u\n    return g(t) + 1\nf(x)",
        "f = lambda t: t + x\nx = 5\nf(s)",
        "f = lambda t: t + 1\nf = lambda t: t + 2\nf(x)",
        "f = lambda t: t + 1\ny = f(x)\nf = lambda t: t + 2\ny + f(s)",
        "f = lambda s: s + 1\nf(x) + s",
        "f = lambda a, b: a - b\nf(s, x) + f(x, f(x, s))",
        "(lambda a, b: a - b)(s, x)",
        "def f(s):\n    x = 2*s\n    return x\nf(x) + x",
    ],
)
def test_a_definition_is_what_python_makes_of_it(text: str) -> None:
    assert value(text) == pytest.approx(executed(text), rel=1e-14)


def test_the_name_of_a_module_may_be_a_symbol_first() -> None:
    assert free_symbols(read_program("import numpy as n\nn.log(x)", "python").tree) == ("x",)


def test_what_is_only_asked_for_functions_is_a_module() -> None:
    text = "{0}.exp(x) + {0}.sum(s, 1)"
    assert read_program(text.format("t"), "python").arrays == read_program(text.format("np"), "python").arrays


@pytest.mark.parametrize("text", ["t.exp(x) + t", "t = 2*s\nt.exp(x)", "t.log(x)"])
def test_what_is_more_than_that_is_no_module(text: str) -> None:
    with pytest.raises(FormulaError):
        read_program(text, "python")


def test_a_value_takes_the_name_of_a_module_over() -> None:
    assert read_program("import numpy as n\nn = 3*s\nn + x", "python").helpers.keys() == {"n"}


def test_a_sum_by_another_name_keeps_its_axis() -> None:
    tree = read_program("total = torch.sum\ntotal(x, 1) + total(s, dim=-1)", "python").tree
    assert [node.axes for node in walk(tree) if isinstance(node, Reduction)] == [(1,), (-1,)]


def test_an_assignment_ends_a_definition() -> None:
    # Both are symbols' products: after exp = 2 there is no function of that name to be called.
    assert value("exp = lambda t: 2**t\ny = exp(x)\nexp = s\ny + exp") == pytest.approx(2**1.3 + 0.6)


def test_a_function_at_the_end_is_the_formula() -> None:
    text = "def kl(mu, lv):\n    v = lv.exp()\n    return 0.5 * (v + mu**2 - 1 - lv)"
    assert value(text) == pytest.approx(0.5 * (math.exp(0.4) + 0.49 - 1.4))


def test_parameters_hide_definitions() -> None:
    text = "sq = lambda t: 2**t\ndef kl(sq, mu):\n    return mu**2 + sq"
    assert free_symbols(read_program(text, "python").tree) == ("mu", "sq")


@pytest.mark.parametrize(
    "text",
    [
        "def log(t):\n    for i in range(3):\n        t = t + i\n    return t\nlog(x)",
        "def log(t):\n    if t > 0:\n        return t\n    return 1\nlog(x)",
        "def exp(t):\n    t += 1\n    return t\nexp(x)",
        "def exp(*t):\n    return t[0]\nexp(x)",
        "def exp(**t):\n    return t\nexp(x)",
        "exp = lambda a, b: a\nexp(x)",
        "exp = lambda a: a\nexp(x, s)",
        "exp = lambda a: a\nexp(a=x, c=s)",
        "exp = lambda a: a\nexp(*x)",
    ],
)
def test_what_is_not_followed_is_unreadable(text: str) -> None:
    with pytest.raises(FormulaError, match="defined here in a way that is not followed"):
        read_program(text, "python")


@pytest.mark.parametrize(
    "text",
    [
        "def exp(t):\n    return exp(t)\nexp(x)",
        "exp = lambda t: exp(t - 1)\nexp(x)",
        "f = lambda t: g(t)\ng = lambda t: f(t)\nf(x)",
    ],
)
def test_recursion_ends(text: str) -> None:
    # Python's own recursion never ends here; exp inside of itself is not the exponential.
    with pytest.raises(FormulaError):
        read_program(text, "python")


def test_definitions_that_double_are_refused() -> None:
    lines = ["f0 = lambda t: t + 1", *(f"f{n} = lambda t: f{n - 1}(t) + f{n - 1}(t)" for n in range(1, 25))]
    with pytest.raises(FormulaError, match="too large"):
        read_program("\n".join([*lines, "f24(x)"]), "python")


def test_an_unused_definition_that_is_not_followed_harms_nothing() -> None:
    text = "def train(t):\n    for i in t:\n        print(i)\n0.5 * (x + mu**2 - 1 - np.log(x))"
    assert value(text) == pytest.approx(0.5 * (1.3 + 0.49 - 1 - math.log(1.3)))


@pytest.mark.parametrize("line", ["from foo import mylog as log", "from foo.bar import exp, mylog as log"])
def test_an_import_is_no_product_of_its_words(line: str) -> None:
    with pytest.raises(FormulaError, match="'mylog' is not a known function"):
        read_program(f"{line}\n0.5*(s**2 + mu**2 - 1) - log(s)")


@pytest.mark.parametrize(
    "text",
    [
        "q = Normal(mu, std)\nstd = torch.exp(lv)\nkl_divergence(q, Normal(0, 1)).sum()",
        "v = 2 * lv\nf = lambda m, w=v: m**2 + w.exp() - w\nv = lv\nf(mu)",
        "def f(m, w=2 * lv):\n    return m**2 + w.exp() - w\nlv = lv / 2\nf(mu)",
        "g = lambda v: v.exp()\nf = lambda v: g(v) - v\ng = lambda v: v\nf(lv)",
    ],
)
def test_what_a_definition_was_made_with_gets_no_other_value(text: str) -> None:
    with pytest.raises(FormulaError, match=r"gets another value after . was made with it"):
        read_program(text)


def test_other_names_and_arguments_get_values() -> None:
    text = "q = Normal(mu, std)\nz = mu + std\nf = lambda m: 2 * m\nm = 3 * mu\nf(m)"
    assert read_program(text).tree == read_program("2 * (3 * mu)").tree


def test_a_value_is_no_function_of_its_name() -> None:
    for text in ("exp = make_exp()\nexp(x)", "h, log = parts(x)\nlog(x)", "exp = x * 2\nexp(x)"):
        with pytest.raises(FormulaError, match="not followed"):
            read_program(text, "python")
    assert value("mean = 2 * x\nx + mean") == executed("mean = 2 * x\nx + mean")
