"""What is told from the text of a source: which files are parsed, and which functions are followed."""

from __future__ import annotations

import ast

import pytest

from klcli.formula.read.calls.function_properties import CURVED
from klcli.formula.read.vocabulary import NOISE, NORMALS
from klcli.lint.project.files import Project
from klcli.lint.project.outlines import outline
from klcli.lint.source.module import Module, parsed
from klcli.lint.source.text_prefilter import is_candidate, is_topical, may_compute, without_comments
from klcli.names.means_and_spreads import LOG_SCALE

LOGISTIC = {"sigmoid", "expit"}
"""Alone, they are no KL."""


@pytest.mark.parametrize(
    "text",
    [
        "def f(m, s):\n    return (m ** 2 + exp(s) - s - 1) / 2\n",
        "def f(m, s):\n    return (m * m + exp(s) - s - 1) / 2\n",
        "def f(m, s):\n    return ((m - 1) * (m - 1) + exp(s) - s - 1) / 2\n",
        "def f(m, s):\n    return m.pow(2).add(exp(s)).sub(s).sum() / 2\n",
        "def f(m, s):\n    return 0.5 * (m @ m + exp(s) \\\n        - s)\n",
        "shift = m ** 2\ndef f(s):\n    return 0.5 * (shift + exp(s) - s)\n",
        "def f(m, s):\n    shift = m ** 2\n    def g():\n        return 0.5 * (exp(s) - s + shift)\n    return g\n",
        "class A:\n    def f(self, m, s, eps):\n        return m + exp(s) * eps\n",
        "def f(m, logsig, sig):\n    return 0.5 * (sig**2 - 2 * logsig + m**2 - 1)\n",
        "def f(m, ln_s2):\n    return (ln_s2**2 - ln_s2 + m**2 - 1) / 2\n",
        "def f(m, S, d):\n    return (trace(S) + m @ m - d - logdet(S)) / 2\n",
        "logvar = 1\ndef f(m, s):\n    return exp(s) * 2\n",
        # The exponential was forgotten, or stands as a square.
        "def f(mu, log_var):\n    KLD = -0.5 * sum(1 + log_var - mu.pow(2) - log_var)\n    return KLD\n",
        "def kl(mu, logvar):\n    return -0.5 * sum(1 + logvar - mu**2 - logvar)\n",
        "def kl(mu, logvar):\n    return -0.5 * sum(1 + logvar - square(mu) - square(logvar))\n",
    ],
)
def test_a_file_with_a_function_that_may_compute_a_term(text: str) -> None:
    assert is_candidate(text)


@pytest.mark.parametrize(
    "text",
    [
        "def f(s):\n    return exp(s) * 2\ndef g(m, s):\n    return m ** 2 + s - 1\n",
        "class A:\n    def f(self, s):\n        return exp(s) * 2\n    def g(self, m):\n        return m ** 2 + 1 - m\n",
        'def f(m):\n    """m ** 2 + exp(s) - s - 1"""\n    return m\n',
        "def f(m):\n    return m  # m ** 2 + exp(s) - s - 1\n",
        "def f(s: int) -> int:\n    return exp(-s) ** 2\n",
    ],
)
def test_a_file_of_which_no_function_may(text: str) -> None:
    assert not is_candidate(text)


def test_what_stands_around_a_function_counts() -> None:
    code = "return 0.5 * (exp(s) - s + shift)"
    assert not may_compute(code)
    assert may_compute(code, "shift = m ** 2")


def test_what_is_looked_for_follows_from_the_tables() -> None:
    """Any function with a logarithm or an exponential, and any draw, makes a file one that may hold a term."""
    curved = (f"def f(m, s):\n    return 0.5 * (m ** 2 + np.{name}(s) - s)\n" for name in CURVED - LOGISTIC)
    assert all(map(is_candidate, curved))
    drawn = (f"def f(m, s):\n    return m + s * np.random.{name}(n)\n" for name in NOISE)
    assert all(map(is_candidate, drawn))
    named = (f"def f(m):\n    return {kind.examples[0]} ** 2 + m ** 2 - 1\n" for kind in (LOG_SCALE,))
    assert all(map(is_candidate, named))


def test_what_makes_a_distribution_is_followed() -> None:
    assert all(is_topical(f"def f(m, s):\n    return {name}(m, s)\n") for name in NORMALS)
    assert not is_topical("def f(m, s):\n    return Uniform(m, s)\n")


def test_comments_and_long_strings_go_and_lines_stay() -> None:
    text = "a = '#'  # one\nb = '''\n# two\n'''\nc = \"'''\"\n"
    assert without_comments(text) == "a = '#'  \nb = \n\n\nc = \"'''\"\n"


def test_modules_that_import_a_name_from_each_other() -> None:
    sources = {"a.py": "from b import kl\n", "b.py": "from c import kl\n", "c.py": "from a import kl\n"}
    project = Project(
        [outline(text, path) for path, text in sources.items()], lambda path: parsed(sources[path], path)
    )
    here = project.at("a.py")
    assert here is not None
    assert project.imported(here, "kl") is None


def test_files_without_what_is_wanted_of_them_are_not_loaded() -> None:
    sources = {
        "a.py": "from b import (\n    HALF,\n    helper,\n)\nfrom c import kl\n",
        "b.py": "HALF = 0.5\ndef helper(x):\n    return x\n",
        "c.py": "from d import kl, helper\n",
        "d.py": "def kl(m, s):\n    return exp(s) + m ** 2 - s\n",
    }
    loaded: list[str] = []

    def load(path: str) -> Module:
        loaded.append(path)
        return parsed(sources[path], path)

    project = Project([outline(text, path) for path, text in sources.items()], load)
    here = project.at("a.py")
    assert here is not None
    assert project.imported(here, "helper") is None
    assert loaded == ["a.py"]
    assert getattr(project.imported(here, "kl"), "name", "") == "kl"
    assert loaded == ["a.py", "c.py", "d.py"]
    [(name, value)] = project.numbers(here)
    assert (name, ast.unparse(value)) == ("HALF", "0.5")
