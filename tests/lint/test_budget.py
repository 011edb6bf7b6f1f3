"""The work that linting takes, counted: small, and the same whatever came before; test_fixtures has each fixture."""

from __future__ import annotations

from pathlib import Path

import pytest

from klcli.formula.value.budget import at_most, spent
from klcli.lint.findings.types import Linted
from klcli.lint.linter import linted
from klcli.lint.source.module import parsed, text_of

FOLDER = Path(__file__).parent / "fixtures"
MOST = 1_500_000
"""Under a second on a machine of 2020; the largest fixture took 30 seconds once."""


def counted(text: str, most: int = MOST) -> tuple[Linted, int]:
    before = spent()
    with at_most(most):
        found = linted(parsed(text, "model.py"))
    return found, spent() - before


def of_tensors(count: int) -> str:
    """Bayes by backprop with so many tensors in one function."""
    names = [f"w{number}" for number in range(count)]
    lines = [
        "import math, torch",
        "def log_gaussian(x, mu, sigma):",
        "    return -0.5 * math.log(2 * math.pi) - torch.log(sigma) - (x - mu) ** 2 / (2 * sigma**2)",
        "class Layer(torch.nn.Module):",
        "    def forward(self, x):",
    ]
    for name in names:
        lines += [
            f"        {name}_sigma = F.softplus(self.{name}_rho)",
            f"        {name} = self.{name}_mu + {name}_sigma * torch.randn_like(self.{name}_mu)",
        ]
    log_q = " + ".join(f"log_gaussian({name}, self.{name}_mu, {name}_sigma).sum()" for name in names)
    log_p = " + ".join(f"log_gaussian({name}, 0, torch.ones(1)).sum()" for name in names)
    lines += [
        f"        log_q = {log_q}",
        f"        log_prior = {log_p}",
        "        self.kl = log_q - log_prior",
    ]
    return "\n".join(lines) + "\n"


def of_sums(count: int) -> str:
    """One long sum of KL terms."""
    terms = (f"0.5 * torch.sum(mu{n}**2 + logvar{n}.exp() - 1 - logvar{n})" for n in range(count))
    names = ", ".join(f"mu{n}, logvar{n}" for n in range(count))
    return f"def loss({names}):\n    return {' + '.join(terms)}\n"


def of_nests(count: int) -> str:
    """A head within functions of functions."""
    head = "logvar"
    for _ in range(count):
        head = f"torch.log(torch.exp({head}) + 1e-6)"
    return f"def kl(mu, logvar):\n    return -0.5 * torch.sum(1 + {head} - mu**2 - torch.exp({head}))\n"


def of_helpers(count: int) -> str:
    """A wrong KL of a head with so many names on the way."""
    lines = ["def kl(mu, logvar):", "    a0 = logvar"]
    lines += [f"    a{n + 1} = a{n} * 1.0 + 0.0 * mu" for n in range(count)]
    return "\n".join([*lines, f"    return -0.5 * torch.sum(1 + 2*a{count} - mu**2 - torch.exp(a{count}))\n"])


@pytest.mark.parametrize("count", [3, 12])
@pytest.mark.parametrize("made", [of_sums, of_nests, of_helpers])
def test_large_formulas_take_little_work(made: object, count: int) -> None:
    assert callable(made)
    counted(made(count))


@pytest.mark.parametrize("count", [2, 5, 12])
def test_work_does_not_explode_with_the_number_of_tensors(count: int) -> None:
    found, _ = counted(of_tensors(count), 2 * MOST)
    assert {term.verdict for term in found.terms} == {"exact"}


def test_the_count_does_not_depend_on_what_came_before() -> None:
    text = text_of((FOLDER / "torch_weights_and_biases.py").read_bytes(), "model.py")
    counted(text)  # what is computed once for all
    _, alone = counted(text)
    counted(of_sums(4))
    assert counted(text)[1] == alone
