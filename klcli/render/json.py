"""Results as one JSON document, walked as they are: the names of their fields are the keys."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from math import isfinite, isnan
from typing import TypeAlias

from klcli.formula.tree import Tree
from klcli.render.scalars import Scalar, scalar
from klcli.report.csv_records import fields_of

Json: TypeAlias = "Scalar | dict[str, Json] | list[Json]"


def render(data: object) -> str:
    """The JSON text of a result made of dataclasses, mappings, sequences and single values.

    Floats keep all their digits. A value that JSON has no number for is told apart in words:
    ``{"value": null, "status": "infinite"}``, ``"negative infinite"`` or ``"undefined"``. Of a class with
    `IN_DATA` only the fields that this names are written. The text is ASCII and ends in a line end.

    Raises:
        TypeError: the result holds something else.
    """
    return json.dumps(_walk(data), indent=2, allow_nan=False) + "\n"


def _walk(data: object) -> Json:
    # A formula is a dataclass and a text a sequence, but both are single values.
    if isinstance(data, Tree | str):
        return scalar(data)
    if is_dataclass(data) and not isinstance(data, type):
        names = getattr(data, "IN_DATA", " ".join(field.name for field in fields(data)))
        return {name: _walk(value) for name, value in fields_of(data, names).items()}
    if isinstance(data, Mapping):
        return {str(key): _walk(value) for key, value in data.items()}
    if isinstance(data, Sequence):
        return [_walk(value) for value in data]
    value = scalar(data)
    return _status(value) if isinstance(value, float) and not isfinite(value) else value


def _status(value: float) -> Json:
    if isnan(value):
        return {"value": None, "status": "undefined"}
    return {"value": None, "status": "infinite" if value > 0 else "negative infinite"}
