"""``klcli verify``: what any formula really computes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

import click

from klcli.cli.help import in_group
from klcli.cli.options.accepting import accept_option
from klcli.cli.options.completing import files
from klcli.cli.options.formulas import FormulaCommand
from klcli.cli.options.types import NumbersType, Reading
from klcli.cli.options.words import WordChoice
from klcli.cli.output import Settings, output_options
from klcli.cli.plotting import plot_option
from klcli.cli.progress import progress
from klcli.errors import KlcliError
from klcli.formula.program_reader import (
    Language,
    read_program,
)
from klcli.formula.tree import Symbol
from klcli.judge.answer import answer_to_text
from klcli.judge.question import Question
from klcli.judge.scaled_kl import FixedPrior
from klcli.judge.spaces import space
from klcli.judge.spaces.table import SPACES
from klcli.lazy_regex import regex
from klcli.render.character_spellings import visible
from klcli.report.report import Report
from klcli.report.verify import VerifiedLine, verify_many_report, verify_report

_NOTATIONS: dict[str, Language] = {
    "python": "python",
    "math": "math",
    "ascii": "math",
    "unicode": "math",
    "latex": "math",
}

_READINGS = [row for one in SPACES for row in one.readings.values()]
"""The readings of all spaces; of two with one name the first is that of the space which is asked first."""
_NAMED = "; ".join(f"{', '.join(one.readings)} of a {one.noun}" for one in SPACES if one.readings)

_PATH = regex(r"[\w./\\~: -]{1,200}")
"""What may be the name of a file; most formulas have signs in them that names of files have not."""
_CODE = (".py", ".pyi", ".ipynb")

_of_prior = in_group("Prior")

_EPILOG = """\b
Examples:
  klcli verify '-0.5 * (1 + logvar - mu^2 - exp(logvar))'
  klcli verify '-0.5 * torch.sum(1 + log_sigma - mu.pow(2) - log_sigma.exp()**2)'
  klcli verify 'std = exp(s); log(1/std) + (std^2 + mu^2)/2 - 1/2' --param logstd
  klcli verify '0.5 * (exp(logvar) + mu^2 - 1 - logvar)' --sampler 'mu + exp(logvar) * eps'
  klcli verify 'log(s2/s1) + (s1^2 + (mu1 - mu2)^2)/(2 s2^2) - 1/2' --json
  klcli verify "0.5 * (trace(S) + mu' mu - d - log det S)"
  klcli verify 'torch.exp(ref_lp - lp) - (ref_lp - lp) - 1' --accept estimator
  klcli verify --file formulas.txt
  pbpaste | klcli verify -

