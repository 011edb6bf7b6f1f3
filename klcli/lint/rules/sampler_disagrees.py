"""A sample that reads the head in another way than its KL."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.sample_pairing import PairedSample
from klcli.lint.findings.term_places import lines_at, place_of
from klcli.lint.findings.types import Finding, Related
from klcli.lint.rules.rule import ModuleTerms, finding_at
from klcli.values import replace

_DISAGREES = find_mistake("KL201")


def check(found: ModuleTerms) -> Iterator[Finding]:
    for pair in found.paired_samples:
        if pair.relation != "agree" and not pair.sample.sampling.mistake:
            yield _disagreement(pair)


def _disagreement(pair: PairedSample) -> Finding:
    kl, drawn = pair.divergence, pair.sample
    held = kl.found.best.verdict.parameterization
    meaning = held.meaning
    other = PARAMETERIZATIONS.get(str(drawn.sampling.parameterization))
    there = place_of(kl.excerpt)
    where = there.seen_from(place_of(drawn.excerpt))
    name = kl.excerpt.spelled(str(kl.head))
    said = f"the KL in {where} reads {name} as {meaning}"
    if pair.relation == "crossed":
        words = f"{said}, and this sample takes it for its mean"
    elif other:
        words = f"the sample reads {name} as {other.meaning}, the KL in {where} as {meaning}"
    else:
        words = f"{said}, and the sample scales its noise otherwise"
    finding = finding_at(drawn.excerpt, _DISAGREES, "warning", words, other.name if other else None)
    return replace(finding, related=Related(there, "the KL", lines_at(kl.excerpt), held.name))
