"""A combination of the terms of a KL of matrices as a formula, in their usual form."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from klcli.judge.scaled_kl import FoundNumber
from klcli.judge.ways import Side
from klcli.trace.matrices.fit import TermsFit
from klcli.trace.matrices.slips import SLIPS

_LETTERS: Mapping[str, str] = {"cholesky": "L", "precision": "P"}
"""Names of matrices that say what they are; that of a covariance matrix is S."""


def symbols_of(fit: TermsFit) -> dict[str, int]:
    """Names for the arrays: of both Gaussians, where both have some."""
    sides = {*fit.way.means, *fit.way.heads}
    found = {}
    for side, node in fit.way.means.items():
        found[_name("mu", side, sides)] = node
    for side, node in fit.way.heads.items():
        found[_name(_LETTERS.get(fit.readings[node], "S"), side, sides)] = node
    return found


def _name(base: str, side: Side, sides: set[Side]) -> str:
    return f"{base}_{side}" if len(sides) > 1 else base


def formula_of(fit: TermsFit, weights: Mapping[str, FoundNumber]) -> str:
    """The formula of a combination, in the language of Python."""
    names = {node: name for name, node in symbols_of(fit).items()}
    heads = {side: (names[node], fit.readings[node]) for side, node in fit.way.heads.items()}
    own, prior = (_covariance(*heads[side]) if side in heads else "" for side in ("q", "p"))
    precision = _inverse(*heads["p"]) if prior else ""
    traced = f"{precision} @ {own}" if own and prior else own or precision
    means = [names[node] for _, node in sorted(fit.way.means.items(), reverse=True)]
    distance = f"({' - '.join(means)})" if len(means) > 1 else "".join(means)
    terms = {
        "trace": f"trace({traced})",
        "mahalanobis": f"{distance} @ {precision} @ {distance}" if prior else f"{distance} @ {distance}",
        "logdet_q": _volume(*heads["q"]) if own else "",
        "logdet_p": _volume(*heads["p"]) if prior else "",
    }
    names_of_terms = {"q": own, "p": prior, "factor": heads["q"][0] if own else "", "distance": distance}
    terms |= {name: slip.text.format(**names_of_terms) for name, slip in SLIPS.items()}
    parts = [f"({weights[name]})*({text})" for name, text in terms.items() if weights.get(name)]
    if weights["constant"]:
        parts.append(f"({Fraction(weights['constant']) / fit.start.size})*d")
    return " + ".join(parts)


def _covariance(name: str, reading: str) -> str:
    return {"cholesky": f"({name} @ {name}.T)", "precision": f"inv({name})"}.get(reading, name)


def _inverse(name: str, reading: str) -> str:
    return {"cholesky": f"inv({name} @ {name}.T)", "precision": name}.get(reading, f"inv({name})")


def _volume(name: str, reading: str) -> str:
    """The logarithm of the determinant of the covariance matrix."""
    texts = {"cholesky": f"2*sum(log(diagonal({name})))", "precision": f"-logdet({name})"}
    return texts.get(reading, f"logdet({name})")
