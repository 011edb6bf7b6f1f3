"""``klcli compute --rows``: the divergence of every row of a file, in one process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from klcli.cli.files import read_text
from klcli.cli.options.divergence_limits import limits_of, number_of
from klcli.cli.options.gaussians import posterior, prior
from klcli.cli.options.types import OfFile, Reading
from klcli.cli.standard_error import say
from klcli.errors import KlcliError, nearest
from klcli.gaussian.divergence import divergence
from klcli.gaussian.divergence_result import Unit
from klcli.gaussian.matrices.forms_and_sizes import FORMS
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.render.character_spellings import visible
from klcli.report.compute_rows import RowComputed, table_report
from klcli.report.divergence_limits import held
from klcli.report.report import Report
from klcli.tables.records import Record, Value, records

_READINGS = ("param", "prior_param")
_OF_ONE = ("mu", "sigma", *PARAMETERIZATIONS)
_NUMBERS = (*_OF_ONE, *(f"prior_{name}" for name in _OF_ONE))
_LIMITS = ("max", "expect", "tolerance")
_NAME = "name"
_MATRICES = [form.replace("-", "_") for form in FORMS]
_USELESS = (
    *("prior", "reverse", "digits", "samples", "target_se", "compare_estimators"),
    *_MATRICES,
    *(f"prior_{form}" for form in _MATRICES),
)
"""Options that have nothing to say of a closed form of numbers."""
_COLUMNS = (*_NUMBERS, *_READINGS, *_LIMITS, _NAME)


def computed_rows(options: Mapping[str, Any], limits: Mapping[str, Any]) -> Report:
    """The report of every row of a file; a row that is none is named on standard error, too.

    Args:
        options: of the command by their names. Those of posterior and prior hold for every row that says
            nothing else.
        limits: max, expect and tolerance, likewise.

    Raises:
        KlcliError: no file, a column that means nothing, or options that no row has a use for.
    """
    path, unit = options["rows"], options["unit"]
    for name in _USELESS:
        if options[name] not in (None, False):
            flag = f"--{name.replace('_', '-')}"
            raise KlcliError(f"--rows computes closed forms of numbers, without {flag}", f"leave {flag} out")
    rows = []
    shown = "standard input" if path == "-" else visible(path)
    for record in _checked(records(read_text(path, "--rows takes CSV or JSON lines"), shown), shown):
        row = _row(record, options, limits, unit)
        if row.problem:
            say(f"warning: {shown}, line {row.line}: {visible(row.problem)}")
        rows.append(row)
    if not rows:
        raise KlcliError(f"there is no row in {shown}", "a header such as mu,sigma, and rows below it")
    return table_report(rows, unit)


def _checked(found: Iterator[Record], shown: str) -> Iterator[Record]:
    """The records, whose columns all mean something.

    Raises:
        KlcliError: one means nothing.
    """
    for record in found:
        for column in record.fields:
            if _plain(column) not in _COLUMNS:
                hint = (
                    nearest(_plain(column), _COLUMNS)
                    or "columns are mu, sigma, logvar, ..., name, max, expect"
                )
                raise KlcliError(f"{shown}, line {record.line}: no column {visible(column)!r} is known", hint)
        yield record


def _row(record: Record, options: Mapping[str, Any], limits: Mapping[str, Any], unit: Unit) -> RowComputed:
    fields = {_plain(column): value for column, value in record.fields.items() if value not in ("", [])}
    name = str(fields.pop(_NAME, ""))
    try:
        if record.problem:
            raise KlcliError(record.problem)
        given = {name: _converted(name, value) for name, value in fields.items()}
        own = {**options, **{key: value for key, value in given.items() if key not in _LIMITS}}
        wanted = limits_of({key: given.get(key, limits[key]) for key in _LIMITS})
        q = posterior(own)
        p = prior(own, q.dimension)
        found = divergence(q, p, unit)
    except KlcliError as error:
        return RowComputed(record.line, name, problem=error.message)
    return RowComputed(record.line, name, q, p, found, held(wanted, found.value))


def _plain(column: str) -> str:
    return column.strip().lower().replace("-", "_")


def _converted(name: str, value: Value) -> Any:
    """The value of a column as that of its option; no row can name a file."""
    text = value if isinstance(value, str) else ",".join(value)
    if text.lstrip().startswith("@"):
        raise KlcliError(f"{name} is {text!r}, and a row names no file")
    if name in _READINGS:
        return Reading().convert(text, None, None)
    return number_of(text, name) if name in _LIMITS else _numbers(text, name)


def _numbers(text: str, name: str) -> OfFile:
    """The numbers of a row: a list of them, in CSV between quotation marks or separated by blanks."""
    from klcli.formula.numeral import parse_numeral

    return OfFile(parse_numeral(part, name) for part in text.strip("[]").replace(",", " ").split())
