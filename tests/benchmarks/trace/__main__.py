"""Run as ``python -m tests.benchmarks.trace [PACKAGE ...]``: a table, what is wrong first."""

from __future__ import annotations

import importlib
import sys
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isclose

import klcli
from klcli.errors import KlcliError
from tests.benchmarks.trace.known import CASES, Kl, Known

_MODULES = ("bayesian", "autoencoders", "loops", "functions", "jax_programs")


@dataclass(frozen=True)
class Result:
    """What came of a loss: whether it is what it is by hand, and in words what was found."""

    known: Known
    kind: str
    found: tuple[Kl, ...]
    codes: tuple[str, ...]
    said: str = ""


_ORDER = ("false finding", "wrong", "missed", "failed", "not there", "right")


def _traced(known: Known) -> Result:
    with klcli.watch() as seen:
        known.run()
    terms = [term for term in seen.terms if term.kind in ("kl", "estimator")]
    found = tuple(
        (term.verdict, term.parameterization.name if term.parameterization else None, term.weight or 0.0)
        for term in terms
    )
    kinds = Counter(term.kind for term in seen.terms)
    said = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    problems = {term.part.problem or term.what for term in seen.terms if term.kind == "other"}
    codes = tuple(finding.mistake.code for finding in seen.findings)
    return _judged(known, found, codes, "; ".join([said, *sorted(problems), *seen.watched.warnings]))


def _verified(known: Known) -> Result:
    try:
        answer = klcli.verify(known.run)
    except KlcliError as error:
        return Result(known, "missed", (), (), error.message)
    found = ((answer.verdict, answer.parameterization, 1.0),)
    return _judged(known, found, (), str(answer.input))


def _judged(known: Known, found: Sequence[Kl], codes: Sequence[str], said: str) -> Result:
    extra = Counter(codes) - Counter(known.codes)
    missing = [one for one in known.terms if not _take(one, found, known.terms)]
    kind = "right"
    if extra:
        kind = "false finding"
    elif any(one[0] in ("exact", "scaled", "wrong") for one in found) and not known.terms:
        kind = "wrong"
    elif missing:
        kind = "missed" if len(found) < len(known.terms) else "wrong"
    elif len(found) != len(known.terms):
        kind = "wrong"
    return Result(known, kind, tuple(found), tuple(codes), said)


def _take(one: Kl, found: Sequence[Kl], wanted: Sequence[Kl]) -> bool:
    """Whether a term was found as often as it is wanted."""

    def alike(a: Kl, b: Kl) -> bool:
        near = a[0] in ("other", "estimator") or isclose(a[2], b[2], rel_tol=1e-5)
        return a[0] == b[0] and (b[1] is None or a[1] == b[1]) and near

    return sum(alike(other, one) for other in found) >= sum(other == one for other in wanted)


def _results(packages: Sequence[str]) -> Iterator[Result]:
    for known in CASES:
        if packages and known.package not in packages:
            continue
        try:
            yield _verified(known) if known.is_function else _traced(known)
        except ImportError as error:
            yield Result(known, "not there", (), (), str(error))
        except Exception as error:
            traceback.print_exc()
            yield Result(known, "failed", (), (), f"{type(error).__name__}: {error}".split("\n")[0])


def main(packages: Sequence[str]) -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    for name in _MODULES:
        try:
            importlib.import_module(f"tests.benchmarks.trace.{name}")
        except ImportError as error:
            print(f"{name}: {error}")
    results = sorted(_results(packages), key=lambda one: _ORDER.index(one.kind))
    for one in results:
        print(f"{one.kind:14}{one.known.package:16}{one.known.name}")
        if one.kind != "right":
            print(f"{'':14}by hand  {_text(one.known.terms)} {' '.join(one.known.codes)}")
            print(f"{'':14}found    {_text(one.found)} {' '.join(one.codes)}  [{one.said[:300]}]")
    print(dict(Counter(one.kind for one in results)))


def _text(terms: Sequence[Kl]) -> str:
    every = Counter(f"{verdict} {reading or ''} {weight:.6g}" for verdict, reading, weight in terms)
    return ", ".join(f"{count} x {text}" if count > 1 else text for text, count in every.items()) or "no KL"


if __name__ == "__main__":
    main(sys.argv[1:])
