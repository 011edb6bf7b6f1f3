"""A process of its own, whose tables have rows that the package does not: `python -m tests.temporary_rows`.

The rows are added before anything else is imported, as if they had been written into the tables. Standard
input is a list of command lines as JSON; standard output is the list of their statuses, outputs and errors.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import log

from klcli.formula.program_reader import Program
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Call, Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.engine import checked
from klcli.judge.loss_context.preparation import prepare
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.rules.rewriting import Site, SymbolRoles
from klcli.judge.mistakes.table import MISTAKES
from klcli.judge.question import Question
from klcli.judge.ranked_readings import Candidate
from klcli.judge.roles import Roles
from klcli.judge.spaces import table
from klcli.judge.spaces.number_words import NUMBERS
from klcli.judge.spaces.space import Answer, Space
from klcli.judge.verdict import Verdict, VerdictKind
from klcli.judge.verification import Verification
from klcli.judge.ways import Way
from klcli.name_kind import anywhere, whole
from klcli.names import means_and_spreads
from klcli.names.means_and_spreads import READINGS
from klcli.tables.in_memory import in_memory
from klcli.tables.named_arrays import Arrays
from klcli.tables.source import Source
from klcli.witness import estimators

RANGES = {
    "algebraic": (Fraction(0), Fraction(1)),
    "between": (Fraction(1, 2), Fraction(2)),
    "above": (Fraction(1, 10), None),
}
"""The temporary readings, with the range of sigma."""
SIGMAS = {
    "algebraic": "(1 + s/sqrt(1 + s^2))/2",
    "between": "1/2 + 3/2/(1 + e^(-s))",
    "above": "1/10 + e^s",
}
HEADS = {
    "algebraic": "(2 sigma - 1)/sqrt(1 - (2 sigma - 1)^2)",
    "between": "log((sigma - 1/2)/(2 - sigma))",
    "above": "log(sigma - 1/10)",
}


def reading(name: str, sigma: str, head: str) -> Parameterization:
    """A row of the table of readings, for any real head."""
    least, most = RANGES[name]
    return Parameterization(
        name,
        f"a {name} pre-activation",
        "real",
        sigma,
        f"({sigma})^2",
        f"2 log({sigma})",
        head,
        least=least,
        most=most,
    )


def damped(site: Site, symbols: SymbolRoles) -> Iterator[Tree]:
    """What stands in a logarithm that is near it at 0."""
    match site.node:
        case Call("log1p", argument) if symbols.of_means(argument):
            yield argument


DEVIANCE = "2*(counts*log(counts/rate) - counts + rate)"
"""What the temporary space recognises: twice KL(Poisson(counts) || Poisson(rate))."""


def deviance(program: Program, question: Question, before: Answer | None) -> Answer | None:
    """What a program of counts and rates is: the deviance of Poisson, a multiple of it, or something else."""
    if {*free_symbols(program.tree)} != {"counts", "rate"}:
        return None
    pairs = [(1.5, 2.5), (0.75, 4.0), (3.0, 0.5), (6.0, 5.0)]
    columns = [[2 * (n * log(n / rate) - n + rate)] for n, rate in pairs]
    values = [evaluate(program.tree, {"counts": n, "rate": rate}, Doubles()) for n, rate in pairs]
    factors = checked(columns, values, 1e-12)
    variance = PARAMETERIZATIONS["var"]
    own = (replace(variance, name=name, meaning=f"a {name}") for name in ("count", "rate"))
    way = Way(Roles(None, "counts", None, "rate"), *own)
    kind: VerdictKind = "other" if factors else "wrong"
    times = "" if factors is None or abs(factors[0] - 1) < 1e-12 else f"{factors[0]:g} times "
    quantity = f"{times}the deviance of Poisson" if factors else ""
    best = Candidate(kind, Verdict(kind, way), quantity=quantity)
    words = replace(NUMBERS, subject="counts and rates", has_proofs=False)
    return Verification(words, program, prepare(program), best, (best,))


MAGIC = b"TABLE:"
"""How files of the temporary format begin."""


def open_json_table(source: Source) -> Arrays:
    """The temporary format: behind its first bytes the columns as one object of JSON."""
    return in_memory(**json.loads(source.read(1 << 20)))


def add_to_lint() -> None:
    """A function that formulas may call, and a name of heads: what the prefilter looks for follows from both."""
    from klcli.formula.read.calls import elementwise

    row = elementwise._row("curve", "x", "the function exp", partial(Call, "exp"))
    elementwise.ELEMENTWISE = (*elementwise.ELEMENTWISE, row)
    scales, heads = means_and_spreads.LOG_SCALE, READINGS["logstd"]
    means_and_spreads.LOG_SCALE = anywhere(scales.meaning, f"{scales.pattern}|lnu_width", "lnu_width", "")
    READINGS["logstd"] = whole(heads.meaning, f"{heads.pattern}|lnu_width", "lnu_width", "")  # type: ignore[index]


def add_rows() -> None:
    """One reading of each kind of range, a name of a reading, a mistake, an estimator, a space, a format."""
    add_to_lint()
    from klcli.tables.formats import detection

    detection._FORMATS[MAGIC] = "tests.temporary_rows:open_json_table"
    table.SPACES = (
        Space("counts", deviance, of_gaussians=False, is_final=True),
        *table.SPACES,
    )
    rows = (reading(name, sigma, HEADS[name]) for name, sigma in SIGMAS.items())
    PARAMETERIZATIONS.update({row.name: row for row in rows})
    name = whole("an algebraic pre-activation", r"alg_?head|algebraic", "alghead alg_head", "algebra head")
    READINGS["algebraic"] = name  # type: ignore[index]
    example = ("-1/2 (1 + logvar - log1p(mu^2) - exp(logvar))", "-1/2 (1 + logvar - mu^2 - exp(logvar))")
    words = ("mean damped", "the mean is damped", "Its square has no logarithm in a KL.", "At 10 it is 2.31.")
    row = Mistake("KL199", *words, example)
    MISTAKES[row.code] = row  # type: ignore[index]
    from klcli.judge.mistakes import correction

    correction.RULES = (*correction.RULES, (row, damped))
    k1 = estimators.ESTIMATORS["k1"]
    estimators.ESTIMATORS = {**estimators.ESTIMATORS, "again": replace(k1, name="again")}


def run(arguments: Sequence[str]) -> tuple[int, str, str]:
    """Status, output and errors of a command line."""
    from klcli.cli.main import run as klcli

    out, err = io.StringIO(), io.StringIO()
    status: object = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            klcli(arguments)
        except SystemExit as ending:
            status = ending.code
    return int(str(status or 0)), out.getvalue(), err.getvalue()


if __name__ == "__main__":
    add_rows()
    json.dump([run(arguments) for arguments in json.load(sys.stdin)], sys.stdout)
