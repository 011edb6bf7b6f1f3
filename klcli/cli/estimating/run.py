"""One pass over the files, and the report of what was found."""

from __future__ import annotations

from klcli.cli.estimating.inputs import RatioInputs
from klcli.cli.options.parallelism import Engine
from klcli.cli.progress import progress
from klcli.cli.standard_error import say
from klcli.cli.table_sources import is_stream, open_source, table_readers
from klcli.gaussian.divergence_result import Unit
from klcli.render.character_spellings import visible
from klcli.report.estimate import estimate_report
from klcli.report.estimate_input import GaussianPair
from klcli.report.estimate_wording import dependence_texts
from klcli.report.report import Report
from klcli.samples.estimates import estimation
from klcli.tables.collected_log_ratios import LogRatios
from klcli.tables.formats.detection import open_table
from klcli.tables.inputs import STREAM
from klcli.tables.many_files import collected
from klcli.tables.ratio_blocks import RatioWork, read


def run(given: RatioInputs, work: RatioWork, engine: Engine, unit: Unit, *, quiet: bool) -> Report:
    """The report of all tables together.

    Args:
        given: the tables.
        work: what is to be done with them.
        engine: who reads them.
        unit: of the estimates.
        quiet: whether no progress is shown.

    Raises:
        KlcliError: a table that cannot be read, or too few samples.
    """
    found = _collected(given, work, engine, quiet)
    table = found.table(given.name)
    for why in dependence_texts(table):
        say(f"warning: {visible(why)}")
    rows = found.tokens.tokens if found.tokens else None
    estimates = estimation(
        found.sums,
        independent=table.independent,
        rows=rows,
        copied=table.copies is not None,
        alike=table.variance_inflation is not None,
    )
    samples = found.gaussians
    pair = GaussianPair(samples.q, samples.p, samples.of_q(), samples.of_p()) if samples else None
    return estimate_report(table, estimates, unit, pair, found.tokens, found.sums.spread, found.sample)


def _collected(given: RatioInputs, work: RatioWork, engine: Engine, quiet: bool) -> LogRatios:
    if is_stream(given.tables):
        with open_source(STREAM) as source, progress(None, "reading", quiet=quiet) as advance:
            source.advance = advance
            return read(source.name, open_table(source), work)
    with table_readers(given.tables, engine, quiet=quiet) as (executor, advance):
        return collected(given.tables, work, executor, advance)
