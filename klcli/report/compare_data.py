"""The data of one formula of `klcli compare`: what `klcli verify` says of it, and its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from klcli.judge.comparison import Judged
from klcli.judge.proof import is_proved
from klcli.report.answers import telling_of
from klcli.report.verify_data import VerifyData

__all__ = ["formula_data"]

_NUMBERS = (
    *("exact_under", "value", "ratio", "minimum", "limit", "curvature", "slope_at_truth"),
    *("curvature_at_truth", "slope", "grid", "explanation"),
)
"""The fields of a comparison, see `klcli.judge.comparison.Judged`."""


def formula_data(judged: Judged) -> Mapping[str, object]:
    """The fields of `klcli.verify/2` under the name of the formula, and its numbers at the point."""
    said = _verified(judged)
    own = {field.name: getattr(said, field.name) for field in fields(said) if field.name != "schema"}
    return {"name": judged.name, **own, **{name: getattr(judged, name) for name in _NUMBERS}}


def _verified(judged: Judged) -> VerifyData:
    found = judged.found
    proved = is_proved(*found.identity) if found.identity else None
    return telling_of(found).data(found, proved)