The status is 0 for exact with conditions that pass and for what --accept names, 1 for anything else
that was understood, and 2 for what could not be read. -q prints verdict, reading and mistake.
"""


@click.command(cls=FormulaCommand, epilog=_EPILOG)
@click.argument("formula", required=False)
@click.option(
    "--file", "path", metavar="FILE", shell_complete=files, help="One formula per line; - is standard input."
)
@click.option(
    "--notation", type=WordChoice(tuple(_NOTATIONS)), help=f"{', '.join(_NOTATIONS)}; default: detected."
)
@click.option(
    "--param",
    type=Reading(tuple(row.name for row in _READINGS)),
    help=f"Require this reading: {_NAMED}.",
)
@click.option("--mean", metavar="NAME", help="The symbol that is the mean of the posterior.")
@click.option(
    "--head", metavar="NAME", help="The symbol that is its head, the number put out for the spread."
)
@_of_prior(
    "--prior-mu", type=NumbersType(), metavar="X", default="0", help="Mean of a fixed prior; default 0."
)
@_of_prior(
    "--prior-sigma", type=NumbersType(), metavar="X", default="1", help="Its standard deviation; default 1."
)
@click.option("--sampler", metavar="TEXT", help="The sampling line: does it read the head alike?")
@accept_option
@click.option("--allow-scale", is_flag=True, help="The same as --accept scaled.")
@click.option("--prove", is_flag=True, help="Ask sympy, too, which takes longer: a second witness.")
@click.option("--no-prove", is_flag=True, help="Skip the proof by algebra.")
@click.option("-v", "--verbose", is_flag=True, help="All that is known of the formula in floating point.")
@output_options
@plot_option
def verify(
    settings: Settings,
    formula: str | None,
    path: str | None,
    notation: str | None,
    param: str | None,
    mean: str | None,
    head: str | None,
    prior_mu: tuple[Fraction, ...],
    prior_sigma: tuple[Fraction, ...],
    sampler: str | None,
    accepted: tuple[str, ...],
    allow_scale: bool,
    prove: bool,
    no_prove: bool,
    verbose: bool,
) -> tuple[Report, Settings]:
    """Settle what a formula really computes: which KL, under which reading of its head.

    FORMULA is mathematics (ASCII, Unicode, LaTeX) or lines of Python; - reads it from standard input.
    Which symbol is the mean and which the head is found by trying. With trace, det, inverse or
    Cholesky factor in it, it is one of full covariance matrices.
    """
    if prove and no_prove:
        raise KlcliError("--prove and --no-prove are given", "leave one of them out")
    accepted += ("scaled",) * allow_scale
    language = _NOTATIONS[notation] if notation else None
    question = Question(
        mean=_name(mean),
        head=_name(head),
        reading=next((row for row in _READINGS if row.name == param), None),
        prior=_prior(prior_mu, prior_sigma),
    )
    proofs = partial(_proofs, symbolic=not no_prove, witness=prove)
    if path is not None:
        _check_alone(formula, sampler)
        answers = _answers(path, question, language, proofs, quiet=settings.quiet > 0)
        return verify_many_report(answers, accepted=accepted), settings
    found = answer_to_text(_text(formula), language, question, sampler)
    proved, witness = proofs(found)
    report = verify_report(found, proved=proved, witness=witness, accepted=accepted, verbose=verbose)
    return report, settings


def _check_alone(formula: str | None, sampler: str | None) -> None:
    """Refuse what stands beside a file of formulas and belongs to one of them."""
    if sampler is not None:
        raise KlcliError("a sampling line belongs to one formula", "leave --file or --sampler out")
    if formula is not None:
        raise KlcliError("a formula and --file are given", "leave one of them out")


def _text(formula: str | None) -> str:
    """The formula, of an argument that may stand for standard input."""
    if formula is None:
        raise KlcliError("no formula is given", "for example: klcli verify '-0.5 * (1 + s - mu^2 - exp(s))'")
    _check_no_path(formula)
    if formula != "-":
        return formula
    from klcli.cli.files import read_text

    return read_text(formula)


def _check_no_path(text: str) -> None:
    """Refuse the name of a file or directory in the place of a formula, whether it is there or not."""
    if not _PATH.fullmatch(text):
        return
    path, shown = Path(text), shlex.quote(text)
    if path.is_dir():
        raise KlcliError(f"{text} is a directory", f"the KL terms in its code: klcli lint {shown}")
    # What is not there and has a blank in it is a formula.
    if path.suffix in _CODE and (path.is_file() or not re.search(r"\s", text)):
        raise KlcliError(f"{text} is the name of a file", f"the KL terms in it: klcli lint {shown}")
    if path.suffix and path.is_file():
        raise KlcliError(f"{text} is a file", f"klcli verify --file {shown}")


def _answers(
    path: str,
    question: Question,
    language: Language | None,
    proofs: Callable[[space.Answer], tuple[bool | None, bool | None]],
    *,
    quiet: bool,
) -> list[VerifiedLine]:
    """The answers to every formula of a file."""
    from klcli.cli.files import read_text

    lines = list(_formulas(read_text(path)))
    if not lines:
        raise KlcliError(
            f"there is no formula in {visible(path)}", "one per line; lines that begin with # are left out"
        )
    answers = []
    with progress(len(lines), "formulas", quiet=quiet) as advance:
        for number, text in lines:
            try:
                found = answer_to_text(text, language, question)
                answers.append(VerifiedLine(number, text, found, *proofs(found)))
            except KlcliError as error:
                answers.append(VerifiedLine(number, text, None, error=error))
            if advance:
                advance(1)
    return answers


def _formulas(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.strip()


def _proofs(found: space.Answer, *, symbolic: bool, witness: bool) -> tuple[bool | None, bool | None]:
    """Whether the verdict is proved, and shown by sympy; None where that is not asked, or impossible."""
    if not symbolic or found.identity is None:
        return None, None
    from klcli.judge.proof import is_proved, is_shown_by_sympy

    return is_proved(*found.identity), is_shown_by_sympy(*found.identity) if witness else None


def _name(text: str | None) -> str | None:
    """The symbol that a name as it is written in the formula stands for."""
    if text is None:
        return None
    tree = read_program(text).tree
    if not isinstance(tree, Symbol):
        raise KlcliError(f"{text!r} is no name", "for example --mean mu --head logvar")
    return tree.name


def _prior(mu: tuple[Fraction, ...], sigma: tuple[Fraction, ...]) -> FixedPrior:
    if len(mu) != 1 or len(sigma) != 1:
        raise KlcliError("the prior of a formula is of one dimension", "give one number to --prior-mu")
    if sigma[0] <= 0:
        raise KlcliError(f"--prior-sigma must be > 0, got {float(sigma[0]):g}", "it is a standard deviation")
    return FixedPrior(mu[0], sigma[0] ** 2)
