"""The formulas that ``klcli compare`` is given, and the prior to which one of them is held."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from typing import Any

from klcli.cli.options.matrices import any_prior
from klcli.errors import KlcliError, nearest
from klcli.formula.program_reader import Program, read_program
from klcli.formula.read.math_source import PlainText
from klcli.formula.tree import Tree
from klcli.gaussian.distribution import has_heads
from klcli.judge.scaled_kl import STANDARD, FixedPrior
from klcli.lazy_regex import regex

_NAME = regex(r"\s*([A-Za-z][A-Za-z0-9_-]{0,19})\s*=(?!=)(.*)\Z", re.DOTALL)
"""``NAME=FORMULA`` with a short name of letters; ``==`` is that of a formula."""


def fixed_prior(options: Mapping[str, Any]) -> FixedPrior:
    """The prior of every latent, to which a formula of one latent is held.

    Raises:
        KlcliError: the latents have several priors, or one with correlations.
    """
    if all(value is None for name, value in options.items() if name.startswith("prior_")):
        return STANDARD
    p = any_prior(options, 1)
    variances = {"std": lambda head: head**2, "var": lambda head: head, "precision": lambda head: 1 / head}
    if not has_heads(p) or p.spread.parameterization.name not in variances:
        raise KlcliError(
            "--expect holds a formula to one prior of all latents, whose variance is a number",
            "for example --prior-mu 1 --prior-sigma 2",
        )
    return FixedPrior(p.mean[0], variances[p.spread.parameterization.name](p.spread.head[0]))


def named(texts: Iterable[str], taken: Container[str]) -> dict[str, Program]:
    """The formulas given as NAME=TEXT."""
    found: dict[str, Program] = {}
    for text in texts:
        match = _NAME.match(text)
        if not match:
            raise KlcliError(
                # As much of it as a line has room for.
                f"--formula takes NAME=TEXT, got {text[:60]!r}",
                "for example 'mine=-1/2 (1 + s - mu^2 - e^s)'",
            )
        name = match[1]
        if name in found or name in taken or name == "KL":
            raise KlcliError(f"there is a formula {name} already", "give it another name")
        found[name] = read_program(match[2])
    return found


def expected(name: str, chosen: Mapping[str, Tree], programs: Mapping[str, Program]) -> Program:
    """The formula that ``--expect`` names.

    Args:
        name: as it was typed.
        chosen: all formulas.
        programs: those that were given as texts, whole.

    Raises:
        KlcliError: there is no such formula.
    """
    if name not in chosen:
        hint = nearest(name.upper(), chosen) or nearest(name, chosen) or f"one of: {', '.join(chosen)}"
        raise KlcliError(f"--expect {name}: there is no such formula", hint)
    return programs.get(name) or Program(PlainText(name), "math", chosen[name], chosen[name])
