"""Results as comma-separated values (RFC 4180, with plain line ends)."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from math import isnan

from klcli.render.scalars import scalar


def render(rows: Sequence[Mapping[str, object]], columns: Sequence[str] = ()) -> str:
    """The rows below a header with these columns and every other key, in the order of their first appearance.

    Floats keep all their digits; infinite values are ``inf`` and ``-inf``; what is missing or undefined
    is empty.

    Raises:
        TypeError: an entry is not a single value.
    """
    header = list(dict.fromkeys([*columns, *(key for row in rows for key in row)]))
    if not header:
        return ""
    lines = [header, *([_field(row.get(key)) for key in header] for row in rows)]
    return "".join(map(_line, lines))


def _line(fields: Sequence[str]) -> str:
    # Python's writer quotes the line ends that are its own; with "\r\n" it quotes both of these characters.
    file = StringIO()
    csv.writer(file, lineterminator="\r\n").writerow(fields)
    return file.getvalue().removesuffix("\r\n") + "\n"


def _field(value: object) -> str:
    written = scalar(value)
    if written is None or (isinstance(written, float) and isnan(written)):
        return ""
    if isinstance(written, bool):
        return "true" if written else "false"
    return repr(float(written)) if isinstance(written, float) else str(written)
